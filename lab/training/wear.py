"""What lines do that `lab.channel` does not draw, so that the network does not learn one chain by heart."""

import io

import numpy as np
from numpy.typing import NDArray

from lab.channel.level import FRAME, RATE, agc, set_level

type Samples = NDArray[np.float32]

#: How often a line does each of these.
_GAIN, _HOLES, _CORDLESS, _EQUALISED, _FALLS = 0.12, 0.10, 0.12, 0.25, 0.08


def wear(rng: np.random.Generator, samples: Samples) -> Samples:
    """Return the same sound after one or two more mishaps, or none; the same length, nothing moves in time."""
    out = samples
    if rng.random() < _EQUALISED:
        out = _equalised(rng, out)
    if rng.random() < _GAIN:  # an automatic gain over the whole line: pauses come up, too
        out = agc(out, target=float(rng.uniform(-26, -16)), most=12, attack=80, release=20)
    if rng.random() < _CORDLESS:
        out = _cordless(out)
    if rng.random() < _HOLES:
        out = _holes(rng, out)
    if rng.random() < _FALLS:
        out = _falls(rng, out)
    return np.clip(out, -1, 1)


def _cordless(samples: Samples) -> Samples:
    """Code and decode as cordless telephones do: ADPCM of 32 kbit/s (ITU-T G.726, before that G.721)."""
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, samples, RATE, format="AU", subtype="G721_32")
    buffer.seek(0)
    coded = np.asarray(soundfile.read(buffer, dtype="float32")[0], np.float32)
    return (
        np.resize(coded, len(samples))
        if len(coded) >= len(samples)
        else np.pad(coded, (0, len(samples) - len(coded)))
    )


def _equalised(rng: np.random.Generator, samples: Samples) -> Samples:
    """Draw a smooth curve of ±6 dB over the band."""
    spectrum = np.fft.rfft(samples)
    knots = np.linspace(0, 1, 6)
    curve = np.interp(np.linspace(0, 1, len(spectrum)), knots, rng.uniform(-6, 6, len(knots)))
    return np.fft.irfft(spectrum * 10 ** (curve / 20), len(samples)).astype(np.float32)


def _holes(rng: np.random.Generator, samples: Samples) -> Samples:
    """Lose packets without any concealment."""
    out = samples.copy()
    count = len(out) // FRAME
    lost = rng.random(count) < rng.choice([0.002, 0.01, 0.03])
    for number in np.flatnonzero(lost):
        out[number * FRAME : (number + int(rng.integers(1, 4))) * FRAME] = 0
    return out


def _falls(rng: np.random.Generator, samples: Samples) -> Samples:
    """Change the level once or twice for good, as a transfer to another trunk does."""
    out = samples.copy()
    for _ in range(int(rng.integers(1, 3))):
        at = int(rng.integers(0, len(out)))
        out[at:] *= np.float32(10 ** (rng.uniform(-10, 5) / 20))
    return set_level(out, -20) if np.max(np.abs(out)) > 1 else out
