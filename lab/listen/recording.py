"""Recordings of any format, rate and width as the ears want them: mono, 8 kHz, int16."""

from dataclasses import dataclass
from math import gcd
from pathlib import Path
import struct

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly
import soundfile

#: What the ears take, Hz.
RATE = 8000
#: Sampling rates that make sense for a recording, Hz.
_RATES = (2000, 768_000)
#: Frames read at a time; a damaged file gives what stands before the damage.
_BLOCK = 4096
#: A file with more than this share of its samples at full scale was clipped.
_CLIPPED_SHARE = 0.002
#: A mean beyond this share of full scale is worth telling.
_OFFSET = 0.01


class RecordingError(ValueError):
    """A file can't be listened to; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording ready for the ears."""

    #: (n,) int16 at `RATE`.
    samples: NDArray[np.int16]
    #: What had to be done to it, one (short name, sentence) each.
    notes: tuple[tuple[str, str], ...]

    @property
    def seconds(self) -> float:
        """Length in s."""
        return len(self.samples) / RATE


def read(path: Path, channel: int | None = None) -> Recording:
    """Read a sound file; `channel` (from 1) picks one, otherwise all are mixed.

    Raises RecordingError when there is nothing to listen to.
    """
    if not path.exists():
        raise RecordingError(f"There is no file {path}.")
    if not path.is_file():
        raise RecordingError(f"{path} is no file; give one recording.")
    if path.stat().st_size == 0:
        raise RecordingError(f"{path} is empty (0 bytes).")
    notes: list[tuple[str, str]] = []
    audio, rate = _decode(path, notes)
    mono = _one_channel(audio, channel, path, notes)
    mono = _finite(mono, notes)
    if rate != RATE:
        divisor = gcd(rate, RATE)
        mono = resample_poly(mono, RATE // divisor, rate // divisor)
        notes.append(("resampled", f"{rate} Hz, listened to at {RATE} Hz"))
    _describe(mono, notes)
    samples = np.clip(np.rint(mono * 32768.0), -32768, 32767).astype(np.int16)
    return Recording(samples=samples, notes=tuple(notes))


def _decode(path: Path, notes: list[tuple[str, str]]) -> tuple[NDArray[np.float64], int]:
    """Decode what can be decoded: (n, channels) of full scale 1, and the rate in Hz."""
    blocks: list[NDArray[np.float64]] = []
    try:
        with soundfile.SoundFile(path) as file:
            rate = int(file.samplerate)
            promised = file.frames
            try:
                while len(block := file.read(_BLOCK, dtype="float64", always_2d=True)):
                    blocks.append(block)
            except soundfile.LibsndfileError as error:
                notes.append(("damaged", f"could be read only in part ({_reason(error)})"))
    except (soundfile.LibsndfileError, TypeError, OSError) as error:
        raise RecordingError(
            f"{path} can't be read as audio ({_reason(error)}); give a WAV, FLAC, OGG or MP3 file."
        ) from error
    if not blocks:
        raise RecordingError(f"{path} holds no audio (0 samples).")
    if not _RATES[0] <= rate <= _RATES[1]:
        raise RecordingError(
            f"{path} says it has {rate} samples per second, which no recording has."
        )
    audio = np.concatenate(blocks)
    missing = max(promised - len(audio), _missing_bytes(path) // max(2 * audio.shape[1], 1))
    if missing > rate // 100 and not any(name == "damaged" for name, _ in notes):
        notes.append(("truncated", f"ends early, after {len(audio) / rate:.1f} s"))
    return audio, rate


def _reason(error: Exception) -> str:
    """The library's words without its prefix and the path."""
    return str(getattr(error, "error_string", error)).strip().rstrip(".")


def _missing_bytes(path: Path) -> int:
    """How many bytes a RIFF file lacks against what its header promises."""
    with path.open("rb") as file:
        head = file.read(8)
    if len(head) < 8 or head[:4] != b"RIFF":
        return 0
    (promised,) = struct.unpack("<I", head[4:])
    # Recorders that stream write 0 or the maximum, which promises nothing.
    if promised in {0, 0xFFFFFFFF} or promised > 0x7FFFF000:
        return 0
    return max(int(promised) + 8 - path.stat().st_size, 0)


def _one_channel(
    audio: NDArray[np.float64], channel: int | None, path: Path, notes: list[tuple[str, str]]
) -> NDArray[np.float64]:
    count = audio.shape[1]
    if channel is not None:
        if not 1 <= channel <= count:
            raise RecordingError(
                f"{path} has {count} channel{'s' * (count > 1)}; there is no channel {channel}."
            )
        return audio[:, channel - 1]
    if count > 1:
        notes.append(("mixed", f"{count} channels mixed to one (--channel N picks one)"))
    return np.asarray(audio.mean(axis=1))


def _finite(mono: NDArray[np.float64], notes: list[tuple[str, str]]) -> NDArray[np.float64]:
    """Replace what is no number by silence; scale floats that hold int16 values."""
    good = np.isfinite(mono)
    if not good.all():
        share = 100 * (1 - good.mean())
        notes.append(("not_a_number", f"{share:.1f} % of the samples are no numbers, now silence"))
        mono = np.where(good, mono, 0.0)
    peak = float(np.abs(mono).max())
    if peak > 2.0:
        scale = 32768.0 if peak <= 40_000 else peak
        notes.append(("scaled", f"samples up to {peak:.0f}, divided by {scale:.0f}"))
        mono = mono / scale
    return mono


def _describe(mono: NDArray[np.float64], notes: list[tuple[str, str]]) -> None:
    """Note what makes a recording hard to hear."""
    peak = float(np.abs(mono).max())
    if peak == 0.0:
        notes.append(("all_zero", "nothing but digital silence"))
        return
    if peak > 0.5 and float((np.abs(mono) > 0.985 * peak).mean()) > _CLIPPED_SHARE:
        notes.append(("clipped", "the loudest parts are clipped"))
    offset = float(mono.mean())
    if abs(offset) > _OFFSET:
        notes.append(("offset", f"constant offset of {100 * offset:.1f} % of full scale"))
