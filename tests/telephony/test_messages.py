"""Every message survives the wire, and what is wrong with one is said by field and value."""

import asyncio
import dataclasses
import json
import types
from typing import Any, TypeAliasType, get_args, get_origin

import pytest
from wyoming.event import Event

from custom_components.hold_slayer.hearing import heard
from custom_components.hold_slayer.telephony import messages
from custom_components.hold_slayer.telephony.codec import hints_of
from custom_components.hold_slayer.telephony.messages import (
    AccountSettings,
    AddAccount,
    Answer,
    BrokenFrameError,
    HeardOnLeg,
    Message,
    MessageError,
    Ping,
    PlaceCall,
    Play,
    Report,
    Request,
    frame_of,
    read,
    read_message,
)

CLASSES = [
    value
    for name in messages.__all__
    if isinstance(value := getattr(messages, name), type)
    and issubclass(value, Message)
    and value not in (Message, Request, Answer, Report)
]


def example(hint: Any, seed: int) -> Any:
    """Return some value of a type."""
    if isinstance(hint, TypeAliasType):
        return example(hint.__value__, seed)
    origin, args = get_origin(hint), get_args(hint)
    if origin is types.UnionType:
        return example(args[seed % len(args)], seed)
    if origin is tuple:
        return tuple(example(args[0], seed + i) for i in range(seed % 3))
    if origin is dict:
        return {f"key {i}": example(args[1], seed + i) for i in range(seed % 3)}
    if dataclasses.is_dataclass(hint):
        return build(hint, seed)
    if hint is type(None):
        return None
    if issubclass(hint, heard.StrEnum):
        return list(hint)[seed % len(list(hint))]
    return {
        bool: bool(seed % 2),
        int: seed * 7,
        float: seed / 4,
        str: f"ünï {seed}",
        bytes: b"\x00\xff" * seed,
    }[hint]


def build(cls: Any, seed: int) -> Any:
    """Return an example of a dataclass."""
    return cls(
        **{name: example(hint, seed + i) for i, (name, hint) in enumerate(hints_of(cls).items())}
    )


def over_the_wire(message: Message) -> Message:
    """Send a message through bytes and back."""

    async def carry() -> Message | None:
        reader = asyncio.StreamReader()
        reader.feed_data(frame_of(message.event()))
        reader.feed_eof()
        return await read_message(reader)

    received = asyncio.run(carry())
    assert received is not None
    return received


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_round_trip(cls: type[Message]) -> None:
    """What goes in comes out, with every optional part there or not."""
    for seed in range(8):
        message = build(cls, seed)
        assert over_the_wire(message) == message


@pytest.mark.parametrize("cls", get_args(heard.HeardEvent.__value__), ids=lambda cls: cls.__name__)
def test_all_that_is_heard_travels(cls: Any) -> None:
    """Each kind of hearing event keeps its class."""
    for seed in range(6):
        message = HeardOnLeg(leg="a", heard=build(cls, seed))
        assert over_the_wire(message) == message


def place_call(**changes: Any) -> Event:
    """Return a good PlaceCall with some fields changed; None takes a field away."""
    event = PlaceCall(leg="a", account_id="b", target="1", request=9).event()
    event.data = json.loads(json.dumps({**event.data, **changes}))
    event.data = {key: value for key, value in event.data.items() if value != "gone"}
    return event


@pytest.mark.parametrize(
    ("event", "field", "excerpt"),
    [
        (place_call(leg="gone"), "place_call.leg", "missing"),
        (place_call(leg=5), "place_call.leg", "5"),
        (place_call(ring_time_s="long"), "place_call.ring_time_s", "'long'"),
        (place_call(ring_time_s=True), "place_call.ring_time_s", "True"),
        (place_call(phase="dreaming"), "place_call.phase", "dreaming"),
        (place_call(headers=[1]), "place_call.headers", "[1]"),
        (place_call(headers={"X": 1}), "place_call.headers.X", "1"),
        (place_call(hearing=3), "place_call.hearing", "3"),
        (place_call(v=99), "v", "99"),
        (place_call(v="gone"), "v", "None"),
        (Event("fly_to_moon", {"v": 1}), "type", "fly_to_moon"),
        (
            Event("heard_on_leg", {"v": 1, "leg": "a", "heard": {"kind": "smell"}}),
            "heard_on_leg.heard.kind",
            "smell",
        ),
    ],
)
def test_what_is_wrong_is_named(event: Event, field: str, excerpt: str) -> None:
    """The error names field and value, and the request it belongs to."""
    with pytest.raises(MessageError) as error:
        read(event)
    assert error.value.field == field
    assert excerpt in str(error.value)
    assert error.value.request == event.data.get("request")


def test_passwords_stay_hidden() -> None:
    """Neither repr nor an error shows a password."""
    settings = AccountSettings(id="a", registrar="b", username="c", password="canary-123")
    assert "canary" not in repr(AddAccount(account=settings))
    event = AddAccount(account=settings).event()
    event.data["account"]["password"] = ["canary-123"]
    with pytest.raises(MessageError) as error:
        read(event)
    assert error.value.field == "add_account.account.password"
    assert "canary" not in str(error.value)


def test_wrong_class() -> None:
    """`from_event` insists on its own class."""
    with pytest.raises(MessageError):
        Ping.from_event(place_call())


async def read_all(data: bytes) -> list[Message | MessageError]:
    """Return what a stream holds, errors included, up to its end."""
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    found: list[Message | MessageError] = []
    while True:
        try:
            message = await read_message(reader)
        except BrokenFrameError as error:
            return [*found, error]
        except MessageError as error:
            found.append(error)
            continue
        if message is None:
            return found
        found.append(message)


async def test_garbage_between_messages() -> None:
    """A line that is no frame is reported, and the next message is read."""
    ping = Ping(request=1)
    good = frame_of(ping.event())
    found = await read_all(good + b"what?\n" + good + b"[1]\n" + b'{"a": 1}\n' + good)
    assert [item for item in found if isinstance(item, Message)] == [ping] * 3
    assert sum(isinstance(item, MessageError) for item in found) == 3


@pytest.mark.parametrize("keep", [1, 5, 40, 100, 130])
async def test_half_written_message(keep: int) -> None:
    """A stream that ends inside a message is told from one that ends between two."""
    play = Play(leg="a", playback=1, rate=8000, last=True, payload=bytes(100))
    frame = frame_of(play.event())
    found = await read_all(frame + frame[:-keep])
    assert found[0] == play
    assert isinstance(found[1], BrokenFrameError)


@pytest.mark.parametrize("length", [-1, 10**12, "many"])
async def test_impossible_lengths(length: Any) -> None:
    """No length is believed that nobody would send."""
    line = json.dumps({"type": "play", "payload_length": length}).encode() + b"\n"
    (error,) = await read_all(line)
    assert isinstance(error, BrokenFrameError)
    assert error.field == "payload_length"


@pytest.mark.parametrize(
    ("frame", "excerpt"),
    [
        (b'{"type": "play", "data": [1]}\n', "should be an object"),
        (b'{"type": "play", "data": [1], "data_length": 2}\n{}', "should be an object"),
        (b'{"type": "play", "data_length": 3, "payload_length": 4}\n[1]\n\n\n\n', "no"),
        (b'{"type": "play", "data_length": 3, "payload_length": 4}\nwho\n\n\n\n', "not JSON"),
    ],
)
async def test_data_that_is_no_object(frame: bytes, excerpt: str) -> None:
    """A message with data of another kind is refused whole, and the next one is read."""
    error, ping = await read_all(frame + frame_of(Ping(request=1).event()))
    assert isinstance(error, MessageError)
    assert not isinstance(error, BrokenFrameError)
    assert excerpt in str(error)
    assert ping == Ping(request=1)


async def test_a_line_without_end() -> None:
    """A first line longer than any frame has ends the stream."""
    (error,) = await read_all(b'{"type": "' + b"a" * 200_000)
    assert isinstance(error, BrokenFrameError)
    assert "too long" in str(error)


async def test_a_line_nested_too_deep() -> None:
    """Brackets beyond what the reader can follow are garbage, and the next message is read."""
    found = await read_all(b"[" * 60_000 + b"\n" + frame_of(Ping(request=1).event()))
    assert isinstance(found[0], MessageError)
    assert found[1:] == [Ping(request=1)]


async def test_what_is_no_utf8() -> None:
    """Bytes of a far side that are no text lose themselves, not the message."""
    line = messages.LogLine(level=30, logger="pjsip", text="From: J\udcc3rg")
    reader = asyncio.StreamReader()
    reader.feed_data(frame_of(line.event()))
    assert await read_message(reader) == dataclasses.replace(line, text="From: J?rg")
