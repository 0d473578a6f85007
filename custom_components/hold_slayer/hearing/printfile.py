"""How a print book is stored: a header with version and checksum, then the compressed entries."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
import struct
from typing import Final
import zlib

import numpy as np

from .heard import PrintKind
from .printed import Print

#: Version 2 gave the recordings names; those of a version 1 book are made when it is read.
VERSION: Final = 2
_READABLE: Final = (1, 2)
_MAGIC: Final = b"HSPB"
_HEAD = struct.Struct("<4sHHI")  # magic, version, entries, CRC-32 of what follows
_ENTRY = struct.Struct(
    "<BBHIHH"
)  # kind, bytes of the name, uses, words, first and last heard (days)
_EPOCH = date(2020, 1, 1)
_KINDS = tuple(PrintKind)
#: No book of `MOST_SECONDS` unpacks to more than this, bytes.
_MOST_BYTES: Final = 16_000_000


class PrintBookError(ValueError):
    """A stored print book can't be read; the text says why. Go on with an empty book."""


def pack(prints: Sequence[Print]) -> bytes:
    """Make bytes of the entries of a book."""
    parts = [
        _ENTRY.pack(
            _KINDS.index(entry.kind),
            len(name := bytes.fromhex(entry.id)),
            min(entry.uses, 0xFFFF),
            len(entry.words),
            _days(entry.first_heard),
            _days(entry.last_heard),
        )
        + name
        + entry.words.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
        for entry in prints
    ]
    body = zlib.compress(b"".join(parts), 6)
    return _HEAD.pack(_MAGIC, VERSION, len(prints), zlib.crc32(body)) + body


def unpack(data: bytes) -> tuple[Print, ...]:
    """Read stored bytes. Raises PrintBookError for anything but a whole book of a known version."""
    if len(data) < _HEAD.size or not data.startswith(_MAGIC):
        raise PrintBookError(f"this is no print book ({len(data)} bytes)")
    _, version, count, checksum = _HEAD.unpack_from(data)
    if version not in _READABLE:
        raise PrintBookError(f"print book of version {version}; this program reads up to {VERSION}")
    body = data[_HEAD.size :]
    if zlib.crc32(body) != checksum:
        raise PrintBookError("print book is damaged: its checksum does not fit")
    try:
        reader = zlib.decompressobj()
        plain = reader.decompress(body, _MOST_BYTES)
        entries = tuple(_read(plain, count))
    except (zlib.error, struct.error, IndexError, ValueError) as error:
        raise PrintBookError(f"print book is damaged: {error}") from error
    if not reader.eof:
        raise PrintBookError("print book is damaged: it goes on behind its end")
    return entries


def _read(body: bytes, count: int) -> Iterator[Print]:
    """Take the entries apart."""
    at = 0
    for _ in range(count):
        kind, named, uses, length, first, last = _ENTRY.unpack_from(body, at)
        at += _ENTRY.size
        name = body[at : at + named].hex()
        at += named
        raw = np.frombuffer(body, np.uint8, count=3 * length, offset=at).reshape(-1, 3)
        at += 3 * length
        wide = np.zeros((length, 4), dtype=np.uint8)
        wide[:, :3] = raw
        yield Print(
            kind=_KINDS[kind],
            words=wide.view("<u4").reshape(-1).astype(np.uint32),
            first_heard=_EPOCH + timedelta(days=first),
            last_heard=_EPOCH + timedelta(days=last),
            uses=uses,
            id=name,
        )
    if at != len(body):
        raise ValueError(f"{len(body) - at} bytes too many")


def _days(day: date) -> int:
    """Return a date as days since the epoch."""
    return min(max((day - _EPOCH).days, 0), 0xFFFF)
