"""The event entity of a line: what happens in its calls, for automations."""

from enum import StrEnum
from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import (
    CallState,
    Change,
    ChangeKind,
    HoldSlayerConfigEntry,
    LineEntity,
    Note,
    NoteKind,
    PhoneState,
    follow_lines,
)

PARALLEL_UPDATES = 0
CALL = EventEntityDescription(key="call", translation_key="call")


class CallEventType(StrEnum):
    """What can happen in a call."""

    DIALING = "dialing"
    RINGING = "ringing"
    ANSWERED = "answered"
    MENU_HEARD = "menu_heard"
    KEY_PRESSED = "key_pressed"
    HOLD_STARTED = "hold_started"
    ANNOUNCEMENT = "announcement"
    QUEUE_POSITION = "queue_position"
    PERSON_SUSPECTED = "person_suspected"
    HUMAN_DETECTED = "human_detected"
    FALSE_ALARM = "false_alarm"
    PHONE_RINGING = "phone_ringing"
    PHONE_ANSWERED = "phone_answered"
    CONNECTED = "connected"
    CALLBACK_OFFERED = "callback_offered"
    FLOW_STALE = "flow_stale"
    ENDED = "ended"
    FAILED = "failed"


_STATES = {
    CallState.DIALING: CallEventType.DIALING,
    CallState.RINGING: CallEventType.RINGING,
    CallState.NAVIGATING: CallEventType.ANSWERED,
    CallState.ON_HOLD: CallEventType.HOLD_STARTED,
    CallState.PERSON_SUSPECTED: CallEventType.PERSON_SUSPECTED,
    CallState.PERSON_DETECTED: CallEventType.HUMAN_DETECTED,
    CallState.CONNECTED: CallEventType.CONNECTED,
    CallState.ENDED: CallEventType.ENDED,
    CallState.FAILED: CallEventType.FAILED,
}
_NOTES = {
    NoteKind.MENU_HEARD: CallEventType.MENU_HEARD,
    NoteKind.ANNOUNCEMENT: CallEventType.ANNOUNCEMENT,
    NoteKind.QUEUE_POSITION: CallEventType.QUEUE_POSITION,
    NoteKind.FALSE_ALARM: CallEventType.FALSE_ALARM,
    NoteKind.CALLBACK_OFFERED: CallEventType.CALLBACK_OFFERED,
    NoteKind.FLOW_STALE: CallEventType.FLOW_STALE,
}
_PHONES = {
    PhoneState.RINGING: CallEventType.PHONE_RINGING,
    PhoneState.ANSWERED: CallEventType.PHONE_ANSWERED,
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HoldSlayerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the event entity of all lines."""
    follow_lines(entry, async_add_entities, lambda line: [CallEvent(hass, entry, line, CALL)])


class CallEvent(LineEntity, EventEntity):
    """What happens in the calls of a line."""

    platform_domain = Platform.EVENT
    _attr_event_types = [event.value for event in CallEventType]  # noqa: RUF012
    _unrecorded_attributes = frozenset({"text"})

    @override
    @callback
    def line_changed(self, change: Change | None) -> None:
        """Turn a change into an event where it is one."""
        happened = self._event(change) if change is not None else None
        if happened is not None and self.call is not None:
            event, facts = happened
            contact = self.call.job.contact
            self._trigger_event(
                event.value,
                {"call_id": self.call.id, "contact": contact.name if contact else None, **facts},
            )
        self.async_write_ha_state()

    def _event(self, change: Change) -> tuple[CallEventType, dict[str, Any]] | None:
        """Return the event a change is, with what belongs to it."""
        match change.kind:
            case ChangeKind.STATE if self.call is not None:
                if (event := _STATES.get(self.call.state)) is None:
                    return None
                outcome = self.call.progress.outcome
                return event, {"outcome": outcome.value} if outcome else {}
            case ChangeKind.NOTE:
                note: Note = change.facts["note"]
                if (event := _NOTES.get(note.kind)) is None:
                    return None
                return event, {"text": note.text, "value": note.value}
            case ChangeKind.KEYS:
                return CallEventType.KEY_PRESSED, {"keys": change.facts["keys"]}
            case ChangeKind.PHONE:
                if (event := _PHONES.get(change.facts["state"])) is None:
                    return None
                return event, {"phone": change.facts["phone"].name}
        return None
