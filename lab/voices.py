"""Speech by eSpeak NG and Flite: text and voice in, samples out."""

import asyncio
from dataclasses import dataclass, replace
from fractions import Fraction
import io
import math
import shutil
import tempfile
import wave

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from .sounds import RATE, Samples

#: Languages of the phrase files and the eSpeak NG voice that speaks them.
VOICES = {
    "en": "en-us",
    "de": "de",
    "fr": "fr",  # fr-fr knows no variants
    "es": "es",
    "it": "it",
    "nl": "nl",
    "pt": "pt",
}
#: Median pitch of Flite's voices, Hz (by autocorrelation of a sentence).
FLITE = {"slt": 167.0, "rms": 103.0, "awb": 121.0}
_FLITE = "flite/"
#: Words per minute at which Flite's voices speak by themselves.
_FLITE_SPEED = 160
#: Steps of `Voice.pitch` in an octave: eSpeak NG's 0 to 99 are about two.
_PITCH_OCTAVE = 50
_at_once = asyncio.Semaphore(2)
_spoken: dict[tuple[str, Voice], Samples] = {}


class VoiceError(RuntimeError):
    """The program that speaks is missing or refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How somebody sounds."""

    #: eSpeak NG voice with an optional variant ("en-us+f3", "de+m2"), or one of Flite's ("flite/slt"; English only).
    name: str = "en-us"
    #: Words per minute.
    speed: int = 160
    #: 0 (deep) to 99.
    pitch: int = 50
    #: Level of the loudest part, dBFS.
    level: float = -6.0
    #: Length of the vocal tract against the voice's own: a longer one lowers every resonance. Makes another speaker of
    #: a voice, not only a deeper one.
    tract: float = 1.0


async def espeak(text: str, voice: Voice) -> tuple[bytes, int]:
    """Speak into memory: mono 16 bit PCM and its rate in Hz; raises VoiceError."""
    output = await _run(
        ("espeak-ng", "-v", voice.name, "-s", str(voice.speed), "-p", str(voice.pitch)),
        ("--stdout", "--stdin"),
        text,
    )
    # the length in the header is made up when the output is a pipe
    with wave.open(io.BytesIO(output)) as reader:
        rate = reader.getframerate()
    return output[44 : 44 + (len(output) - 44) // 2 * 2], rate


async def flite(text: str, voice: Voice) -> tuple[bytes, int]:
    """Speak English into memory: mono 16 bit PCM and its rate in Hz; raises VoiceError."""
    name = voice.name.removeprefix(_FLITE)
    if name not in FLITE:
        known = ", ".join(_FLITE + name for name in FLITE)
        raise VoiceError(f"the lab has no voice {voice.name!r}; of Flite it has {known}")
    pitch = FLITE[name] * 2 ** ((voice.pitch - 50) / 50)
    with tempfile.NamedTemporaryFile(prefix="hold-slayer-voice-", suffix=".wav") as file:
        await _run(
            ("flite", "-voice", name, "--setf", f"int_f0_target_mean={pitch:.1f}"),
            ("--setf", f"duration_stretch={_FLITE_SPEED / voice.speed:.3f}", "-o", file.name),
            text,
        )
        with wave.open(file.name) as reader:
            return reader.readframes(reader.getnframes()), reader.getframerate()


async def _run(command: tuple[str, ...], options: tuple[str, ...], text: str) -> bytes:
    """Give a program a text to speak; raises VoiceError."""
    program = command[0]
    if shutil.which(program) is None:
        raise VoiceError(
            f"{program} is not installed: run scripts/setup, or apt-get install {program}"
        )
    process = await asyncio.create_subprocess_exec(
        *command,
        *options,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaint = await process.communicate(text.encode())
    if process.returncode or not (output or program == "flite"):
        raise VoiceError(f"{program} cannot speak as {command}: {complaint.decode().strip()}")
    return output


async def speak(text: str, voice: Voice) -> Samples:
    """Speak at `RATE`, silence at both ends trimmed; the same words are spoken only once."""
    key = (text, voice)
    if key not in _spoken:
        async with _at_once:
            pcm, rate = await _synthesise(text, voice)
        _spoken[key] = _finish(np.frombuffer(pcm, np.int16).astype(np.float64), rate, voice.level)
    return _spoken[key]


async def _synthesise(text: str, voice: Voice) -> tuple[bytes, int]:
    """Speak with the vocal tract asked for: played slower or faster than it was spoken."""
    engine = flite if voice.name.startswith(_FLITE) else espeak
    if voice.tract == 1.0:
        return await engine(text, voice)
    # what lowers the resonances lowers the pitch and the speed, too: both are asked for higher before
    pitch = round(voice.pitch + _PITCH_OCTAVE * math.log2(voice.tract))
    said = replace(
        voice, speed=round(voice.speed * voice.tract), pitch=min(99, max(0, pitch)), tract=1.0
    )
    pcm, rate = await engine(text, said)
    return pcm, round(rate / voice.tract)


def _finish(samples: NDArray[np.float64], rate: int, level: float) -> Samples:
    # a rate of our own making would be a ratio of thousands
    ratio = Fraction(RATE, rate).limit_denominator(200)
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
