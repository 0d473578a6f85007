"""Messages about SIP accounts."""

from dataclasses import dataclass, field
from enum import StrEnum

from .answers import Done
from .message import Report, Request


class Transport(StrEnum):
    """How SIP messages travel."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class Encryption(StrEnum):
    """Whether the media is encrypted (SRTP, RFC 3711, keys in SDP per RFC 4568)."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class KeyMethod(StrEnum):
    """How keys travel."""

    AUTO = "auto"  # RFC 4733 when the far side offers it, in-band tones otherwise
    RFC4733 = "rfc4733"
    INFO = "info"
    INBAND = "inband"


class IdentityHeader(StrEnum):
    """Where the number shown to those we call stands."""

    FROM = "from"
    ASSERTED = "p_asserted"  # P-Asserted-Identity, RFC 3325
    PREFERRED = "p_preferred"  # P-Preferred-Identity


class RegistrationState(StrEnum):
    """Whether the account can be called and may call."""

    REGISTERING = "registering"
    REGISTERED = "registered"
    FAILED = "failed"
    UNREGISTERED = "unregistered"
    #: The account is set not to register (a trunk that knows us by our address).
    STATIC = "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """One SIP account: a trunk, a PBX extension or a router."""

    id: str
    #: `host`, `host:port` or `[IPv6]:port`; without a port DNS SRV is asked.
    registrar: str
    username: str
    password: str = field(default="", repr=False)
    #: User name of the digest; "" = `username`.
    auth_username: str = ""
    #: Realm that may challenge us; "" = the one the registrar names first, "*" = any.
    realm: str = ""
    display_name: str = ""
    #: Host part of our address; "" = the registrar's host.
    domain: str = ""
    #: Hosts (as in `registrar`) requests go through; the next is used when one is not reached.
    #: Without any, those that DNS SRV names.
    outbound_proxies: tuple[str, ...] = ()
    transport: Transport = Transport.UDP
    #: Our SIP port; 0 = any free one.
    local_port: int = 0
    #: Our address; "" = all. A loopback address also binds the media there.
    bind_address: str = ""
    #: Address others see us under; "" = learned from the registrar's answers.
    public_address: str = ""
    #: Host asked for our public address (RFC 8489); "" = none.
    stun_server: str = ""
    encryption: Encryption = Encryption.OFF
    #: Codec names in order of preference, as in SDP: PCMA, PCMU, G722, opus.
    codecs: tuple[str, ...] = ("PCMA", "PCMU")
    register: bool = True
    #: Life of a registration asked for, s.
    expires_s: int = 300
    verify_tls: bool = True
    #: File of certificates to trust besides the system's.
    tls_ca_file: str = ""
    dtmf_method: KeyMethod = KeyMethod.AUTO
    #: Length of a key's tone and of the pause after it, ms.
    dtmf_tone_ms: int = 200
    dtmf_pause_ms: int = 100
    #: Number shown to those we call; "" = `username`.
    caller_id: str = ""
    identity: IdentityHeader = IdentityHeader.FROM
    #: Ask the provider to keep the number from those we call (RFC 3323).
    hide_number: bool = False
    #: Seconds between keep-alive packets towards the registrar; 0 = none.
    keep_alive_s: int = 15
    #: Longest time without session refresh (RFC 4028), s.
    session_timer_s: int = 1800
    #: First of our RTP ports, and how many from there on; a port is picked at random.
    rtp_port: int = 10000
    rtp_port_range: int = 10000
    #: Hosts besides the servers that may call: names, addresses, networks; "*" = anybody.
    allow_from: tuple[str, ...] = ()
    #: Shortest time between two INVITEs, s: trunks refuse faster ones. A person waits for nothing.
    between_dials_s: float = 0.0
    #: Incoming calls at once; more are answered with 486.
    max_calls: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAccount(Request[Done]):
    """Use an account; answered when it is registered or that failed.

    After `Done` it stays registered; after `Refused` it is not kept.
    """

    account: AccountSettings
    #: Keep trying in the background although the first try failed.
    keep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAccount(Request[Done]):
    """Unregister and forget an account; its legs are hung up."""

    account_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestAccount(Request[Done]):
    """Register, unregister and forget; answered with how the first went."""

    __test__ = False

    account: AccountSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Report):
    """The registration of an account changed."""

    account_id: str
    state: RegistrationState
    sip_code: int = 0
    text: str = ""
