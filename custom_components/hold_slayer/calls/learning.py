"""What calls teach about menus: kept, offered as a call flow, or told when a menu has changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ..issues import raise_issue, withdraw_issue
from ..navigation.acts import Note, NoteKind
from ..navigation.flow import CallFlow, Step
from ..navigation.flow_format import write_json
from .call import Call
from .changes import Change, ChangeKind
from .contact import Contact
from .flow_files import store_flow
from .line import Line

if TYPE_CHECKING:
    from .account import Account

#: Most changes told in an issue.
MOST_CHANGES = 5


class Learning:
    """Learns from every call of an account to a contact."""

    def __init__(self, hass: HomeAssistant, account: Account) -> None:
        """Prepare; `start` begins."""
        self._hass = hass
        self._account = account

    @callback
    def start(self) -> CALLBACK_TYPE:
        """Follow the calls; return what ends that."""
        return self._account.switchboard.watch(self._changed)

    @callback
    def offer(self, contact: Contact, flow: CallFlow, changes: Sequence[str] = ()) -> None:
        """Offer a way through the menu: one that is new, or what became of the one stored."""
        entry = self._account.entry
        values = {
            "contact": contact.name,
            "steps": " → ".join(_short(step) for step in flow.steps),
        }
        if changes:
            values["changes"] = "\n".join(f"- {each}" for each in changes[:MOST_CHANGES])
        withdraw_issue(
            self._hass, entry, "flow_stale", "flow_learned", "flow_changed", about=contact.id
        )
        raise_issue(
            self._hass,
            entry,
            "flow_changed" if changes else "flow_learned",
            values,
            facts={"contact_id": contact.id, "flow": write_json(flow)},
            about=contact.id,
        )

    @callback
    def _changed(self, _line: Line, call: Call, change: Change) -> None:
        """Say that a company changed its menu; learn from a call that is over."""
        contact = call.job.contact
        if contact is None or call.job.plan.explore:
            return
        if contact.id not in self._account.contacts:
            return
        if change.kind is ChangeKind.ENDED:
            self._learn(call, contact)
            self._account.entry.async_create_task(
                self._hass,
                self._account.menus.walked(
                    contact.id, call.navigator.journal, call.navigator.phrases
                ),
                "hold_slayer keep menus",
            )
        elif change.kind is ChangeKind.NOTE:
            note: Note = change.facts["note"]
            if note.kind is NoteKind.FLOW_STALE:
                raise_issue(
                    self._hass,
                    self._account.entry,
                    "flow_stale",
                    {"contact": contact.name, "heard": note.text or "-"},
                    facts={"contact_id": contact.id},
                    about=contact.id,
                )

    def _learn(self, call: Call, contact: Contact) -> None:
        """Store what a call confirmed; offer what it found new or changed."""
        lesson = call.navigator.lesson(call.job.name)
        if lesson is None:
            return
        if lesson.new or lesson.changes:
            self.offer(contact, lesson.flow, lesson.changes)
            return
        store_flow(self._hass, self._account.entry, contact.id, lesson.flow)
        if call.progress.person_since is not None and not call.navigator.flow_stale:
            # The flow led to a person again: an older complaint is settled.
            withdraw_issue(
                self._hass, self._account.entry, "flow_stale", "flow_changed", about=contact.id
            )


def _short(step: Step) -> str:
    """Return a step in a word or two."""
    return step.keys or step.text or step.action.value
