"""Steady tones cut out of the audio: when each began and ended, and which frequencies it holds.

A frame is tonal when two narrow peaks hold nearly all its energy. Tonal frames with the same
spectrum make a burst; its edges come from the energy in steps of 10 ms and its frequencies from
one long transform over its inside, which is made a few times per burst and never otherwise.
"""

from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from numpy import fft
from numpy.typing import NDArray

from .burst import RATE, Burst

#: Samples between spectra (25 ms) and in each (64 ms).
HOP = 200
FRAME = 512
#: Energy is kept in steps of this many samples (10 ms).
STEP = 80
#: Steps that the beat of two tones may dip under half: 40 ms at 25 Hz (413 + 438 Hz).
DIP = 4
#: Shorter bursts than this are none, s (the shortest of a network: 40 ms, call waiting) …
SHORTEST = 0.032
#: … and up to this they must stand alone; edges of so much are left out of longer ones, s.
SHORT = 0.06
EDGE = 0.012
#: Fewer samples than this say nothing about frequencies (30 ms).
LEAST_INSIDE = 240

#: Peaks are looked for between these frequencies, Hz.
LOWEST, HIGHEST = 300.0, 2300.0
#: Below this nothing is a tone, mean square relative to full scale 1.0 (-35 dBm0 is -41 dB).
MIN_LEVEL = 10 ** (-49 / 10)
#: Least share of energy in two peaks of ± 3 bins for a tonal frame.
MIN_TONAL = 0.86
#: … and in the higher of the two.
MIN_PEAK = MIN_TONAL / 2
#: Least likeness (cosine of power spectra) for a frame to go on with a burst.
MIN_LIKENESS = 0.6

_WINDOW = np.hanning(FRAME + 2)[1:-1].astype(np.float32)
_SEVEN = np.ones(7, np.float32)
_BIN = RATE / FRAME
_LOW, _HIGH = int(LOWEST / _BIN), int(HIGHEST / _BIN) + 1


@dataclass(slots=True)
class BurstFinder:
    """Finds bursts: give it audio with `add`, then work through its blocks with `process`."""

    #: Seconds of audio kept to look at a burst again.
    memory: float = 1.6
    _samples: NDArray[np.float32] = field(init=False)
    _energy: NDArray[np.float32] = field(init=False)
    #: Sample behind the audio taken so far, and behind the block that is worked on.
    _until: int = 0
    _now: int = 0
    #: Of the audio added last, by frame: spectra, their sums, their highest peaks (bins) and what
    #: those hold; no peak where a frame can't be tonal.
    _power: NDArray[np.float32] | None = None
    _totals: list[float] = field(default_factory=list)
    _peaks: list[int] = field(default_factory=list)
    _held: list[float] = field(default_factory=list)
    _open: Burst | None = None
    _spectrum: NDArray[np.float32] | None = None
    #: Sum of that spectrum, and of its squares.
    _mean: float = 0.0
    _square: float = 0.0
    _last_frame: int = 0
    _missed: int = 0
    _total: float = 0.0
    #: Where the burst before ended, s.
    _ended: float = 0.0
    _analysed: float = 0.0

    def __post_init__(self) -> None:
        """Start in silence."""
        self._samples = np.zeros(int(self.memory * RATE), dtype=np.float32)
        self._energy = np.zeros(int(8 * RATE / STEP), dtype=np.float32)

    @property
    def current(self) -> Burst | None:
        """The burst that is on now, once it has been looked at (100 ms)."""
        burst = self._open
        return burst if burst is not None and burst.frequencies else None

    @property
    def beginning(self) -> bool:
        """Whether a tone is on that was not looked at yet."""
        return self._open is not None

    def level(self, start: float, end: float) -> float:
        """Median mean square between two stream times (s) of the last 8 s."""
        last = self._until // STEP
        first_step = max(int(np.ceil(start * RATE / STEP)), last - len(self._energy))
        steps = self._energy[first_step - last + len(self._energy) :][
            : max(int(end * RATE / STEP) - first_step, 0)
        ]
        return _median(steps) if len(steps) else 0.0

    def add(self, audio: NDArray[np.float32], begins: int) -> None:
        """Take samples, a multiple of HOP of them, that start at sample `begins`, and measure them."""
        count = len(audio)
        self._samples = np.concatenate([self._samples[count:], audio])
        steps = audio.reshape(-1, STEP)
        energy = np.einsum("ij,ij->i", steps, steps) * np.float32(1 / STEP)
        self._energy = np.concatenate([self._energy[len(energy) :], energy])
        self._now, self._until = begins, begins + count
        spans = count // HOP
        self._power = None
        if self._open is None and float(np.maximum.reduce(energy)) < MIN_LEVEL:
            self._totals, self._peaks = [self._total] * spans, [0] * spans
            return
        view = np.ndarray(
            (spans, FRAME),
            np.float32,
            self._samples,
            4 * (len(self._samples) - FRAME - (spans - 1) * HOP),
            (4 * HOP, 4),
        )
        parts = fft.rfft(view * _WINDOW).view(np.float32)
        parts *= parts
        power = parts[:, ::2] + parts[:, 1::2]
        power[:, :8] = 0  # under 125 Hz: hum and offset
        totals = np.add.reduce(power, 1)
        peaks = power[:, _LOW:_HIGH].argmax(axis=1)
        peaks += _LOW
        around = (peaks + np.arange(spans) * power.shape[1])[:, None] + _AROUND
        held = power.take(around) @ _SEVEN
        peaks *= (held >= MIN_PEAK * totals) & (totals > MIN_LEVEL * FRAME * FRAME / 10)
        self._power, self._totals = power, totals.tolist()
        self._peaks, self._held = peaks.tolist(), held.tolist()

    def process(self, size: int) -> list[Burst]:
        """Work on the next `size` of the samples that were added; return the bursts that ended."""
        spans = size // HOP
        first = len(self._totals) - (self._until - self._now) // HOP
        self._now += size
        ended: list[Burst] = []
        if self._power is None or (self._open is None and not any(self._peaks[first:][:spans])):
            self._total = self._totals[first + spans - 1]
            return ended
        for index in range(first, first + spans):
            if self._open is None and not self._peaks[index]:
                self._total = self._totals[index]
                continue
            centre = self._now - (first + spans - 1 - index) * HOP - FRAME // 2
            self._step(self._power[index], index, centre, ended)
        burst = self._open
        if burst is not None:
            burst.end = self._last_frame / RATE
            if burst.length > max(0.1, 1.6 * self._analysed):
                self._analysed = burst.length
                self._analyse(burst)
        return ended

    def _is_tonal(self, power: NDArray[np.float32], index: int) -> bool:
        """Whether a frame (FRAME // 2 + 1,) is one or two narrow peaks and little else."""
        peak = self._peaks[index]
        if not peak:
            return False
        rest = power[_LOW - 3 : _HIGH + 3].copy()
        rest[peak - _LOW : peak - _LOW + 7] = 0
        second = int(rest[3:-3].argmax())
        other = float(np.add.reduce(rest[second : second + 7]))
        return self._held[index] + other >= MIN_TONAL * self._totals[index]

    def _step(
        self, power: NDArray[np.float32], index: int, centre: int, ended: list[Burst]
    ) -> None:
        """Let one frame continue, end or begin a burst."""
        total = self._totals[index]
        before, self._total = self._total, total
        if self._open is not None and self._spectrum is not None:
            mean, whole = self._spectrum, self._mean
            square = float(power @ power)
            like = float(power @ mean) / (sqrt(square * self._square) + 1e-20)
            loud = total > 0.16 * whole
            if like >= MIN_LIKENESS and loud:
                self._last_frame = centre
                self._missed = 0
                # The edges hold less of the tone: let the fullest frames rule the mean.
                if total > 2.0 * (whole + 0.2 * (total - whole)):
                    mean[:] = power
                    self._mean, self._square = total, square
                elif total > 0.5 * whole:
                    mean += np.float32(0.2) * (power - mean)
                    self._mean, self._square = whole + 0.2 * (total - whole), float(mean @ mean)
                return
            self._missed += 1
            if self._missed == 1 and loud:
                return
            ended_burst = self._close()
            if ended_burst is not None:
                ended.append(ended_burst)
        # The fading end of a tone still looks like one: a tone begins with rising energy.
        if total > 0.5 * before and self._is_tonal(power, index):
            at = centre / RATE
            self._open = Burst(start=at, end=at)
            self._spectrum = power.copy()
            self._mean, self._square = total, float(power @ power)
            self._last_frame = centre
            self._missed = 0
            self._analysed = 0.0

    def _close(self) -> Burst | None:
        """End the open burst: find its edges, look at it a last time."""
        burst, self._open = self._open, None
        if burst is None:
            return None
        burst.end = self._last_frame / RATE
        burst.over = True
        self._edges(burst)
        self._ended = burst.end
        short = burst.length < SHORT
        if burst.length < SHORTEST or (short and not (burst.clean_start and burst.clean_end)):
            return None
        self._analyse(burst)
        return burst if burst.frequencies else None

    def _edges(self, burst: Burst) -> None:
        """Set start and end to where the energy crosses half of the tone's, in 10 ms steps."""
        size = len(self._energy)
        offset = size - self._until // STEP
        first = max(int(burst.start * RATE / STEP) + offset, 0)
        final = min(int(burst.end * RATE / STEP) + offset, size - 1)
        if final < first:
            return
        level = _median(self._energy[first : final + 1])
        if level <= 0:
            return
        burst.level = level
        begin = self._last_loud(first, level / 2, -1, 24)
        begin = max(begin, int(self._ended * RATE / STEP) + offset)
        if begin > 0:
            burst.start = self._refine(begin, level, rising=True, offset=offset)
        before = self._energy[max(begin - 5, 0) : max(begin - 2, 1)]
        burst.clean_start = float(before.max()) < 0.1 * level
        if burst.over:
            stop = self._last_loud(min(final, size - 1), level / 2, 1, 6)
            burst.end = self._refine(stop, level, rising=False, offset=offset)
            after = self._energy[stop + 3 : stop + 6]
            burst.clean_end = bool(len(after)) and float(after.max()) < 0.1 * level

    def _last_loud(self, step: int, half: float, direction: int, most: int) -> int:
        """Follow the tone from a step inside it to its last loud step, `most` steps at most.

        Two tones beat: dips shorter than DIP steps belong to the tone.
        """
        loud, dip = step, 0
        for _ in range(most):
            step += direction
            if not 0 <= step < len(self._energy) or dip >= DIP:
                break
            if self._energy[step] >= half:
                loud, dip = step, 0
            else:
                dip += 1
        return loud

    def _refine(self, step: int, level: float, *, rising: bool, offset: int) -> float:
        """Place an edge inside a 10 ms step by how full the steps beside it are, in s."""
        beside = step - 1 if rising else step + 1
        part = 0.0
        if 0 <= beside < len(self._energy):
            part = min(1.0, float(self._energy[beside]) / level)
        here = min(1.0, float(self._energy[step]) / level)
        full = part + here - 1.0
        if rising:
            return (step - offset - full) * STEP / RATE
        return (step - offset + 1 + full) * STEP / RATE

    def _analyse(self, burst: Burst) -> None:
        """Measure frequencies, purity and steadiness over the inside of the burst."""
        if not burst.over:
            self._edges(burst)
        edge = 0.0 if burst.over and burst.length < SHORT else EDGE
        begin = int((burst.start + edge) * RATE) - self._until + len(self._samples)
        end = int((burst.end - edge) * RATE) - self._until + len(self._samples)
        inside = self._samples[max(begin, 0) : max(end, 0)]
        if len(inside) < LEAST_INSIDE:
            return
        burst.measure(inside)


def _median(values: NDArray[np.float32]) -> float:
    """Middle value; much quicker than numpy's for a few dozen."""
    return float(np.sort(values)[len(values) // 2])


#: From a peak to the places around it.
_AROUND = np.arange(-3, 4)
