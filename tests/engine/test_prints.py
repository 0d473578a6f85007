"""Print books over real RTP: what one call learned is known in the next one."""

import numpy as np
import pytest

from custom_components.hold_slayer.hearing.heard import PrintKind, Repeated, RepeatSource
from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    AnswerCall,
    ErrorKind,
    GetPrint,
    GetPrintBook,
    HangUp,
    HeardOnLeg,
    HearingSettings,
    LegState,
    MarkPrint,
    Play,
    Played,
    PrintBookData,
    PrintMarked,
    TeachPrintBook,
)

from .station import Station, connect

type Pair = tuple[Station, Station]
RATE = 8000


def announcement(seed: int, seconds: float = 5.0) -> bytes:
    """Return noise whose colour changes 12 times a second: as rich as speech, PCM16 at 8 kHz."""
    random = np.random.default_rng(seed)
    pieces = []
    for _ in range(round(seconds * 12)):
        noise = random.standard_normal(RATE // 12)
        spectrum = np.fft.rfft(noise)
        bands = np.repeat(random.uniform(0.02, 1.0, 12), len(spectrum) // 12 + 1)
        pieces.append(np.fft.irfft(spectrum * bands[: len(spectrum)], len(noise)))
    return (np.concatenate(pieces) * 6000).clip(-32768, 32767).astype("<i2").tobytes()


async def plays(station: Station, leg: str, number: int, pcm: bytes) -> None:
    """Play to the end."""
    await station.link.request(Play(leg=leg, playback=number, rate=RATE, last=True, payload=pcm))
    await station.event(Played, lambda e: e.leg == leg and e.playback == number)


async def learned(pair: Pair, pcm: bytes) -> PrintBookData:
    """Let a company say the same thing twice; return the book after the call."""
    alice, bob = pair
    leg, other = await connect(alice, bob, ears=True)
    for number in (1, 2):
        await plays(bob, other, number, pcm)
    await bob.link.request(HangUp(leg=other))
    await alice.leg_is(leg, LegState.DISCONNECTED)
    return await alice.link.request(GetPrintBook(leg=leg))


async def known(station: Station, leg: str) -> HeardOnLeg:
    """Wait until the ears say that a sound stands in the book."""
    return await station.event(
        HeardOnLeg,
        lambda e: (
            e.leg == leg
            and isinstance(e.heard, Repeated)
            and e.heard.repeat.source is RepeatSource.BOOK
        ),
    )


async def test_a_book_is_learned_kept_and_used(facing: Pair) -> None:
    """What repeated in one call is known at its first sound in the next, and counted once."""
    alice, bob = facing
    pcm = announcement(1)
    first = await learned(facing, pcm)
    assert first.announcements == 1
    assert first.payload

    leg, other = await connect(alice, bob, ears=True, payload=first.payload)
    await plays(bob, other, 1, pcm)
    await known(alice, leg)
    await alice.link.request(HangUp(leg=leg))
    second = await alice.link.request(GetPrintBook(leg=leg))
    assert second.announcements == 1
    assert second.payload != first.payload


async def test_a_book_for_a_call_that_comes_in(facing: Pair) -> None:
    """A company that calls back is recognised, too."""
    alice, bob = facing
    pcm = announcement(2)
    book = (await learned(facing, pcm)).payload
    other = await bob.dial("1234")
    call = await alice.rings()
    await alice.link.request(AnswerCall(leg=call.leg, hearing=HearingSettings(), payload=book))
    await bob.leg_is(other, LegState.CONFIRMED)
    await plays(bob, other, 1, pcm)
    await known(alice, call.leg)


async def test_a_damaged_book_costs_no_call(facing: Pair) -> None:
    """A book that cannot be read is left out; the call goes on and begins a new one."""
    alice, bob = facing
    leg, _ = await connect(alice, bob, ears=True, payload=b"HSPB and nonsense")
    answer = await alice.link.request(GetPrintBook(leg=leg))
    assert (answer.announcements, answer.payload) == (0, b"")


async def test_a_prompt_that_is_marked_after_the_call_has_its_name_in_the_next(
    facing: Pair,
) -> None:
    """Heard once, marked as a menu when the leg is over, known by that name, forgotten as a person."""
    alice, bob = facing
    pcm = announcement(3)
    leg, other = await connect(alice, bob, ears=True)
    await plays(bob, other, 1, pcm)
    await bob.link.request(HangUp(leg=other))
    await alice.leg_is(leg, LegState.DISCONNECTED)
    answer = await alice.link.request(
        MarkPrint(leg=leg, since=0.0, until=60.0, kind=PrintKind.MENU)
    )
    assert isinstance(answer, PrintMarked)
    assert answer.print_id
    book = (await alice.link.request(GetPrintBook(leg=leg))).payload

    leg, other = await connect(alice, bob, ears=True, payload=book)
    await plays(bob, other, 1, pcm)
    heard = (await known(alice, leg)).heard
    assert isinstance(heard, Repeated)
    assert (heard.repeat.print_id, heard.repeat.kind) == (answer.print_id, PrintKind.MENU)
    await alice.link.request(MarkPrint(leg=leg, since=heard.since, until=60.0))
    await alice.link.request(HangUp(leg=leg))
    assert (await alice.link.request(GetPrintBook(leg=leg))).payload == b""


async def test_a_stretch_taught_when_the_call_is_long_over(facing: Pair) -> None:
    """Its print, kept elsewhere, puts it into a book that forgot the call, or takes it out again."""
    alice, bob = facing
    pcm = announcement(4)
    leg, other = await connect(alice, bob, ears=True)
    await plays(bob, other, 1, pcm)
    await bob.link.request(HangUp(leg=other))
    await alice.leg_is(leg, LegState.DISCONNECTED)
    stretch = await alice.link.request(GetPrint(leg=leg, since=0.0, until=20.0))
    assert stretch.announcements == 1
    assert (await alice.link.request(GetPrintBook(leg=leg))).payload == b""

    async def taught(book: bytes, *, person: bool) -> PrintBookData:
        """Teach a stored book."""
        payload = book + stretch.payload
        request = TeachPrintBook(person=person, book_bytes=len(book), payload=payload)
        return await alice.link.request(request)

    assert (await taught(b"", person=True)).payload == b""
    book = await taught(b"HSPB and nonsense", person=False)
    assert book.announcements == 1
    leg, other = await connect(alice, bob, ears=True, payload=book.payload)
    await plays(bob, other, 1, pcm)
    await known(alice, leg)
    assert (await taught(book.payload, person=True)).payload == b""


async def test_a_damaged_stretch_is_refused(facing: Pair) -> None:
    """The stored book stays as it is: the request says what was wrong."""
    alice, _ = facing
    with pytest.raises(EngineRefused, match="print cannot be read") as refused:
        await alice.link.request(TeachPrintBook(person=False, book_bytes=0, payload=b"HSPB?"))
    assert refused.value.error is ErrorKind.BAD_MESSAGE
