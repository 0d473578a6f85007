"""What the entities of lines, accounts, contacts and phones have in common."""

from collections.abc import Callable, Iterable
from typing import ClassVar, override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .calls.account import Account, HoldSlayerConfigEntry
from .calls.call import Call
from .calls.changes import Change, ChangeKind
from .calls.line import Line
from .calls.phone_test import ring_for_test
from .calls.problems import invalid
from .calls.request import CallRequest
from .calls.schedule import When
from .calls.tracing import tracing
from .calls.wish import read_wish
from .const import DOMAIN, SubentryType
from .devices import account_device, line_device, subentry_device
from .hearing.heard import Sound
from .navigation.acts import Note, NoteKind
from .navigation.moments import Order, PhoneState
from .navigation.states import FINAL_STATES, CallState, Outcome
from .records.outlook import Figures, forecast_json
from .telephony.messages import LegStatistics, RegistrationState

#: What the platforms may use: they import nothing deeper.
__all__ = [
    "FINAL_STATES",
    "Account",
    "AccountEntity",
    "Call",
    "CallRequest",
    "CallState",
    "Change",
    "ChangeKind",
    "Figures",
    "HoldSlayerConfigEntry",
    "LegStatistics",
    "Line",
    "LineEntity",
    "Note",
    "NoteKind",
    "Order",
    "Outcome",
    "PhoneState",
    "RegistrationState",
    "Sound",
    "SubentryEntity",
    "When",
    "follow_lines",
    "follow_subentries",
    "forecast_json",
    "invalid",
    "read_wish",
    "ring_for_test",
    "tracing",
]


@callback
def follow_lines(
    entry: HoldSlayerConfigEntry,
    add: AddConfigEntryEntitiesCallback,
    make: Callable[[Line], Iterable[Entity]],
) -> None:
    """Add the entities of all lines, now and when lines are added."""
    known: set[int] = set()

    @callback
    def add_new() -> None:
        lines = entry.runtime_data.switchboard.lines
        new = [line for line in lines if line.number not in known]
        known.intersection_update(line.number for line in lines)
        known.update(line.number for line in new)
        if new:
            add([entity for line in new for entity in make(line)])

    entry.async_on_unload(entry.runtime_data.watch(add_new))
    add_new()


@callback
def follow_subentries(
    entry: HoldSlayerConfigEntry,
    kind: SubentryType,
    add: AddConfigEntryEntitiesCallback,
    make: Callable[[ConfigSubentry], Iterable[Entity]],
) -> None:
    """Add the entities of all subentries of a kind, now and when they are added."""
    known: set[str] = set()

    @callback
    def add_new() -> None:
        known.intersection_update(entry.subentries)
        for subentry_id, subentry in entry.subentries.items():
            if subentry.subentry_type == kind and subentry_id not in known:
                known.add(subentry_id)
                add(list(make(subentry)), config_subentry_id=subentry_id)

    entry.async_on_unload(entry.runtime_data.watch(add_new))
    add_new()


class HoldSlayerEntity(Entity):
    """An entity that is told of changes."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    #: Domain of the platform, such as `sensor`.
    platform_domain: ClassVar[str]

    def __init__(self, entry: HoldSlayerConfigEntry, description: EntityDescription) -> None:
        """Remember the account."""
        self.entity_description = description
        self.entry = entry

    @property
    def account(self) -> Account:
        """The account this belongs to."""
        return self.entry.runtime_data


class AccountEntity(HoldSlayerEntity):
    """An entity of the account itself."""

    def __init__(self, entry: HoldSlayerConfigEntry, description: EntityDescription) -> None:
        """Name it after the account."""
        super().__init__(entry, description)
        self.entity_id = f"{self.platform_domain}.{DOMAIN}_{description.key}"
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = account_device(entry)

    @override
    async def async_added_to_hass(self) -> None:
        """Be told of changes of the account and its calls."""
        self.async_on_remove(self.account.watch(self.async_write_ha_state))
        self.async_on_remove(self.account.switchboard.watch(lambda *_: self.async_write_ha_state()))


class LineEntity(HoldSlayerEntity):
    """An entity of a line."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: HoldSlayerConfigEntry,
        line: Line,
        description: EntityDescription,
    ) -> None:
        """Name it after the line."""
        super().__init__(entry, description)
        self.line = line
        # The account's address would make ids that nobody wants to type.
        self.entity_id = f"{self.platform_domain}.{DOMAIN}_line_{line.number}_{description.key}"
        self._attr_unique_id = f"{entry.entry_id}_line{line.number}_{description.key}"
        self._attr_device_info = line_device(hass, entry, line)

    @property
    def call(self) -> Call | None:
        """The call this line shows."""
        return self.line.call

    @property
    @override
    def available(self) -> bool:
        """A line is there when the account is registered, or a call is up regardless."""
        return self.account.registered or self.line.busy

    @override
    async def async_added_to_hass(self) -> None:
        """Be told of changes of the line."""
        self.async_on_remove(self.line.watch(self.line_changed))

    @callback
    def line_changed(self, change: Change | None) -> None:
        """Show the line as it is now."""
        self.async_write_ha_state()


class SubentryEntity(HoldSlayerEntity):
    """An entity of a contact or a phone."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: HoldSlayerConfigEntry,
        subentry: ConfigSubentry,
        description: EntityDescription,
    ) -> None:
        """Name it after the subentry."""
        super().__init__(entry, description)
        self.subentry_id = subentry.subentry_id
        self._attr_unique_id = f"{entry.entry_id}_{subentry.subentry_id}_{description.key}"
        self._attr_device_info = subentry_device(hass, entry, subentry)

    @property
    @override
    def available(self) -> bool:
        """It is there when the account is registered."""
        return self.account.registered

    @override
    async def async_added_to_hass(self) -> None:
        """Be told of changes of the account."""
        self.async_on_remove(self.account.watch(self.async_write_ha_state))
