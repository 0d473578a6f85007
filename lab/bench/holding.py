"""Measures what waiting costs: the speech-to-text that hours on hold use, and what is made of the news in them.

The queues are those of the lab's companies, their music stretched as in real ones, through the lab's telephone lines; ears and navigator
are the project's own, not in real time. Speech-to-text is played by the truth; what it is given is counted as `speech/listen.py` gives it.
"""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
import time
from typing import Any, override

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from ..channel import carry, draw_line, to_int16
from ..company.scenario import SCENARIOS, Scenario, fill, load, walk
from ..company.steps import Hold, Music, Say, Silence
from ..holdcalls.cache import MadeCall
from ..holdcalls.maker import HoldCall
from ..holdcalls.truth import Kind, Segment, Truth
from ..sounds import RATE as WIDE, music
from ..voices import speak
from .events import Level
from .worded import Caller

RATE = 8000
#: Music and silence between announcements last so many times what the scenario says: its calls are short.
_STRETCH = 5.0
#: Audio given from before the first word and after the last (`engine/speech.py`), s.
_AROUND = 0.25
#: What was read up to a pause is not given again when it is this long, and an utterance that ends this soon
#: after one not at all (`speech/utterance.py`), s.
_SETTLED, _QUIET = 3.0, 0.5


@dataclass(slots=True)
class Waiting(Caller):
    """A caller on hold who counts what speech-to-text is given."""

    #: Begin of each stretch that was read, s, and how much was given for it, s.
    given: list[tuple[float, float]] = field(default_factory=list)
    #: Utterance -> until where its text is settled, and until where it was last read, s.
    _settled: dict[int, float] = field(default_factory=dict)
    _last: dict[int, float] = field(default_factory=dict)

    @override
    def _read(self, utterance: int, since: float, until: float, *, final: bool) -> None:
        super()._read(utterance, since, until, final=final)
        begin = self._settled.get(utterance, since - _AROUND)
        if not (final and until - self._last.get(utterance, float("-inf")) <= _QUIET):
            self.given.append((since, until - begin + (_AROUND if final else 0.0)))
        self._last[utterance] = until
        if not final and until - begin >= _SETTLED:
            self._settled[utterance] = until

    @override
    def _tell(self, moment: Any) -> None:
        before = len(self._mind.journal)
        super()._tell(moment)
        assert len(self._mind.journal) == before, "nothing is pressed or said while waiting"

    def read_after(self, time: float) -> float:
        """Seconds given from a time on."""
        return sum(seconds for since, seconds in self.given if since >= time)


async def wait_of(scenario: Scenario, hold: Hold, hours: float, seed: int) -> MadeCall:
    """Render a company's queue for so many hours, through a line."""
    end = int(hours * 3600 * RATE)
    dry = np.zeros(end, np.float32)
    segments: list[Segment] = []
    places: dict[int, int] = {}
    played: set[str] = set()
    said = 0
    length = RATE * 2
    per_round = sum(isinstance(s, Say) and "{" in s.text for s in hold.loop)
    seconds = sum(_STRETCH * s.seconds for s in hold.loop if isinstance(s, Music | Silence))
    rounds = max(1, int(hours * 3600 / max(seconds + 3 * len(hold.loop), 1)) * per_round)
    while length < end:
        for step in hold.loop:
            match step:
                case Music():
                    tune, at = _tune(step.tune), places.get(step.tune, 0)
                    count = int(_STRETCH * step.seconds * RATE)
                    part: NDArray[np.float32] = np.take(
                        tune, np.arange(at, at + count), mode="wrap"
                    )
                    places[step.tune] = at + count
                    kind, text = Kind.MUSIC, ""
                case Silence():
                    part, kind, text = (
                        np.zeros(int(_STRETCH * step.seconds * RATE), np.float32),
                        Kind.SILENCE,
                        "",
                    )
                case Say():
                    # the queue moves up one place in every few rounds
                    place = max(1, 30 - 30 * said // rounds)
                    said += "{" in step.text
                    text = fill(step.text, place, 2 * place)
                    wide = await speak(text, step.voice or scenario.prompt_voice)
                    part = np.asarray(resample_poly(wide, RATE, WIDE), np.float32)
                    kind = Kind.ANNOUNCEMENT
                case _:
                    continue
            part = np.asarray(part[: max(0, end - length)], np.float32)
            dry[length : length + len(part)] += part
            begin, length = length / RATE, length + len(part)
            words = ((begin, length / RATE, text),) if text else ()
            segments.append(
                Segment(
                    start=begin,
                    end=length / RATE,
                    kind=kind,
                    first=text not in played,
                    words=words,
                )
            )
            played.add(text)
    rng = np.random.default_rng([seed, 40])
    carried, moved = carry(dry, draw_line(rng, hard=0.5), rng)
    truth = Truth(
        seed=seed,
        seconds=len(carried) / RATE,
        segments=tuple(segment.moved(moved) for segment in segments),
        hold=1.0,
        language=scenario.language,
    )
    return MadeCall(samples=to_int16(carried), truth=truth, _make=_nobody)


def _nobody() -> HoldCall:
    raise AssertionError("nobody is there who could be asked")


def _tune(number: int) -> NDArray[np.float32]:
    return np.asarray(resample_poly(music(number), RATE, WIDE), np.float32)


def queue_of(scenario: Scenario) -> Hold | None:
    """The queue of a company with announcements, if it has one."""
    holds = [s for steps in scenario.scenes.values() for s in walk(steps) if isinstance(s, Hold)]
    return next((h for h in holds if any(isinstance(s, Say) for s in h.loop)), None)


def measure(name: str, hours: float, seed: int) -> tuple[MadeCall, Waiting]:
    """Wait in one company's queue."""
    scenario = load(name)
    hold = queue_of(scenario)
    if hold is None:
        raise SystemExit(f"bench holding: {name} has no queue with announcements")
    wait = asyncio.run(wait_of(scenario, hold, hours, seed))
    caller = Waiting(wait, ask=False)
    caller.listen()
    return wait, caller


def main(argv: Sequence[str]) -> int:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench holding", description=__doc__)
    parser.add_argument("scenario", nargs="*", help="names; those with a queue by default")
    parser.add_argument("--hours", type=float, default=3.0, help="length of each wait")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(argv)
    names = given.scenario or [
        file.stem for file in sorted(SCENARIOS.glob("*.yaml")) if queue_of(load(file.stem))
    ]
    print(
        f"{'queue':22} spoken s  texts  given s  after 30 min, per hour  suspected  detected  took s"
    )
    total = spoken_s = late = 0.0
    for number, name in enumerate(names):
        began = time.monotonic()
        wait, caller = measure(name, given.hours, given.seed + number)
        spoken = sum(s.end - s.start for s in wait.truth.segments if s.words)
        used = sum(seconds for _, seconds in caller.given)
        steady = caller.read_after(1800.0) / max(given.hours - 0.5, 1e-9)
        levels = [change.level for change in caller.heard.changes]
        print(
            f"{name:22} {spoken:8.0f} {len({s.words[0][2] for s in wait.truth.segments if s.words}):6} "
            f"{used:8.0f} {steady:23.0f} {levels.count(Level.SUSPECTED):10} "
            f"{levels.count(Level.DETECTED):9} {time.monotonic() - began:7.0f}",
            flush=True,
        )
        total, spoken_s, late = total + used, spoken_s + spoken, late + steady
    hours = given.hours * len(names)
    print(
        f"{len(names)} waits, {hours:g} h: {spoken_s / hours:.0f} s of speech in an hour, of which speech-to-text was given "
        f"{total / hours:.0f} s ({late / len(names):.0f} s in an hour after the first half hour)"
    )
    return 0
