"""Feeding one subscriber: a snapshot, then deltas, at most four a second for each line."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntryChange
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..devices import line_device_id
from .card_view import call_fields, segment_fields, whole_call, words_fields
from .lookup import accounts

if TYPE_CHECKING:
    from .account import Account
    from .call import Call
    from .line import Line

#: Seconds between two messages about the same line (slow clients are cut off by the core).
INTERVAL_S = 0.25

type Json = dict[str, Any]


class Feed:
    """What one card sees."""

    def __init__(self, hass: HomeAssistant, user: User, send: Callable[[Json], None]) -> None:
        """Prepare; `start` sends the snapshot."""
        self._hass = hass
        self._user = user
        self._send = send
        self._unwatch: list[CALLBACK_TYPE] = []
        self._unwatch_entries: CALLBACK_TYPE | None = None
        self._shown: dict[str, _Shown] = {}
        self._timers: dict[str, CALLBACK_TYPE] = {}
        self._known: Json = {}

    @callback
    def start(self) -> None:
        """Send everything, and follow the changes."""
        self._unwatch_entries = async_dispatcher_connect(
            self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
        )
        self._follow()

    @callback
    def stop(self) -> None:
        """Follow nothing any more."""
        if self._unwatch_entries is not None:
            self._unwatch_entries()
        self._unfollow()

    @callback
    def _follow(self) -> None:
        """Watch all accounts and send the snapshot."""
        self._unfollow()
        self._shown = {}
        for account in accounts(self._hass):
            self._unwatch.append(account.watch(self._account_changed))
            for line in account.switchboard.lines:
                self._unwatch.append(line.watch(self._line_watcher(account, line)))
        self._known = self._directory()
        now = dt_util.utcnow().timestamp()
        self._send({"kind": "snapshot", "now": now, "lines": self._lines(), **self._known})

    @callback
    def _unfollow(self) -> None:
        """Stop watching accounts and lines."""
        for unwatch in self._unwatch:
            unwatch()
        self._unwatch = []
        for cancel in self._timers.values():
            cancel()
        self._timers = {}

    @callback
    def _entry_changed(self, change: ConfigEntryChange, entry: Any) -> None:
        """Begin anew when an account comes, goes or changes its state."""
        if entry.domain == DOMAIN:
            self._follow()

    @callback
    def _account_changed(self) -> None:
        """Begin anew when there are other contacts, phones or lines."""
        if self._directory() != self._known or set(self._line_ids()) != set(self._shown):
            self._follow()

    def _line_watcher(self, account: Account, line: Line) -> Callable[[Any], None]:
        """Return what is told of a line's changes."""
        key = line_id(account, line)

        @callback
        def changed(_change: Any) -> None:
            if key not in self._timers:
                self._update(account, line)
                self._timers[key] = async_call_later(self._hass, INTERVAL_S, later)

        @callback
        def later(_now: Any) -> None:
            self._timers.pop(key, None)
            if self._update(account, line):
                self._timers[key] = async_call_later(self._hass, INTERVAL_S, later)

        return changed

    @callback
    def _update(self, account: Account, line: Line) -> bool:
        """Send what is new about a line; return whether anything was."""
        key = line_id(account, line)
        if (shown := self._shown.get(key)) is None:
            return False
        messages = shown.changes(account, line, self._texts())
        for message in messages:
            self._send({"id": key, **message})
        return bool(messages)

    def _directory(self) -> Json:
        """Return the contacts and phones of all accounts."""
        known = accounts(self._hass)
        return {
            "contacts": [
                {
                    "id": contact.id,
                    "name": contact.name,
                    "intent": contact.intent,
                    "entry_id": account.entry.entry_id,
                }
                for account in known
                for contact in account.contacts.values()
            ],
            "phones": [
                {"id": phone.id, "name": phone.name, "entry_id": account.entry.entry_id}
                for account in known
                for phone in account.phones.values()
            ],
        }

    def _line_ids(self) -> list[str]:
        """Return the ids of all lines this user may see."""
        return [
            line_id(account, line)
            for account in accounts(self._hass)
            for line in account.switchboard.lines
            if self._may_see(account, line)
        ]

    def _lines(self) -> list[Json]:
        """Return all lines this user may see, with their calls."""
        lines: list[Json] = []
        devices = dr.async_get(self._hass)
        texts = self._texts()
        for account in accounts(self._hass):
            entry_id = account.entry.entry_id
            for line in account.switchboard.lines:
                if not self._may_see(account, line):
                    continue
                device_id = line_device_id(self._hass, entry_id, line.number)
                device = devices.async_get(device_id) if device_id else None
                key = line_id(account, line)
                shown = self._shown[key] = _Shown()
                lines.append(
                    {
                        "id": key,
                        "entry_id": entry_id,
                        "number": line.number,
                        "name": (device.name_by_user or device.name) if device else "",
                        "account": account.entry.title,
                        "device_id": device_id,
                        **shown.whole(account, line, texts),
                    }
                )
        return lines

    def _may_see(self, account: Account, line: Line) -> bool:
        """Tell whether the user may read the line's state entity."""
        entity_id = er.async_get(self._hass).async_get_entity_id(
            "sensor", DOMAIN, f"{account.entry.entry_id}_line{line.number}_call_state"
        )
        return entity_id is None or self._user.permissions.check_entity(entity_id, POLICY_READ)

    def _texts(self) -> dict[str, str]:
        """Return the outcomes in words."""
        prefix = f"component.{DOMAIN}.entity.sensor.last_outcome.state."
        found = async_get_cached_translations(
            self._hass, self._hass.config.language, "entity", DOMAIN
        )
        return {
            key.removeprefix(prefix): text for key, text in found.items() if key.startswith(prefix)
        }


class _Shown:
    """What a subscriber knows of one line."""

    def __init__(self) -> None:
        """Know nothing."""
        self._available = False
        self._call: Call | None = None
        self._fields: Json = {}
        self._segments: list[Json] = []
        self._words: list[Json] = []

    def whole(self, account: Account, line: Line, texts: dict[str, str]) -> Json:
        """Return the line as a whole, and remember that."""
        self._available = account.registered or line.busy
        self._call = line.last
        if self._call is None:
            return {"available": self._available, "call": None}
        self._note(account, self._call, texts)
        return {"available": self._available, "call": whole_call(account, self._call, texts)}

    def changes(self, account: Account, line: Line, texts: dict[str, str]) -> list[Json]:
        """Return what is new since the last time."""
        available, before = self._available, self._call
        if line.last is not before:
            return [{"kind": "line", **self.whole(account, line, texts)}]
        self._available = account.registered or line.busy
        if before is None:
            if self._available == available:
                return []
            return [{"kind": "line", "available": self._available, "call": None}]
        old = (self._fields, self._segments, self._words)
        self._note(account, before, texts)
        fields = {key: value for key, value in self._fields.items() if old[0].get(key) != value}
        messages: list[Json] = []
        if fields or self._available != available:
            messages.append({"kind": "line", "available": self._available, "call": fields})
        messages += _new("segment", old[1], self._segments)
        return messages + _new("words", old[2], self._words)

    def _note(self, account: Account, call: Call, texts: dict[str, str]) -> None:
        """Remember how a call is now."""
        self._fields = call_fields(account, call, texts)
        self._segments = [segment_fields(segment) for segment in call.progress.segments]
        self._words = [words_fields(line) for line in call.progress.transcript]


def _new(kind: str, before: list[Json], now: list[Json]) -> list[Json]:
    """Return the items that are new or changed, with their index."""
    return [
        {"kind": kind, "index": index, kind: item}
        for index, item in enumerate(now)
        if index >= len(before) or before[index] != item
    ]


def line_id(account: Account, line: Line) -> str:
    """Return the id of a line in the subscription."""
    return f"{account.entry.entry_id}_{line.number}"
