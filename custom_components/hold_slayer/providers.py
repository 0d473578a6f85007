"""Presets for the SIP account form, one per well-known provider or exchange."""

from dataclasses import dataclass
from enum import StrEnum

from .telephony.account import Encryption, IdentityHeader, Transport


class Provider(StrEnum):
    """Where the SIP account lives."""

    GENERIC = "generic"
    FRITZBOX = "fritzbox"
    ASTERISK = "asterisk"
    FREEPBX = "freepbx"
    THREE_CX = "three_cx"
    THREE_CX_TRUNK = "three_cx_trunk"
    SIPGATE = "sipgate"
    TWILIO = "twilio"
    TELNYX = "telnyx"
    VOIP_MS = "voip_ms"
    PLIVO = "plivo"
    EASYBELL = "easybell"
    OVH = "ovh"
    ADDRESS_TRUNK = "address_trunk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What the form suggests for a provider."""

    registrar: str = ""
    transport: Transport = Transport.UDP
    encryption: Encryption = Encryption.OFF
    codecs: tuple[str, ...] = ("PCMA", "PCMU")
    #: False for trunks that know us by our address.
    register: bool = True
    identity: IdentityHeader = IdentityHeader.FROM


#: Hosts as printed in the providers' own set-up pages in 2026; users can change them.
PRESETS = {
    Provider.GENERIC: Preset(),
    Provider.FRITZBOX: Preset(registrar="fritz.box", codecs=("G722", "PCMA", "PCMU")),
    Provider.ASTERISK: Preset(codecs=("G722", "PCMU", "PCMA")),
    # FreePBX: chan_pjsip listens on 5060, transport UDP, and trusts P-Asserted-Identity if told to
    Provider.FREEPBX: Preset(codecs=("PCMU", "PCMA", "G722")),
    Provider.THREE_CX: Preset(codecs=("G722", "PCMU", "PCMA")),
    # 3CX as a trunk to us: it takes the number shown from P-Asserted-Identity
    Provider.THREE_CX_TRUNK: Preset(codecs=("PCMU", "PCMA"), identity=IdentityHeader.ASSERTED),
    Provider.SIPGATE: Preset(registrar="sipgate.de"),
    Provider.TWILIO: Preset(
        transport=Transport.TLS, encryption=Encryption.REQUIRED, codecs=("PCMU", "PCMA")
    ),
    Provider.TELNYX: Preset(
        registrar="sip.telnyx.com",
        transport=Transport.TLS,
        encryption=Encryption.OPTIONAL,
        codecs=("G722", "PCMU", "PCMA"),
    ),
    Provider.VOIP_MS: Preset(registrar="newyork1.voip.ms", codecs=("PCMU",)),
    Provider.PLIVO: Preset(registrar="phone.plivo.com", codecs=("PCMU", "PCMA")),
    Provider.EASYBELL: Preset(registrar="voip.easybell.de"),
    Provider.OVH: Preset(registrar="sip5.ovh.fr"),
    Provider.ADDRESS_TRUNK: Preset(register=False, identity=IdentityHeader.ASSERTED),
}
