"""Push messages to the user's mobile apps: one per call, which updates and clears itself."""

from enum import StrEnum
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.components.mobile_app.util import get_notify_service, webhook_id_from_device_id
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from ..calls.call import Call
from ..calls.changes import Change, ChangeKind
from ..calls.line import Line
from ..const import DOMAIN
from ..navigation.acts import NoteKind
from ..navigation.moments import Order
from ..navigation.states import CallState, Outcome
from ..sentences import phrase

if TYPE_CHECKING:
    from ..calls.account import Account

_LOGGER = logging.getLogger(__name__)

ACTION_EVENT = "mobile_app_notification_action"
_PREFIX = "HOLD_SLAYER"


class PushAction(StrEnum):
    """Buttons under a message."""

    CONNECT = "connect"
    NOT_PERSON = "not_person"
    KEEP_HOLDING = "keep_holding"
    HANG_UP = "hang_up"


_ORDERS = {
    PushAction.NOT_PERSON: Order.IS_NO_PERSON,
    PushAction.KEEP_HOLDING: Order.KEEP_HOLDING,
    PushAction.HANG_UP: Order.HANG_UP,
}
_ANSWERING = (
    PushAction.CONNECT,
    PushAction.NOT_PERSON,
    PushAction.KEEP_HOLDING,
    PushAction.HANG_UP,
)
#: Ends about which the user wants no message: they were there, or did it themselves.
_SILENT_ENDS = frozenset({Outcome.CONNECTED, Outcome.HUNG_UP})


class Push:
    """Sends the messages of an account's calls and takes the answers."""

    def __init__(self, hass: HomeAssistant, account: Account) -> None:
        """Prepare; `start` begins."""
        self._hass = hass
        self._account = account
        self._shown: set[str] = set()

    @callback
    def start(self) -> CALLBACK_TYPE:
        """Follow the calls and the answers; return what ends that."""
        unwatch = self._account.switchboard.watch(self._changed)
        unlisten = self._hass.bus.async_listen(ACTION_EVENT, self._answered)

        @callback
        def stop() -> None:
            unwatch()
            unlisten()

        return stop

    @callback
    def _answered(self, event: Event) -> None:
        """Take a tap on a button; those of calls that are over are ignored."""
        prefix, _, rest = str(event.data.get("action", "")).partition(":")
        name, _, call_id = rest.partition(":")
        call = self._account.switchboard.calls.get(call_id)
        if prefix != _PREFIX or name not in PushAction or call is None or not call.active:
            return
        action = PushAction(name)
        if action is PushAction.CONNECT:
            call.accept()
        else:
            call.order(_ORDERS[action])

    @callback
    def _changed(self, _line: Line, call: Call, change: Change) -> None:
        """Send what a change deserves."""
        devices = {phone.push_device for phone in call.job.phones if phone.push_device}
        if not devices:
            return
        match change.kind:
            case ChangeKind.STATE | ChangeKind.PHONE:
                message = self._message(call)
            case ChangeKind.NOTE if change.facts["note"].kind in (
                NoteKind.QUEUE_POSITION,
                NoteKind.ESTIMATED_WAIT,
            ):
                message = self._message(call)
            case ChangeKind.ENDED:
                self._account.entry.async_create_background_task(
                    self._hass, self._end(call, devices), "hold_slayer push"
                )
                return
            case _:
                return
        if message is None:
            if call.id in self._shown:
                self._shown.discard(call.id)
                self._send(devices, _clear(call))
            return
        self._shown.add(call.id)
        self._send(devices, message)

    def _message(self, call: Call) -> dict[str, Any] | None:
        """Return the message for the state a call is in; None when there is nothing to show."""
        match call.state:
            case CallState.ON_HOLD if self._account.settings.notify_hold:
                return self._hold_message(call)
            case CallState.PERSON_SUSPECTED if call.progress.phones:
                return self._person_message(call, "suspected")
            case CallState.PERSON_DETECTED | CallState.RINGING_YOU:
                return self._person_message(call, "person")
        return None

    def _hold_message(self, call: Call) -> dict[str, Any]:
        """Return the message that counts the time on hold, without a sound."""
        progress = call.progress
        parts = [self._text("hold")]
        if progress.queue_position is not None:
            parts = [self._text("hold_position", position=progress.queue_position)]
        if progress.estimated_wait_s:
            parts.append(self._text("hold_wait", minutes=round(progress.estimated_wait_s / 60)))
        since = progress.hold_started or progress.since
        data = {
            "live_update": True,
            "chronometer": True,
            "when": int(since.timestamp()),
            "alert_once": True,
            "channel": "hold_slayer_hold",
            "importance": "low",
            "push": {"sound": "none", "interruption-level": "passive"},
        }
        return self._whole(call, "hold_title", " ".join(parts), data, (PushAction.HANG_UP,))

    def _person_message(self, call: Call, key: str) -> dict[str, Any]:
        """Return the message that somebody answered."""
        settings = self._account.settings
        quiet = settings.quiet is not None and settings.quiet.include(dt_util.now())
        data: dict[str, Any] = {"ttl": 0, "priority": "high", "channel": "hold_slayer"}
        if quiet:
            data["push"] = {"sound": "none", "interruption-level": "passive"}
            data["channel"] = "hold_slayer_hold"
        elif settings.critical_push:
            data["channel"] = "alarm_stream"
            data["push"] = {
                "sound": {"name": "default", "critical": 1, "volume": 1.0},
                "interruption-level": "critical",
            }
        else:
            data["push"] = {"interruption-level": "time-sensitive"}
        return self._whole(call, f"{key}_title", self._text(key), data, _ANSWERING)

    def _whole(
        self,
        call: Call,
        title: str,
        message: str,
        data: dict[str, Any],
        actions: tuple[PushAction, ...],
    ) -> dict[str, Any]:
        """Return a message with its title and buttons."""
        buttons = [
            {"action": f"{_PREFIX}:{action}:{call.id}", "title": self._text(action)}
            for action in actions
        ]
        return {
            "title": self._text(title, name=call.job.name),
            "message": message,
            "data": {"tag": call.id, "group": DOMAIN, "actions": buttons, **data},
        }

    async def _end(self, call: Call, devices: set[str]) -> None:
        """Clear the message, and say how it went where the user was not there."""
        if call.id in self._shown:
            self._shown.discard(call.id)
            self._send(devices, _clear(call))
        outcome = call.progress.outcome
        if outcome is None or outcome in _SILENT_ENDS or call.progress.connected is not None:
            return
        language = self._account.language
        texts = await async_get_translations(self._hass, language, "entity", [DOMAIN])
        key = f"component.{DOMAIN}.entity.sensor.last_outcome.state.{outcome}"
        message = {
            "title": self._text("ended_title", name=call.job.name),
            "message": texts.get(key, outcome.value),
            "data": {"tag": f"{call.id}-end", "group": DOMAIN, "channel": "hold_slayer"},
        }
        self._send(devices, message)

    @callback
    def _send(self, devices: set[str], message: dict[str, Any]) -> None:
        """Send a message to mobile apps; one that is gone is left out."""
        for device in devices:
            webhook = webhook_id_from_device_id(self._hass, device)
            service = get_notify_service(self._hass, webhook) if webhook else None
            if service is None:
                _LOGGER.debug("No mobile app behind device %s", device)
                continue
            self._account.entry.async_create_background_task(
                self._hass, self._call(service, message), "hold_slayer push"
            )

    async def _call(self, service: str, message: dict[str, Any]) -> None:
        """Call the app's notify action; a failure costs the message, not the call."""
        try:
            await self._hass.services.async_call("notify", service, message, blocking=True)
        except HomeAssistantError as err:
            _LOGGER.warning("A push message could not be sent: %s", err)

    def _text(self, key: str, **values: object) -> str:
        """Return a text for the user."""
        return phrase(self._account.language, "push", key, **values)


def _clear(call: Call) -> dict[str, Any]:
    """Return the message that takes a message away."""
    return {"message": "clear_notification", "data": {"tag": call.id}}
