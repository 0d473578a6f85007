"""What happens to calls, as events on Home Assistant's bus."""

from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .calls.account import HoldSlayerConfigEntry
from .calls.call import Call
from .calls.changes import Change, ChangeKind
from .calls.line import Line
from .const import BusEvent
from .devices import line_device_id
from .navigation.states import CallState


class CallAnnouncer:
    """Fires the events of one account."""

    def __init__(self, hass: HomeAssistant, entry: HoldSlayerConfigEntry) -> None:
        """Prepare; `start` begins."""
        self._hass = hass
        self._entry = entry

    @callback
    def start(self) -> CALLBACK_TYPE:
        """Watch the switchboard; return what ends that."""
        return self._entry.runtime_data.switchboard.watch(self._changed)

    @callback
    def _changed(self, line: Line, call: Call, change: Change) -> None:
        """Fire what a change deserves."""
        match change.kind:
            case ChangeKind.STATE:
                self._fire(BusEvent.CALL, line, call, previous_state=change.facts.get("before"))
                if call.state is CallState.ON_HOLD:
                    self._fire(BusEvent.HOLD_DETECTED, line, call)
                elif call.state is CallState.PERSON_DETECTED:
                    self._fire(
                        BusEvent.HUMAN_DETECTED,
                        line,
                        call,
                        probability=call.progress.probability,
                        reasons=[reason.cue.value for reason in call.progress.reasons],
                    )
            case ChangeKind.ENDED:
                self._fire(BusEvent.CALL_ENDED, line, call, **summary(call))

    @callback
    def _fire(self, event: BusEvent, line: Line, call: Call, **more: Any) -> None:
        """Fire an event with the fields that all have in common."""
        self._hass.bus.async_fire(
            event,
            {
                "call_id": call.id,
                "config_entry_id": self._entry.entry_id,
                "device_id": line_device_id(self._hass, self._entry.entry_id, line.number),
                "line": line.number,
                "state": call.state.value,
                "contact": call.job.contact.name if call.job.contact else None,
                "number": call.job.target,
                "intent": call.job.plan.intent,
                **more,
            },
            context=call.job.context,
        )


def summary(call: Call) -> dict[str, Any]:
    """Return how a call went, in JSON types."""
    progress = call.progress
    ended = progress.ended or progress.since
    return {
        "outcome": progress.outcome.value if progress.outcome else None,
        "reason": progress.reason,
        "duration": round((ended - progress.started).total_seconds(), 1),
        "hold_time": round(progress.held_s, 1),
        "connected": progress.connected is not None,
    }
