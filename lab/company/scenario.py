"""A scenario file: one company, how its phone behaves and who answers ours."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import voluptuous as vol
import yaml

from ..parties.manners import manners
from ..parties.plan import PhonePlan, plan_schema
from ..trunk.relay import Network
from ..voices import VOICES, Voice
from .schema import Schema, make
from .steps import Agent, CallBack, Collect, Go, Hold, Keypad, Menu, Say, Step, Transfer

#: Vocal tract of agents in languages that have but one synthesiser; the prints know less of a change as the same speaker.
_AGENT_TRACT = 0.85
SCENARIOS = Path(__file__).parent.parent / "scenarios"


class ScenarioError(ValueError):
    """The file is no scenario; the text names the file, the field and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Everything the simulated world needs to know for one company."""

    name: str
    scenes: dict[str, tuple[Step, ...]]
    description: str = ""
    #: Language of its speech, ISO 639-1; voices and manners follow it where the file leaves them open.
    language: str = "en"
    #: Numbers that reach it.
    numbers: tuple[str, ...] = ("+18005550100",)
    #: Seconds it rings before the first scene begins with an answer.
    answer_after: float = 1.0
    prompt_voice: Voice = field(default_factory=lambda: Voice(name="en-us", speed=160))
    #: Recordings and people need different speakers: by the prints, two of one synthesiser who say the same are one.
    agent_voice: Voice = field(default_factory=lambda: Voice(name="flite/rms", speed=150))
    #: Codecs in order of preference; empty takes the usual ones.
    codecs: tuple[str, ...] = ()
    network: Network = field(default_factory=Network)
    #: Extension -> how that phone behaves.
    phones: dict[str, PhonePlan] = field(default_factory=lambda: {"200": PhonePlan()})
    start: str = "start"
    #: Where it was read from.
    file: Path = Path()
    #: What a caller wants here, for demo and benchmarks.
    intent: str = ""
    #: Keys that lead to a person on the shortest way, for benchmarks.
    shortest: str = ""
    #: What the caller knows and the company may ask for, by placeholder name.
    secrets: dict[str, str] = field(default_factory=dict)
    #: What the caller does about an offer to be called back: never, always or long_wait.
    call_back: str = "never"
    #: Minutes from which a wait is long.
    call_back_minutes: int = 20
    #: How the company takes keys.
    keypad: Keypad = field(default_factory=Keypad)
    #: How the call ends when nobody is to be reached (`Outcome`), for benchmarks.
    outcome: str = ""
    #: Scenes in which a caller who knows their interests never ends up.
    forbidden: tuple[str, ...] = ()
    #: Steps of a call flow that the caller has stored.
    flow: tuple[dict[str, Any], ...] = ()
    #: What goes wrong here, in the words of the issue; several scenarios may share one.
    trap: str = ""


def _seconds_or_ms(value: Any) -> float:
    return float(vol.Schema(vol.All(vol.Coerce(float), vol.Range(min=0, max=5)))(value))


def load(source: str | Path) -> Scenario:
    """Read a scenario by file, or by the name of one that comes with the lab; raises ScenarioError."""
    file = Path(source)
    if not file.suffix and len(file.parts) == 1:
        file = SCENARIOS / f"{source}.yaml"
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        known = ", ".join(sorted(f.stem for f in SCENARIOS.glob("*.yaml")))
        raise ScenarioError(f"there is no scenario {str(source)!r}; the lab has {known}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{file} cannot be read as text: {error}") from error
    return parse(text, file)


def parse(text: str, file: Path) -> Scenario:
    """Make a scenario of YAML text; `file` is named in errors, its folder holds the WAV files."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ScenarioError(f"{file} is not YAML: {error}") from error
    if not isinstance(document, dict):
        raise ScenarioError(
            f"{file} is not a scenario: it should be a mapping with name and scenes"
        )
    try:
        scenario: Scenario = _schema(file.parent)(_in_its_language(document))
    except vol.MultipleInvalid as error:
        problems = "; ".join(f"{_path(e.path)}: {e.error_message}" for e in error.errors)
        raise ScenarioError(f"{file}: {problems}") from error
    _check_scenes(scenario, file)
    return replace(scenario, file=file)


def _in_its_language(document: dict[str, Any]) -> dict[str, Any]:
    """Voices and phones of the language where the file names none."""
    language = document.get("language", "en")
    if language == "en" or language not in VOICES:
        return document
    voice, talk = VOICES[language], manners(language)
    phone = {
        "hello": talk.hello,
        "says": list(talk.says),
        "greeting": talk.voicemail,
        "voice": {"name": f"{voice}+f2", "speed": 155, "pitch": 55},
    }
    phones = document.get("phones") or {"200": {}}
    return {
        "prompt_voice": {"name": voice, "speed": 155},
        "agent_voice": {"name": f"{voice}+m3", "speed": 150, "pitch": 42, "tract": _AGENT_TRACT},
        **document,
        "phones": {key: phone | (plan or {}) for key, plan in phones.items()},
    }


def _schema(folder: Path) -> Any:
    schema = Schema(folder)
    numbers = vol.All(
        [vol.All(vol.Coerce(str), vol.Match(r"^\+?[\d*#]+$", "not a phone number"))], tuple
    )
    network = make(
        Network,
        {
            "loss": vol.All(vol.Coerce(float), vol.Range(min=0, max=1)),
            "jitter": _seconds_or_ms,
            "delay": _seconds_or_ms,
            "dies_after": vol.All(vol.Coerce(float), vol.Range(min=0, max=3600)),
        },
    )
    return make(
        Scenario,
        {
            vol.Required("name"): str,
            vol.Required("scenes"): vol.All(
                vol.Schema({str: vol.All([schema.step], vol.Length(min=1), vol.Coerce(tuple))}),
                vol.Length(min=1),
            ),
            "description": str,
            "language": str,
            "numbers": numbers,
            "answer_after": vol.All(vol.Coerce(float), vol.Range(min=0, max=600)),
            "prompt_voice": schema.voice,
            "agent_voice": schema.voice,
            "codecs": vol.All([str], vol.Coerce(tuple)),
            "network": network,
            "phones": vol.Schema({vol.Coerce(str): plan_schema(schema.voice)}),
            "start": str,
            "intent": str,
            "shortest": vol.Coerce(str),
            "secrets": vol.Schema({str: vol.Coerce(str)}),
            "call_back": vol.In(["never", "always", "long_wait"]),
            "call_back_minutes": vol.All(int, vol.Range(min=1, max=240)),
            "keypad": make(
                Keypad,
                {
                    "methods": vol.All(
                        [vol.In(["rfc4733", "info", "inband"])],
                        vol.Length(min=1),
                        vol.Coerce(tuple),
                    ),
                    "gap": _seconds_or_ms,
                    "lose": vol.All(int, vol.Range(min=0, max=20)),
                },
            ),
            "outcome": str,
            "forbidden": vol.All([str], vol.Coerce(tuple)),
            "flow": vol.All([dict], vol.Coerce(tuple)),
            "trap": str,
        },
    )


def _path(path: list[Any]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.lstrip(".") or "the file"


def walk(steps: tuple[Step, ...]) -> Iterator[Step]:
    """All steps, those inside a hold loop too."""
    for step in steps:
        yield step
        if isinstance(step, Hold):
            yield from walk(step.loop)


def calls_back(scenario: Scenario) -> bool:
    """Whether the company calls its caller back somewhere in the scenario."""
    return any(isinstance(s, CallBack) for steps in scenario.scenes.values() for s in walk(steps))


def _targets(step: Step) -> Iterator[tuple[str, str]]:
    """Scenes a step leads to, each with the field that says so."""
    match step:
        case Menu():
            yield from ((f"keys.{key}", scene) for key, scene in step.keys.items())
            yield from ((f"words.{word}", scene) for word, scene in step.words.items())
            yield from (("on_timeout", step.on_timeout), ("on_wrong", step.on_wrong))
        case Collect():
            yield "on_wrong", step.on_wrong
        case Hold():
            yield from ((f"keys.{key}", scene) for key, scene in step.keys.items())
        case Transfer():
            yield "to", step.to
        case CallBack() | Go():
            yield "scene", step.scene


def _check_scenes(scenario: Scenario, file: Path) -> None:
    if scenario.start not in scenario.scenes:
        raise ScenarioError(f"{file}: start: there is no scene {scenario.start!r}")
    for name in scenario.forbidden:
        if name not in scenario.scenes:
            raise ScenarioError(f"{file}: forbidden: there is no scene {name!r}")
    for name, steps in scenario.scenes.items():
        for index, step in enumerate(steps):
            for inner in walk((step,)):
                for field_name, scene in _targets(inner):
                    if scene and scene not in scenario.scenes:
                        kind = type(inner).__name__.lower()
                        raise ScenarioError(
                            f"{file}: scenes.{name}[{index}].{kind}.{field_name}: there is no scene {scene!r}"
                        )


def texts(scenario: Scenario) -> list[tuple[str, Voice]]:
    """Everything the company says, each with its voice; placeholders filled with every value they get."""
    found: dict[tuple[str, Voice], None] = {}
    for steps in scenario.scenes.values():
        for step in walk(steps):
            for text, voice in _spoken(step, scenario):
                found[(text, voice)] = None
    return list(found)


def _spoken(thing: Any, scenario: Scenario) -> Iterator[tuple[str, Voice]]:
    if isinstance(thing, Agent):
        voice = thing.voice or scenario.agent_voice
        yield from (
            (text, voice)
            for text in (
                thing.greeting,
                *(thing.replies or manners(scenario.language).replies),
                manners(scenario.language).ask if thing.ask is None else thing.ask,
                thing.goodbye,
            )
            if text
        )
    elif isinstance(thing, Hold):
        for step in walk(thing.loop):
            if isinstance(step, Say):
                voice = step.voice or scenario.prompt_voice
                for position in thing.positions or (1,):
                    for wait in thing.waits or (1,):
                        yield fill(step.text, position, wait), voice
    elif isinstance(thing, Say):
        if "{" not in thing.text:
            yield thing.text, thing.voice or scenario.prompt_voice
    elif is_dataclass(thing):
        for item in fields(thing):
            yield from _spoken(getattr(thing, item.name), scenario)


def fill(text: str, position: int, wait: int) -> str:
    """Put queue position and waiting time into an announcement."""
    return text.replace("{position}", str(position)).replace("{wait}", str(wait))
