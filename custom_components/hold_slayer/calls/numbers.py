"""Numbers and SIP addresses: checking what a user typed before it is dialled."""

from enum import StrEnum
import re

import phonenumbers

#: Characters that people write into numbers for the eye alone.
_DECORATION = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]")
#: E.164 allows 15 digits; some trunks want a prefix in front, and star codes exist.
_NUMBER = re.compile(r"\+?[0-9*#]{1,24}")
_USER = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
_EXTENSION = re.compile(r"[A-Za-z0-9*#+._-]{1,32}")
#: user@host[:port], after RFC 3261 section 19.1 without password and headers.
_SIP_URI = re.compile(
    r"(?P<scheme>sips?):(?P<user>[A-Za-z0-9\-_.!~*'()&=+$,;?/%#]{1,64})@"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)"
    r"(?::(?P<port>\d{1,5}))?(?P<parameters>(?:;[A-Za-z0-9\-_.=%]+)*)",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)(?::(?P<port>\d{1,5}))?"
)

#: Emergency numbers in force in 2026 (ITU-T E.161.1 and national plans). No automation may dial them.
EMERGENCY_NUMBERS = frozenset(
    {
        "000", "10111", "110", "111", "112", "113", "114", "115", "117", "118", "119",
        "120", "122", "123", "144", "15", "150", "155", "158", "17", "18", "190", "191", "192", "193",
        "194", "199", "911", "933", "988", "995", "997", "998", "999", "9911", "9112", "9999",
    }
)  # fmt: skip
#: The ones that even an exchange's own numbering plan leaves alone; short extensions such as 15 are common.
EMERGENCY_EXTENSIONS = frozenset({"000", "112", "911", "999", "9112", "9911", "9999"})


class NumberProblem(StrEnum):
    """What is wrong with something to dial; also the key of its translated error."""

    EMPTY = "number_empty"
    INVALID = "number_invalid"
    INVALID_URI = "sip_uri_invalid"
    INVALID_USER = "phone_user_invalid"
    EMERGENCY = "number_emergency"


class NumberError(ValueError):
    """A number or address that cannot or must not be dialled."""

    def __init__(self, problem: NumberProblem, value: str) -> None:
        """Keep what is wrong and with which value."""
        super().__init__(f"{problem.value}: {value!r}")
        self.problem = problem
        self.value = value


def normalise_number(text: str) -> str:
    """Return the dialable form of a telephone number (`+`, digits, star, hash)."""
    bare = _DECORATION.sub("", text.strip().removeprefix("tel:"))
    if not bare:
        raise NumberError(NumberProblem.EMPTY, text)
    # a dash groups digits; in front of them it makes no number of a telephone
    negative = text.strip().startswith("-")
    if negative or not _NUMBER.fullmatch(bare) or not any(c.isdigit() for c in bare):
        raise NumberError(NumberProblem.INVALID, text)
    return bare


def normalise_user(text: str) -> str:
    """Return the user name of a phone that registers here."""
    bare = text.strip().lower()
    if not bare:
        raise NumberError(NumberProblem.EMPTY, text)
    if not _USER.fullmatch(bare):
        raise NumberError(NumberProblem.INVALID_USER, text)
    return bare


def normalise_extension(text: str) -> str:
    """Return the user part to dial at the account's own exchange."""
    bare = text.strip()
    if not bare:
        raise NumberError(NumberProblem.EMPTY, text)
    if not _EXTENSION.fullmatch(bare):
        raise NumberError(NumberProblem.INVALID, text)
    if is_emergency(bare, numbers=EMERGENCY_EXTENSIONS):
        raise NumberError(NumberProblem.EMERGENCY, text)
    return bare


def normalise_sip_uri(text: str) -> str:
    """Return a checked SIP URI; a missing scheme becomes `sip:`."""
    bare = text.strip()
    if not bare:
        raise NumberError(NumberProblem.EMPTY, text)
    if not bare.lower().startswith(("sip:", "sips:")):
        bare = f"sip:{bare}"
    match = _SIP_URI.fullmatch(bare)
    if match is None or not _port_fits(match["port"]) or ".." in match["host"]:
        raise NumberError(NumberProblem.INVALID_URI, text)
    return bare


def normalise_target(text: str) -> str:
    """Return what to dial: a SIP URI where it looks like one, else a number."""
    if "@" in text or text.strip().lower().startswith(("sip:", "sips:")):
        return normalise_sip_uri(text)
    return normalise_number(text)


def is_emergency(target: str, *, numbers: frozenset[str] = EMERGENCY_NUMBERS) -> bool:
    """Tell whether a number, or the user part of a SIP URI, is an emergency number."""
    match = _SIP_URI.fullmatch(target)
    user = (match["user"] if match else target).split(";")[0]
    digits = _DECORATION.sub("", user).removeprefix("+")
    return digits in numbers


def refuse_emergency(target: str) -> str:
    """Return the target, or raise when no automation may dial it."""
    if is_emergency(target):
        raise NumberError(NumberProblem.EMERGENCY, target)
    return target


def is_same_number(first: str, second: str) -> bool:
    """Tell whether two numbers or SIP addresses reach the same party, with or without country code."""
    one, other = _user(first), _user(second)
    if one == other:
        return bool(one)
    return phonenumbers.is_number_match(one, other) in (
        phonenumbers.MatchType.EXACT_MATCH,
        phonenumbers.MatchType.NSN_MATCH,
    )


def _user(target: str) -> str:
    """Return a number without decoration, or the user part of a SIP address."""
    bare = target.strip().lower()
    if bare.startswith(("sip:", "sips:")):
        bare = bare.partition(":")[2].partition("@")[0].partition(";")[0]
    return _DECORATION.sub("", bare.removeprefix("tel:"))


def is_host(text: str) -> bool:
    """Tell whether text is `host`, `host:port` or `[IPv6]:port`."""
    match = _HOST.fullmatch(text.strip())
    return match is not None and _port_fits(match["port"]) and ".." not in text


def _port_fits(port: str | None) -> bool:
    """Tell whether an optional port lies between 1 and 65535."""
    return port is None or 0 < int(port) < 65536
