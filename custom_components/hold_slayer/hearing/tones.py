"""Tones on the line: ringing, busy, special information, digits, beeps and fax, streaming.

`ToneDetector` takes audio in blocks of any length and reports each tone once, when it is sure
(`heard.Hearing`); `active` tells at any time whether a tone is on or its cadence still runs.
"""

import itertools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from . import cadence
from .burst import RATE, Burst
from .dtmf import FRAME as DTMF_FRAME, HOP as DTMF_HOP, Digit, DtmfDetector
from .heard import Hearing, Sound
from .signals import (
    CED_TIME,
    SIT_PAUSE,
    calls_fax,
    is_answering_fax,
    is_beep,
    is_calling_fax,
    is_special,
    may_become_special,
)
from .tonebursts import BurstFinder

#: Audio is looked at in blocks of this many samples (200 ms).
BLOCK: Final = 1600
#: Blocks are measured together up to this many samples, which costs less.
AT_ONCE: Final = 4 * BLOCK
#: A pair that only rings is believed after this long, s (shortest ring burst: 0.4 s).
PAIR_TIME = 0.33
#: Silence after the beep of an answering machine, s.
BEEP_SILENCE = 0.25
#: A beep stands alone: no other tone this long before it, s.
BEEP_ISOLATION = 1.2
#: Ringing tones pause for up to 5 s (E.180); a first ring stays active this long, s.
LONGEST_GAP = 6.4
#: A gap longer than this without a known cadence forgets the bursts before it, s.
FORGET = 16.0


class ToneDetector:
    """Finds network tones, DTMF, beeps and fax tones in one stream."""

    def __init__(self, rate: int = RATE, country: str = "") -> None:
        """Start in silence. `country` (ISO 3166) breaks ties between plans that sound alike."""
        if rate != RATE:
            raise ValueError(f"tones are looked for at {RATE} Hz, not at {rate} Hz: resample first")
        self._country = country
        self._finder = BurstFinder()
        self._dtmf = DtmfDetector()
        self._rest = np.zeros(0, dtype=np.float32)
        #: What the first frame for digits begins with.
        self._tail = np.zeros(DTMF_FRAME - DTMF_HOP, dtype=np.float32)
        self._time = 0.0  # stream time of sample 0
        self._samples = 0
        self._bursts: list[Burst] = []
        self._keys: frozenset[tuple[float, ...]] = frozenset()
        self._reported: Sound | None = None
        self._until = 0.0
        self._beep: Burst | None = None
        self._early: tuple[Burst, float] | None = None
        self._last_tone_end = -100.0
        self._digit_until = -1.0
        self._tone_until = 0.0

    @property
    def active(self) -> Sound | None:
        """The tone that is on now, or whose cadence runs; None when there is none."""
        now = self._samples / RATE
        if self._dtmf.key or now < self._digit_until:
            return Sound.DTMF
        if self._reported is not None and now < self._until:
            return self._reported
        burst = self._finder.current
        if burst is not None and burst.length > 0.15 and burst.steady:
            keys = cadence.plan_frequencies(burst)
            if keys:
                return Sound.RINGBACK
            if is_beep(burst) or is_answering_fax(burst):
                return Sound.BEEP
        return None

    @property
    def silent_since(self) -> float | None:
        """When the tone was last heard, s, while its cadence runs on; None when none runs."""
        return None if self._reported is None else self._time + self._tone_until

    def answered(self) -> None:
        """Take note that somebody talks where the cadence is silent: the tone is over."""
        self._reported = self._early = self._beep = None
        self._until = self._samples / RATE
        self._bursts.clear()

    def process(self, samples: NDArray[np.float32], start_time: float) -> list[Hearing]:
        """Take samples (float in [-1, 1], 8 kHz) that begin at `start_time` s; report new tones."""
        pending = len(self._rest)
        self._time = start_time - (self._samples + pending) / RATE
        audio = np.concatenate([self._rest, samples]) if pending else samples
        ready = len(audio) // BLOCK * BLOCK
        self._rest = audio[ready:].copy()
        heard: list[Hearing] = []
        for place in range(0, ready, AT_ONCE):
            some = audio[place : min(place + AT_ONCE, ready)]
            digits = self._digits(some)
            self._finder.add(some, self._samples)
            for _ in range(0, len(some), BLOCK):
                self._samples += BLOCK
                self._block(digits, heard)
        return heard

    def _digits(self, audio: NDArray[np.float32]) -> list[Digit]:
        """Return the digits that audio brings."""
        joined = np.concatenate([self._tail, audio])
        self._tail = joined[len(joined) - len(self._tail) :]
        frames = np.ndarray(
            (len(audio) // DTMF_HOP, DTMF_FRAME), np.float32, joined, 0, (4 * DTMF_HOP, 4)
        )
        return self._dtmf.process(frames, self._samples - len(self._tail))

    def _block(self, digits: list[Digit], heard: list[Hearing]) -> None:
        """Look at the block of audio that is over now."""
        while digits and digits[0][2] <= self._samples:
            key, since, _, confidence = digits.pop(0)
            self._digit_until = self._samples / RATE + 0.05
            heard.append(
                Hearing(
                    time=self._time + self._samples / RATE,
                    since=self._time + max(since, 0) / RATE,
                    sound=Sound.DTMF,
                    confidence=confidence,
                    digit=key,
                )
            )
        for burst in self._finder.process(BLOCK):
            self._ended(burst, heard)
        current = self._finder.current
        if current is not None:
            self._running(current, heard)
        elif self._bursts or self._beep or self._early:
            self._quiet(heard)

    def _running(self, burst: Burst, heard: list[Hearing]) -> None:
        """Look at the burst that is on: it may complete a cadence."""
        if burst.length < 0.1:
            return
        if is_answering_fax(burst) and burst.purity > 0.85:
            if burst.length >= CED_TIME:
                self._report(heard, Sound.FAX, burst.start, 0.95, until=burst.end + 0.3)
            return
        if is_special([*self._bursts[-2:], burst]):
            first = self._bursts[-2]
            self._report(heard, Sound.SPECIAL_INFORMATION, first.start, 0.98, until=burst.end + 1.2)
            return
        if self._bursts and calls_fax(self._bursts[-1], burst):
            self._report(heard, Sound.FAX, self._bursts[-1].start, 0.9, until=burst.end + 3.6)
            return
        keys = cadence.plan_frequencies(burst)
        if not keys or not burst.steady:
            return
        countries = cadence.unambiguous_ringback(keys)
        if countries and burst.length >= PAIR_TIME and burst.purity > 0.93:
            self._ring(burst, countries, 0.92, heard)
        self._join(burst, keys, heard)

    def _ended(self, burst: Burst, heard: list[Hearing]) -> None:
        """Take a burst that is over into the rhythm so far."""
        self._tell_special(burst, heard)
        keys = cadence.plan_frequencies(burst)
        if keys and burst.steady:
            self._join(burst, keys, heard)
        elif self._bursts and burst.start - self._bursts[-1].end > SIT_PAUSE:
            self._bursts.clear()
        self._bursts.append(burst)
        del self._bursts[:-20]
        self._keys = keys if len(self._bursts) == 1 else self._keys & keys or keys
        self._match(self._bursts, heard)
        isolated = burst.start - self._last_tone_end > BEEP_ISOLATION
        alone = isolated and burst.clean_end and not is_calling_fax(burst)
        self._beep = burst if alone and is_beep(burst) else None
        self._last_tone_end = burst.end
        self._early = None
        for length, countries in cadence.ringing_lengths(keys).items():
            if abs(burst.length - length) < 0.08 * length and burst.steady and burst.clean_end:
                self._early = (burst, length)
                self._early_countries = countries

    def _join(self, burst: Burst, keys: frozenset[tuple[float, ...]], heard: list[Hearing]) -> None:
        """See whether a burst goes on with the rhythm; begin a new one if it does not."""
        if not self._bursts:
            return
        last = self._bursts[-1]
        gap = burst.start - last.end
        between = self._finder.level(last.end + 0.02, burst.start - 0.02)
        quiet = gap < 0.06 or between < 0.09 * min(last.level, burst.level or last.level)
        if not self._keys & keys or gap > FORGET or not quiet or gap < 0.02:
            if not may_become_special(self._bursts, burst):
                self._bursts.clear()
                self._keys = keys
            return
        if not burst.over:
            self._match([*self._bursts, burst], heard)

    def _match(self, bursts: list[Burst], heard: list[Hearing]) -> None:
        """Report the tone whose cadence the bursts have."""
        intervals: list[float] = []
        for before, burst in itertools.pairwise(bursts):
            intervals += [before.length, burst.start - before.end]
        if bursts[-1].over:
            intervals.append(bursts[-1].length)
        if len(intervals) < 2:
            return
        found = cadence.match(self._keys, intervals, whole=bursts[0].clean_start)
        if found is None:
            return
        sound, countries = found.sound, found.countries
        confidence = 1.0 - 0.15 * min(found.error, 1.0)
        self._report(
            heard,
            sound,
            bursts[0].start,
            confidence,
            countries=countries,
            until=bursts[-1].end + 1.25 * found.longest_gap + 0.3,
        )

    def _ring(
        self, burst: Burst, countries: tuple[str, ...], confidence: float, heard: list[Hearing]
    ) -> None:
        self._report(
            heard,
            Sound.RINGBACK,
            burst.start,
            confidence,
            countries=countries,
            until=burst.end + LONGEST_GAP,
        )

    def _quiet(self, heard: list[Hearing]) -> None:
        """No tone is on: beeps, a first ring, or the end of a cadence."""
        now = self._samples / RATE - 0.04
        last = self._bursts[-1] if self._bursts else None
        gap = now - last.end if last is not None else 0.0
        loud = False
        if last is not None and gap > 0.06:
            level = self._finder.level(max(now - 0.15, last.end + 0.02), now)
            loud = level > 0.06 * last.level
        if self._reported is not None and loud and gap > 0.2 and not self._finder.beginning:
            # Something else sounds where the cadence is silent: answered.
            self._until = min(self._until, self._samples / RATE)
        if self._reported is not None and self._samples / RATE >= self._until:
            self._reported = None
        if self._early is not None and last is not None:
            burst, _ = self._early
            if loud and gap > 0.12:
                if gap > 0.6 and self._reported is None:
                    self._ring(burst, self._early_countries, 0.6, heard)
                    self._until = self._samples / RATE
                self._early = None
            elif gap > 1.8:
                if self._reported is None:
                    self._ring(burst, self._early_countries, 0.75, heard)
                self._early = self._beep = None
        if self._beep is not None and last is not None:
            wait = max(BEEP_SILENCE, 1.15 * cadence.short_gaps(self._keys, last.length) + 0.05)
            if loud and gap < BEEP_SILENCE:
                self._beep = None
            elif gap >= wait and self._early is None:
                if self._reported is None:
                    self._hear(heard, Sound.BEEP, self._beep.start, self._beep.purity)
                self._beep = None
        if last is not None and gap > FORGET:
            self._bursts.clear()

    def _tell_special(self, burst: Burst, heard: list[Hearing]) -> bool:
        """Report the special information tone when this burst completes it."""
        if not is_special([*self._bursts[-2:], burst]):
            return False
        since = self._bursts[-2].start
        self._report(heard, Sound.SPECIAL_INFORMATION, since, 0.98, until=burst.end + 1.2)
        return True

    def _report(
        self,
        heard: list[Hearing],
        sound: Sound,
        since: float,
        confidence: float,
        *,
        countries: tuple[str, ...] = (),
        until: float,
    ) -> None:
        """Report a tone unless it is the one that runs; keep it active until `until` s."""
        self._tone_until = self._samples / RATE
        if self._reported != sound:
            self._reported = sound
            self._until = 0.0
            self._hear(heard, sound, since, confidence, ",".join(countries))
        self._until = max(self._until, until)
        self._beep = self._early = None

    def _hear(
        self, heard: list[Hearing], sound: Sound, since: float, confidence: float, network: str = ""
    ) -> None:
        heard.append(
            Hearing(
                time=self._time + self._samples / RATE,
                since=self._time + max(since, 0.0),
                sound=sound,
                confidence=confidence,
                network=network,
            )
        )
