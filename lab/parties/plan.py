"""How a simulated phone behaves when it rings."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import voluptuous as vol

from ..voices import Voice


class Reaction(StrEnum):
    """What happens when the phone rings."""

    ANSWER = "answer"
    DECLINE = "decline"  # 603
    BUSY = "busy"  # 486
    IGNORE = "ignore"  # rings until the caller gives up
    VOICEMAIL = "voicemail"  # a greeting, a beep, then it records
    SCREEN = "screen"  # a machine asks who is calling before the person comes


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePlan:
    """One phone of the user's and the person who holds it."""

    reaction: Reaction = Reaction.ANSWER
    #: Seconds of ringing before the reaction.
    after: float = 1.5
    #: First word on picking up.
    hello: str = "Hello?"
    #: Keys pressed after the prompt was heard; empty presses none.
    press: str = "1"
    #: rfc4733, info or inband.
    method: str = "rfc4733"
    #: Seconds between the end of the prompt and the key.
    press_after: float = 0.4
    #: Said in turn once connected, whenever the other side has spoken; starts again at the end.
    says: tuple[str, ...] = (
        "Hi, this is Anna Smith. I have a question about my policy.",
        "Yes, the number is four four seven one.",
        "That is great, thank you very much.",
    )
    voice: Voice = field(default_factory=lambda: Voice(name="en-us+f2", speed=155, pitch=55))
    #: What voicemail or call screening says.
    greeting: str = (
        "You have reached the voicemail of Anna Smith. Please leave a message after the tone."
    )
    #: Hang up after so many sentences; 0 stays.
    turns: int = 0
    #: Room noise in dBFS, None for none.
    room: float | None = -58.0


def plan_schema(voice: Any) -> Any:
    """Checks the fields of a phone in a scenario file and makes a plan."""
    seconds = vol.All(vol.Coerce(float), vol.Range(min=0, max=600))
    return vol.All(
        vol.Schema(
            {
                "reaction": vol.All(vol.In([r.value for r in Reaction]), Reaction),
                "after": seconds,
                "hello": str,
                "press": vol.All(vol.Coerce(str), vol.Match(r"^[0-9*#A-D]*$", "not keys")),
                "method": vol.In(["rfc4733", "info", "inband"]),
                "press_after": seconds,
                "says": vol.All([str], vol.Coerce(tuple)),
                "voice": voice,
                "greeting": str,
                "turns": vol.All(int, vol.Range(min=0)),
                "room": vol.Any(None, vol.Coerce(float)),
            }
        ),
        lambda fields: PhonePlan(**fields),
    )
