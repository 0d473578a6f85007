"""The table of tone plans."""

import pytest

from custom_components.hold_slayer.hearing.cadence import match
from custom_components.hold_slayer.hearing.heard import Sound
from custom_components.hold_slayer.hearing.toneplans import PLANS, parse_tone, tones

#: Countries that must be there.
WANTED = [
    "US",
    "CA",
    "GB",
    "DE",
    "FR",
    "ES",
    "IT",
    "NL",
    "PT",
    "AT",
    "CH",
    "BE",
    "DK",
    "SE",
    "NO",
    "FI",
    "PL",
    "CZ",
    "IE",
    "AU",
    "NZ",
    "JP",
    "CN",
    "IN",
    "BR",
    "MX",
    "AR",
    "ZA",
    "RU",
    "IL",
    "TR",
    "GR",
    "HU",
    "KR",
    "SG",
    "HK",
]


def test_enough_countries_with_a_source() -> None:
    """Every plan rings, is busy and says where it comes from."""
    assert set(WANTED) <= set(PLANS)
    assert len(PLANS) >= 40
    for plan in PLANS.values():
        assert plan.ringback
        assert plan.busy
        assert plan.source


def test_every_tone_is_possible() -> None:
    """Frequencies and times are what a telephone network can send."""
    for tone in tones():
        assert 300 <= tone.frequencies[0] <= tone.frequencies[-1] <= 2000
        assert len(tone.cadence) % 2 == 0
        assert all(0.03 <= seconds <= 15 for seconds in tone.cadence)
        assert tone.countries


def test_parse() -> None:
    """Frequencies come out ascending; a cadence without an off time is an error."""
    assert parse_tone("480+440/2,4") == ((440.0, 480.0), (2.0, 4.0))
    with pytest.raises(ValueError, match="off time"):
        parse_tone("425/1,4,1")


@pytest.mark.parametrize(
    ("frequencies", "intervals", "sound", "country"),
    [
        ((425.0,), [1.0, 4.0], Sound.RINGBACK, "DE"),
        ((450.0,), [2.0, 4.0], Sound.RINGBACK, "TR"),
        ((425.0,), [0.48, 0.48, 0.48, 0.48], Sound.BUSY, "DE"),
        ((400.0,), [0.4, 0.35, 0.225, 0.525, 0.4], Sound.CONGESTION, "GB"),
        ((425.0,), [0.2, 0.2, 0.2, 0.2, 0.2, 0.6, 0.2], Sound.CONGESTION, "ES"),
        ((400.0,), [2.5, 0.5, 2.5, 0.5], Sound.SPECIAL_INFORMATION, "ZA"),
        ((440.0,), [0.3, 10.0, 0.3], Sound.CALL_WAITING, "US"),
    ],
)
def test_cadences(
    frequencies: tuple[float, ...], intervals: list[float], sound: Sound, country: str
) -> None:
    """Each rhythm belongs to its tone."""
    found = match(frozenset({frequencies}), intervals, whole=True)
    assert found is not None
    assert found.sound == sound
    assert country in found.countries


def test_other_rhythms_match_nothing() -> None:
    """Irregular bursts are music or Morse."""
    assert match(frozenset({(425.0,)}), [0.13, 0.9, 0.6, 0.1, 0.3], whole=True) is None
    assert match(frozenset({(425.0,)}), [1.0], whole=True) is None
