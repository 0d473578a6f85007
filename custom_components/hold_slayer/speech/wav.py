"""Reading a WAV file that is still being made."""

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
import struct

#: WAVE_FORMAT_PCM and WAVE_FORMAT_EXTENSIBLE (Microsoft, mmreg.h).
_PCM_FORMATS = (1, 0xFFFE)
#: A header longer than this is not one, bytes.
_LONGEST_HEADER = 65536


class WavError(ValueError):
    """The bytes are not a WAV file of the kind asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WavFormat:
    """What the samples are."""

    rate: int
    channels: int
    bits: int


async def read_pcm(stream: AsyncIterable[bytes], wanted: WavFormat) -> AsyncIterator[bytes]:
    """Yield the samples of a streamed WAV file in whole frames, whatever length its header claims."""
    head = b""
    frame = wanted.channels * wanted.bits // 8
    rest = b""
    in_data = False
    async for chunk in stream:
        piece = chunk
        if not in_data:
            head += piece
            parsed = parse_header(head)
            if parsed is None:
                if len(head) > _LONGEST_HEADER:
                    raise WavError("no audio in the first 64 KiB")
                continue
            found, offset = parsed
            if found != wanted:
                raise WavError(f"expected {wanted}, got {found}")
            in_data = True
            piece = head[offset:]
        rest += piece
        whole = len(rest) - len(rest) % frame
        if whole:
            yield rest[:whole]
            rest = rest[whole:]
    if not in_data:
        raise WavError("ended before the audio began")


def parse_header(head: bytes) -> tuple[WavFormat, int] | None:
    """Return the format and where the samples begin; None while more bytes are needed."""
    if len(head) < 12:
        return None
    if head[:4] not in (b"RIFF", b"RF64") or head[8:12] != b"WAVE":
        raise WavError(f"not a WAV file: begins with {head[:4]!r}")
    position = 12
    found: WavFormat | None = None
    while position + 8 <= len(head):
        name, size = struct.unpack_from("<4sI", head, position)
        position += 8
        if name == b"data":
            if found is None:
                raise WavError("samples before their format")
            return found, position
        if position + size > len(head):
            return None
        if name == b"fmt ":
            code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", head, position)
            if code not in _PCM_FORMATS:
                raise WavError(f"not PCM: format {code}")
            found = WavFormat(rate=rate, channels=channels, bits=bits)
        position += size + size % 2
    return None
