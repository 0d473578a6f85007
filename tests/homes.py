"""Ready-made accounts, phones and contacts for tests of the Home Assistant side."""

from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.const import DOMAIN, Conf, PhoneKind, SubentryType
from custom_components.hold_slayer.telephony.messages import LegChanged, LegState

from .scripted_link import ScriptedLink

ACCOUNT = {
    Conf.PROVIDER.value: "generic",
    Conf.REGISTRAR.value: "sip.example.com",
    Conf.USERNAME.value: "alice",
    Conf.PASSWORD.value: "s3cret",
}
DESK = {
    Conf.KIND.value: PhoneKind.EXTENSION.value,
    Conf.ADDRESS.value: "200",
    Conf.RING_TIME.value: 20,
    Conf.ORDER.value: 1,
    Conf.TRUSTED.value: False,
}
INSURANCE = {
    Conf.NUMBER.value: "+442079460000",
    Conf.INTENT.value: "a question about my claim",
    Conf.ALIASES.value: ["my insurance"],
    Conf.SECRETS.value: [
        {Conf.SECRET_NAME.value: "account_number", Conf.SECRET_VALUE.value: "987654321"}
    ],
}


def subentry(kind: SubentryType, key: str, title: str, data: dict[str, Any]) -> Any:
    """Return a subentry to start with."""
    return ConfigSubentryDataWithId(
        data=data, subentry_id=key, subentry_type=kind.value, title=title, unique_id=f"{kind}_{key}"
    )


def account_entry(*subentries: Any, **more: Any) -> MockConfigEntry:
    """Return an account with one phone and one contact, or with what is given."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="alice@sip.example.com",
        unique_id="sip:alice@sip.example.com",
        data=dict(ACCOUNT),
        subentries_data=subentries
        or (
            subentry(SubentryType.PHONE, "desk", "Desk", DESK),
            subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE),
        ),
        **more,
    )


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an account up; conversation, which comes with it, needs Home Assistant's own parts."""
    assert await async_setup_component(hass, "homeassistant", {})
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


def add_subentry(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    kind: SubentryType,
    title: str,
    data: dict[str, Any],
) -> ConfigSubentry:
    """Add a contact or phone to a running account."""
    new = ConfigSubentry(
        data=MappingProxyType(data), subentry_type=kind.value, title=title, unique_id=title
    )
    hass.config_entries.async_add_subentry(entry, new)
    return new


def leg_is(link: ScriptedLink, leg: str, state: LegState, **more: Any) -> None:
    """Report that a leg is in a state."""
    link.tell(LegChanged(leg=leg, state=state, **more))
