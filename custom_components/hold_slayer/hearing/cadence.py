"""Recognise a network tone by the rhythm of its bursts.

The bursts and gaps heard so far are compared with every cadence of every tone plan that has the
same frequencies, from the newest interval backwards, at every position of the pattern.
"""

from dataclasses import dataclass
from functools import cache

from .burst import Burst
from .heard import Sound
from .toneplans import Tone, tones

#: A frequency may be off by this share (networks keep 1 %, E.180 allows up to 15 Hz) …
FREQUENCY_TOLERANCE = 0.0135
#: … and an interval by this share or this many s, whichever is more (E.180: 10 %).
INTERVAL_TOLERANCE = 0.13
INTERVAL_SLACK = 0.03
#: Intervals at least this long prove ringing by themselves once both neighbours fit, s.
LONG_GAP = 0.9
#: Largest level difference between the tones of a pair, dB.
MAX_IMBALANCE = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A tone whose cadence fits what was heard."""

    sound: Sound
    countries: tuple[str, ...]
    #: Mean deviation of the intervals, 0 (exact) to 1 (at the limit).
    error: float
    #: Longest gap of the cadence, s: how long silence is part of the tone.
    longest_gap: float


@cache
def _frequency_sets() -> tuple[tuple[float, ...], ...]:
    return tuple(sorted({tone.frequencies for tone in tones()}))


@cache
def _by_frequencies(frequencies: tuple[float, ...]) -> tuple[Tone, ...]:
    return tuple(tone for tone in tones() if tone.frequencies == frequencies)


def plan_frequencies(burst: Burst) -> frozenset[tuple[float, ...]]:
    """Which frequency sets of the tone plans a burst fits."""
    heard = burst.frequencies
    if len(heard) > 1 and min(burst.levels) < -MAX_IMBALANCE and len(heard) != 3:
        return frozenset()
    return frozenset(
        wanted
        for wanted in _frequency_sets()
        if len(wanted) == len(heard)
        and all(
            abs(one - other) <= FREQUENCY_TOLERANCE * other + burst.resolution
            for one, other in zip(heard, wanted, strict=True)
        )
    )


def unambiguous_ringback(keys: frozenset[tuple[float, ...]]) -> tuple[str, ...]:
    """Countries, if these are pairs of tones that only ring (or wait, within a conversation)."""
    users = [
        tone
        for key in keys
        if len(key) > 1
        for tone in _by_frequencies(key)
        if tone.sound != Sound.CALL_WAITING
    ]
    if not users or any(tone.sound != Sound.RINGBACK for tone in users):
        return ()
    return tuple(sorted({country for tone in users for country in tone.countries}))


def ringing_lengths(keys: frozenset[tuple[float, ...]]) -> dict[float, tuple[str, ...]]:
    """On times (s) of the ringing tones with one burst per period, with their countries."""
    lengths: dict[float, set[str]] = {}
    for key in keys:
        for tone in _by_frequencies(key):
            if tone.sound == Sound.RINGBACK and len(tone.cadence) == 2:
                lengths.setdefault(tone.cadence[0], set()).update(tone.countries)
    return {on: tuple(sorted(countries)) for on, countries in lengths.items()}


def short_gaps(keys: frozenset[tuple[float, ...]], on: float) -> float:
    """Longest gap (s, under 1.2 s) that may follow a burst of `on` s in any plan; 0 if none."""
    longest = 0.0
    for key in keys:
        for tone in _by_frequencies(key):
            for burst, gap in zip(tone.cadence[::2], tone.cadence[1::2], strict=True):
                if gap < 1.2 and _fits(on, burst) <= 1:
                    longest = max(longest, gap)
    return longest


def _fits(heard: float, planned: float) -> float:
    """How far an interval is from the plan, in units of the tolerance."""
    return abs(heard - planned) / max(INTERVAL_TOLERANCE * planned, INTERVAL_SLACK)


def match(
    keys: frozenset[tuple[float, ...]], intervals: list[float], *, whole: bool
) -> Match | None:
    """Find the tone of a run of intervals (on, off, on, …, in s; the newest closed one last).

    `whole` tells that the first burst was heard from its beginning. Returns nothing until
    enough intervals fit, or when none fits.
    """
    if not whole:
        intervals = intervals[2:] if len(intervals) > 1 else []
    fits: list[tuple[float, int, Tone]] = []
    for key in keys:
        for tone in _by_frequencies(key):
            error = _compare(tone, intervals)
            if error is not None:
                fits.append((error, len(tone.countries), tone))
    if not fits:
        return None
    best = min(error for error, _, _ in fits)
    close = [item for item in fits if item[0] <= best + 0.35]
    votes: dict[Sound, float] = {}
    for error, users, tone in close:
        votes[tone.sound] = votes.get(tone.sound, 0.0) + users * (1.3 - error)
    sound = max(votes, key=lambda one: votes[one])
    chosen = [tone for _, _, tone in close if tone.sound == sound]
    countries = {country for tone in chosen for country in tone.countries}
    return Match(
        sound=sound,
        countries=tuple(sorted(countries)),
        error=best,
        longest_gap=max(max(tone.cadence[1::2]) for tone in chosen),
    )


def _needed(tone: Tone) -> int:
    """How many intervals must fit before a tone is believed."""
    period = len(tone.cadence)
    pair = len(tone.frequencies) > 1
    if period == 2:
        if tone.cadence[1] >= LONG_GAP:
            return 3 if tone.sound == Sound.CALL_WAITING else 2
        return 3 if pair else 4
    if max(tone.cadence[1::2]) >= LONG_GAP:
        return period if tone.sound == Sound.CALL_WAITING else 3
    return period + 1


def _compare(tone: Tone, intervals: list[float]) -> float | None:
    """Mean error of the newest intervals against the tone at its best position, if they fit."""
    needed = _needed(tone)
    if len(intervals) < needed:
        return None
    period = len(tone.cadence)
    # On times stand at even places of both; keep that so at every position of the pattern.
    count = min(len(intervals), max(needed, 2 * period))
    recent = intervals[-count:]
    parity = (len(intervals) - count) % 2
    best: float | None = None
    for position in range(parity, period + parity, 2):
        errors = [
            _fits(heard, tone.cadence[(position + place) % period])
            for place, heard in enumerate(recent)
        ]
        agree = 0
        for error in reversed(errors):
            if error > 1:
                break
            agree += 1
        if agree < needed:
            continue
        mean = sum(errors[-agree:]) / agree
        # One cadence may look like a part of another: the one that explains more wins.
        mean += 0.2 * (count - agree) / count
        best = mean if best is None else min(best, mean)
    return best
