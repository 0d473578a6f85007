"""What users say about calls: that was (not) a person, that word or key was another one."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
import json
import time
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall
from sqlalchemy import Connection, insert, select, update

from ..calls.changes import ChangeKind
from ..calls.flow_files import store_flow
from ..calls.lookup import accounts, call_for, find_call
from ..calls.problems import engine_failed, invalid
from ..calls.progress import Speaker
from ..calls.view import call_view
from ..navigation.flow import Action, CallFlow, Prompt, Step
from ..telephony.errors import EngineError
from .filters import Visible
from .folding import searchable
from .history import history_of
from .lookup import whole_call_of
from .masking import Mask
from .schema import EVENTS, WORDS
from .visibility import visible_in

#: Kind of the events that hold what was taught.
TAUGHT: Final = "taught"
#: Longest correction, characters.
LONGEST: Final = 500
_KEYS: Final = frozenset("0123456789*#ABCD,")


async def teach_verdict(call: ServiceCall) -> dict[str, Any]:
    """Take in who is on the line, or who was on it when the call ended; return the call."""
    hass, person = call.hass, bool(call.data["person"])
    call_id = call.data.get("call_id")
    known = {each for account in accounts(hass) for each in account.switchboard.calls}
    if call_id is None or call_id in known:
        # just over is not too late: the ears keep a leg's prints for a moment
        account, found = call_for(hass, call.data) if call_id is None else find_call(hass, call_id)
        await found.teach(person=person)
        return call_view(account, found)
    past = await whole_call_of(hass, call_id, await visible_in(hass, call.context))
    changed = await _teach_book(hass, past, person=person)
    await _keep(hass, past["call_id"], {"what": "verdict", "person": person})
    return {"call_id": past["call_id"], "person": person, "book_changed": changed}


async def _teach_book(hass: HomeAssistant, call: Mapping[str, Any], *, person: bool) -> bool:
    """Teach the contact's print book what was judged last in a past call; tell whether it could be."""
    stretch = await history_of(hass).read(partial(judged_print, call_id=call["call_id"]))
    for account in accounts(hass):
        if stretch and call["contact_id"] in account.contacts:
            try:
                await account.prints.teach(call["contact_id"], stretch, person=person)
            except EngineError as err:
                raise engine_failed(err) from err
            return True
    return False


def judged_print(connection: Connection, call_id: str) -> bytes:
    """Return the print of what the ears judged last in a call, empty when there is none."""
    facts = connection.scalar(
        select(EVENTS.c.facts)
        .where(EVENTS.c.call_id == call_id, EVENTS.c.kind == ChangeKind.JUDGED)
        .order_by(EVENTS.c.id.desc())
        .limit(1)
    )
    return b64decode(json.loads(facts)["print"]) if facts else b""


async def correct_line(
    hass: HomeAssistant, call_id: str, line: int, text: str, visible: Visible | None
) -> dict[str, Any]:
    """Correct a line of a transcript, and what the contact's call flow has of it."""
    call = await whole_call_of(hass, call_id, visible)
    if not 0 <= line < len(call["transcript"]):
        raise invalid("line_unknown", line=line, count=len(call["transcript"]))
    wrong = call["transcript"][line]
    if wrong["speaker"] not in (Speaker.COMPANY, Speaker.KEYS):
        raise invalid("line_not_correctable", line=line)
    pressed = wrong["speaker"] == Speaker.KEYS
    text = " ".join(text.split())[:LONGEST]
    if pressed and not set(text) <= _KEYS:
        raise invalid("keys_unknown", keys=text)
    text = _mask(hass, call).text(text)
    facts = {
        "what": "keys" if pressed else "words",
        "line": line,
        "before": wrong["text"],
        "after": text,
    }
    await history_of(hass).write(_Correction(call_id, line, facts, replaced=not pressed))
    changed = _teach_flow(hass, call, wrong["text"], text, pressed=pressed)
    return {"call_id": call_id, **facts, "flow_changed": changed}


class _Correction:
    """Writes a correction: the line as it was said, keys as they were pressed."""

    def __init__(
        self, call_id: str, line: int, facts: Mapping[str, Any], *, replaced: bool
    ) -> None:
        """Take what was taught."""
        self._call_id = call_id
        self._line = line
        self._facts = facts
        self._replaced = replaced

    def __call__(self, connection: Connection) -> None:
        """Write; the caller commits."""
        if self._replaced:
            which = (
                select(WORDS.c.id)
                .where(WORDS.c.call_id == self._call_id)
                .order_by(WORDS.c.id)
                .offset(self._line)
                .limit(1)
            )
            row = connection.scalar(which)
            after = self._facts["after"]
            connection.execute(
                update(WORDS).where(WORDS.c.id == row).values(text=after, folded=searchable(after))
            )
        _insert(connection, self._call_id, self._facts)


async def _keep(hass: HomeAssistant, call_id: str, facts: Mapping[str, Any]) -> None:
    """Write what was taught of a call that is over."""
    await history_of(hass).write(lambda connection: _insert(connection, call_id, facts))


def _insert(connection: Connection, call_id: str, facts: Mapping[str, Any]) -> None:
    """Add an event."""
    event = {
        "call_id": call_id,
        "time": time.time(),
        "kind": TAUGHT,
        "facts": json.dumps(facts, ensure_ascii=False),
    }
    connection.execute(insert(EVENTS), event)


def _mask(hass: HomeAssistant, call: Mapping[str, Any]) -> Mask:
    """Return what keeps the contact's secrets out."""
    for account in accounts(hass):
        if (contact := account.contacts.get(call["contact_id"] or "")) is not None:
            return Mask(contact.secrets)
    return Mask({})


def _teach_flow(
    hass: HomeAssistant, call: Mapping[str, Any], before: str, after: str, *, pressed: bool
) -> bool:
    """Correct the steps of the contact's flow that have what was wrong; tell whether there were."""
    for account in accounts(hass):
        contact = account.contacts.get(call["contact_id"] or "")
        if contact is None or contact.flow is None:
            continue
        flow = corrected(contact.flow, before, after, pressed=pressed)
        if flow is not contact.flow:
            store_flow(hass, account.entry, contact.id, flow)
            return True
    return False


def corrected(flow: CallFlow, before: str, after: str, *, pressed: bool) -> CallFlow:
    """Return a flow with a key or the words of a prompt corrected; the same one if it has neither."""
    steps: list[Step] = []
    changed = False
    for step in flow.steps:
        right = step
        if pressed and not changed and step.action is Action.PRESS and step.keys == before:
            right = replace(step, keys=after)
        elif not pressed and _folded(before) in {_folded(each.text) for each in step.prompts}:
            # the misheard words stay: they may be misheard again
            right = replace(
                step,
                prompt=replace(step.prompt, text=after),
                alternatives=(
                    *(each for each in step.alternatives if _folded(each.text) != _folded(after)),
                    *([Prompt(text=before)] if _folded(before) != _folded(after) else []),
                ),
            )
        changed = changed or right is not step
        steps.append(right)
    return replace(flow, steps=tuple(steps), revision=flow.revision + 1) if changed else flow


def _folded(text: str) -> str:
    """Return a text as it is compared."""
    return " ".join(text.casefold().split()).strip(".,!?")
