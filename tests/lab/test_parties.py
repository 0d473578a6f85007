"""What the simulated parties hear by themselves: keys in the audio, known utterances."""

import numpy as np
import pytest
from scipy.signal import resample_poly

from lab.parties.keypad import WINDOW, Keypad
from lab.parties.matching import HEARD, best_match
from lab.sounds import KEYS, RATE, Room, Samples, keys_tone, music, silence, tone
from lab.voices import Voice, VoiceError, first_sound, speak


def heard_keys(samples: Samples) -> str:
    """All keys found in the samples."""
    pad = Keypad()
    hop = WINDOW // 2
    return "".join(pad.hear(samples[at : at + hop]) for at in range(0, len(samples) - hop, hop))


def through_telephone(samples: Samples, rng: np.random.Generator) -> Samples:
    """8 kHz, half as loud, with a little noise."""
    narrow = resample_poly(resample_poly(samples, 1, 2), 2, 1)[: len(samples)] * 0.5
    return (narrow + rng.normal(0, 0.001, len(narrow))).astype(np.float32)


def test_keypad_hears_every_key_once() -> None:
    """All sixteen keys, also the same key twice, at several lengths."""
    rng = np.random.default_rng(1)
    for tone_ms in (60, 120, 400):
        keys = "".join(KEYS) + "1177"
        sound = through_telephone(keys_tone(keys, tone_ms, 80), rng)
        assert heard_keys(np.concatenate([silence(0.1), sound, silence(0.1)])) == keys


async def test_keypad_hears_no_keys_elsewhere() -> None:
    """Speech, music, noise and network tones are no keys."""
    speech = await speak("Your call is important to us. Please stay on the line.", Voice())
    for sound in (
        speech,
        music(1),
        music(2),
        Room(-30, 1)(5 * RATE),
        tone("ringback", 3),
        tone("busy", 3),
    ):
        assert heard_keys(sound) == ""


async def test_finds_an_utterance() -> None:
    """An utterance is found where it is in a longer stretch, and other words are not."""
    rng = np.random.default_rng(2)
    said = await speak("Can you tell me the claim number?", Voice())
    other = await speak("Thank you, I can see it here already.", Voice(name="en-us+m3"))
    channel = through_telephone(np.concatenate([other, silence(0.7), said, silence(0.5)]), rng)
    score, place = best_match(said, channel)
    assert score > HEARD
    assert place == pytest.approx(len(other) / RATE + 0.7, abs=0.1)
    assert best_match(said, through_telephone(np.concatenate([other, other]), rng))[0] < HEARD
    assert best_match(said, through_telephone(music(3)[: 8 * RATE], rng))[0] < HEARD
    assert best_match(said, silence(8))[0] < HEARD
    assert best_match(said, said[:1000]) == (0.0, 0.0)


async def test_voices() -> None:
    """Speech begins at once, a different voice sounds different, and a voice that is none is told."""
    first = await speak("Hello", Voice())
    assert first_sound(first) < RATE // 50
    assert first is await speak("Hello", Voice())
    assert len(first) != len(await speak("Hello", Voice(speed=120)))
    with pytest.raises(VoiceError, match="martian"):
        await speak("Hello", Voice(name="martian"))
