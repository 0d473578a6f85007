"""Learning call flows: every call's journal makes, confirms or corrects the flow of its company."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
import re

from .flow import Action, CallFlow, Prompt, Step
from .flow_format import FlowError, step_from_dict, step_to_dict
from .journal import Deed
from .menu import read_menu
from .phrases import Phrases
from .words import canonical, covered, fold, likeness

#: Wordings kept of one prompt.
_MOST_WORDINGS = 5
#: Wordings this alike are one.
_SAME_WORDING = 0.9
#: Weight of a new call in running means.
_NEWEST = 0.3
#: Runs of digits that may be personal are kept out of prompts.
_DIGITS = re.compile(r"\d{5,}|(?:\d\s){5,}\d?")


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a call taught."""

    flow: CallFlow
    #: What is different from the flow known before, a sentence each; empty when it only was confirmed.
    changes: tuple[str, ...] = ()
    #: There was no flow before.
    new: bool = False


def learn(
    known: CallFlow | None,
    journal: Sequence[Deed],
    *,
    reached: bool,
    held_s: float = 0.0,
    name: str = "",
    phrases: Phrases,
) -> Lesson | None:
    """Make or refine a flow after a call; None when the call taught nothing.

    `reached` says that a person was there. A call that got lost only counts against the flow.
    """
    if not reached:
        if known is None:
            return None
        return Lesson(replace(known, failures=known.failures + 1))
    steps = _steps(journal, phrases)
    if known is None:
        if not steps:
            return None
        flow = CallFlow(
            name=name or "Learned",
            steps=(*steps, Step(action=Action.HOLD)),
            language=phrases.language,
            successes=1,
            typical_hold_s=round(held_s, 1) if held_s else None,
        )
        return Lesson(flow, new=True)
    learned, changes = _compare(known.steps, steps)
    hold = known.typical_hold_s
    if held_s:
        hold = held_s if hold is None else hold + _NEWEST * (held_s - hold)
    flow = replace(
        known,
        steps=learned,
        successes=known.successes + 1,
        revision=known.revision + (learned != known.steps),
        typical_hold_s=None if hold is None else round(hold, 1),
    )
    return Lesson(flow, changes)


def _steps(journal: Sequence[Deed], phrases: Phrases) -> list[Step]:
    """The steps that repeat a journal; what can't be shared is left out."""
    steps = []
    for deed in journal:
        text = excerpt(deed.heard, deed.keys, phrases) if deed.keys else fold(deed.heard)
        step = Step(
            action=deed.action,
            keys=deed.keys,
            text=deed.text,
            prompt=Prompt(
                text=impersonal(text),
                seconds=round(deed.heard_s, 1),
                print_id=deed.print_id,
                ends_at=deed.ends_at if deed.print_id else 0.0,
            ),
            barge_in=False if deed.late else None,
        )
        try:
            steps.append(step_from_dict(step_to_dict(step)))
        except FlowError:
            continue  # a number we left, a text with digits: nothing for a flow
    return steps


def impersonal(text: str) -> str:
    """A prompt without the numbers in it that may be somebody's."""
    return _DIGITS.sub("", text).strip()


def excerpt(heard: str, keys: str, phrases: Phrases) -> str:
    """The part of a menu that offers a key ("for claims press 2"); the whole where none does."""
    folded = fold(heard)
    option = read_menu(heard, phrases).by_key(keys)
    if option is None or not option.label:
        return folded
    label = re.search(rf"\b{re.escape(option.label)}\b", folded)
    anchors = [
        match
        for pattern in phrases.anchors
        for match in pattern.finditer(folded)
        if phrases.keys[match["key"]] == keys
    ]
    if label is None or not anchors:
        return folded
    anchor = min(
        anchors,
        key=lambda match: min(abs(match.start() - label.end()), abs(label.start() - match.end())),
    )
    start, end = min(label.start(), anchor.start()), max(label.end(), anchor.end())
    connectors = list(phrases.connectors.finditer(folded, 0, start + 1))
    if start == label.start() and connectors and not folded[connectors[-1].end() : start].strip():
        start = connectors[-1].start()
    return folded[start:end].strip()


def _compare(known: tuple[Step, ...], made: list[Step]) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """Bring the steps made in line with those known: refined where alike, else replaced."""
    acting = [step for step in known if step.action in (Action.PRESS, Action.SAY)]
    if len(acting) != len(made):
        change = f"The way has {len(made)} steps now instead of {len(acting)}."
        return (*made, *_rest(known)), (change,)
    changes = []
    replaced: dict[int, Step] = {}
    for old, new in zip(acting, made, strict=True):
        if (old.action, old.keys) == (new.action, new.keys):
            replaced[id(old)] = _refined(old, new)
        else:
            changes.append(
                f"{old.keys or old.text!r} is now {new.keys or new.text!r}: {new.prompt.text}"
            )
            replaced[id(old)] = replace(
                new, time_limit=old.time_limit, on_timeout=old.on_timeout, barge_in=old.barge_in
            )
    return tuple(replaced.get(id(step), step) for step in known), tuple(changes)


def _rest(known: tuple[Step, ...]) -> tuple[Step, ...]:
    """What follows the last key or word of a flow."""
    for index in range(len(known) - 1, -1, -1):
        if known[index].action in (Action.PRESS, Action.SAY):
            return known[index + 1 :]
    return known or (Step(action=Action.HOLD),)


def _refined(old: Step, new: Step) -> Step:
    """Keep another wording of the prompt, and its length."""
    heard = new.prompt
    if not heard.text:
        return old
    if not old.prompts:
        return replace(old, prompt=heard)
    seconds = old.prompt.seconds
    if heard.seconds:
        seconds = heard.seconds if not seconds else seconds + _NEWEST * (heard.seconds - seconds)
    prompt = replace(old.prompt, seconds=round(seconds, 1))
    prints = {one.print_id for one in old.prompts}
    if heard.print_id and not prompt.print_id:
        prompt = replace(prompt, print_id=heard.print_id, ends_at=heard.ends_at)
        prints.add(heard.print_id)
    known = [one.text for one in old.prompts]
    fresh = not any(
        likeness(canonical(text), canonical(heard.text)) >= _SAME_WORDING
        or covered(canonical(text), canonical(heard.text)) >= 1.0
        for text in known
        if text
    )
    alternatives = old.alternatives
    # The same words in another recording are another prompt to the ears.
    fresh = fresh or bool(heard.print_id and heard.print_id not in prints)
    if fresh and len(known) < _MOST_WORDINGS:
        alternatives = (*alternatives, heard)
    waits = False if new.barge_in is False else old.barge_in
    return replace(old, prompt=prompt, alternatives=alternatives, barge_in=waits)


def merge(one: CallFlow, other: CallFlow) -> CallFlow:
    """Two recordings of the same way as one flow; the second is the newer.

    Where both press the same, their prompts are kept side by side. Where they differ, the newer
    way holds.
    """
    steps, changes = _compare(
        one.steps, [step for step in other.steps if step.action in (Action.PRESS, Action.SAY)]
    )
    holds = [hold for hold in (one.typical_hold_s, other.typical_hold_s) if hold is not None]
    return replace(
        one,
        steps=other.steps if changes and len(other.steps) != len(one.steps) else steps,
        revision=max(one.revision, other.revision) + 1,
        successes=one.successes + other.successes,
        failures=one.failures + other.failures,
        tags=tuple(dict.fromkeys((*one.tags, *other.tags))),
        typical_hold_s=round(sum(holds) / len(holds), 1) if holds else None,
    )
