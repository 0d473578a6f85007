"""Steps as the detectors would give them, for tests of what comes after."""

from collections.abc import Iterator

import numpy as np

from custom_components.hold_slayer.hearing.frames import BANDS, STEP_SECONDS
from custom_components.hold_slayer.hearing.liveness import Step

#: voice, music, singing, live, level of each kind of sound.
KINDS = {
    "quiet": (0.02, 0.02, 0.02, 0.5, -70.0),
    "noise": (0.02, 0.02, 0.02, 0.97, -45.0),
    "music": (0.02, 0.98, 0.05, 0.5, -20.0),
    "song": (0.05, 0.98, 0.95, 0.5, -20.0),
    "person": (0.98, 0.02, 0.05, 0.85, -20.0),
    "office": (0.05, 0.03, 0.02, 0.98, -24.0),
    "notes": (0.62, 0.05, 0.02, 0.6, -20.0),
    "solo": (0.95, 0.05, 0.02, 0.9, -20.0),
    "recording": (0.98, 0.02, 0.05, 0.3, -20.0),
    "over": (0.95, 0.95, 0.3, 0.3, -20.0),
    "tone": (0.0, 0.0, 0.02, 0.5, -20.0),
}
#: Share of held notes in those that have any.
HELD = {"solo": 0.5, "person": 0.08}


class Clock:
    """Makes steps one after another."""

    def __init__(self) -> None:
        """Start at zero."""
        self.now = 0.0

    def play(self, kind: str, seconds: float) -> Iterator[Step]:
        """Yield the steps of `seconds` of a kind of sound."""
        voice, music, singing, live, level = KINDS[kind]
        for _ in range(round(seconds / STEP_SECONDS)):
            self.now = round(self.now + STEP_SECONDS, 3)
            yield Step(
                time=self.now,
                voice=voice,
                music=music,
                singing=singing,
                live=live,
                level=level,
                held=HELD.get(kind, 0.0),
                mel=np.full(BANDS, level, np.float32),
                tone=kind == "tone",
            )
