"""What packets suffer: loss with concealment, jitter slips and clock drift, with the times they shift.

A packet is 20 ms. Slips and drift move everything after them; `TimeMap` says where an instant went, so that
truth stays exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.channel.level import FRAME

RATE = 8000
type Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TimeMap:
    """A piecewise linear map from seconds before to seconds after."""

    before: NDArray[np.float64]
    after: NDArray[np.float64]

    def __call__(self, seconds: float) -> float:
        """Where an instant went, s; outside the known range the ends go on with slope 1."""
        if seconds >= self.before[-1]:
            return float(self.after[-1] + seconds - self.before[-1])
        return float(np.interp(seconds, self.before, self.after))


def identity(count: int) -> TimeMap:
    """Nothing moves."""
    ends = np.array([0.0, count / RATE])
    return TimeMap(ends, ends)


def lose(
    samples: Samples, rng: np.random.Generator, *, share: float, burst: float, fade: float
) -> Samples:
    """Lose a share of the packets in bursts (mean `burst` packets) and conceal them.

    Concealment repeats the last packet before the gap, `fade` dB weaker each time, as simple receivers do; Gilbert's
    two-state model decides what is lost.
    """
    count = len(samples) // FRAME
    if count < 2 or share <= 0:
        return samples
    leave, enter = 1 / burst, share / (1 - share) / burst
    chance = rng.random(count)
    lost = np.zeros(count, bool)
    state = False
    for number in range(count):
        state = chance[number] > leave if state else chance[number] < enter
        lost[number] = state
    lost[0] = False
    frames = samples[: count * FRAME].reshape(count, FRAME).copy()
    gain = 10 ** (-fade / 20)
    ramp = np.linspace(0, 1, 32, dtype=np.float32)
    for number in np.flatnonzero(lost):
        frames[number] = frames[number - 1] * gain
    for number in np.flatnonzero(lost[:-1] & ~lost[1:]) + 1:  # smooth the seam back
        frames[number, :32] = (
            frames[number, :32] * ramp + frames[number - 1, -32:] * (1 - ramp) * gain
        )
    return np.concatenate([frames.reshape(-1), samples[count * FRAME :]])


def slip(
    samples: Samples, rng: np.random.Generator, *, per_minute: float
) -> tuple[Samples, TimeMap]:
    """A jitter buffer that adapts: now and then a packet is dropped or played twice."""
    count = len(samples) // FRAME
    expected = per_minute * len(samples) / RATE / 60
    number = int(rng.poisson(expected)) if expected > 0 else 0
    if not number or count < 4:
        return samples, identity(len(samples))
    where = np.sort(rng.choice(np.arange(1, count), size=min(number, count - 1), replace=False))
    repeats = np.ones(count, np.int64)
    repeats[where] = np.where(rng.random(len(where)) < 0.5, 0, 2)
    frames = np.repeat(samples[: count * FRAME].reshape(count, FRAME), repeats, axis=0).reshape(-1)
    out = np.concatenate([frames, samples[count * FRAME :]])
    before = np.concatenate([[0], np.arange(1, count + 1)]) * FRAME / RATE
    after = np.concatenate([[0], np.cumsum(repeats)]) * FRAME / RATE
    keep = np.unique(np.concatenate([[0], where, where + 1, [count]]))
    return out, TimeMap(before[keep], after[keep])


def drift(samples: Samples, *, ppm: float) -> tuple[Samples, TimeMap]:
    """The sender's clock is `ppm` millionths fast: linear interpolation at the receiver's instants."""
    if not ppm or len(samples) < 2:
        return samples, identity(len(samples))
    rate = 1 + ppm * 1e-6
    where = np.arange(int((len(samples) - 1) / rate)) * rate
    at = where.astype(np.int64)
    share = (where - at).astype(np.float32)
    out = samples[at] * (1 - share) + samples[at + 1] * share
    ends = np.array([0.0, len(samples) / RATE])
    return out.astype(np.float32), TimeMap(ends, ends / rate)
