"""The print book of a company: fingerprints of its recordings, kept from call to call.

A book holds only sign bits (see `fingerprint`): which of two bands grew more. Neither words nor a
voice can be recovered from them; they only tell whether a sound is the same recording.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
import struct
from typing import Final, Self
import zlib

import numpy as np
from numpy.typing import NDArray

from .fingerprint import VALID, WORD_SECONDS, agreement

VERSION: Final = 1
_MAGIC: Final = b"HSPB"
_HEAD = struct.Struct("<4sHHI")  # magic, version, entries, CRC-32 of what follows
_ENTRY = struct.Struct("<BBHIHH")  # kind, reserved, uses, words, first and last heard (days)
_EPOCH = date(2020, 1, 1)

#: Entries not heard for this long are dropped, days.
KEEP_DAYS: Final = 180
#: Most audio a book holds, s: half an hour takes 340 kB in memory.
MOST_SECONDS: Final = 1800.0
#: Shorter stretches prove too little to be kept, s.
LEAST_SECONDS: Final = 1.2
#: Two entries are the same recording when a stretch agrees this well (1 is identical).
_SAME: Final = 0.35


class PrintBookError(ValueError):
    """A stored print book can't be read; the text says why. Go on with an empty book."""


class PrintKind(StrEnum):
    """What a stretch in a book is."""

    ANNOUNCEMENT = "announcement"
    MUSIC = "music"
    MENU = "menu"


_KINDS = tuple(PrintKind)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Print:
    """One recording of a company."""

    kind: PrintKind
    #: Words of the fingerprint, (n,) uint32.
    words: NDArray[np.uint32]
    first_heard: date
    last_heard: date
    #: In how many calls it was heard. An agent's own recorded greeting looks the same as an
    #: announcement heard once: one use alone is a strong hint, not a proof.
    uses: int = 1

    @property
    def seconds(self) -> float:
        """Length in s."""
        return len(self.words) * WORD_SECONDS


@dataclass(frozen=True, slots=True)
class PrintBook:
    """The recordings of one company."""

    prints: tuple[Print, ...] = field(default=())

    @property
    def seconds(self) -> float:
        """Length of all recordings, s."""
        return sum(entry.seconds for entry in self.prints)

    def to_bytes(self) -> bytes:
        """Make bytes to store: a header with version and checksum, then the compressed entries."""
        parts = [
            _ENTRY.pack(
                _KINDS.index(entry.kind),
                0,
                min(entry.uses, 0xFFFF),
                len(entry.words),
                _days(entry.first_heard),
                _days(entry.last_heard),
            )
            + entry.words.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
            for entry in self.prints
        ]
        body = zlib.compress(b"".join(parts), 6)
        return _HEAD.pack(_MAGIC, VERSION, len(self.prints), zlib.crc32(body)) + body

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read stored bytes. Raises PrintBookError for anything but a whole book of this version."""
        if len(data) < _HEAD.size or not data.startswith(_MAGIC):
            raise PrintBookError(f"this is no print book ({len(data)} bytes)")
        _, version, count, checksum = _HEAD.unpack_from(data)
        if version != VERSION:
            raise PrintBookError(f"print book of version {version}; this program reads {VERSION}")
        body = data[_HEAD.size :]
        if zlib.crc32(body) != checksum:
            raise PrintBookError("print book is damaged: its checksum does not fit")
        try:
            return cls(tuple(_read(zlib.decompress(body), count)))
        except (zlib.error, struct.error, IndexError, ValueError) as error:
            raise PrintBookError(f"print book is damaged: {error}") from error

    def merged(self, other: PrintBook, *, today: date | None = None) -> PrintBook:
        """This book with the recordings of another call in it; the same recording only once."""
        entries = list(self.prints)
        for new in other.prints:
            for place, old in enumerate(entries):
                if _same(old, new):
                    longer = new if len(new.words) > 1.2 * len(old.words) else old
                    entries[place] = replace(
                        longer,
                        kind=old.kind if old.kind != PrintKind.MUSIC else new.kind,
                        uses=old.uses + new.uses,
                        first_heard=min(old.first_heard, new.first_heard),
                        last_heard=max(old.last_heard, new.last_heard),
                    )
                    break
            else:
                entries.append(new)
        return PrintBook(tuple(entries)).aged(today)

    def aged(self, today: date | None = None) -> PrintBook:
        """Without what was not heard for KEEP_DAYS, and within MOST_SECONDS (least useful out first)."""
        day = today or max((entry.last_heard for entry in self.prints), default=_EPOCH)
        oldest = day - timedelta(days=KEEP_DAYS)
        fresh = [entry for entry in self.prints if entry.last_heard >= oldest]
        spoken_first = sorted(
            fresh,
            key=lambda entry: (entry.kind != PrintKind.MUSIC, entry.uses, entry.last_heard),
            reverse=True,
        )
        kept: list[Print] = []
        room = MOST_SECONDS
        for entry in spoken_first:
            if entry.seconds <= room:
                kept.append(entry)
                room -= entry.seconds
        return PrintBook(tuple(entry for entry in fresh if any(entry is one for one in kept)))


def _days(day: date) -> int:
    return min(max((day - _EPOCH).days, 0), 0xFFFF)


def _read(body: bytes, count: int) -> list[Print]:
    """Take the entries apart."""
    entries: list[Print] = []
    at = 0
    for _ in range(count):
        kind, _, uses, length, first, last = _ENTRY.unpack_from(body, at)
        at += _ENTRY.size
        raw = np.frombuffer(body, np.uint8, count=3 * length, offset=at).reshape(-1, 3)
        at += 3 * length
        wide = np.zeros((length, 4), dtype=np.uint8)
        wide[:, :3] = raw
        entries.append(
            Print(
                kind=_KINDS[kind],
                words=wide.view("<u4").reshape(-1).astype(np.uint32),
                first_heard=_EPOCH + timedelta(days=first),
                last_heard=_EPOCH + timedelta(days=last),
                uses=uses,
            )
        )
    if at != len(body):
        raise ValueError(f"{len(body) - at} bytes too many")
    return entries


def _same(old: Print, new: Print) -> bool:
    """Whether two entries share at least 1.5 s, at any shift."""
    short, long = sorted((old.words, new.words), key=len)
    piece = 96
    for start in range(0, max(len(short) - piece // 2, 1), piece):
        query = short[start : start + piece]
        counting = int(((query & VALID) != 0).sum())
        if counting < min(48, len(query) // 2) or len(long) < len(query):
            continue
        view = np.lib.stride_tricks.sliding_window_view(long, len(query))
        agree, counts = agreement(view, query[None, :])
        score = agree.sum(axis=1) / (23.0 * np.maximum(counts.sum(axis=1), counting))
        if float(score.max()) >= _SAME:
            return True
    return False
