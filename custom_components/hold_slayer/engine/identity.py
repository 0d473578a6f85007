"""Who we say we are in an INVITE: From, P-Asserted- or P-Preferred-Identity (RFC 3325), Privacy (RFC 3323)."""

from ..telephony.messages import AccountSettings, IdentityHeader
from .address import account_domain, name_address, quoted_user

#: From of a caller who wants to stay unknown (RFC 3323, section 4.1.1.3).
ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'
_HEADERS = {
    IdentityHeader.ASSERTED: "P-Asserted-Identity",
    IdentityHeader.PREFERRED: "P-Preferred-Identity",
}


def own_address(settings: AccountSettings) -> str:
    """Return the account's own address, as it is registered; the name is for From alone."""
    return _address(settings, "", settings.username)


def caller_address(settings: AccountSettings, display_name: str = "") -> str:
    """Return the From of a call; `display_name` goes before the account's."""
    if settings.hide_number:
        return ANONYMOUS
    shown = settings.username
    if settings.identity is IdentityHeader.FROM:
        shown = settings.caller_id or shown
    return _address(settings, display_name or settings.display_name, shown)


def identity_headers(settings: AccountSettings) -> dict[str, str]:
    """Return the headers that tell the provider who calls, beside From."""
    headers: dict[str, str] = {}
    kind = settings.identity
    if settings.hide_number and kind is IdentityHeader.FROM:
        # From is anonymous: the provider has to learn it in another way.
        kind = IdentityHeader.PREFERRED
    if (name := _HEADERS.get(kind)) is not None:
        number = settings.caller_id or settings.username
        headers[name] = _address(settings, "", number)
    if settings.hide_number:
        headers["Privacy"] = "id"
    return headers


def _address(settings: AccountSettings, display_name: str, user: str) -> str:
    """Return a name-addr at the account's domain."""
    return name_address(display_name, f"sip:{quoted_user(user)}@{account_domain(settings)}")
