"""One burst of a steady tone: when it began and ended, which frequencies it holds, how steady it is."""

from dataclasses import dataclass
from math import log, log10, pi, sqrt

import numpy as np
from numpy import fft
from numpy.typing import NDArray

RATE = 8000
#: A component this far below the strongest one still counts, dB.
WEAKEST_COMPONENT = 15.0
#: Frequencies are told from up to so many of the latest samples (1 s).
_MOST = 8000


@dataclass(slots=True, kw_only=True)
class Burst:
    """A stretch of one steady tone. Times in s of stream time."""

    start: float
    #: Last known moment of the tone; its end once `over`.
    end: float
    over: bool = False
    #: Mean square of the tone.
    level: float = 0.0
    #: Hz, ascending; the components within WEAKEST_COMPONENT of the strongest.
    frequencies: tuple[float, ...] = ()
    #: Level of each component relative to the strongest, dB.
    levels: tuple[float, ...] = ()
    #: Share of the energy in those components, 0 to 1.
    purity: float = 0.0
    #: How far a frequency may be off because the burst is short, Hz.
    resolution: float = 0.0
    #: Level change from the first to the last third, dB; bells and strings decay.
    slope: float = 0.0
    #: Spread of the level between steps of 50 ms, dB.
    wobble: float = 0.0
    #: Rose out of (fell into) something at least 10 dB quieter, within 40 ms.
    clean_start: bool = False
    clean_end: bool = False

    @property
    def length(self) -> float:
        """Seconds so far."""
        return self.end - self.start

    @property
    def steady(self) -> bool:
        """Whether a machine could have made it: no decay, no tremolo, nothing beside it."""
        return self.purity > 0.9 and abs(self.slope) < 2.5 and self.wobble < 1.6

    def measure(self, inside: NDArray[np.float32]) -> None:
        """Set frequencies, purity and steadiness from the samples (n,) of its inside."""
        self._set_steadiness(inside)
        self._set_components(inside[-_MOST:])

    def _set_steadiness(self, inside: NDArray[np.float32]) -> None:
        """Set slope and wobble from the energy in steps of 50 ms (25 ms when it is short)."""
        size = 400 if len(inside) >= 2400 else 200
        steps = inside[: len(inside) // size * size].reshape(-1, size)
        count = len(steps)
        if count < 3:
            self.slope = self.wobble = 0.0
            return
        energies = np.einsum("ij,ij->i", steps, steps).tolist()
        decibels = [10 * log10(energy / size + 1e-12) for energy in energies]
        third = max(count // 3, 1)
        self.slope = (sum(decibels[-third:]) - sum(decibels[:third])) / third
        mean = sum(decibels) / count
        self.wobble = sqrt(sum((one - mean) ** 2 for one in decibels) / count)

    def _set_components(self, inside: NDArray[np.float32]) -> None:
        """Set frequencies, their levels and the purity from one long windowed transform of at most `_MOST` samples."""
        length = len(inside)
        size = next((size for size in (1024, 2048, 4096) if length <= size), 8192)
        turn = np.arange(1, length + 1, dtype=np.float32) * np.float32(2 * pi / (length + 1))
        window = np.float32(0.5) - np.float32(0.5) * np.cos(turn)
        parts = fft.rfft((inside - np.add.reduce(inside) / np.float32(length)) * window, size).view(
            np.float32
        )
        parts *= parts
        power = parts[::2] + parts[1::2]
        spacing = RATE / size
        power[: int(150 / spacing)] = 0
        total = float(np.add.reduce(power))
        if total <= 0:
            return
        lobe = int(np.ceil(2 * RATE / length / spacing))
        left = power.copy()
        strongest, highest = 0.0, log(1e-30)
        found: list[tuple[float, float]] = []
        held = 0.0
        for _ in range(4):
            peak = int(left.argmax())
            value = float(left[peak])
            strongest = strongest or value
            if value < strongest * 10 ** (-WEAKEST_COMPONENT / 10):
                break
            low, high = max(peak - lobe, 1), min(peak + lobe + 1, len(power) - 1)
            held += float(np.add.reduce(left[low:high]))
            if 0 < peak < len(power) - 1:
                sides = power[peak - 1 : peak + 2].tolist()
                if sides[1] >= max(sides[0], sides[2]):
                    before, here, after = (log(one + 1e-30) for one in sides)
                    shift = 0.5 * (before - after) / (before - 2 * here + after - 1e-30)
                    top = here - 0.25 * (before - after) * shift
                    highest = max(highest, top)
                    found.append(((peak + shift) * spacing, top))
            left[low:high] = 0
        found.sort()
        self.frequencies = tuple(hertz for hertz, _ in found)
        self.levels = tuple((level - highest) * 10 / log(10) for _, level in found)
        self.purity = min(1.0, held / total)
        self.resolution = 0.25 * RATE / length
