"""Audio over real RTP: playing, early media, bridging, recording, statistics."""

import asyncio
from pathlib import Path

import pytest

from custom_components.hold_slayer.hearing.heard import Hearing
from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    AnswerCall,
    Bridge,
    ErrorKind,
    GetStatistics,
    HangUp,
    HeardOnLeg,
    KeyMethod,
    LegChanged,
    LegState,
    Play,
    Played,
    PlayTone,
    Record,
    RecordingEnded,
    RecordingKind,
    SendKeys,
    StopPlaying,
    StopRecording,
    Tone,
    Unbridge,
)

from .sound import read_wav, seconds_of, sine
from .station import Station, connect

type Pair = tuple[Station, Station]


async def key_heard(station: Station, leg: str, key: str) -> None:
    """Wait until a leg's ears heard a key's tone."""
    await station.event(
        HeardOnLeg,
        lambda e: e.leg == leg and isinstance(e.heard, Hearing) and e.heard.digit == key,
    )


async def press(station: Station, leg: str, key: str) -> None:
    """Play a key's tone into a leg."""
    await station.link.request(SendKeys(leg=leg, keys=key, method=KeyMethod.INBAND))


async def played(station: Station, leg: str, number: int) -> Played:
    """Wait for the end of a playback."""
    return await station.event(Played, lambda e: e.leg == leg and e.playback == number)


async def test_early_media_is_heard(facing: Pair) -> None:
    """What the company plays before it answers is heard."""
    alice, bob = facing
    leg = await alice.dial("1234", ears=True)
    call = await bob.rings()
    await bob.link.request(AnswerCall(leg=call.leg, code=183))
    await alice.leg_is(leg, LegState.EARLY)
    await press(bob, call.leg, "5")
    await key_heard(alice, leg, "5")
    assert LegState.CONFIRMED not in [event.state for event in alice.of(LegChanged)]


async def test_play_reports_its_end(facing: Pair, tmp_path: Path) -> None:
    """Playbacks of any rate come one after the other, complete, and say when they are through."""
    alice, bob = facing
    leg, other = await connect(alice, bob)
    path = tmp_path / "heard.wav"
    await bob.link.request(Record(leg=other, path=str(path), kind=RecordingKind.COMPANY))
    first = sine(600, 1.0, 22050)
    for begin in range(0, len(first), 8192):
        piece = first[begin : begin + 8192]
        last = begin + 8192 >= len(first)
        await alice.link.request(Play(leg=leg, playback=1, rate=22050, last=last, payload=piece))
    await alice.link.request(
        Play(leg=leg, playback=2, rate=8000, last=True, payload=sine(1200, 0.5, 8000))
    )
    assert (await played(alice, leg, 1)).completed
    assert (await played(alice, leg, 2)).completed
    await alice.link.request(HangUp(leg=leg))
    ended = await bob.event(RecordingEnded)
    assert ended.path == str(path)
    assert not ended.error
    rate, samples = read_wav(path)
    assert seconds_of(samples[:, 0], rate, 600) == pytest.approx(1.0, abs=0.1)
    assert seconds_of(samples[:, 0], rate, 1200) == pytest.approx(0.5, abs=0.1)


async def test_stop_playing(facing: Pair) -> None:
    """Stopping ends what plays and what waits, both not completed."""
    alice, bob = facing
    leg, _ = await connect(alice, bob)
    for number in (1, 2):
        await alice.link.request(
            Play(leg=leg, playback=number, rate=8000, last=True, payload=sine(600, 20, 8000))
        )
    await alice.link.request(StopPlaying(leg=leg))
    assert not (await played(alice, leg, 1)).completed
    assert not (await played(alice, leg, 2)).completed
    await alice.link.request(PlayTone(leg=leg, playback=3, tone=Tone.CONFIRM))
    assert (await played(alice, leg, 3)).completed


async def test_bridge_carries_audio_both_ways(facing: Pair) -> None:
    """Two bridged legs hear each other, parted ones do not, and our ears hear both all the time."""
    alice, bob = facing
    first, far_first = await connect(alice, bob, ears=True)
    second, far_second = await connect(alice, bob, ears=True)
    await alice.link.request(Bridge(first=first, second=second))
    await press(bob, far_first, "1")
    await key_heard(bob, far_second, "1")
    await key_heard(alice, first, "1")
    await press(bob, far_second, "2")
    await key_heard(bob, far_first, "2")
    await key_heard(alice, second, "2")

    await alice.link.request(Unbridge(first=first, second=second))
    await press(bob, far_first, "3")
    await key_heard(alice, first, "3")
    await press(bob, far_second, "4")
    await key_heard(alice, second, "4")
    assert digits(bob, far_second) == "1"
    assert digits(bob, far_first) == "2"

    await alice.link.request(HangUp(leg=second))
    await alice.leg_is(second, LegState.DISCONNECTED)
    figures = await alice.link.request(GetStatistics(leg=first))
    assert figures.state is LegState.CONFIRMED


async def test_listening_in(facing: Pair) -> None:
    """With `both_ways` off the second leg hears the first without being heard."""
    alice, bob = facing
    first, far_first = await connect(alice, bob, ears=True)
    second, far_second = await connect(alice, bob, ears=True)
    await alice.link.request(Bridge(first=first, second=second, both_ways=False))
    await press(bob, far_second, "1")
    await key_heard(alice, second, "1")
    await press(bob, far_first, "2")
    await key_heard(bob, far_second, "2")
    assert digits(bob, far_first) == ""


def digits(station: Station, leg: str) -> str:
    """Return the keys' tones that the ears of a leg heard so far."""
    heard = [event.heard for event in station.of(HeardOnLeg, leg)]
    return "".join(event.digit for event in heard if isinstance(event, Hearing))


async def test_recording_kinds(facing: Pair, tmp_path: Path) -> None:
    """Each kind of recording has the sides it promises."""
    alice, bob = facing
    leg, other = await connect(alice, bob)
    paths = {kind: tmp_path / f"{kind}.wav" for kind in RecordingKind}
    for kind, path in paths.items():
        await alice.link.request(Record(leg=leg, path=str(path), kind=kind))
    tones = {alice: (leg, 500), bob: (other, 1500)}
    for station, (here, hertz) in tones.items():
        pcm = sine(hertz, 1.0, 16000)
        await station.link.request(Play(leg=here, playback=1, rate=16000, last=True, payload=pcm))
        await played(station, here, 1)
    # the far side's last words are still on their way
    await alice.event(Played)
    await alice.link.request(PlayTone(leg=leg, playback=2, tone=Tone.BEEP))
    await played(alice, leg, 2)
    await alice.link.request(StopRecording(leg=leg))
    for path in paths.values():
        await alice.event(RecordingEnded, lambda e, path=path: e.path == str(path))

    def seconds(kind: RecordingKind, hertz: int, channel: int = 0) -> float:
        rate, samples = read_wav(paths[kind])
        return seconds_of(samples[:, channel], rate, hertz)

    for kind, channel, company, user in (
        (RecordingKind.COMPANY, 0, 1.0, 0.0),
        (RecordingKind.USER, 0, 0.0, 1.0),
        (RecordingKind.MIXED, 0, 1.0, 1.0),
        (RecordingKind.STEREO, 0, 1.0, 0.0),
        (RecordingKind.STEREO, 1, 0.0, 1.0),
    ):
        assert seconds(kind, 1500, channel) == pytest.approx(company, abs=0.1)
        assert seconds(kind, 500, channel) == pytest.approx(user, abs=0.1)
    assert all(path.stat().st_mode & 0o077 == 0 for path in paths.values())


async def test_impossible_recordings(facing: Pair, tmp_path: Path) -> None:
    """A file that exists, or whose folder does not, is refused and nothing is overwritten."""
    alice, bob = facing
    leg, _ = await connect(alice, bob)
    there = tmp_path / "there.wav"
    there.write_text("mine")
    for path in (there, tmp_path / "no" / "folder.wav"):
        with pytest.raises(EngineRefused) as refused:
            await alice.link.request(Record(leg=leg, path=str(path), kind=RecordingKind.COMPANY))
        assert refused.value.error is ErrorKind.FILE_ERROR
    assert there.read_text() == "mine"


async def test_statistics(facing: Pair) -> None:
    """RTP flows at 50 packets a second although nobody says a word."""
    alice, bob = facing
    leg, _ = await connect(alice, bob)
    before = await alice.link.request(GetStatistics(leg=leg))
    begin = asyncio.get_running_loop().time()
    await alice.link.request(PlayTone(leg=leg, playback=1, tone=Tone.RINGBACK))
    await played(alice, leg, 1)
    after = await alice.link.request(GetStatistics(leg=leg))
    seconds = asyncio.get_running_loop().time() - begin
    assert (after.codec, after.clock_rate, after.encrypted) == ("PCMA", 8000, False)
    assert after.remote.startswith("127.0.0.1:")
    for sent in (after.tx_packets - before.tx_packets, after.rx_packets - before.rx_packets):
        assert sent / seconds == pytest.approx(50, rel=0.1)
    assert after.rx_lost == 0
