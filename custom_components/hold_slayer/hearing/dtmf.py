"""Touch-tone digits in the audio itself (ITU-T Q.23), received as ITU-T Q.24 asks.

A frame of 26 ms every 10 ms is projected on the eight frequencies. A digit is a row tone and a
column tone that together hold nearly all the energy of the frame, at the right frequencies (from
the phase advance between frames), with a twist and a length within the limits. Voices now and
then hit two of the frequencies; hardly ever with nothing else beside them for 40 ms.
"""

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
#: Shortest and longest digit, s. Longer ones are held keys; the digit is reported once.
MIN_LENGTH = 0.03

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
_ADVANCE = np.exp(1j * _OMEGA * HOP)


class DtmfDetector:
    """Finds digits in a stream of frames; feed it every frame once, in order."""

    def __init__(self) -> None:
        """Start with silence."""
        self._last = np.zeros(8, dtype=np.complex128)
        self._key = ""
        self._since = 0
        self._until = 0
        self._frames = 0
        self._hole = 0
        self._purity = 0.0
        self._reported = False

    @property
    def key(self) -> str:
        """The key that is down now and was reported, or nothing."""
        return self._key if self._reported else ""

    def process(self, frames: NDArray[np.float32], first: int) -> list[tuple[str, int, int, float]]:
        """Take frames (n, FRAME), HOP samples apart, the first one starting at sample `first`.

        Returns (key, first sample, sample of report, confidence) for each new digit.
        """
        parts = frames @ _BASIS
        power = parts[:, :8] ** 2 + parts[:, 8:] ** 2
        energy = (frames * frames) @ _ENERGY
        row_power = power[:, :4].max(axis=1)
        column_power = power[:, 4:].max(axis=1)
        both = row_power + column_power
        plausible = (both > 0.72 * energy) & (both > MIN_POWER)
        if not self._key and not plausible.any():
            last = parts[-1]
            self._last = last[:8] - 1j * last[8:]
            return []
        return self._follow(parts, power, energy, plausible, first)

    def _follow(
        self,
        parts: NDArray[np.float32],
        power: NDArray[np.float32],
        energy: NDArray[np.float32],
        plausible: NDArray[np.bool_],
        first: int,
    ) -> list[tuple[str, int, int, float]]:
        found: list[tuple[str, int, int, float]] = []
        phasors = (parts[:, :8] - 1j * parts[:, 8:]).astype(np.complex128)
        for index in range(len(parts)):
            at = first + index * HOP
            key, purity = "", 0.0
            if plausible[index]:
                key, purity = _key(phasors[index], self._last, power[index], energy[index])
            self._last = phasors[index]
            if key and key == self._key:
                self._frames += 1
                self._hole = 0
                self._purity += purity
                self._until = at + FRAME
            elif self._key and self._hole < MAX_HOLE and not key:
                self._hole += 1
            else:
                self._key, self._since, self._until = key, at - HOP, at + FRAME
                self._frames, self._hole = int(bool(key)), 0
                self._purity, self._reported = purity, False
            if self._key and not self._reported and self._frames >= MIN_FRAMES:
                confidence = self._purity / self._frames
                if confidence >= MIN_MEAN_PURITY:
                    self._reported = True
                    found.append((self._key, self._since, at + FRAME, confidence))
        return found


def _key(
    now: NDArray[np.complex128],
    before: NDArray[np.complex128],
    power: NDArray[np.float32],
    energy: np.float32,
) -> tuple[str, float]:
    """The key of one frame and the share of energy in its two tones; no key, no share."""
    row = int(power[:4].argmax())
    column = 4 + int(power[4:].argmax())
    share = 0.0
    for tone in (row, column):
        turn = now[tone] * np.conj(before[tone] * _ADVANCE[tone])
        if abs(turn) == 0:
            return "", 0.0
        hertz = np.angle(turn) / (2 * np.pi * HOP / RATE)
        nominal = _OMEGA[tone] * RATE / (2 * np.pi)
        if abs(hertz) > MAX_DEVIATION * nominal + 1:
            return "", 0.0
        # Off its nominal frequency a tone falls off the top of the window's main lobe.
        share += float(power[tone]) / _lobe(hertz)
    twist = 10 * np.log10(power[column] / power[row])
    if not -MAX_REVERSE_TWIST <= twist <= MAX_TWIST:
        return "", 0.0
    purity = min(1.0, share / float(energy))
    if purity < MIN_PURITY:
        return "", 0.0
    return KEYS[row][column - 4], purity


def _lobe(hertz: float) -> float:
    """Power response of the Hann window `hertz` away from its centre, 1 at the centre."""
    bins = hertz * FRAME / RATE
    return float((np.sinc(bins) / (1 - bins * bins)) ** 2) if abs(bins) < 1 else 0.25
