"""Speaking into a leg so that the log holds the truth, and the other parties can prove they heard it."""

import asyncio
from dataclasses import dataclass

from ..sounds import Samples
from ..voices import Voice, first_sound, speak
from .leg import Leg
from .matching import HEARD, best_match

#: Seconds after the last word in which an utterance must have arrived at the far end.
_TRAVEL = 1.5


@dataclass(slots=True, eq=False)
class Exchange:
    """All legs of a lab process: what is said in one is looked for in the others."""

    legs: dict[int, Leg]

    def said(self, leg: Leg, speaker: str, text: str, samples: Samples) -> None:
        """An utterance is over: look for it in every other leg once it has had time to arrive."""
        asyncio.get_running_loop().call_later(_TRAVEL, self._look_for, leg, speaker, text, samples)

    def _look_for(self, leg: Leg, speaker: str, text: str, samples: Samples) -> None:
        for other in list(self.legs.values()):
            if other is leg or not other.answered.is_set():
                continue
            seconds = len(samples) / 16000 + _TRAVEL + 0.5
            score, _ = best_match(samples, other.ear.last(seconds))
            if score >= HEARD:
                other.report(
                    "heard",
                    call=other.number,
                    speaker=speaker,
                    text=text,
                    score=round(score, 2),
                    said_in=leg.number,
                )


async def say(
    leg: Leg, exchange: Exchange, text: str, voice: Voice, speaker: str, **details: object
) -> None:
    """Speak a text into the leg; logs speech_started (the first word) and speech_ended with exact times."""
    samples = await speak(text, voice)
    details = {
        "call": leg.number,
        "speaker": speaker,
        "text": text,
        "voice": {
            "name": voice.name,
            "speed": voice.speed,
            "pitch": voice.pitch,
            "tract": voice.tract,
        },
        **details,
    }
    completed = False

    def started(at: float) -> None:
        leg.report("speech_started", at=at, **details)

    def ended(at: float) -> None:
        nonlocal completed
        completed = True
        leg.report("speech_ended", at=at, completed=True, **details)
        exchange.said(leg, speaker, text, samples)

    try:
        await leg.player.play(samples, [(first_sound(samples), started), (len(samples), ended)])
    finally:
        if not completed:
            leg.report("speech_ended", completed=False, **details)
