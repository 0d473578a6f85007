"""Messages about SIP phones that register here."""

from dataclasses import dataclass, field

from .answers import Done
from .message import Answer, Report, Request

#: Realm of the digest; phones keep it beside their password.
REALM = "hold_slayer"
#: Account id of calls to and from registered phones.
PHONES_ACCOUNT = "phones"
#: Networks phones may register from: private, shared (VPN) and link-local ones, and this machine.
LOCAL_NETWORKS = (
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneUser:
    """A phone that may register: its user name and the hashes of its password."""

    username: str
    #: H(user:realm:password) of RFC 2617 and RFC 8760, hexadecimal.
    ha1_md5: str = field(repr=False)
    ha1_sha256: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneServer:
    """The registrar for SIP phones."""

    #: SIP port, UDP and TCP.
    port: int
    users: tuple[PhoneUser, ...]
    #: Our address as phones know it, for From.
    host: str
    #: Our address; "" = all. A loopback address also binds the media there.
    bind_address: str = ""
    networks: tuple[str, ...] = LOCAL_NETWORKS
    realm: str = REALM
    #: Bounds of a registration's life, s: shorter ones are refused (423), longer ones cut.
    shortest_s: int = 60
    longest_s: int = 3600
    codecs: tuple[str, ...] = ("G722", "PCMA", "PCMU")
    #: First of our RTP ports, and how many from there on.
    rtp_port: int = 10000
    rtp_port_range: int = 10000


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPhoneServer(Request[Done]):
    """Serve these phones from now on; None = none. Registrations of users that stay are kept."""

    server: PhoneServer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneContacts(Answer):
    """Where a phone is registered."""

    username: str
    #: SIP URIs to give to `PlaceCall` with the account `PHONES_ACCOUNT`, the newest first.
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GetPhoneContacts(Request[PhoneContacts]):
    """Ask where a phone is registered."""

    username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRegistration(Report):
    """A phone registered, refreshed with another contact, lapsed or went away."""

    username: str
    #: How many contacts it has now.
    contacts: int
    #: What it calls itself (User-Agent).
    agent: str = ""
