"""Speech by eSpeak NG: text and voice in, samples out."""

import asyncio
from dataclasses import dataclass
from fractions import Fraction
import io
import shutil
import wave

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from .sounds import RATE, Samples

#: Languages of the phrase files and the eSpeak NG voice that speaks them.
VOICES = {
    "en": "en-us",
    "de": "de",
    "fr": "fr-fr",
    "es": "es",
    "it": "it",
    "nl": "nl",
    "pt": "pt",
}
_PROGRAM = "espeak-ng"
_at_once = asyncio.Semaphore(2)
_spoken: dict[tuple[str, Voice], Samples] = {}


class VoiceError(RuntimeError):
    """eSpeak NG is missing or refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How somebody sounds."""

    #: eSpeak NG voice with an optional variant, for example "en-us+f3" or "de+m2".
    name: str = "en-us"
    #: Words per minute.
    speed: int = 160
    #: 0 (deep) to 99.
    pitch: int = 50
    #: Level of the loudest part, dBFS.
    level: float = -6.0


async def espeak(text: str, voice: Voice) -> tuple[bytes, int]:
    """Speak into memory: mono 16 bit PCM and its rate in Hz; raises VoiceError."""
    if shutil.which(_PROGRAM) is None:
        raise VoiceError(
            "eSpeak NG is not installed: run scripts/setup, or apt-get install espeak-ng"
        )
    process = await asyncio.create_subprocess_exec(
        _PROGRAM,
        *("-v", voice.name, "-s", str(voice.speed), "-p", str(voice.pitch), "--stdout", "--stdin"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaint = await process.communicate(text.encode())
    if process.returncode or not output:
        raise VoiceError(
            f"eSpeak NG cannot speak with voice {voice.name!r}: {complaint.decode().strip()}"
        )
    # the length in the header is made up when the output is a pipe
    with wave.open(io.BytesIO(output)) as reader:
        rate = reader.getframerate()
    return output[44 : 44 + (len(output) - 44) // 2 * 2], rate


async def speak(text: str, voice: Voice) -> Samples:
    """Speak at `RATE`, silence at both ends trimmed; the same words are spoken only once."""
    key = (text, voice)
    if key not in _spoken:
        async with _at_once:
            pcm, rate = await espeak(text, voice)
        _spoken[key] = _finish(np.frombuffer(pcm, np.int16).astype(np.float64), rate, voice.level)
    return _spoken[key]


def _finish(samples: NDArray[np.float64], rate: int, level: float) -> Samples:
    ratio = Fraction(RATE, rate)
    samples = resample_poly(samples, ratio.numerator, ratio.denominator)
    peak = np.abs(samples).max(initial=1.0)
    loud = np.flatnonzero(np.abs(samples) > 0.02 * peak)
    if loud.size:
        samples = samples[loud[0] : loud[-1] + 1]
    return np.asarray(samples / peak * 10 ** (level / 20), np.float32)


def first_sound(samples: Samples) -> int:
    """Index of the first sample that can be heard: where a word begins."""
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max(initial=0.0))
    return int(loud[0]) if loud.size else 0
