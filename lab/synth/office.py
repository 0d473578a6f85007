"""Rooms and offices: impulse responses, babble of people far away, keyboards, phones and fans."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, oaconvolve, sosfilt

from lab.channel.level import set_level
from lab.channel.line import coloured
from lab.synth.tones import sines

RATE = 8000
type Samples = NDArray[np.float32]


def room(rng: np.random.Generator, *, reverberation: float, direct: float) -> Samples:
    """An impulse response: direct sound, early reflections, a dying tail.

    `reverberation` is the time to −60 dB in s; `direct` the ratio of direct to reverberant energy in dB.
    """
    count = max(int(reverberation * RATE), 64)
    tail = rng.standard_normal(count) * 10 ** (-3 * np.arange(count) / count)
    early = np.zeros(count)
    early[rng.integers(8, min(400, count - 1), 8)] = rng.normal(0, 2, 8)
    response = tail + early
    response *= 1 / np.sqrt(np.sum(response**2))
    response[0] = 10 ** (direct / 20)
    return np.asarray(response, np.float32)


def in_room(samples: Samples, response: Samples) -> Samples:
    """A sound in a room, the same length and energy of the direct sound kept at 1 for `response[0]`."""
    return np.asarray(
        oaconvolve(samples, response)[: len(samples)] / max(float(response[0]), 1.0), np.float32
    )


def babble(
    rng: np.random.Generator, seconds: float, voices: Sequence[Samples], people: int
) -> Samples:
    """People talking far away: each voice at a random place of its clip, with pauses, in a room, muffled."""
    count = int(seconds * RATE)
    mix = np.zeros(count, np.float32)
    if not voices:
        return mix
    for _ in range(people):
        response = room(rng, reverberation=rng.uniform(0.3, 0.9), direct=rng.uniform(-12, 2))
        gain = np.float32(10 ** (rng.uniform(-8, 4) / 20))
        at = -int(rng.uniform(0, 10) * RATE)
        while at < count:
            # another voice or another speed each time: nobody says the same twice, sample by sample
            clip = varied(set_level(voices[int(rng.integers(len(voices)))], -26), rng)
            far = np.asarray(lfilter([0.5], [1, -0.5], in_room(clip, response)), np.float32) * gain
            part = far[max(-at, 0) : max(count - at, 0)]
            start = max(at, 0)
            mix[start : start + len(part)] += part
            at += len(far) + int(rng.uniform(0.5, 6) * RATE)
    return mix


def varied(samples: Samples, rng: np.random.Generator) -> Samples:
    """The same sound 4 to 9 % faster or slower, pitch and all: too far off for a fingerprint."""
    by = float(rng.uniform(0.04, 0.09)) * (1 if rng.random() < 0.5 else -1)
    places = np.arange(0, max(len(samples) - 1, 0), 1 + by)
    return np.asarray(np.interp(places, np.arange(len(samples)), samples), np.float32)


def longer(noise: Samples, count: int, rng: np.random.Generator) -> Samples:
    """A steady noise of any length with the spectrum of a short one: random phases, no loop to be heard."""
    if len(noise) >= count:
        start = int(rng.integers(len(noise) - count + 1))
        return noise[start : start + count]
    spectrum = np.abs(np.fft.rfft(noise))
    wanted = np.fft.rfftfreq(count)
    size = np.interp(wanted, np.fft.rfftfreq(len(noise)), spectrum)
    phases = np.exp(2j * np.pi * rng.random(len(wanted)))
    out = np.fft.irfft(size * phases, count)
    level = np.sqrt(np.mean(noise.astype(np.float64) ** 2) / max(float(np.mean(out**2)), 1e-12))
    return np.asarray(out * level, np.float32)


def keyboard(rng: np.random.Generator, seconds: float) -> Samples:
    """Typing: double clicks of each key in runs with pauses."""
    count = int(seconds * RATE)
    out = np.zeros(count + RATE, np.float32)
    at = float(rng.uniform(0, 3))
    while at < seconds:
        for _ in range(int(rng.integers(4, 40))):
            for late, gain in ((0, 1.0), (rng.uniform(0.05, 0.11), 0.5)):
                start = int((at + late) * RATE)
                click = (
                    rng.standard_normal(120) * np.exp(-np.arange(120) / rng.uniform(8, 25)) * gain
                )
                out[start : start + 120] += click[: max(len(out) - start, 0)].astype(np.float32)
            at += float(rng.uniform(0.08, 0.35))
            if at >= seconds:
                break
        at += float(rng.uniform(0.5, 8))
    sos = butter(2, [500, 3200], "bandpass", fs=RATE, output="sos")
    return np.asarray(sosfilt(sos, out[:count]), np.float32)


def office(rng: np.random.Generator, seconds: float, voices: Sequence[Samples]) -> Samples:
    """Background of a call centre or a home office, active level about −26 dBFS; scale it as needed.

    `voices` are clips of people talking; none makes an empty office.
    """
    count = int(seconds * RATE)
    mix = coloured(rng, count, float(rng.uniform(0.8, 0.98))) * np.float32(
        10 ** (rng.uniform(-50, -36) / 20)
    )
    if rng.random() < 0.75:
        mix = mix + babble(rng, seconds, voices, int(rng.integers(1, 9)))
    if rng.random() < 0.5:
        mix = mix + keyboard(rng, seconds) * np.float32(10 ** (rng.uniform(-22, -8) / 20))
    if rng.random() < 0.15:
        ring = np.tile(
            np.concatenate([sines((1100, 1400), 0.9), np.zeros(2 * RATE, np.float32)]), 2
        )
        at = int(rng.uniform(0, max(count - len(ring), 1)))
        part = ring[: count - at]
        mix[at : at + len(part)] += part * np.float32(0.05)
    return np.asarray(mix, np.float32)
