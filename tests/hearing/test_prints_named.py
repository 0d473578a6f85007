"""Recordings have names: given by a mark, kept in the book, told with every repeat."""

from datetime import date

import numpy as np
import pytest

from custom_components.hold_slayer.hearing import prints
from custom_components.hold_slayer.hearing.heard import RepeatSource
from custom_components.hold_slayer.hearing.printbook import PrintBook
from custom_components.hold_slayer.hearing.prints import PrintKind, PrintMemory

RATE = 8000
TODAY = date(2026, 11, 20)


def colourful(seed: int, seconds: float = 5.0) -> np.ndarray:
    """Noise whose colour changes 12 times a second: as rich as speech."""
    random = np.random.default_rng(seed)
    pieces = []
    for _ in range(round(seconds * 12)):
        noise = random.standard_normal(RATE // 12)
        spectrum = np.fft.rfft(noise)
        bands = np.repeat(random.uniform(0.02, 1.0, 12), len(spectrum) // 12 + 1)
        pieces.append(np.fft.irfft(spectrum * bands[: len(spectrum)], len(noise)))
    return (0.2 * np.concatenate(pieces)).astype(np.float32)


def quiet(seconds: float) -> np.ndarray:
    """Digital silence."""
    return np.zeros(int(seconds * RATE), np.float32)


def test_a_marked_menu_has_a_name_and_keeps_it() -> None:
    """Heard once and marked; the next calls name it, and where in it the repeat began."""
    menu = colourful(1)
    first = PrintMemory()
    first.process(np.concatenate([colourful(2), menu, quiet(1)]))
    name = first.mark(5.0, 10.0, PrintKind.MENU)
    assert len(name) == 12
    assert first.mark(5.1, 9.9, PrintKind.MENU) == name
    book = PrintBook.from_bytes(first.to_book(today=TODAY).to_bytes())
    (entry,) = book.prints
    assert (entry.id, entry.kind) == (name, PrintKind.MENU)

    second = PrintMemory(book)
    (match,) = second.process(np.concatenate([colourful(3, 2.0), menu[RATE:] * np.float32(0.5)]))
    assert match.source is RepeatSource.BOOK
    assert (match.print_id, match.kind) == (name, PrintKind.MENU)
    assert match.offset == pytest.approx(1.0, abs=0.1)
    assert match.time < 2.0 + 1.5
    assert second.mark(2.0, 6.0, PrintKind.MENU) == name
    merged = book.merged(second.to_book(today=TODAY), today=TODAY)
    assert [(one.id, one.uses) for one in merged.prints] == [(name, 2)]


def test_a_repeat_in_the_call_has_the_name_of_its_first_copy() -> None:
    """Marked in this call, or known from the book: the second play has that name as well."""
    menu = colourful(4)
    memory = PrintMemory()
    memory.process(menu)
    name = memory.mark(0.0, 5.0, PrintKind.MENU)
    (match,) = memory.process(np.concatenate([colourful(5), menu, quiet(0.3)]))
    assert (match.source, match.print_id) == (RepeatSource.CALL, name)

    later = PrintMemory(memory.to_book())
    matches = later.process(np.concatenate([menu, colourful(6), menu, colourful(7)]))
    assert [match.print_id for match in matches] == [name, name]
    assert len(later.to_book().prints) == 1


def test_what_is_not_in_the_book_has_no_name() -> None:
    """A mere repeat within the call."""
    tune = colourful(8)
    memory = PrintMemory()
    (match,) = memory.process(np.concatenate([tune, colourful(9), tune]))
    assert (match.print_id, match.offset, match.kind) == ("", None, None)


@pytest.mark.parametrize(
    ("start", "end"), [(1.0, 1.5), (8.0, 4.0), (6.0, 9.0), (-5.0, -1.0), (90.0, 99.0)]
)
def test_too_little_sound_has_no_name(start: float, end: float) -> None:
    """Short, backwards, silent, before the call, after it."""
    memory = PrintMemory()
    memory.process(np.concatenate([colourful(10), quiet(5.0)]))
    assert memory.mark(start, end, PrintKind.ANNOUNCEMENT) == ""
    assert memory.to_book().prints == ()


def test_a_person_is_never_kept() -> None:
    """Not even when an agent's own recorded greeting repeats."""
    greeting = colourful(11)
    memory = PrintMemory()
    memory.process(np.concatenate([greeting, colourful(12), greeting, colourful(13)]))
    assert len(memory.to_book().prints) == 1
    memory.mark_person(10.0, 15.0)
    assert memory.to_book().prints == ()


def test_a_person_leaves_the_book() -> None:
    """What an earlier call took for a recording, and this one for its repeat, was a person."""
    greeting = colourful(14)
    first = PrintMemory()
    first.process(np.concatenate([greeting, colourful(15)]))
    name = first.mark(0.0, 5.0, PrintKind.ANNOUNCEMENT)
    book = first.to_book()
    second = PrintMemory(book)
    second.process(np.concatenate([colourful(16), greeting, quiet(1)]))
    second.mark_person(5.0, 10.0)
    assert second.forgotten == {name}
    assert book.without(second.forgotten).merged(second.book).prints == ()


def test_the_last_word_counts() -> None:
    """A person, no, a recording after all; and the other way round."""
    memory = PrintMemory()
    memory.process(np.concatenate([colourful(17), quiet(1)]))
    memory.mark_person(0.0, 5.0)
    name = memory.mark(0.0, 5.0, PrintKind.ANNOUNCEMENT)
    assert [entry.id for entry in memory.to_book().prints] == [name]
    memory.mark_person(0.0, 5.0)
    assert memory.to_book().prints == ()


def test_marking_after_the_end() -> None:
    """The call is over, what was heard is still there."""
    memory = PrintMemory()
    memory.process(colourful(18))
    memory.close()
    assert memory.process(colourful(19)) == []
    assert memory.mark(0.0, 5.0, PrintKind.MENU)
    assert memory.nbytes < 200_000


def test_a_very_long_call_keeps_its_recordings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Old words go, what was recorded stays known, times go on, memory stops to grow."""
    monkeypatch.setattr(prints, "MOST_WORDS", 40 * 62)
    monkeypatch.setattr(prints, "KEPT_WORDS", 10 * 62)
    announcement, menu = colourful(20), colourful(21)
    memory = PrintMemory()
    memory.process(np.concatenate([menu, announcement, colourful(22), announcement]))
    name = memory.mark(0.0, 5.0, PrintKind.MENU)
    for seed in range(30, 42):
        memory.process(colourful(seed))
    assert memory.now == pytest.approx(80.0, abs=0.2)
    (match,) = memory.process(np.concatenate([announcement, colourful(23)]))
    assert match.since == pytest.approx(80.0, abs=0.2)
    (again,) = memory.process(np.concatenate([menu, colourful(24)]))
    assert (again.print_id, again.since) == (name, pytest.approx(90.0, abs=0.2))
    assert memory.mark(95.0, 100.0, PrintKind.ANNOUNCEMENT)
    kinds = {entry.id: entry.kind for entry in memory.to_book().prints}
    assert kinds[name] is PrintKind.MENU
    assert len(kinds) == 3
    assert memory.nbytes < 1.5e6


def test_a_stretch_alone_teaches_a_book_later() -> None:
    """What was not marked in its call can be told to the book afterwards, as a recording or a person."""
    announcement, other = colourful(11), colourful(12)
    call = PrintMemory()
    call.process(np.concatenate([other, announcement, quiet(1)]))
    stretch = call.print_between(5.0, 10.0)
    assert [entry.seconds for entry in stretch.prints] == pytest.approx([5.0], abs=0.1)
    assert not call.to_book(today=TODAY).prints
    call.close()
    assert call.print_between(5.0, 10.0).prints[0].id == stretch.prints[0].id

    book = PrintBook().merged(call.print_between(0.0, 5.0)).merged(stretch)
    assert len(book.prints) == 2
    (match,) = PrintMemory(book).process(announcement[RATE // 2 :])
    assert (match.source, match.print_id) == (RepeatSource.BOOK, stretch.prints[0].id)
    assert [entry.id for entry in book.without_twins(stretch).prints] == [
        call.print_between(0.0, 5.0).prints[0].id
    ]


@pytest.mark.parametrize(("since", "until"), [(0.0, 1.0), (6.0, 9.0), (9.0, 6.0), (50.0, 60.0)])
def test_a_stretch_that_tells_nothing_is_no_print(since: float, until: float) -> None:
    """Too short, silent, backwards or never heard."""
    call = PrintMemory()
    call.process(np.concatenate([colourful(13), quiet(5)]))
    assert call.print_between(since, until) == PrintBook()


def test_twins_are_found_under_other_names() -> None:
    """The same recording, heard in another call a little later in it, leaves the book as well."""
    sound = colourful(14, 6.0)
    prints_of = []
    for skipped in (0, RATE // 2 + 11):
        call = PrintMemory()
        call.process(np.concatenate([quiet(1), sound[skipped:], quiet(1)]))
        prints_of.append(call.print_between(1.0, 6.4))
    one, other = prints_of
    assert one.prints[0].id != other.prints[0].id
    assert one.without_twins(other) == PrintBook()
