"""Limits on dialling that hold over restarts and changed clocks: how often, how long, the same number."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
import time
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

VERSION: Final = 1
#: Seconds after a change until it is written.
WRITE_AFTER_S: Final = 1.0
HOUR_S: Final = 3600.0
DAY_S: Final = 24 * HOUR_S


class Cap(StrEnum):
    """A limit that was reached; also the key of its translated error."""

    HOUR = "cap_hour"
    DAY = "cap_day"
    MINUTES = "cap_minutes"
    NUMBER = "cap_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class DialCaps:
    """How much may be dialled; 0 = no limit."""

    per_hour: int = 10
    per_day: int = 30
    minutes_per_day: int = 300
    #: Tries of the same number within an hour.
    tries: int = 5


class CapReachedError(Exception):
    """A call would go beyond a limit."""

    def __init__(self, cap: Cap, limit: int) -> None:
        """Say which, and how much it allows."""
        super().__init__(f"{cap}: {limit}")
        self.cap = cap
        self.limit = limit


@dataclass(slots=True, kw_only=True)
class _Dialled:
    """A call that was placed."""

    #: Time of our own clock, s.
    at: float
    number: str
    seconds: float = 0.0


class DialLedger:
    """What was dialled in the last day, by a clock of its own.

    That clock goes on while Home Assistant runs whatever is done to the system's, and takes what
    passed while it did not run from the system's, if that did not go back. So turning the clock
    back never shortens a limit, and a clock that was wrong for a while blocks nothing for ever.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin empty; `load` brings back what is stored. Both clocks count seconds."""
        self._store = _store(hass, entry_id)
        self._wall = wall
        self._steady = steady
        self._began = steady()
        self._offset = 0.0
        self._calls: dict[str, _Dialled] = {}

    async def load(self) -> None:
        """Bring back what was dialled before the restart."""
        stored = await self._store.async_load()
        if stored is None:
            return
        passed = max(0.0, self._wall() - stored["wall"])
        self._offset = stored["clock"] + passed
        self._calls = {
            key: _Dialled(at=at, number=number, seconds=seconds)
            for key, at, number, seconds in stored["calls"]
        }

    def check(self, number: str, caps: DialCaps, *, exploring: bool = False) -> None:
        """Raise `CapReachedError` unless a number may be dialled now.

        Exploring a menu takes many calls to one number by order of the user: only the day counts.
        """
        self._forget_old()
        now = self._now()
        hour = [call for call in self._calls.values() if now - call.at < HOUR_S]
        found = [
            (Cap.DAY, caps.per_day, len(self._calls)),
            (Cap.MINUTES, caps.minutes_per_day, self.minutes),
        ]
        if not exploring:
            same = sum(1 for call in hour if call.number == number)
            found += [(Cap.NUMBER, caps.tries, same), (Cap.HOUR, caps.per_hour, len(hour))]
        for cap, limit, used in found:
            if limit and used >= limit:
                raise CapReachedError(cap, limit)

    @property
    def minutes(self) -> float:
        """How long the calls of the last day took so far, min."""
        return sum(call.seconds for call in self._calls.values()) / 60

    def dialled(self, call_id: str, number: str) -> None:
        """Note a call that is placed."""
        self._calls[call_id] = _Dialled(at=self._now(), number=number)
        # At once: a crash must not make room for more.
        self._save(0.0)

    def took(self, call_id: str, seconds: float) -> None:
        """Note how long a call took that is over."""
        if call_id in self._calls:
            self._calls[call_id].seconds = seconds
            self._save(WRITE_AFTER_S)

    def forgive(self) -> None:
        """Count from nothing again, by order of the user."""
        self._calls.clear()
        self._save(WRITE_AFTER_S)

    async def close(self) -> None:
        """Write what is not written yet."""
        if self._calls:
            await self._store.async_save(self._data())

    def _now(self) -> float:
        """Return the time of our own clock, s."""
        return self._offset + self._steady() - self._began

    def _forget_old(self) -> None:
        """Drop what is older than a day."""
        now = self._now()
        self._calls = {key: call for key, call in self._calls.items() if now - call.at < DAY_S}

    def _save(self, after_s: float) -> None:
        """Write soon."""
        self._store.async_delay_save(self._data, after_s)

    def _data(self) -> dict[str, Any]:
        """Return what is stored."""
        return {
            "wall": self._wall(),
            "clock": self._now(),
            "calls": [
                [key, call.at, call.number, call.seconds] for key, call in self._calls.items()
            ],
        }


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    """Return where an account's ledger lies."""
    return Store(hass, VERSION, f"{DOMAIN}.dialled.{entry_id}", private=True)


async def remove_dialled(hass: HomeAssistant, entry_id: str) -> None:
    """Remove the ledger of an account that is gone."""
    await _store(hass, entry_id).async_remove()
