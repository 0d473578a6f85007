"""Random and crafted strings against the dial policy: what would leave, judged anew by other means."""

from collections.abc import Iterator
from dataclasses import dataclass, field
import random
import re
import string

import phonenumbers

from lab.component import module

policy = module("engine.policy")
address = module("engine.address")
refusal = module("engine.refusal")
messages = module("telephony.messages")

HOME = "DE"
SAVED = ("+1 212 555 0123", "200", "**620", "sip:me@phone.example")
OWN_HOSTS = frozenset({"pbx.example"})
#: What the user saved, as it would be dialled.
_SAVED = {"+12125550123", "200", "**620"}
_EMERGENCY = frozenset({"110", "112", "911", "999", "000", "0112", "9112", "0911", "9911", "0110"})
#: How a number may look that leaves.
_DIALLED = re.compile(r"\+?[0-9*#]+")
_PREFIXES = (
    *("0900", "0190", "0137", "01805", "+49900", "0049900", "118", "+870", "+881", "00881"),
    *("+882", "+883", "+979", "0088216", "110", "112", "911", "999", "0112", "9911", "+49112"),
    *("+1900", "+44909", "+33899", "010", "0", "00", "+", "**", "*#", "#31#", "+4930", "030"),
    *("+4989", "0800", "+1212", "+1876", "+53", "sip:", "sips:", "tel:", "sip:0900", "SIP:"),
)
_SUFFIXES = (
    *("", "@pbx.example", "@evil.example", ";ext=1", ",,123", "&sip:x@y", "w911", "\r\nTo: x"),
    *("%00", "%23", "#", "*", " ", "\u00a0", "\u0661\u0661\u0662", "@pbx.example:5060;lr"),
    *("@PBX.EXAMPLE", "@pbx.example.evil", "?Replaces=a", ";phone-context=+1", "@[::1]", "p"),
)


@dataclass(slots=True, kw_only=True)
class Dialled:
    """How strings were judged."""

    strings: int = 0
    allowed: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    #: Allowed though they lie outside the policy.
    outside: list[str] = field(default_factory=list)
    #: Neither allowed nor refused: errors.
    errors: list[str] = field(default_factory=list)


def strings(count: int, seed: int) -> Iterator[str]:
    """Yield strings: crafted ones, digits, mixtures of what telephones and attackers write."""
    rng = random.Random(seed)
    noise = string.printable + "äöü\u0660\uff11\u200b\u202e"
    for _ in range(count):
        digits = "".join(rng.choices("0123456789", k=rng.randint(0, 14)))
        kind = rng.random()
        if kind < 0.5:
            yield rng.choice(_PREFIXES) + digits + rng.choice(_SUFFIXES)
        elif kind < 0.7:
            yield digits
        elif kind < 0.85:
            yield "+" + digits
        else:
            yield "".join(rng.choices(noise, k=rng.randint(0, 20)))


def judge(count: int, seed: int) -> Dialled:
    """Ask the gate about so many strings, and judge what it lets out."""
    found = Dialled()
    gate = policy.Gate(messages.DialPolicy(home_country=HOME, saved=SAVED))
    account = messages.AccountSettings(id="line", registrar="pbx.example", username="me")
    for text in strings(count, seed):
        found.strings += 1
        try:
            gate.check(text, messages.DialledBy.AUTOMATION, OWN_HOSTS)
            uri = address.target_uri(text, account)
        except refusal.RefusalError as error:
            rule = str(error.rule or error.error)
            found.refused[rule] = found.refused.get(rule, 0) + 1
            continue
        except Exception as error:  # noqa: BLE001 - every other error is a fault to report
            found.errors.append(f"{text!r}: {error!r}")
            continue
        found.allowed += 1
        if not inside(uri):
            found.outside.append(f"{text!r} as {uri!r}")
    return found


def inside(uri: str) -> bool:
    """Tell whether a request URI lies within the policy, by the number in it alone."""
    match = re.fullmatch(r"sips?:([^@;?]+)@([^;?]+)(;transport=\w+)?", uri)
    if not match:
        return False
    user, host = match[1].replace("%23", "#"), match[2].lower()
    if uri == "sip:me@phone.example":
        return True
    if host.split(":")[0] != "pbx.example":
        return False
    if user in _SAVED:
        return True
    if user in _EMERGENCY or not user.isascii():
        return False
    if not _DIALLED.fullmatch(user):
        # names of the own exchange are no numbers: nothing is charged for them
        return not any(char.isdigit() for char in user) or bool(re.search("[A-Za-z_.-]", user))
    try:
        number = phonenumbers.parse(user, HOME)
    except phonenumbers.NumberParseException:
        return False
    kind = phonenumbers.number_type(number)
    costly = (phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST)
    whole = phonenumbers.is_possible_number(number) and not user.startswith("000")
    return number.country_code == 49 and kind not in costly and whole and "*" not in user


def lines(found: Dialled) -> list[str]:
    """Return what to print."""
    return [
        (
            f"  {found.strings} strings: {found.allowed} may leave, {sum(found.refused.values())} refused,"
            f" {len(found.outside)} outside the policy left, {len(found.errors)} errors"
        ),
        f"  refused as {found.refused}",
        *(f"  OUTSIDE: {each}" for each in found.outside[:10]),
        *(f"  ERROR: {each}" for each in found.errors[:10]),
    ]
