"""Where an account's phones are: what to dial for each, and which of them may register here."""

from collections.abc import Sequence
import logging
from typing import TYPE_CHECKING

from homeassistant.util import dt as dt_util

from ..account_form import account_settings
from ..const import PhoneKind
from ..issues import raise_issue, withdraw_issue
from ..reach.phone import Phone, Place
from ..telephony.errors import EngineError
from ..telephony.messages import PHONES_ACCOUNT, DialPolicy, PhoneUser

if TYPE_CHECKING:
    from .account import Account

_LOGGER = logging.getLogger(__name__)


def dialled(account: Account, phone: Phone) -> str:
    """Return what to dial for a phone; extensions live at the account's own exchange."""
    if phone.kind is not PhoneKind.EXTENSION:
        return phone.address
    settings = account_settings(account.entry.entry_id, account.entry.data)
    return f"sip:{phone.address}@{settings.domain or settings.registrar}"


def ringable(account: Account, phones: Sequence[Phone]) -> list[Phone]:
    """Return which of some phones may ring now: those in their hours, or all if there are none.

    A phone that is not to be disturbed never rings.
    """
    undisturbed = [phone for phone in phones if phone.id not in account.quiet_phones]
    now = dt_util.now()
    return [phone for phone in undisturbed if phone.reachable(now)] or undisturbed


async def places(account: Account, phone: Phone) -> tuple[Place, ...]:
    """Return what to dial for a phone, all at once; nothing for one that is not registered."""
    if phone.kind is not PhoneKind.SIP_DEVICE:
        return (Place(account_id=account.entry.entry_id, target=dialled(account, phone)),)
    contacts = await account.engine.phones.contacts(phone.address)
    return tuple(Place(account_id=PHONES_ACCOUNT, target=contact) for contact in contacts)


async def serve_phones(account: Account, port: int | None = None) -> str:
    """Let the phones register that do so here, at the port of the options unless told otherwise.

    Returns why that cannot be, "" when it can.
    """
    users = tuple(
        PhoneUser(username=phone.address, ha1_md5=phone.ha1_md5, ha1_sha256=phone.ha1_sha256)
        for phone in account.phones.values()
        if phone.kind is PhoneKind.SIP_DEVICE
    )
    port = port or account.settings.phone_port
    try:
        await account.engine.phones.serve(account.entry.entry_id, users, port)
    except EngineError as err:
        _LOGGER.warning("Phones cannot register: %s", err)
        facts = {"port": str(port), "reason": str(err)}
        raise_issue(account.hass, account.entry, "phone_port", facts)
        return str(err)
    withdraw_issue(account.hass, account.entry, "phone_port")
    return ""


def policy_of(account: Account) -> DialPolicy:
    """Return what may be dialled: what is saved, at home, and what the options allow."""
    saved = {contact.number for contact in account.contacts.values()}
    saved |= {phone.address for phone in account.phones.values()}
    saved |= {dialled(account, phone) for phone in account.phones.values()} | account.on_trial
    return DialPolicy(
        home_country=account.hass.config.country or "",
        countries=account.settings.countries,
        saved=tuple(sorted(saved)),
        allow_premium=account.settings.allow_premium,
        allow_shared_cost=account.settings.allow_premium,
    )
