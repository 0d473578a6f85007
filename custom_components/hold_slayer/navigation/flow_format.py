"""Call flows as YAML and JSON: read with the faulty field named, written without what is usual."""

from collections.abc import Iterable
import json
import math
import re
from typing import Any

import probatio
import yaml

from .flow import FORMAT_VERSION, Action, CallFlow, OnTimeout, Prompt, Step

#: Name of the field that says what the document is, and in which version.
MARK = "hold_slayer_flow"
#: Longest document in characters.
LONGEST = 200_000
MOST_STEPS = 100

_KEYS = re.compile(r"[0-9*#]{1,16}")
_PLACEHOLDER = re.compile(r"\{[a-z][a-z0-9_]{0,39}\}")
#: Digits, also when spelled with spaces or dashes: as many as in a PIN or more.
_SECRET_DIGITS = re.compile(r"(?:\d[\s./-]{0,2}){4,}")
#: What a company says may hold a year or a short number, but nothing like an account.
_LONG_DIGITS = re.compile(r"(?:\d[\s./-]{0,2}){7,}")
_MAIL_ADDRESS = re.compile(r"\S+@\S+\.\S+")


class FlowError(ValueError):
    """A call flow that can't be read; says which field and why."""

    def __init__(self, field: str, message: str) -> None:
        """Name the field ("steps[2].keys") and what is wrong with it."""
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message


def _text(most: int) -> probatio.All[Any]:
    return probatio.All(str, probatio.Strip, probatio.Length(max=most))


def _keys(value: Any) -> str:
    keys = str(value).strip()
    if not keys or _PLACEHOLDER.fullmatch(keys):
        return keys
    if not _KEYS.fullmatch(keys):
        raise probatio.Invalid(
            f"{keys!r} is neither keys (0-9 * #) nor a placeholder such as {{account_number}}"
        )
    if _SECRET_DIGITS.search(keys):
        raise probatio.Invalid(
            "looks like a secret; store it with the contact and use a placeholder such as"
            " {account_number}"
        )
    return keys


def _spoken(value: Any) -> str:
    text: str = _text(500)(value)
    if _SECRET_DIGITS.search(text) or _MAIL_ADDRESS.search(text):
        raise probatio.Invalid(
            "looks like a secret or an address; use a placeholder such as {account_number}"
        )
    if "{" in _PLACEHOLDER.sub("", text) or "}" in _PLACEHOLDER.sub("", text):
        raise probatio.Invalid("has a brace that is not part of a placeholder")
    return text


def _prompt_text(value: Any) -> str:
    text: str = _text(2000)(value)
    if _LONG_DIGITS.search(text):
        raise probatio.Invalid("holds a long number, which may be personal; shorten the prompt")
    return text


def _prompt(value: Any) -> Prompt:
    if isinstance(value, Prompt):
        return value
    if isinstance(value, str):
        return Prompt(text=_prompt_text(value))
    data = _PROMPT(value)
    return Prompt(
        text=data["text"],
        print_id=data["print"],
        seconds=data["seconds"],
        ends_at=data["ends_at"],
    )


def _seconds(most: float) -> probatio.All[Any]:
    return probatio.All(probatio.Coerce(float), _finite, probatio.Range(min=0, max=most))


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise probatio.Invalid("is not a number of seconds")
    return value


_PROMPT = probatio.Schema(
    {
        probatio.Optional("text", default=""): _prompt_text,
        probatio.Optional("print", default=""): _text(100),
        probatio.Optional("seconds", default=0.0): _seconds(600),
        probatio.Optional("ends_at", default=0.0): _seconds(600),
    }
)

_STEP = probatio.Schema(
    {
        probatio.Required("action"): probatio.Coerce(Action),
        probatio.Optional("keys", default=""): _keys,
        probatio.Optional("text", default=""): _spoken,
        probatio.Optional("seconds", default=0.0): _seconds(3600),
        probatio.Optional("expect", default=Prompt()): _prompt,
        probatio.Optional("or_expect", default=list): probatio.All(
            [_prompt], probatio.Length(max=20)
        ),
        probatio.Optional("time_limit", default=Step(action=Action.LISTEN).time_limit): _seconds(
            4 * 3600
        ),
        probatio.Optional("on_timeout", default=OnTimeout.READ_MENU): probatio.Coerce(OnTimeout),
        probatio.Optional("barge_in", default=None): probatio.Maybe(probatio.Boolean()),
    }
)

_COUNT = probatio.All(probatio.Coerce(int), probatio.Range(min=0, max=1_000_000))

_FLOW = probatio.Schema(
    {
        probatio.Required(MARK): probatio.Coerce(int),
        probatio.Required("name"): probatio.All(
            str, probatio.Strip, probatio.Length(min=1, max=200)
        ),
        probatio.Optional("language", default=""): _text(20),
        probatio.Optional("revision", default=1): _COUNT,
        probatio.Optional("tags", default=list): probatio.All([_text(50)], probatio.Length(max=50)),
        probatio.Optional("successes", default=0): _COUNT,
        probatio.Optional("failures", default=0): _COUNT,
        probatio.Optional("typical_hold", default=None): probatio.Maybe(_seconds(24 * 3600)),
        probatio.Required("steps"): probatio.All([dict], probatio.Length(min=1, max=MOST_STEPS)),
    }
)


def read_flow(text: str) -> CallFlow:
    """Read a call flow from YAML or JSON; `FlowError` names the field at fault."""
    if len(text) > LONGEST:
        raise FlowError("", f"the flow has {len(text)} characters; {LONGEST} is the most")
    try:
        if text.lstrip().startswith("{"):
            data = json.loads(text)
        else:
            # BaseLoader: every scalar stays a string, so that keys "01" or yes stay themselves.
            data = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 makes nothing but strings
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FlowError("", f"this is neither YAML nor JSON: {error}") from error
    return flow_from_dict(data)


def flow_from_dict(data: Any) -> CallFlow:
    """Build a call flow from plain data, as read from a file or a form."""
    if not isinstance(data, dict):
        raise FlowError("", "a call flow is a mapping with name and steps")
    if MARK not in data:
        raise FlowError(MARK, f"is missing; write {MARK}: {FORMAT_VERSION}")
    checked = _check(_FLOW, data, "")
    if checked[MARK] != FORMAT_VERSION:
        raise FlowError(
            MARK, f"version {checked[MARK]} is not known here; this is version {FORMAT_VERSION}"
        )
    return CallFlow(
        name=checked["name"],
        steps=tuple(step_from_dict(step, index) for index, step in enumerate(checked["steps"])),
        language=checked["language"],
        revision=checked["revision"],
        tags=tuple(checked["tags"]),
        successes=checked["successes"],
        failures=checked["failures"],
        typical_hold_s=checked["typical_hold"],
    )


def step_from_dict(data: Any, index: int = 0) -> Step:
    """Build one step from plain data."""
    where = f"steps[{index}]"
    checked = _check(_STEP, data, where)
    step = Step(
        action=checked["action"],
        keys=checked["keys"],
        text=checked["text"],
        seconds=checked["seconds"],
        prompt=checked["expect"],
        alternatives=tuple(checked["or_expect"]),
        time_limit=checked["time_limit"],
        on_timeout=checked["on_timeout"],
        barge_in=checked["barge_in"],
    )
    needed = {Action.PRESS: "keys", Action.SAY: "text", Action.WAIT: "seconds"}
    for action, field in needed.items():
        given = bool(getattr(step, field))
        if step.action is action and not given:
            raise FlowError(f"{where}.{field}", f"is needed for {action.value}")
        if step.action is not action and given:
            raise FlowError(f"{where}.{field}", f"has no meaning for {step.action.value}")
    return step


def _check(schema: probatio.Schema, data: Any, where: str) -> dict[str, Any]:
    try:
        checked: dict[str, Any] = schema(data)
    except probatio.MultipleInvalid as error:
        first = error.errors[0]
        raise FlowError(_path(where, first.path), first.msg) from error
    except probatio.Invalid as error:
        raise FlowError(_path(where, error.path), error.msg) from error
    return checked


def _path(where: str, path: Iterable[Any]) -> str:
    for part in path:
        where += f"[{part}]" if isinstance(part, int) else f".{part}" if where else str(part)
    return where


def flow_to_dict(flow: CallFlow) -> dict[str, Any]:
    """A call flow as plain data; what has its usual value is left out."""
    data: dict[str, Any] = {MARK: FORMAT_VERSION, "name": flow.name}
    if flow.language:
        data["language"] = flow.language
    data["revision"] = flow.revision
    if flow.tags:
        data["tags"] = list(flow.tags)
    if flow.successes or flow.failures:
        data |= {"successes": flow.successes, "failures": flow.failures}
    if flow.typical_hold_s is not None:
        data["typical_hold"] = flow.typical_hold_s
    data["steps"] = [step_to_dict(step) for step in flow.steps]
    return data


def step_to_dict(step: Step) -> dict[str, Any]:
    """One step as plain data."""
    usual = Step(action=step.action)
    data: dict[str, Any] = {"action": step.action.value}
    if step.prompt:
        data["expect"] = _prompt_to_plain(step.prompt)
    if step.alternatives:
        data["or_expect"] = [_prompt_to_plain(prompt) for prompt in step.alternatives]
    for field in ("keys", "text", "seconds", "time_limit", "barge_in"):
        if (value := getattr(step, field)) != getattr(usual, field):
            data[field] = value
    if step.on_timeout is not usual.on_timeout:
        data["on_timeout"] = step.on_timeout.value
    return data


def _prompt_to_plain(prompt: Prompt) -> str | dict[str, Any]:
    if not (prompt.print_id or prompt.seconds or prompt.ends_at):
        return prompt.text
    data: dict[str, Any] = {}
    if prompt.text:
        data["text"] = prompt.text
    if prompt.print_id:
        data["print"] = prompt.print_id
    if prompt.seconds:
        data["seconds"] = prompt.seconds
    if prompt.ends_at:
        data["ends_at"] = prompt.ends_at
    return data


def write_yaml(flow: CallFlow) -> str:
    """A call flow as YAML, to be read and shared by people."""
    return yaml.safe_dump(flow_to_dict(flow), sort_keys=False, allow_unicode=True, width=100)


def write_json(flow: CallFlow) -> str:
    """A call flow as JSON."""
    return json.dumps(flow_to_dict(flow), indent=2, ensure_ascii=False)
