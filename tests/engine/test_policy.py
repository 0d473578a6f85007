"""The dial policy: what leaves, what does not, and which rule says so."""

import random

import phonenumbers
import pytest

from custom_components.hold_slayer.engine.policy import Gate
from custom_components.hold_slayer.engine.refusal import RefusalError
from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    DialledBy,
    DialPolicy,
    DialRule,
    ErrorKind,
    SetDialPolicy,
)

from .station import Station

OWN = frozenset({"pbx.example"})
HOME = DialPolicy(
    home_country="DE",
    saved=("+1 212 555 0123", "200", "**620", "sip:me@phone.example", "0900 1234567"),
)


def rule_for(
    target: str, policy: DialPolicy | None = HOME, by: DialledBy = DialledBy.AUTOMATION
) -> DialRule | ErrorKind | None:
    """Return what refuses a target, None when it may be dialled."""
    try:
        Gate(policy).check(target, by, OWN)
    except RefusalError as error:
        return DialRule(error.rule) if error.rule else error.error
    return None


@pytest.mark.parametrize(
    ("target", "rule"),
    [
        ("+49 30 123456", None),
        ("030 / 123 45-6", None),
        ("0800 3301000", None),
        ("+43 1 58858", DialRule.COUNTRY),
        ("0043 1 58858", DialRule.COUNTRY),
        ("+1 212 555 0123", None),
        ("0900 5123456", DialRule.PREMIUM),
        ("+49 900 5123456", DialRule.PREMIUM),
        # saving a premium number does not make it cheaper
        ("0900 1234567", DialRule.PREMIUM),
        ("+44 909 8790000", DialRule.PREMIUM),
        ("+979 1 23456789", DialRule.PREMIUM),
        ("0180 5 123456", DialRule.SHARED_COST),
        ("+870 776 123456", DialRule.SATELLITE),
        ("+8816 2345 6789", DialRule.SATELLITE),
        ("+883 5100 1234567", DialRule.SATELLITE),
        ("200", None),
        ("**620", None),
        ("201", DialRule.SHORT_CODE),
        # cut short behind the country code: may become anything
        ("+49 900", DialRule.SHORT_CODE),
        # a code in disguise, and a line to the outside followed by another country
        ("+49 30 123456*", DialRule.SHORT_CODE),
        ("000 7 7734 12345", DialRule.SHORT_CODE),
        ("0049 30 1", DialRule.SHORT_CODE),
        ("11833", DialRule.SHORT_CODE),
        ("*#06#", DialRule.SHORT_CODE),
        ("*31#030123456", DialRule.SHORT_CODE),
        ("112", DialRule.EMERGENCY),
        ("110", DialRule.EMERGENCY),
        ("911", DialRule.EMERGENCY),
        ("0112", DialRule.EMERGENCY),
        ("0 110", DialRule.EMERGENCY),
        ("9911", DialRule.EMERGENCY),
        ("+49 112", DialRule.EMERGENCY),
        ("112#", ErrorKind.REFUSED_BY_POLICY),
        ("sip:112@anywhere.example", DialRule.EMERGENCY),
        ("sip:me@phone.example", None),
        ("sip:you@phone.example", DialRule.ADDRESS),
        ("sip:reception@pbx.example", None),
        ("sip:09005123456@pbx.example", DialRule.PREMIUM),
        ("sip:+43158858@pbx.example", DialRule.COUNTRY),
        ("1234;phone-context=x", ErrorKind.INVALID_NUMBER),
        ("500&SIP/itsp/1416", ErrorKind.INVALID_NUMBER),
        ("1234w5", ErrorKind.INVALID_NUMBER),
        ("12,34", ErrorKind.INVALID_NUMBER),
        ("12@34", ErrorKind.INVALID_NUMBER),
        ("", ErrorKind.INVALID_NUMBER),
        ("1" * 33, ErrorKind.INVALID_NUMBER),
    ],
)
def test_rules(target: str, rule: DialRule | ErrorKind | None) -> None:
    """Each kind of target meets its rule."""
    found = rule_for(target)
    if rule is ErrorKind.REFUSED_BY_POLICY:
        assert isinstance(found, DialRule)
    else:
        assert found == rule


@pytest.mark.parametrize("number", ["112", "110", "911", "0112"])
def test_a_person_may_call_for_help(number: str) -> None:
    """An emergency number dialled by hand passes whatever the policy says."""
    for policy in (None, HOME, DialPolicy(home_country="DE", allow_short_codes=True)):
        assert rule_for(number, policy, DialledBy.PERSON) is None
        assert rule_for(number, policy) is DialRule.EMERGENCY


def test_extensions_that_look_like_it() -> None:
    """A saved extension may begin like an emergency number, but never be one."""
    policy = DialPolicy(home_country="DE", saved=("100", "1101", "110"))
    assert rule_for("100", policy) is None
    assert rule_for("1101", policy) is None
    assert rule_for("1102", policy) is DialRule.EMERGENCY
    assert rule_for("110", policy) is DialRule.EMERGENCY


def test_permissions() -> None:
    """Each permission opens its own rule only."""
    for target, permission in (
        ("0900 5123456", {"allow_premium": True}),
        ("0180 5 123456", {"allow_shared_cost": True}),
        ("+870 776 123456", {"allow_satellite": True}),
        ("11833", {"allow_short_codes": True}),
        ("sip:you@phone.example", {"allow_addresses": True}),
        ("+43 1 58858", {"countries": ("AT",)}),
        ("+43 1 58858", {"countries": ("*",)}),
    ):
        assert rule_for(target) is not None
        assert rule_for(target, DialPolicy(home_country="DE", **permission)) is None
    everything = DialPolicy(
        home_country="DE",
        countries=("*",),
        allow_premium=True,
        allow_shared_cost=True,
        allow_satellite=True,
        allow_short_codes=True,
        allow_addresses=True,
    )
    assert rule_for("112", everything) is DialRule.EMERGENCY


@pytest.mark.parametrize("country", ["US", "GB", "FR", "AT", "CH", "AU", "IN", "BR", "JP"])
def test_emergency_numbers_of_other_countries(country: str) -> None:
    """What a country's own metadata calls an emergency number is none for automations."""
    policy = DialPolicy(home_country=country, allow_short_codes=True)
    numbers = {
        "US": ["911"], "GB": ["999", "112"], "FR": ["15", "17", "18", "112"],
        "AT": ["133", "144", "122"], "CH": ["117", "118", "144"], "AU": ["000", "112"],
        "IN": ["112", "100", "108"], "BR": ["190", "192", "193"], "JP": ["110", "119"],
    }  # fmt: skip
    for number in numbers[country]:
        assert rule_for(number, policy) is DialRule.EMERGENCY


def test_random_strings() -> None:
    """Whatever is typed, only numbers at home that cost nothing special leave."""
    source = random.Random(19)
    alphabet = "0123456789" * 4 + "+*#;@,&w /-()."
    passed = 0
    for _ in range(20_000):
        text = "".join(source.choices(alphabet, k=source.randint(1, 16)))
        if source.random() < 0.3:
            text = source.choice(("+49", "0049", "0", "+", "00")) + text
        if rule_for(text) is not None:
            continue
        passed += 1
        digits = "".join(char for char in text if char in "+0123456789*#")
        if digits in ("200", "**620"):
            continue
        number = phonenumbers.parse(digits, "DE")
        assert number.country_code == 49
        assert phonenumbers.number_type(number) not in (
            phonenumbers.PhoneNumberType.PREMIUM_RATE,
            phonenumbers.PhoneNumberType.SHARED_COST,
        )
    assert passed


async def test_the_engine_refuses(facing: tuple[Station, Station]) -> None:
    """A refused number never becomes an INVITE, and the answer names the rule."""
    alice, bob = facing
    with pytest.raises(EngineRefused) as refused:
        await alice.dial("112")
    assert refused.value.rule == DialRule.EMERGENCY
    await alice.link.request(SetDialPolicy(policy=HOME))
    with pytest.raises(EngineRefused) as refused:
        await alice.dial("0900 5123456")
    assert refused.value.error is ErrorKind.REFUSED_BY_POLICY
    assert refused.value.rule == DialRule.PREMIUM
    assert "0900 5123456" in refused.value.text
    await alice.dial("030 123456")
    assert (await bob.rings()).called == "030123456"
    await alice.dial("112", dialled_by=DialledBy.PERSON)
    assert (await bob.rings()).called == "112"
