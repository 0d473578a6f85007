"""The form of a SIP account: its fields, its checks and what it becomes."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.util.network import is_ip_address
import probatio

from .calls.numbers import is_host
from .const import Conf
from .providers import PRESETS, Provider
from .telephony.account import AccountSettings, Encryption, IdentityHeader, KeyMethod, Transport

CODECS = ("PCMA", "PCMU", "G722", "opus")
#: First port for speech (RTP), and how many may be used from there on.
DEFAULT_RTP_PORT = 10000
RTP_PORTS = 500
#: Shortest time between two dials, s: common trunks take one a second.
BETWEEN_DIALS_S = 1.0
#: Longest user name or password worth sending, characters.
_LONGEST = 128
_TEXT = TextSelector()
_PASSWORD = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)

PROVIDER_SCHEMA = probatio.Schema(
    {
        probatio.Required(Conf.PROVIDER, default=Provider.GENERIC): SelectSelector(
            SelectSelectorConfig(
                options=list(Provider),
                translation_key="provider",
                mode=SelectSelectorMode.DROPDOWN,
            )
        )
    }
)
PASSWORD_SCHEMA = probatio.Schema({probatio.Required(Conf.PASSWORD): _PASSWORD})


def account_schema(provider: Provider) -> probatio.Schema:
    """Return the account form with the defaults of a provider."""
    preset = PRESETS[provider]
    return probatio.Schema(
        {
            probatio.Required(
                Conf.REGISTRAR, default=preset.registrar or probatio.UNDEFINED
            ): _TEXT,
            probatio.Required(Conf.USERNAME): TextSelector(
                TextSelectorConfig(autocomplete="username")
            ),
            probatio.Optional(Conf.PASSWORD): _PASSWORD,
            probatio.Required(Conf.ADVANCED): section(
                _advanced_schema(provider), {"collapsed": True}
            ),
        }
    )


def _advanced_schema(provider: Provider) -> probatio.Schema:
    """Return the collapsed part: transport, ports, codecs and caller id."""
    preset = PRESETS[provider]
    return probatio.Schema(
        {
            probatio.Optional(Conf.TRANSPORT, default=preset.transport): _select(
                Transport, "transport"
            ),
            probatio.Optional(Conf.SRTP, default=preset.encryption): _select(Encryption, "srtp"),
            probatio.Optional(Conf.VERIFY_TLS, default=True): BooleanSelector(),
            probatio.Optional(Conf.AUTH_USERNAME): _TEXT,
            probatio.Optional(Conf.SIP_DOMAIN): _TEXT,
            probatio.Optional(Conf.OUTBOUND_PROXY): _TEXT,
            probatio.Optional(Conf.REGISTER, default=preset.register): BooleanSelector(),
            probatio.Optional(Conf.DISPLAY_NAME): _TEXT,
            probatio.Optional(Conf.CALLER_ID): _TEXT,
            probatio.Optional(Conf.IDENTITY, default=preset.identity): _select(
                IdentityHeader, "identity"
            ),
            probatio.Optional(Conf.HIDE_NUMBER, default=False): BooleanSelector(),
            probatio.Optional(Conf.PUBLIC_ADDRESS): _TEXT,
            probatio.Optional(Conf.STUN_SERVER): _TEXT,
            probatio.Optional(Conf.ALLOW_FROM): _TEXT,
            probatio.Optional(Conf.LOCAL_PORT, default=0): NumberSelector(
                NumberSelectorConfig(min=0, max=65535, step=1, mode=NumberSelectorMode.BOX)
            ),
            probatio.Optional(Conf.RTP_PORT, default=DEFAULT_RTP_PORT): NumberSelector(
                NumberSelectorConfig(min=1024, max=65000, step=2, mode=NumberSelectorMode.BOX)
            ),
            probatio.Optional(Conf.CODECS, default=list(preset.codecs)): SelectSelector(
                SelectSelectorConfig(options=list(CODECS), multiple=True)
            ),
            probatio.Optional(Conf.DTMF_METHOD, default=KeyMethod.AUTO): _select(
                KeyMethod, "dtmf_method"
            ),
        }
    )


def _select(
    options: type[Transport | Encryption | KeyMethod | IdentityHeader], key: str
) -> SelectSelector:
    """Return a translated drop-down of an enum."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[option.value for option in options],
            translation_key=key,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def flatten(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form as the entry stores it: the section opened, texts trimmed."""
    flat = {key: value for key, value in form.items() if key != Conf.ADVANCED}
    flat |= form.get(Conf.ADVANCED, {})
    trimmed = {
        key: value.strip() if isinstance(value, str) and key != Conf.PASSWORD else value
        for key, value in flat.items()
    }
    return trimmed | {
        Conf.PASSWORD: trimmed.get(Conf.PASSWORD, ""),
        Conf.LOCAL_PORT: int(trimmed.get(Conf.LOCAL_PORT, 0)),
        Conf.RTP_PORT: int(trimmed.get(Conf.RTP_PORT, DEFAULT_RTP_PORT)),
    }


def unflatten(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored data as the form shows it; never the password."""
    basic = {Conf.REGISTRAR, Conf.USERNAME}
    hidden = basic | {Conf.PASSWORD, Conf.PROVIDER}
    form: dict[str, Any] = {key: value for key, value in data.items() if key in basic}
    return form | {Conf.ADVANCED: {k: v for k, v in data.items() if k not in hidden}}


def form_errors(data: Mapping[str, Any]) -> dict[str, str]:
    """Return error keys by field for what can be seen without registering."""
    errors: dict[str, str] = {}
    if not is_host(data[Conf.REGISTRAR]):
        errors[Conf.REGISTRAR] = "invalid_host"
    username = data[Conf.USERNAME]
    if not username or len(username) > _LONGEST or any(c in username for c in ' @<>"\r\n\t'):
        errors[Conf.USERNAME] = "invalid_username"
    password = data[Conf.PASSWORD]
    missing = not password and data.get(Conf.REGISTER, True)
    if missing or len(password) > _LONGEST or not password.isprintable():
        errors[Conf.PASSWORD] = "invalid_password"
    if not all(map(is_host, _listed(data.get(Conf.OUTBOUND_PROXY, "")))):
        errors["base"] = "invalid_proxy"
    if (server := data.get(Conf.STUN_SERVER)) and not is_host(server):
        errors["base"] = "invalid_stun"
    if (address := data.get(Conf.PUBLIC_ADDRESS)) and not is_ip_address(address):
        errors["base"] = "invalid_public_address"
    if not all(
        is_network(each) or is_host(each) for each in _listed(data.get(Conf.ALLOW_FROM, ""))
    ):
        errors["base"] = "invalid_allow_from"
    if (domain := data.get(Conf.SIP_DOMAIN)) and not is_host(domain):
        errors["base"] = "invalid_domain"
    shown = (data.get(Conf.DISPLAY_NAME, ""), data.get(Conf.CALLER_ID, ""))
    if any(len(text) > _LONGEST or not text.isprintable() or '"' in text for text in shown):
        errors["base"] = "invalid_display_name"
    if not data.get(Conf.CODECS, CODECS):
        errors["base"] = "no_codec"
    return errors


def _listed(text: str) -> tuple[str, ...]:
    """Return the hosts in a text, separated by commas or spaces."""
    return tuple(text.replace(",", " ").split())


def is_network(text: str) -> bool:
    """Tell whether a text is an address or a network such as 192.0.2.0/24."""
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def unique_id(data: Mapping[str, Any]) -> str:
    """Return the address of the account, the same however it was typed."""
    return f"sip:{data[Conf.USERNAME].lower()}@{data[Conf.REGISTRAR].lower()}"


def account_settings(account_id: str, data: Mapping[str, Any]) -> AccountSettings:
    """Return what the engine needs to know of an account."""
    return AccountSettings(
        id=account_id,
        registrar=data[Conf.REGISTRAR],
        username=data[Conf.USERNAME],
        password=data[Conf.PASSWORD],
        auth_username=data.get(Conf.AUTH_USERNAME, ""),
        display_name=data.get(Conf.DISPLAY_NAME, ""),
        domain=data.get(Conf.SIP_DOMAIN, ""),
        outbound_proxies=_listed(data.get(Conf.OUTBOUND_PROXY, "")),
        register=data.get(Conf.REGISTER, True),
        transport=Transport(data.get(Conf.TRANSPORT, Transport.UDP)),
        local_port=data.get(Conf.LOCAL_PORT, 0),
        encryption=Encryption(data.get(Conf.SRTP, Encryption.OFF)),
        codecs=tuple(data.get(Conf.CODECS, CODECS)),
        verify_tls=data.get(Conf.VERIFY_TLS, True),
        dtmf_method=KeyMethod(data.get(Conf.DTMF_METHOD, KeyMethod.AUTO)),
        caller_id=data.get(Conf.CALLER_ID, ""),
        identity=IdentityHeader(data.get(Conf.IDENTITY, IdentityHeader.FROM)),
        hide_number=data.get(Conf.HIDE_NUMBER, False),
        public_address=data.get(Conf.PUBLIC_ADDRESS, ""),
        stun_server=data.get(Conf.STUN_SERVER, ""),
        allow_from=_listed(data.get(Conf.ALLOW_FROM, "")),
        rtp_port=data.get(Conf.RTP_PORT, DEFAULT_RTP_PORT),
        rtp_port_range=RTP_PORTS,
        between_dials_s=BETWEEN_DIALS_S,
    )
