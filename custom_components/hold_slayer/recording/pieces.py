"""The pieces of a recording: WAV files whose headers may lie, read as one stream of PCM."""

from collections.abc import Iterator
from pathlib import Path
import struct
from typing import Final

#: Length of the header that the engine writes, bytes: RIFF, fmt and the head of data.
HEADER: Final = 44
#: Bytes read at once: 16 s of stereo at 16 kHz.
CHUNK: Final = 1 << 20
_FORMAT = struct.Struct("<4sI4s4sIHHIIHH4sI")


def pcm(folder: Path, channels: int) -> Iterator[bytes]:
    """Yield the PCM16 of all pieces in order, in whole frames, whatever their headers say.

    After a crash or a power cut the length in a header is wrong, or the header is missing.
    """
    frame = 2 * channels
    for path in sorted(folder.glob("*.wav")):
        size = (path.stat().st_size - HEADER) // frame * frame
        with path.open("rb") as file:
            file.seek(HEADER)
            while size > 0 and (chunk := file.read(min(size, CHUNK))):
                size -= len(chunk)
                yield chunk


def channels_of(folder: Path) -> int:
    """Return the number of channels that the first readable header tells; 1 when none does."""
    for path in sorted(folder.glob("*.wav")):
        with path.open("rb") as file:
            head = file.read(HEADER)
        if len(head) == HEADER and head[:4] == b"RIFF" and 1 <= (count := head[22]) <= 2:
            return count
    return 1


def length(folder: Path, channels: int) -> int:
    """Return the size of that PCM, bytes."""
    frame = 2 * channels
    sizes = (path.stat().st_size for path in folder.glob("*.wav"))
    return sum(max(0, size - HEADER) // frame * frame for size in sizes)


def wav_header(size: int, rate: int, channels: int) -> bytes:
    """Return the header of a WAV file with `size` bytes of PCM16."""
    frame = 2 * channels
    return _FORMAT.pack(
        b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, channels, rate, rate * frame, frame, 16,
        b"data", size,
    )  # fmt: skip
