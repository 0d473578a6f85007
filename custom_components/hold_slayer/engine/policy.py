"""The last gate before every INVITE and REFER: what may be dialled.

Numbers are judged in E.164 form, by the metadata of Google's libphonenumber. What cannot be judged
is refused as a short code rather than dialled.
"""

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, shortnumberinfo

from ..telephony.messages import DialledBy, DialPolicy, DialRule, ErrorKind
from .address import Host, clean_number, is_uri, split_uri
from .refusal import RefusalError

#: Country codes of satellite and other worldwide networks (ITU-T E.164): Inmarsat, GMSS,
#: international networks, universal personal numbers.
SATELLITE_CODES = frozenset({870, 878, 881, 882, 883})
#: Emergency numbers that most networks connect wherever one is. Refused to automations whatever the
#: home country.
EVERYWHERE = frozenset({"112", "911", "999", "000"})
#: Further ones of large countries, while the home country is unknown. Elsewhere they are extensions.
SOMEWHERE = frozenset({"110", "118", "119"})
#: Digits for an outside line, before an emergency number: 0 and 9 on most exchanges.
OUTSIDE_LINE = ("0", "9")
#: Numbers up to this length without a country code are extensions and services, digits.
LONGEST_SHORT = 6

_SENTENCES = {
    DialRule.EMERGENCY: "is an emergency number; only a person may dial it, by hand",
    DialRule.PREMIUM: "is a premium-rate number",
    DialRule.SHARED_COST: "is a shared-cost number",
    DialRule.SATELLITE: "is a satellite or worldwide-network number",
    DialRule.SHORT_CODE: "is a short code that is not saved",
    DialRule.COUNTRY: "is in a country that is not allowed",
    DialRule.ADDRESS: "is a SIP address that is not saved",
}
_TYPES = {
    PhoneNumberType.PREMIUM_RATE: DialRule.PREMIUM,
    PhoneNumberType.SHARED_COST: DialRule.SHARED_COST,
}


class Gate:
    """Judges targets by a policy."""

    def __init__(self, policy: DialPolicy | None = None) -> None:
        """Judge by `policy`; None = only emergency numbers are refused."""
        self._policy = policy
        self._saved = {_key(entry) for entry in policy.saved} if policy else set()

    def check(self, target: str, dialled_by: DialledBy, own_hosts: frozenset[str]) -> None:
        """Raise `RefusalError` unless `target` may be dialled.

        `own_hosts` are the names of the account's servers: addresses there are numbers.
        """
        if (rule := self._rule(target, dialled_by, own_hosts)) is not None:
            raise RefusalError(
                ErrorKind.REFUSED_BY_POLICY, f"{target} {_SENTENCES[rule]}", rule=rule
            )

    def _rule(
        self, target: str, dialled_by: DialledBy, own_hosts: frozenset[str]
    ) -> DialRule | None:
        """Return the rule that refuses a target, None when it may be dialled."""
        if not is_uri(target):
            return self._number_rule(clean_number(target), dialled_by, _key(target))
        user, host = split_uri(target)
        number = user.replace("%23", "#").removeprefix("tel:")
        if _is_number(number):
            rule = self._number_rule(number, dialled_by, _key(target))
            if rule is not None and (host.name in own_hosts or rule is DialRule.EMERGENCY):
                return rule
        return self._address_rule(host, own_hosts, _key(target))

    def _address_rule(self, host: Host, own_hosts: frozenset[str], key: str) -> DialRule | None:
        """Judge a SIP address."""
        policy = self._policy
        if policy is None or policy.allow_addresses or key in self._saved:
            return None
        return None if host.name in own_hosts else DialRule.ADDRESS

    def _number_rule(self, number: str, dialled_by: DialledBy, key: str) -> DialRule | None:
        """Judge a number of digits, *, # and a leading +."""
        policy = self._policy
        country = policy.home_country.upper() if policy else ""
        saved = key in self._saved
        if _is_emergency(number, country, exactly=saved):
            return None if dialled_by is DialledBy.PERSON else DialRule.EMERGENCY
        if policy is None:
            return None
        if _is_short(number):
            return None if saved or policy.allow_short_codes else DialRule.SHORT_CODE
        if not country and not number.startswith("+"):
            return None
        parsed = _parse(number, country)
        if parsed is None:
            return None if saved or policy.allow_short_codes else DialRule.SHORT_CODE
        return self._parsed_rule(parsed, saved=saved)

    def _parsed_rule(self, number: PhoneNumber, *, saved: bool) -> DialRule | None:
        """Judge a number in E.164 form."""
        policy = self._policy
        assert policy is not None
        if number.country_code in SATELLITE_CODES:
            return None if policy.allow_satellite else DialRule.SATELLITE
        rule = _TYPES.get(phonenumbers.number_type(number))
        if rule is DialRule.PREMIUM and not policy.allow_premium:
            return rule
        if rule is DialRule.SHARED_COST and not policy.allow_shared_cost:
            return rule
        if saved or "*" in policy.countries:
            return None
        allowed = {policy.home_country.upper(), *(each.upper() for each in policy.countries)}
        # A number of an unknown block belongs to the main country of its code.
        region = phonenumbers.region_code_for_number(number)
        region = region or phonenumbers.region_code_for_country_code(number.country_code or 0)
        return None if region in allowed else DialRule.COUNTRY


def _is_short(number: str) -> bool:
    """Tell whether a number is none of the public network: an extension, a service, a code.

    Behind an exchange 000 is a line to the outside and then any country.
    """
    if not number.removeprefix("+").isdecimal() or number.startswith("000"):
        return True
    return not number.startswith("+") and len(number) <= LONGEST_SHORT


def _is_number(text: str) -> bool:
    """Tell whether the user part of a SIP address is a number."""
    return bool(text) and set(text) <= set("+0123456789*#")


def _key(entry: str) -> str:
    """Return a saved entry or a target in the form in which they are compared."""
    if is_uri(entry):
        return entry.strip().lower().removeprefix("sips:").removeprefix("sip:")
    return "".join(char for char in entry if char in "+0123456789*#")


def _parse(number: str, country: str) -> PhoneNumber | None:
    """Return a number in E.164 form, None when it cannot be one."""
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return None
    length = phonenumbers.is_possible_number_with_reason(parsed)
    # without its area code it can only be dialled as such: behind a country code it is cut short
    local = length == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY
    if local and not number.startswith(("+", "00")):
        return parsed
    return parsed if length == phonenumbers.ValidationResult.IS_POSSIBLE else None


def _is_emergency(number: str, country: str, *, exactly: bool) -> bool:
    """Tell whether a number reaches an emergency service, with or without an outside line.

    Some networks connect as soon as the first digits are those of one; `exactly` leaves that out,
    for extensions like 1101.
    """
    digits = number.lstrip("+*#")
    forms = {digits, *(digits[1:] for prefix in OUTSIDE_LINE if digits.startswith(prefix))}
    if country and (parsed := _parse_any(number, country)) is not None:
        forms.add(str(parsed.national_number))
    if forms & EVERYWHERE:
        return True
    if not country:
        return bool(forms & SOMEWHERE)
    if not exactly and shortnumberinfo.connects_to_emergency_number(digits, country):
        return True
    return any(shortnumberinfo.is_emergency_number(form, country) for form in forms)


def _parse_any(number: str, country: str) -> PhoneNumber | None:
    """Return a number in E.164 form although it may be too short for one."""
    try:
        return phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
