"""Requests about a leg's audio: playing, ears, recording."""

from collections.abc import Callable
from typing import Any

from ..telephony import messages as m
from ..telephony.messages import ErrorKind
from .ears import Ears
from .leg import Leg
from .refusal import RefusalError


def carry_out_audio(request: m.Request[Any], leg_of: Callable[[str], Leg]) -> None:
    """Carry out one request; raises `RefusalError`. `leg_of` finds a leg by its name."""
    match request:
        case m.Play():
            leg_of(request.leg).player.play(
                request.playback, request.rate, request.payload, last=request.last
            )
        case m.PlayTone():
            leg_of(request.leg).player.play_tone(request.playback, request.tone, request.times)
        case m.StopPlaying():
            leg_of(request.leg).player.stop()
        case m.SetPhase():
            ears_of(leg_of(request.leg)).set_phase(request.phase)
        case m.SetPrintBook():
            ears_of(leg_of(request.leg)).set_book(request.payload)
        case m.StreamSpeech():
            ears_of(leg_of(request.leg)).stream(request.rate if request.active else 0)
        case m.Record():
            leg_of(request.leg).recordings.start(request)
        case m.StopRecording():
            leg_of(request.leg).recordings.stop(request.path)
        case _:
            text = f"{request.wire_type()} is not for the engine"
            raise RefusalError(ErrorKind.UNKNOWN_MESSAGE, text)


def ears_of(leg: Leg) -> Ears:
    """Return a leg's ears; raises `RefusalError`."""
    if leg.ears is None:
        raise RefusalError(ErrorKind.WRONG_STATE, f"nobody listens to leg {leg.name!r}")
    return leg.ears
