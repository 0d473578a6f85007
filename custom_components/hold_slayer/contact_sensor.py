"""Sensors of a contact: how the last call went, how long holding usually takes."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Self, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import Platform, UnitOfTime
from homeassistant.core import callback
from homeassistant.helpers.restore_state import ExtraStoredData, RestoreEntity
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from .calls.call import Call
from .calls.changes import Change, ChangeKind
from .calls.line import Line
from .entity import SubentryEntity
from .navigation.states import Outcome

#: Calls remembered for the typical time on hold and the best hour.
MOST_CALLS = 50

CONTACT_SENSORS = (
    SensorEntityDescription(
        key="last_outcome",
        translation_key="last_outcome",
        device_class=SensorDeviceClass.ENUM,
        options=[outcome.value for outcome in Outcome],
    ),
    SensorEntityDescription(
        key="typical_hold",
        translation_key="typical_hold",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
    ),
    SensorEntityDescription(
        key="best_time",
        translation_key="best_time",
        device_class=SensorDeviceClass.TIMESTAMP,
    ),
)


@dataclass(slots=True)
class PastCalls(ExtraStoredData):
    """What a contact's sensors remember over a restart."""

    last_outcome: str | None = None
    #: (local hour of the week 0-167, seconds on hold) of calls that reached a person.
    holds: list[tuple[int, float]] = field(default_factory=list)

    @override
    def as_dict(self) -> dict[str, Any]:
        """Return it as stored."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Read it as stored."""
        holds = [(int(hour), float(hold)) for hour, hold in data.get("holds", ())]
        return cls(last_outcome=data.get("last_outcome"), holds=holds)

    def add(self, outcome: str, began: datetime, held_s: float | None) -> None:
        """Remember a call; `held_s` is None when nobody answered."""
        self.last_outcome = outcome
        if held_s is not None:
            self.holds.append((began.weekday() * 24 + began.hour, held_s))
            del self.holds[:-MOST_CALLS]

    @property
    def typical_hold_s(self) -> float | None:
        """The median time on hold."""
        return round(median(hold for _, hold in self.holds), 1) if self.holds else None

    def best_time(self, now: datetime) -> datetime | None:
        """The next local hour with the shortest median hold; None = too little known."""
        by_hour: dict[int, list[float]] = {}
        for hour, hold in self.holds:
            by_hour.setdefault(hour, []).append(hold)
        if len(by_hour) < 2:
            return None
        best = min(by_hour, key=lambda hour: median(by_hour[hour]))
        this_hour = now.replace(minute=0, second=0, microsecond=0)
        ahead = (best - now.weekday() * 24 - now.hour) % (7 * 24)
        return this_hour + timedelta(hours=ahead)


class ContactSensor(SubentryEntity, SensorEntity, RestoreEntity):
    """A sensor of a contact, fed by the ends of its calls."""

    platform_domain = Platform.SENSOR
    _past = PastCalls()

    @property
    @override
    def available(self) -> bool:
        """What is remembered needs no registration."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Remember, and be told of the ends of calls."""
        await super().async_added_to_hass()
        self._past = PastCalls()
        if (stored := await self.async_get_last_extra_data()) is not None:
            self._past = PastCalls.from_dict(stored.as_dict())
        self.async_on_remove(self.account.switchboard.watch(self._call_changed))

    @property
    @override
    def extra_restore_state_data(self) -> PastCalls:
        """What to remember over a restart."""
        return self._past

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The value now."""
        match self.entity_description.key:
            case "last_outcome":
                return self._past.last_outcome
            case "typical_hold":
                return self._past.typical_hold_s
        return self._past.best_time(dt_util.now())

    @callback
    def _call_changed(self, _line: Line, call: Call, change: Change) -> None:
        """Learn from a call of this contact that is over."""
        contact = call.job.contact
        if change.kind is not ChangeKind.ENDED or contact is None:
            return
        if contact.id != self.subentry_id or (outcome := call.progress.outcome) is None:
            return
        answered = call.progress.person_since is not None
        began = dt_util.as_local(call.progress.started)
        self._past.add(outcome.value, began, call.progress.held_s if answered else None)
        self.async_write_ha_state()
