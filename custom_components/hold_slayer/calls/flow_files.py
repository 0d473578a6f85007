"""Giving a contact a call flow, and sharing the one it has."""

from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..const import Conf
from ..navigation.flow import CallFlow
from ..navigation.flow_format import flow_to_dict, write_yaml
from ..navigation.learner import merge
from .contact import Contact
from .flow_store import FlowError, parse_flow, to_store
from .problems import invalid

if TYPE_CHECKING:
    from .account import Account


def import_flow(account: Account, contact: Contact, value: Any, *, add: bool = False) -> CallFlow:
    """Store a flow with a contact, merged with the one it has when told to `add`; raises a translated error."""
    try:
        flow = parse_flow(contact.name, value)
    except FlowError as err:
        raise invalid("flow_invalid", reason=err) from err
    if flow is None:
        raise invalid("flow_invalid", reason="-")
    if add and contact.flow is not None:
        flow = merge(contact.flow, flow)
    store_flow(account.hass, account.entry, contact.id, flow)
    return flow


def store_flow(
    hass: HomeAssistant, entry: ConfigEntry, contact_id: str, flow: CallFlow | None
) -> None:
    """Store a flow with the contact of an id, while there is one; None = it has no flow."""
    if (subentry := entry.subentries.get(contact_id)) is not None:
        data = {**subentry.data, Conf.FLOW: to_store(flow)}
        hass.config_entries.async_update_subentry(entry, subentry, data=data)


def export_flow(contact: Contact, flow: CallFlow) -> dict[str, Any]:
    """Return a flow as data and as text to share."""
    return {"contact": contact.name, "flow": flow_to_dict(flow), "yaml": write_yaml(flow)}
