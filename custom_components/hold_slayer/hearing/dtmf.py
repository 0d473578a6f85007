"""Touch-tone digits in the audio itself (ITU-T Q.23), received as ITU-T Q.24 asks.

A frame of 26 ms every 10 ms is projected on the eight frequencies. A digit is a row tone and a
column tone that together hold nearly all the energy of the frame, at the right frequencies (from
the phase advance between frames), with a twist and a length within the limits. Voices and
plucked strings now and then hit two of the frequencies for 40 ms with nothing beside them; but
they neither begin nor end as a key does: out of something far quieter, level, and at once over.
"""

from cmath import phase, rect
from dataclasses import dataclass, field
from math import log10, pi, sin

import numpy as np
from numpy.typing import NDArray

RATE = 8000
#: Samples between frames (10 ms).
HOP = 80
#: Samples in a frame (26 ms): short enough for two whole frames in a 40 ms digit.
FRAME = 208

ROWS = (697.0, 770.0, 852.0, 941.0)  # Hz, Q.23
COLUMNS = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = ("123A", "456B", "789C", "*0#D")

#: Furthest from nominal: must work to 1.5 % (+2 Hz), must not beyond 3.5 % (Q.24).
MAX_DEVIATION = 0.023
#: Column over row and row over column, dB: Q.24 lists 4 to 10 of each among administrations.
MAX_TWIST = 8.5
MAX_REVERSE_TWIST = 10.5
#: Least share of the energy of a frame in the two tones (15 dB signal to noise gives 0.97).
MIN_PURITY = 0.82
#: The same for all frames of a digit together.
MIN_MEAN_PURITY = 0.94
#: Quietest tone pair, power relative to full scale 1.0 (about -38 dBm0).
MIN_POWER = 10 ** (-46 / 10)
#: Frames that must agree: 2 frames span 36 ms, less than the 40 ms that must work.
MIN_FRAMES = 2
#: Frames a digit may be missing without ending: an interruption of 10 ms (Q.24).
MAX_HOLE = 1
#: A held key is believed after so many frames (165 ms), before its end is heard, if it is so level (2 dB).
HELD_FRAMES = 15
HELD_SWING = 10 ** (2 / 10)
#: How far the energy must lie below the key's just before it and just after it, as a ratio (8 dB).
BESIDE = 10 ** (-8 / 10)
#: How far the level of its louder three quarters may move, as a ratio (5 dB): lost packets are
#: concealed by ever weaker ones.
MAX_SWING = 10 ** (5 / 10)
#: So long, pure and level (1 dB) nothing but a machine is: such a key needs no quiet before it.
SURE_FRAMES = 6
SURE_PURITY = 0.97
SURE_SWING = 10 ** (1 / 10)
#: A key cut in two by a lost packet goes on within so many frames.
MEND_FRAMES = 8
#: Frames from a key's first or last whole frame to one that holds nothing of it.
APART = 4

_OMEGA = 2 * np.pi * np.array(ROWS + COLUMNS) / RATE
_WINDOW = np.hanning(FRAME + 2)[1:-1]
#: (FRAME, 16) cosines, then sines, windowed; scaled so that the squared norm is tone power.
_BASIS = np.concatenate(
    [
        _WINDOW[:, None] * np.cos(np.arange(FRAME)[:, None] * _OMEGA),
        _WINDOW[:, None] * np.sin(np.arange(FRAME)[:, None] * _OMEGA),
    ],
    axis=1,
).astype(np.float32) * np.float32(np.sqrt(2) / _WINDOW.sum())
_ENERGY = (_WINDOW**2 / (_WINDOW**2).sum()).astype(np.float32)
#: Nominal frequencies, Hz, and by how much each turns from frame to frame.
_NOMINAL = ROWS + COLUMNS
_ADVANCE = tuple(rect(1.0, 2 * pi * hertz * HOP / RATE) for hertz in _NOMINAL)

#: A key, its first sample, the sample at which it is told, and how sure it is, 0 to 1.
type Digit = tuple[str, int, int, float]


class DtmfDetector:
    """Finds digits in a stream of frames; feed it every frame once, in order."""

    def __init__(self) -> None:
        """Start with silence."""
        #: Projections of the latest frame before the present ones, (16,).
        self._last = np.zeros(16, dtype=np.float32)
        #: Energy of the latest frames before the present ones.
        self._past = [0.0] * (APART + 2)
        self._press: _Press | None = None
        #: The press before, which a lost packet may have cut in two.
        self._cut: _Press | None = None

    @property
    def key(self) -> str:
        """The key that is down now and was reported, or nothing."""
        press = self._press
        return press.key if press is not None and press.reported else ""

    def process(self, frames: NDArray[np.float32], first: int) -> list[Digit]:
        """Take frames (n, FRAME), HOP samples apart, the first one starting at sample `first`.

        Returns (key, first sample, sample of report, confidence) for each new digit.
        """
        parts = frames @ _BASIS
        squares = parts * parts
        power = squares[:, :8] + squares[:, 8:]
        energy = (frames * frames) @ _ENERGY
        both = np.maximum.reduce(power[:, :4], 1) + np.maximum.reduce(power[:, 4:], 1)
        plausible = (both > 0.72 * energy) & (both > MIN_POWER)
        found: list[Digit] = []
        if self._press is not None or plausible.any():
            found = self._follow(parts, power, energy, plausible.tolist(), first)
        self._last = parts[-1].copy()
        self._past = [*self._past, *energy[-len(self._past) :].tolist()][-len(self._past) :]
        return found

    def _follow(
        self,
        parts: NDArray[np.float32],
        power: NDArray[np.float32],
        energy: NDArray[np.float32],
        plausible: list[bool],
        first: int,
    ) -> list[Digit]:
        """Look at every frame that may hold a key, or ends one."""
        found: list[Digit] = []
        energies = [*self._past, *energy.tolist()]
        offset = len(self._past)
        for index, likely in enumerate(plausible):
            if self._press is None and not likely:
                continue
            at = first + index * HOP
            key, purity = "", 0.0
            if likely:
                before_it = parts[index - 1] if index else self._last
                key, purity = _key(parts[index], before_it, power[index], energies[offset + index])
            here = offset + index
            press = self._press
            goes_on = press is None or press.goes_on(key, purity, energies[here])
            if press is not None and not goes_on and (key or press.gap >= APART):
                if press.is_over(energies[here + 1 - press.gap : here + 1]):
                    found.append(press.report(at + FRAME))
                self._press, self._cut = None, press
            if self._press is None and key:
                # the frames before the first whole one may hold a part of the tone
                before = min(energies[max(here - APART - 1, 0) : max(here - APART + 2, 1)])
                cut = self._cut
                near = cut is not None and at - cut.until <= MEND_FRAMES * HOP
                if cut is not None and near and cut.key == key and not cut.reported:
                    before = min(before, cut.before)
                self._press = _Press(key=key, since=at - HOP, until=at, before=before)
                self._press.goes_on(key, purity, energies[here])
            press = self._press
            if press is not None and press.gap == 0:
                press.until = at
            if press is not None and press.is_held:
                found.append(press.report(at + FRAME))
        return found


@dataclass(slots=True, kw_only=True)
class _Press:
    """A key that seems to be down."""

    key: str
    #: First sample of the tone.
    since: int
    #: First sample of its latest whole frame.
    until: int
    #: Least energy just before it.
    before: float
    #: Energies of its frames, and the sum of their purities.
    levels: list[float] = field(default_factory=list)
    purity: float = 0.0
    #: Frames since the last one that held it.
    gap: int = 0
    reported: bool = False

    def goes_on(self, key: str, purity: float, energy: float) -> bool:
        """Take the key of the next frame; whether it is still this press."""
        if key == self.key and self.gap <= MAX_HOLE:
            self.levels.append(energy)
            self.purity += purity
            self.gap = 0
            return True
        self.gap += 1
        return self.gap <= MAX_HOLE and not key

    @property
    def sounds_right(self) -> bool:
        """Whether it is pure and level, and came out of something quieter."""
        count, levels = len(self.levels), sorted(self.levels)
        return (
            count >= MIN_FRAMES
            and self.purity >= MIN_MEAN_PURITY * count
            and levels[-1] <= MAX_SWING * levels[count // 4]
            and (self.before <= BESIDE * levels[-1] or self.is_a_machine)
        )

    @property
    def is_a_machine(self) -> bool:
        """Whether it is too pure and level to be anything but a key: then it may follow another tone."""
        count = len(self.levels)
        pure = self.purity >= SURE_PURITY * count
        return count >= SURE_FRAMES and pure and max(self.levels) <= SURE_SWING * min(self.levels)

    @property
    def is_held(self) -> bool:
        """Whether it is a key that is held, not reported yet."""
        level = max(self.levels) <= HELD_SWING * min(self.levels)
        held = len(self.levels) >= HELD_FRAMES and level
        return held and not self.reported and self.sounds_right

    def is_over(self, after: list[float]) -> bool:
        """Whether it was a key, not reported yet, that ended at once; `after` are the energies since."""
        return (
            not self.reported
            and self.sounds_right
            and bool(after)
            and min(after) <= BESIDE * max(self.levels)
        )

    def report(self, at: int) -> Digit:
        """Return the digit as it is told, and tell it once."""
        self.reported = True
        return self.key, self.since, at, self.purity / len(self.levels)


def _key(
    now: NDArray[np.float32], before: NDArray[np.float32], power: NDArray[np.float32], energy: float
) -> tuple[str, float]:
    """The key of one frame and the share of energy in its two tones; no key, no share.

    `now` and `before` are the projections (16,) of the frame and of the one before it.
    """
    row = int(power[:4].argmax())
    column = 4 + int(power[4:].argmax())
    share = 0.0
    for tone in (row, column):
        here = complex(now[tone], -now[tone + 8])
        there = complex(before[tone], -before[tone + 8]) * _ADVANCE[tone]
        turn = here * there.conjugate()
        if not turn:
            return "", 0.0
        hertz = phase(turn) / (2 * pi * HOP / RATE)
        if abs(hertz) > MAX_DEVIATION * _NOMINAL[tone] + 1:
            return "", 0.0
        # Off its nominal frequency a tone falls off the top of the window's main lobe.
        share += float(power[tone]) / _lobe(hertz)
    twist = 10 * log10(power[column] / power[row])
    if not -MAX_REVERSE_TWIST <= twist <= MAX_TWIST:
        return "", 0.0
    purity = min(1.0, share / energy)
    if purity < MIN_PURITY:
        return "", 0.0
    return KEYS[row][column - 4], purity


def _lobe(hertz: float) -> float:
    """Power response of the Hann window `hertz` away from its centre, 1 at the centre."""
    bins = hertz * FRAME / RATE
    if abs(bins) >= 1:
        return 0.25
    response = sin(pi * bins) / (pi * bins) if bins else 1.0
    return float((response / (1 - bins * bins)) ** 2)
