"""Tones that mean something without a country's cadence: special information, fax, beeps."""

from collections.abc import Sequence

from .burst import Burst
from .toneplans import SIT_FREQUENCIES, SIT_TOLERANCE

#: Lengths of an answering machine's beep, s, and its frequencies, Hz.
BEEP_LENGTHS = (0.18, 1.6)
BEEP_FREQUENCIES = (390.0, 2050.0)
#: Called terminal (answering fax), ITU-T T.30: 2100 Hz ± 15 Hz for 2.6 to 4 s.
CED_FREQUENCY, CED_TOLERANCE, CED_TIME = 2100.0, 22.0, 0.9
#: Calling fax, ITU-T T.30: 1100 Hz ± 38 Hz, 0.5 s on, 3 s off, ± 15 %.
CNG_FREQUENCY, CNG_TOLERANCE, CNG_CADENCE = 1100.0, 40.0, (0.5, 3.0)
#: Length of one tone of the special information tone, s (E.180: 330 ms ± 70 ms).
SIT_LENGTHS = (0.2, 0.45)
#: Longest pause between two of them, s (E.180: up to 30 ms).
SIT_PAUSE = 0.08


def _near(burst: Burst, frequency: float, tolerance: float) -> bool:
    """Whether a burst is one tone near a frequency (Hz)."""
    return (
        len(burst.frequencies) == 1
        and abs(burst.frequencies[0] - frequency) <= tolerance + burst.resolution
    )


def is_beep(burst: Burst) -> bool:
    """Whether a burst could be the beep of an answering machine."""
    return (
        len(burst.frequencies) == 1
        and BEEP_FREQUENCIES[0] <= burst.frequencies[0] <= BEEP_FREQUENCIES[1]
        and BEEP_LENGTHS[0] <= burst.length <= BEEP_LENGTHS[1]
        and burst.steady
        and burst.purity > 0.93
    )


def is_answering_fax(burst: Burst) -> bool:
    """Whether a burst has the frequency of a fax that answers."""
    return _near(burst, CED_FREQUENCY, CED_TOLERANCE)


def is_calling_fax(burst: Burst) -> bool:
    """Whether a burst has frequency and length of a fax that calls."""
    length = abs(burst.length - CNG_CADENCE[0])
    return _near(burst, CNG_FREQUENCY, CNG_TOLERANCE) and length < 0.08


def calls_fax(last: Burst, burst: Burst) -> bool:
    """Whether two bursts, the second one perhaps still on, have the rhythm of a fax that calls."""
    on, off = CNG_CADENCE
    return (
        _near(burst, CNG_FREQUENCY, CNG_TOLERANCE)
        and _near(last, CNG_FREQUENCY, CNG_TOLERANCE)
        and abs(last.length - on) <= 0.16 * on
        and abs(burst.start - last.end - off) <= 0.16 * off
    )


def may_become_special(before: Sequence[Burst], burst: Burst) -> bool:
    """Whether a burst and the one before it are the first tones of the special information tone."""
    return bool(before) and _are_first([before[-1], burst])


def is_special(bursts: Sequence[Burst]) -> bool:
    """Whether three bursts, the last one perhaps still on, are the special information tone."""
    if len(bursts) < 3 or not _near(bursts[2], SIT_FREQUENCIES[2], SIT_TOLERANCE):
        return False
    first, second, third = bursts
    return (
        _are_first(bursts)
        and second.start - first.end < SIT_PAUSE
        and third.start - second.end < SIT_PAUSE
        and all(SIT_LENGTHS[0] <= one.length <= SIT_LENGTHS[1] for one in (first, second))
    )


def _are_first(bursts: Sequence[Burst]) -> bool:
    """Whether bursts begin with the first two frequencies of the special information tone."""
    return all(
        _near(burst, frequency, SIT_TOLERANCE)
        for burst, frequency in zip(bursts[:2], SIT_FREQUENCIES[:2], strict=True)
    )
