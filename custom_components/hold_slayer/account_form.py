"""The form of a SIP account: its fields, its checks and what it becomes."""

from collections.abc import Mapping
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
import probatio

from .calls.numbers import is_host
from .const import Conf
from .providers import PRESETS, Provider
from .telephony.account import AccountSettings, Encryption, KeyMethod, Transport

CODECS = ("PCMA", "PCMU", "G722", "opus")
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
            probatio.Required(Conf.PASSWORD): _PASSWORD,
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
            probatio.Optional(Conf.DISPLAY_NAME): _TEXT,
            probatio.Optional(Conf.CALLER_ID): _TEXT,
            probatio.Optional(Conf.LOCAL_PORT, default=0): NumberSelector(
                NumberSelectorConfig(min=0, max=65535, step=1, mode=NumberSelectorMode.BOX)
            ),
            probatio.Optional(Conf.CODECS, default=list(preset.codecs)): SelectSelector(
                SelectSelectorConfig(options=list(CODECS), multiple=True)
            ),
            probatio.Optional(Conf.DTMF_METHOD, default=KeyMethod.AUTO): _select(
                KeyMethod, "dtmf_method"
            ),
        }
    )


def _select(options: type[Transport | Encryption | KeyMethod], key: str) -> SelectSelector:
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
    return trimmed | {Conf.LOCAL_PORT: int(trimmed.get(Conf.LOCAL_PORT, 0))}


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
    if not password or len(password) > _LONGEST or not password.isprintable():
        errors[Conf.PASSWORD] = "invalid_password"
    if (proxy := data.get(Conf.OUTBOUND_PROXY)) and not is_host(proxy):
        errors["base"] = "invalid_proxy"
    if (domain := data.get(Conf.SIP_DOMAIN)) and not is_host(domain):
        errors["base"] = "invalid_domain"
    shown = (data.get(Conf.DISPLAY_NAME, ""), data.get(Conf.CALLER_ID, ""))
    if any(len(text) > _LONGEST or not text.isprintable() or '"' in text for text in shown):
        errors["base"] = "invalid_display_name"
    if not data.get(Conf.CODECS, CODECS):
        errors["base"] = "no_codec"
    return errors


def unique_id(data: Mapping[str, Any]) -> str:
    """Return the address of the account, the same however it was typed."""
    return f"sip:{data[Conf.USERNAME].lower()}@{data[Conf.REGISTRAR].lower()}"


def account_settings(account_id: str, data: Mapping[str, Any]) -> AccountSettings:
    """Return what the engine needs to know of an account."""
    proxy = data.get(Conf.OUTBOUND_PROXY, "")
    return AccountSettings(
        id=account_id,
        registrar=data[Conf.REGISTRAR],
        username=data[Conf.USERNAME],
        password=data[Conf.PASSWORD],
        auth_username=data.get(Conf.AUTH_USERNAME, ""),
        display_name=data.get(Conf.DISPLAY_NAME, ""),
        domain=data.get(Conf.SIP_DOMAIN, ""),
        outbound_proxies=(proxy,) if proxy else (),
        transport=Transport(data.get(Conf.TRANSPORT, Transport.UDP)),
        local_port=data.get(Conf.LOCAL_PORT, 0),
        encryption=Encryption(data.get(Conf.SRTP, Encryption.OFF)),
        codecs=tuple(data.get(Conf.CODECS, CODECS)),
        verify_tls=data.get(Conf.VERIFY_TLS, True),
        dtmf_method=KeyMethod(data.get(Conf.DTMF_METHOD, KeyMethod.AUTO)),
        caller_id=data.get(Conf.CALLER_ID, ""),
    )
