"""The timbre network: its weights, its chunks, and sounds that are made on the spot."""

from pathlib import Path

import numpy as np
import pytest

from custom_components.hold_slayer.hearing.frames import RATE, STEP, Samples, Spectra
from custom_components.hold_slayer.hearing.timbre import WEIGHTS, Timbre, TimbreModel


def judge(samples: Samples, chunk: int = RATE) -> Timbre:
    """Judge samples in chunks."""
    spectra, model = Spectra(), TimbreModel()
    parts = [
        model.process(spectra.process(samples[at : at + chunk]))
        for at in range(0, len(samples) // STEP * STEP, chunk)
    ]
    return Timbre(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("voice", "music", "singing", "live", "mel", "level")
        }
    )


def chords(seconds: float) -> Samples:
    """Return plain chords with overtones that change every 0.6 s."""
    time = np.arange(int(seconds * RATE)) / RATE
    out = np.zeros(len(time))
    for number, root in enumerate((262, 220, 349, 196) * 8):
        part = (time >= number * 0.6) & (time < (number + 1) * 0.6)
        for third in (1, 1.26, 1.5):
            for overtone in range(1, 6):
                out += part * np.sin(2 * np.pi * root * third * overtone * time) / overtone
    return (0.2 * out / np.max(np.abs(out))).astype(np.float32)


def test_weights_fit_the_package() -> None:
    """They are under 1 MB and finite."""
    assert Path(WEIGHTS).stat().st_size < 1_000_000
    with np.load(WEIGHTS) as stored:
        assert all(np.all(np.isfinite(stored[name])) for name in stored.files)


def test_chunks_do_not_matter() -> None:
    """100 ms at a time gives what a second at a time gives."""
    noise = np.random.default_rng(3).standard_normal(4 * RATE).astype(np.float32) * 0.05
    whole, parts = judge(noise), judge(noise, 2 * STEP)
    assert len(whole.voice) == 80
    assert np.allclose(whole.voice, parts.voice, atol=1e-4)
    assert np.allclose(whole.live, parts.live, atol=1e-4)


@pytest.mark.parametrize("level", [0.0, 1e-3, 1e-2])
def test_silence_and_noise_are_nothing(level: float) -> None:
    """Neither silence nor steady noise is a voice or music."""
    noise = np.random.default_rng(4).standard_normal(8 * RATE).astype(np.float32) * level
    heard = judge(noise.astype(np.float32))
    assert np.mean(heard.voice[20:] > 0.5) == 0
    assert np.mean(heard.music[20:] > 0.5) < 0.05


def test_chords_are_music() -> None:
    """Chords are music within a second and never a voice."""
    heard = judge(chords(12))
    assert np.mean(heard.music[20:] > 0.5) > 0.95
    assert np.mean(heard.voice[20:] > 0.5) == 0


def test_nothing_in_nothing_out() -> None:
    """No frames give no steps."""
    frames = Spectra().process(np.zeros(0, np.float32))
    assert len(TimbreModel().process(frames).voice) == 0
