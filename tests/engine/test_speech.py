"""Utterances come out as audio for speech-to-text, whole and in time."""

import numpy as np
import pytest

from custom_components.hold_slayer.hearing.heard import (
    HeardEvent,
    Phase,
    UtteranceEnded,
    UtteranceStarted,
)
from custom_components.hold_slayer.telephony.messages import (
    HangUp,
    HeardOnLeg,
    LegState,
    Play,
    SetPhase,
    SpeechAudio,
    StreamSpeech,
)
from lab.voices import Voice, espeak

from .station import Station, connect

TEXT = "Welcome to the insurance. For claims, press one. For everything else, press two."


def heard_on(station: Station, leg: str) -> list[HeardEvent]:
    """Return what the ears of a leg reported."""
    return [event.heard for event in station.of(HeardOnLeg, leg)]


@pytest.mark.parametrize("rate", [8000, 16000])
async def test_speech_is_streamed(facing: tuple[Station, Station], rate: int) -> None:
    """What is spoken arrives between UtteranceStarted and the last piece, with its loudness."""
    alice, bob = facing
    leg, other = await connect(alice, bob, ears=True)
    await alice.link.request(SetPhase(leg=leg, phase=Phase.MENU))
    await alice.link.request(StreamSpeech(leg=leg, active=True, rate=rate))
    pcm, spoken_rate = await espeak(TEXT, Voice())
    await bob.link.request(Play(leg=other, playback=1, rate=spoken_rate, last=True, payload=pcm))
    last = await alice.event(SpeechAudio, lambda e: e.last)
    pieces = [event for event in alice.of(SpeechAudio, leg) if event.utterance == last.utterance]
    samples = np.frombuffer(b"".join(piece.payload for piece in pieces), "<i2").astype(float)
    seconds = len(samples) / rate
    (started,) = [
        event
        for event in heard_on(alice, leg)
        if isinstance(event, UtteranceStarted) and event.utterance == last.utterance
    ]
    (ended,) = [
        event
        for event in heard_on(alice, leg)
        if isinstance(event, UtteranceEnded) and event.utterance == last.utterance
    ]
    # the end is known only after a pause, which has been sent by then
    assert 0 <= seconds - (ended.until - started.since) <= 1.5
    assert seconds == pytest.approx(len(pcm) / 2 / spoken_rate, abs=1.5)
    loudness = np.sqrt(np.mean(samples**2))
    assert loudness > 300
    assert {piece.rate for piece in pieces} == {rate}
    assert not last.repeated


async def test_hang_up_ends_the_utterance(facing: tuple[Station, Station]) -> None:
    """An utterance cut by the end of the leg still gets its last piece."""
    alice, bob = facing
    leg, other = await connect(alice, bob, ears=True)
    await alice.link.request(StreamSpeech(leg=leg, active=True))
    pcm, rate = await espeak(TEXT * 3, Voice())
    await bob.link.request(Play(leg=other, playback=1, rate=rate, last=True, payload=pcm))
    await alice.event(SpeechAudio, lambda e: bool(e.payload))
    await alice.link.request(HangUp(leg=leg))
    await alice.leg_is(leg, LegState.DISCONNECTED)
    assert [event.last for event in alice.of(SpeechAudio, leg)][-1]
