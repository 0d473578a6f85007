"""Touch tones in the audio itself: the in-band DTMF receiver of the simulated parties."""

import numpy as np

from ..sounds import KEYS, RATE, Samples

#: Window and hop in samples: 40 ms and 20 ms; ITU-T Q.24 wants tones of 40 ms to be received.
WINDOW = RATE * 40 // 1000
_FREQUENCIES = np.array(sorted({frequency for pair in KEYS.values() for frequency in pair}))
_TIME = np.arange(WINDOW) / RATE
_PROBES = np.exp(-2j * np.pi * _FREQUENCIES[:, None] * _TIME)
_BY_PAIR = {pair: key for key, pair in KEYS.items()}
#: Share of the window's energy that must lie in the two tones.
_SHARE = 0.7
#: Power ratio allowed between the two tones (8 dB, ITU-T Q.24 for the reverse twist).
_TWIST = 10**0.8
#: Quieter than -45 dBFS is nothing.
_FLOOR = 10**-4.5


class Keypad:
    """Finds keys in a stream of 20 ms frames; each key once, however long it is held."""

    def __init__(self) -> None:
        """Start with nothing heard."""
        self._last = np.zeros(0, np.float32)
        self._candidate = ""
        self._pressed = ""

    def hear(self, frame: Samples) -> str:
        """Take the next frame (`WINDOW` / 2 samples); returns the key that has just been recognised or ''."""
        window = np.concatenate((self._last, frame))[-WINDOW:]
        self._last = window
        key = _key_in(window) if len(window) == WINDOW else ""
        sure = key == self._candidate
        self._candidate = key
        if not sure or key == self._pressed:
            return ""
        self._pressed = key
        return key


def _key_in(window: Samples) -> str:
    power = float(np.mean(window**2))
    if power < _FLOOR**2:
        return ""
    # a sine of amplitude a gives |sum| = a n / 2, and has the mean power a² / 2
    tones = 2 * np.abs(_PROBES @ window / WINDOW) ** 2
    row, column = int(tones[:4].argmax()), 4 + int(tones[4:].argmax())
    low, high = float(tones[row]), float(tones[column])
    if low + high < _SHARE * power or not 1 / _TWIST < low / max(high, 1e-12) < _TWIST:
        return ""
    return _BY_PAIR[(float(_FREQUENCIES[row]), float(_FREQUENCIES[column]))]
