"""What may stand in a scenario file: checks it and makes steps of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import voluptuous as vol

from ..sounds import KEYS, TONE_NAMES
from ..voices import Voice
from . import steps

#: SIP statuses by name, as people write them.
STATUSES = {
    "busy": 486,
    "declined": 603,
    "not_found": 404,
    "unavailable": 480,
    "forbidden": 403,
    "not_acceptable": 488,
    "server_error": 500,
    "service_unavailable": 503,
    "gone": 410,
}

_seconds = vol.All(vol.Coerce(float), vol.Range(min=0, max=3600))
_text = vol.All(str, vol.Length(min=1))
_key = vol.All(vol.Coerce(str), vol.In(list(KEYS)))
_attempts = vol.All(int, vol.Range(min=1, max=20))


def make[T](kind: Callable[..., T], schema: dict[Any, Any]) -> Any:
    """Check a mapping and make an object of it; keys are the object's fields."""
    return vol.All(vol.Schema(schema), lambda fields: kind(**fields))


def _either(short: Any, long: Any, wrap: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A plain value in the short form, or a mapping with everything."""
    long, short = vol.Schema(long), vol.Schema(short)
    return lambda value: long(value) if isinstance(value, dict) else wrap(short(value))


def _fields(**fields: Any) -> Any:
    """A step whose fields all are in a mapping."""
    kind = fields.pop("kind")
    return make(
        kind,
        {
            vol.Required(k[1:]) if k.startswith("_") else vol.Optional(k): v
            for k, v in fields.items()
        },
    )


class Schema:
    """The checks of one file: relative paths start in its folder."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where the scenario file lies."""
        self._folder = folder
        voice = _either(
            _text,
            make(
                Voice,
                {
                    vol.Required("name"): _text,
                    "speed": vol.All(int, vol.Range(min=80, max=450)),
                    "pitch": vol.All(int, vol.Range(min=0, max=99)),
                    "level": vol.All(vol.Coerce(float), vol.Range(min=-40, max=0)),
                    "tract": vol.All(vol.Coerce(float), vol.Range(min=0.7, max=1.4)),
                },
            ),
            lambda name: Voice(name=name),
        )
        self.voice = voice
        said: dict[Any, Any] = {
            vol.Required("text"): _text,
            vol.Optional("voice"): voice,
            vol.Optional("over_music"): bool,
        }
        say = _either(_text, make(steps.Say, said), lambda text: steps.Say(text=text))
        play = _either(
            self._sound_file,
            _fields(kind=steps.Play, _file=self._sound_file, seconds=_seconds, over_music=bool),
            lambda file: steps.Play(file=file),
        )
        prompt = self._prompt(say, play)
        keys = vol.Schema({_key: _text})
        self._steps: dict[str, Callable[[Any], Any]] = {
            "say": say,
            "play": play,
            "music": _either(
                _seconds,
                _fields(kind=steps.Music, _seconds=_seconds, tune=int, file=self._sound_file),
                lambda seconds: steps.Music(seconds=seconds),
            ),
            "silence": lambda value: steps.Silence(seconds=vol.Schema(_seconds)(value)),
            "tone": make(
                steps.Tone,
                {vol.Required("kind"): vol.In(TONE_NAMES), vol.Required("seconds"): _seconds},
            ),
            "touch_tones": lambda value: steps.TouchTones(
                keys=vol.Schema(vol.All(vol.Coerce(str), vol.Match(r"^[0-9*#A-D]+$", "not keys")))(
                    value
                )
            ),
            "early_media": _nothing(steps.EarlyMedia),
            "answer": _nothing(steps.Answer),
            "ring": lambda value: steps.Ring(seconds=vol.Schema(_seconds)(value)),
            "menu": _fields(
                kind=steps.Menu,
                _prompt=prompt,
                keys=keys,
                words=vol.Schema({_text: _text}),
                barge_in=bool,
                timeout=_seconds,
                attempts=_attempts,
                wrong=prompt,
                on_timeout=_text,
                on_wrong=_text,
            ),
            "collect": _fields(
                kind=steps.Collect,
                _prompt=prompt,
                digits=vol.All(int, vol.Range(min=0, max=40)),
                expect=vol.All(vol.Coerce(str), vol.Match(r"^\d*$", "only digits")),
                timeout=_seconds,
                attempts=_attempts,
                wrong=prompt,
                on_wrong=_text,
                read_back=bool,
                spoken=bool,
            ),
            "hold": _fields(
                kind=steps.Hold,
                _loop=vol.All([self.step], vol.Length(min=1), vol.Coerce(tuple)),
                _seconds=_seconds,
                positions=vol.All([int], vol.Coerce(tuple)),
                waits=vol.All([int], vol.Coerce(tuple)),
                keys=keys,
                finish=bool,
            ),
            "agent": _fields(
                kind=steps.Agent,
                _greeting=_text,
                replies=vol.All([_text], vol.Coerce(tuple)),
                voice=voice,
                room=vol.Any(None, vol.All(vol.Coerce(float), vol.Range(min=-90, max=-20))),
                breath=_seconds,
                think=_seconds,
                patience=_seconds,
                ask=str,
                turns=vol.All(int, vol.Range(min=0)),
                goodbye=str,
            ),
            "transfer": _fields(kind=steps.Transfer, _to=_text, say=say, ring=_seconds),
            "call_back": _fields(
                kind=steps.CallBack, _after=_seconds, _scene=_text, say=say, number=_text
            ),
            "hang_up": _nothing(steps.HangUp),
            "reject": lambda value: steps.Reject(status=vol.Schema(_status)(value)),
            "go": lambda value: steps.Go(scene=vol.Schema(_text)(value)),
        }

    def step(self, value: Any) -> Any:
        """One step: a mapping with a single key, or the bare name of a step without fields."""
        if isinstance(value, str) and value in ("answer", "early_media", "hang_up"):
            value = {value: None}
        if not isinstance(value, dict) or len(value) != 1:
            raise vol.Invalid(f"a step is a mapping with one key, not {value!r}")
        ((name, fields),) = value.items()
        if name not in self._steps:
            raise vol.Invalid(f"no step is called {name!r}; there are {', '.join(self._steps)}")
        try:
            return self._steps[name](fields)
        except vol.Invalid as error:
            error.prepend([name])
            raise

    def _sound_file(self, value: Any) -> Path:
        file = self._folder / str(vol.Schema(_text)(value))
        if not file.is_file():
            raise vol.Invalid(f"there is no file {str(value)!r} beside the scenario")
        return file

    @staticmethod
    def _prompt(say: Callable[[Any], Any], play: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """A text, or {text: …}, or {file: …}."""
        return lambda value: (
            play(value) if isinstance(value, dict) and "file" in value else say(value)
        )


def _nothing(kind: Callable[[], Any]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value not in (None, {}, True):
            raise vol.Invalid(f"takes no fields, but has {value!r}")
        return kind()

    return check


def _status(value: Any) -> int:
    if value in STATUSES:
        return STATUSES[value]
    if isinstance(value, int) and 400 <= value <= 699:
        return value
    raise vol.Invalid(f"a status from 400 to 699 or one of {', '.join(STATUSES)}, not {value!r}")
