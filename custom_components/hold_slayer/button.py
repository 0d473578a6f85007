"""Buttons: what a line, a contact or a phone can be told to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import SubentryType
from .entity import (
    Account,
    AccountEntity,
    CallRequest,
    HoldSlayerConfigEntry,
    Line,
    LineEntity,
    Order,
    SubentryEntity,
    follow_lines,
    follow_subentries,
    invalid,
    ring_for_test,
    tracing,
)

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class LineButtonDescription(ButtonEntityDescription):
    """A button of a line."""

    press: Callable[[Account, Line], Awaitable[None]]


def _order(order: Order) -> Callable[[Account, Line], Awaitable[None]]:
    """Return what gives an order to the line's call."""

    async def give(_account: Account, line: Line) -> None:
        line.running_call().order(order)

    return give


async def _call(account: Account, line: Line) -> None:
    """Call the contact chosen on the line."""
    if line.chosen_contact not in account.contacts:
        raise invalid("no_contact_chosen", line=line.number)
    await account.start_call(
        CallRequest(
            contact=line.chosen_contact,
            phones=(line.chosen_phone,) if line.chosen_phone in account.phones else (),
            line=line.number,
        )
    )


LINE_BUTTONS = (
    LineButtonDescription(key="call", translation_key="call", press=_call),
    LineButtonDescription(key="hang_up", translation_key="hang_up", press=_order(Order.HANG_UP)),
    LineButtonDescription(
        key="connect_now", translation_key="connect_now", press=_order(Order.CONNECT_NOW)
    ),
    LineButtonDescription(
        key="not_person", translation_key="not_person", press=_order(Order.IS_NO_PERSON)
    ),
    LineButtonDescription(
        key="is_person", translation_key="is_person", press=_order(Order.IS_PERSON)
    ),
    LineButtonDescription(
        key="repeat_step",
        translation_key="repeat_step",
        entity_registry_enabled_default=False,
        press=_order(Order.REPEAT_STEP),
    ),
    LineButtonDescription(
        key="resume_hold",
        translation_key="resume_hold",
        entity_registry_enabled_default=False,
        press=_order(Order.RESUME_HOLD),
    ),
)
CALL_CONTACT = ButtonEntityDescription(key="call", translation_key="call")
TEST_PHONE = ButtonEntityDescription(key="test", translation_key="test")
SIP_TRACE = ButtonEntityDescription(
    key="sip_trace",
    translation_key="sip_trace",
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HoldSlayerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons of the account, its lines, contacts and phones."""
    async_add_entities([SipTraceButton(entry, SIP_TRACE)])
    follow_lines(
        entry,
        async_add_entities,
        lambda line: [LineButton(hass, entry, line, description) for description in LINE_BUTTONS],
    )

    def of_contact(subentry: ConfigSubentry) -> list[CallContactButton]:
        return [CallContactButton(hass, entry, subentry, CALL_CONTACT)]

    def of_phone(subentry: ConfigSubentry) -> list[TestPhoneButton]:
        return [TestPhoneButton(hass, entry, subentry, TEST_PHONE)]

    follow_subentries(entry, SubentryType.CONTACT, async_add_entities, of_contact)
    follow_subentries(entry, SubentryType.PHONE, async_add_entities, of_phone)


class LineButton(LineEntity, ButtonEntity):
    """A button of a line."""

    entity_description: LineButtonDescription
    platform_domain = Platform.BUTTON

    @override
    async def async_press(self) -> None:
        """Do it."""
        await self.entity_description.press(self.account, self.line)


class SipTraceButton(AccountEntity, ButtonEntity):
    """Begins a SIP trace, or ends the one that runs."""

    platform_domain = Platform.BUTTON

    @override
    async def async_press(self) -> None:
        """Do it."""
        await tracing(self.hass).toggle()


class CallContactButton(SubentryEntity, ButtonEntity):
    """Calls a contact about the usual reason."""

    platform_domain = Platform.BUTTON

    @override
    async def async_press(self) -> None:
        """Start the call."""
        await self.account.start_call(CallRequest(contact=self.subentry_id))


class TestPhoneButton(SubentryEntity, ButtonEntity):
    """Rings a phone to see whether it can be reached."""

    platform_domain = Platform.BUTTON
    __test__ = False

    @override
    async def async_press(self) -> None:
        """Ring it."""
        phone = self.account.phones[self.subentry_id]
        await ring_for_test(self.account, phone)
