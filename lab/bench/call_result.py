"""How one whole call went, read off what Home Assistant and the simulated world told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..company.scenario import Scenario, walk
from ..company.steps import Agent, Collect
from ..demo.timeline import Timeline
from ..process import LogEvent
from ..voices import Voice, speak

#: States whose delay after the agent's first word is told.
STAGES = ("person_suspected", "ringing_you", "person_detected", "connected")
#: What a company logs when a menu is over.
_ANSWERS = ("chosen", "wrong_choice", "menu_timeout")


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuTurn:
    """One prompt with options, and what became of it; times in s from the prompt's first word."""

    #: chosen, wrong_choice or menu_timeout.
    result: str
    key: str = ""
    #: Whether the key belongs to the shortest way.
    right: bool = False
    #: When the key came, and when its option had been said (from its place in the text).
    pressed: float | None = None
    said: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one call went; times in s."""

    scenario: str
    language: str
    #: Whether there is anybody to be reached.
    reachable: bool
    #: Both people heard each other.
    bridged: bool
    outcome: str
    #: How the call was to end when nobody is to be reached.
    expected: str
    #: Keys taken by menus, and those of the shortest way.
    keys: str
    shortest: str
    #: The flow was stored before, or learned from a call before.
    known_flow: bool
    menus: tuple[MenuTurn, ...] = ()
    #: Keys of no use: not on the shortest way.
    wrong_keys: int = 0
    hold_s: float = 0.0
    #: What was read by speech-to-text while on hold, with the Unix time of each text.
    read_on_hold: tuple[tuple[float, str], ...] = ()
    #: From the agent's first word to each state.
    delays: dict[str, float] = field(default_factory=dict)
    #: Times a person was suspected or detected while none had spoken.
    suspected_early: int = 0
    detected_early: int = 0
    #: What must never happen, in words.
    breaches: tuple[str, ...] = ()
    trap: str = ""

    @property
    def right(self) -> bool:
        """Whether the call ended as it should."""
        return self.bridged if self.reachable else self.outcome == self.expected

    @property
    def misread(self) -> int:
        """Menus that were answered wrongly or not in time."""
        return sum(not turn.right for turn in self.menus)


def result_of(kept: Mapping[str, Any]) -> Result:
    """Make a result again of what was kept of it as JSON."""
    return Result(
        **{
            **kept,
            "menus": tuple(MenuTurn(**each) for each in kept["menus"]),
            "read_on_hold": tuple((at, text) for at, text in kept["read_on_hold"]),
            "breaches": tuple(kept["breaches"]),
        }
    )


def has_agent(scenario: Scenario) -> bool:
    """Tell whether a person can be reached in a scenario."""
    return any(isinstance(s, Agent) for steps in scenario.scenes.values() for s in walk(steps))


async def read_result(
    name: str,
    scenario: Scenario,
    timeline: Timeline,
    events: Sequence[LogEvent],
    *,
    bridged: bool,
    known_flow: bool,
    transcript: Sequence[Mapping[str, str]] = (),
    breaches: Sequence[str] = (),
) -> Result:
    """Read a result off a timeline and the events of the world."""
    moments = timeline.moments
    first = min(
        (m.time for m in moments if m.event == "speech" and m.details.get("speaker") == "agent"),
        default=float("inf"),
    )
    outcomes = [m.details["outcome"] for m in moments if m.event == "outcome"]
    menus = await _menus(scenario, events)
    pressed = "".join(turn.key for turn in menus)
    holds = _holds(events)

    def early(stage: str) -> int:
        return sum(m.event == stage and m.time < first for m in moments)

    return Result(
        scenario=name,
        language=scenario.language,
        reachable=has_agent(scenario),
        bridged=bridged,
        outcome=outcomes[-1] if outcomes else "none",
        expected=scenario.outcome,
        keys=pressed,
        shortest=scenario.shortest,
        known_flow=known_flow,
        menus=tuple(menus),
        wrong_keys=sum(bool(turn.key) and not turn.right for turn in menus),
        hold_s=sum(end - start for start, end in holds),
        read_on_hold=tuple(
            (at, words["text"])
            for words in transcript
            if words["speaker"] == "company"
            and any(
                start <= (at := datetime.fromisoformat(words["time"]).timestamp()) <= end
                for start, end in holds
            )
        ),
        delays=_delays(timeline, first),
        suspected_early=early("person_suspected"),
        detected_early=early("person_detected"),
        breaches=(*breaches, *_breaches(scenario, events)),
        trap=scenario.trap,
    )


def _delays(timeline: Timeline, first: float) -> dict[str, float]:
    delays = {}
    for stage in STAGES:
        after = [m.time - first for m in timeline.moments if m.event == stage and m.time >= first]
        if after:
            delays[stage] = round(min(after), 2)
    return delays


def _holds(events: Sequence[LogEvent]) -> list[tuple[float, float]]:
    """Stretches between hold and the end of it; a call that ends ends them."""
    found, began = [], None
    for event in events:
        if event.event == "hold_started":
            began = event.time
        elif event.event in ("hold_ended", "ended") and began is not None:
            found.append((began, event.time))
            began = None
    return found


async def _menus(scenario: Scenario, events: Sequence[LogEvent]) -> list[MenuTurn]:
    """Every menu with what was pressed in it; a menu whose key got lost on purpose does not count."""
    turns: list[MenuTurn] = []
    prompt: LogEvent | None = None
    lost = False
    open_keys = scenario.shortest
    for event in events:
        if event.event == "speech_started" and event.details.get("speaker") in (
            "prompt",
            "announcement",
        ):
            prompt = event
        elif event.event == "key_lost":
            lost = True
        elif event.event in _ANSWERS:
            key = str(event.details.get("key", ""))
            if event.details.get("method") == "voice":
                right, key = event.event == "chosen", ""
            else:
                right = event.event == "chosen" and open_keys.startswith(key)
                open_keys = open_keys[1:] if right else open_keys
            if not (event.event == "menu_timeout" and (lost or not scenario.shortest)):
                turns.append(
                    MenuTurn(
                        result=event.event,
                        key=key,
                        right=right or not scenario.shortest,
                        pressed=event.time - prompt.time if prompt and key else None,
                        said=await _said(prompt, key) if prompt and key else None,
                    )
                )
            lost = False
    return turns


async def _said(prompt: LogEvent, key: str) -> float | None:
    """When an option had been said, s after the prompt's first word; None when the text does not name its key."""
    text = str(prompt.details.get("text", ""))
    place = text.rfind(key)
    if place < 0:
        return None
    voice = Voice(**{**_MEDIUM, **_mapping(prompt.details.get("voice"))})
    samples = await speak(text, voice)
    return len(samples) / 16000 * (place + 1) / len(text)


_MEDIUM = {"name": "en-us", "speed": 160, "pitch": 50}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _breaches(scenario: Scenario, events: Sequence[LogEvent]) -> list[str]:
    """Keys, scenes and secrets that must not have been."""
    found = [
        f"ended up in {event.details['scene']}"
        for event in events
        if event.event == "chosen" and event.details["scene"] in scenario.forbidden
    ]
    keys = [event for event in events if event.source == "company" and event.event == "key"]
    found += ["a key into the agent's ear" for event in keys if event.details["stage"] == "agent"]
    for secret, value in scenario.secrets.items():
        # where it is asked for it may be typed again when it seems to have got lost
        unasked = "".join(
            str(event.details["key"])
            for event in keys
            if not _asks(scenario, event.details["stage"])
        )
        if value in unasked:
            found.append(f"{secret} was given where nobody had asked for it")
    return found


def _asks(scenario: Scenario, scene: str) -> bool:
    """Whether a scene asks for digits."""
    return any(isinstance(step, Collect) for step in walk(scenario.scenes.get(scene, ())))
