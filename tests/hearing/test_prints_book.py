"""Print books on disk: saved, read, merged, aged, damaged."""

from dataclasses import replace
from datetime import date, timedelta
import struct
import zlib

import numpy as np
import pytest

from custom_components.hold_slayer.hearing.fingerprint import BIT_MASK, VALID
from custom_components.hold_slayer.hearing.printbook import (
    KEEP_DAYS,
    MOST_SECONDS,
    Print,
    PrintBook,
    PrintBookError,
    PrintKind,
)
from custom_components.hold_slayer.hearing.printfile import unpack

TODAY = date(2026, 11, 20)


def entry(seed: int, seconds: float = 5.0, **more: object) -> Print:
    """A print of random words."""
    words = np.random.default_rng(seed).integers(0, 1 << 23, int(seconds * 62.5), dtype=np.uint32)
    values = {
        "kind": PrintKind.ANNOUNCEMENT,
        "words": words | VALID,
        "first_heard": TODAY,
        "last_heard": TODAY,
        **more,
    }
    return Print(**values)  # type: ignore[arg-type]


def test_round_trip() -> None:
    """A book reads as it was written."""
    book = PrintBook((entry(1), entry(2, kind=PrintKind.MENU, uses=7), entry(3, 2.0)))
    again = PrintBook.from_bytes(book.to_bytes())
    assert len(again.prints) == 3
    for one, other in zip(book.prints, again.prints, strict=True):
        assert np.array_equal(one.words, other.words)
        assert (one.kind, one.uses) == (other.kind, other.uses)
        assert (one.first_heard, one.last_heard) == (other.first_heard, other.last_heard)
    assert PrintBook.from_bytes(PrintBook().to_bytes()) == PrintBook()


def test_it_holds_sign_bits_only() -> None:
    """24 bits for each 16 ms: no level, no waveform, nothing to play."""
    book = PrintBook((entry(1, 60.0),))
    assert len(book.to_bytes()) < 60.0 * 62.5 * 3.1
    assert int(book.prints[0].words.max()) <= int(BIT_MASK | VALID)


@pytest.mark.parametrize("cut", [0, 3, 11, 12, 200])
def test_half_a_book_is_an_error(cut: int) -> None:
    """A truncated file never becomes a book."""
    data = PrintBook((entry(1),)).to_bytes()
    with pytest.raises(PrintBookError):
        PrintBook.from_bytes(data[:cut])


def test_every_flipped_byte_is_noticed() -> None:
    """Damage anywhere is an error and never another exception."""
    data = PrintBook((entry(1, 1.5), entry(2, 1.5))).to_bytes()
    for place in range(0, len(data), 7):
        damaged = bytearray(data)
        damaged[place] ^= 0x40
        with pytest.raises(PrintBookError):
            PrintBook.from_bytes(bytes(damaged))


def test_another_version_is_named() -> None:
    """A book of a later program says so."""
    data = bytearray(PrintBook((entry(1),)).to_bytes())
    data[4] = 9
    with pytest.raises(PrintBookError, match="version 9"):
        PrintBook.from_bytes(bytes(data))


def test_merging_counts_the_calls() -> None:
    """The same recording stays one entry, with the longer print and both dates."""
    long = entry(
        1, 8.0, first_heard=TODAY - timedelta(days=9), last_heard=TODAY - timedelta(days=9)
    )
    shorter = entry(1, 8.0)
    cut = Print(
        kind=PrintKind.ANNOUNCEMENT,
        words=shorter.words[100:],
        first_heard=TODAY,
        last_heard=TODAY,
    )
    merged = PrintBook((long,)).merged(PrintBook((cut, entry(5))), today=TODAY)
    assert len(merged.prints) == 2
    assert merged.prints[0].uses == 2
    assert len(merged.prints[0].words) == len(long.words)
    assert merged.prints[0].first_heard == TODAY - timedelta(days=9)
    assert merged.prints[0].last_heard == TODAY


def test_ageing_drops_the_forgotten() -> None:
    """What was not heard for half a year goes."""
    old = entry(1, last_heard=TODAY - timedelta(days=KEEP_DAYS + 1))
    kept = PrintBook((old, entry(2))).aged(TODAY)
    assert len(kept.prints) == 1


def test_ageing_keeps_to_the_size() -> None:
    """When it gets too long, music and what was heard once go first."""
    many = [entry(seed, 300.0, kind=PrintKind.MUSIC) for seed in range(5)]
    words = [entry(10 + seed, 300.0, uses=3) for seed in range(3)]
    kept = PrintBook((*many, *words)).aged(TODAY)
    assert kept.seconds <= MOST_SECONDS
    assert sum(one.kind is PrintKind.ANNOUNCEMENT for one in kept.prints) == 3


def test_a_book_of_version_1_is_read_and_named() -> None:
    """It knew no names: they are made, and the same every time."""
    data = PrintBook((entry(1), entry(2))).to_bytes()
    plain = bytearray(zlib.decompress(data[12:]))
    first = 2 + 10 + 6 + 3 * 312
    for start in (first, 0):
        plain[start + 1] = 0
        del plain[start + 12 : start + 18]
    body = zlib.compress(bytes(plain))
    old = data[:4] + struct.pack("<HHI", 1, 2, zlib.crc32(body)) + body
    book = PrintBook.from_bytes(old)
    assert [one.id for one in book.prints] == [entry(1).id, entry(2).id]


def test_the_name_outlives_a_better_print() -> None:
    """A longer recording of the same takes the place of the first one, not its name."""
    whole = entry(1, 8.0)
    part = Print(
        kind=PrintKind.MENU, words=whole.words[60:310], first_heard=TODAY, last_heard=TODAY
    )
    (kept,) = PrintBook((part,)).merged(PrintBook((whole,)), today=TODAY).prints
    assert (kept.id, kept.kind, len(kept.words)) == (part.id, PrintKind.MENU, len(whole.words))
    assert PrintBook((kept,)).without({part.id}).prints == ()


def test_the_same_recording_over_another_line_is_the_same() -> None:
    """A quarter of the bits differ, and it begins elsewhere."""
    rng = np.random.default_rng(5)
    whole = entry(1, 9.0)
    whole = replace(whole, words=np.repeat(whole.words[:280], 2))  # neighbours are alike
    noise = np.zeros(len(whole.words), np.uint32)
    for bit in range(23):
        noise |= (rng.random(len(noise)) < 0.25).astype(np.uint32) << np.uint32(bit)
    again = Print(
        kind=PrintKind.ANNOUNCEMENT,
        words=(whole.words ^ noise)[37:400],
        first_heard=TODAY,
        last_heard=TODAY,
    )
    others = tuple(entry(seed) for seed in range(10, 30))
    merged = PrintBook((*others, whole)).merged(PrintBook((again,)), today=TODAY)
    assert len(merged.prints) == 21
    assert merged.prints[-1].uses == 2


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [
        (bytes(3), "3 bytes too many"),
        (bytes(17_000_000), "bytes too many|goes on behind its end"),
        (None, "is damaged"),
    ],
)
def test_a_book_of_other_content_is_an_error(body: bytes | None, excerpt: str) -> None:
    """Too much, endless or no compressed content is refused although its checksum fits."""
    packed = b"no zlib" if body is None else zlib.compress(body)
    with pytest.raises(PrintBookError, match=excerpt):
        unpack(struct.pack("<4sHHI", b"HSPB", 2, 0, zlib.crc32(packed)) + packed)


def test_content_that_goes_on_is_an_error() -> None:
    """Entries that are whole, with a stream behind them that was cut off, are no whole book."""
    packed = zlib.compress(b"")[:-4]
    with pytest.raises(PrintBookError, match="goes on behind its end"):
        unpack(struct.pack("<4sHHI", b"HSPB", 2, 0, zlib.crc32(packed)) + packed)
