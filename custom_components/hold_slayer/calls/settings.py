"""The behaviour of an account as its options say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, Self

from ..const import DEFAULT_LINES, Conf, LlmCalls
from ..navigation.plan import EarlyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Options with their defaults filled in."""

    lines: int = DEFAULT_LINES
    #: ISO 639-1; "" = Home Assistant's.
    language: str = ""
    your_name: str = ""
    #: Entity ids; None = Home Assistant's default, where there is one.
    stt_engine: str | None = None
    tts_engine: str | None = None
    tts_voice: str | None = None
    ai_task: str | None = None
    ring_early: EarlyRing = EarlyRing.KNOWN_ANNOUNCEMENTS
    ring_together: bool = False
    ring_rounds: int = 2
    max_call_s: float = 4 * 3600.0
    notify_hold: bool = True
    critical_push: bool = False
    quiet_start: time | None = None
    quiet_end: time | None = None
    #: Entities told and satellites asked when a person is there.
    notify_entities: tuple[str, ...] = ()
    satellites: tuple[str, ...] = ()
    llm_calls: LlmCalls = LlmCalls.OFF
    #: Countries that may be called besides the own one, ISO 3166.
    countries: tuple[str, ...] = ()
    allow_premium: bool = False

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Self:
        """Read an entry's options."""
        return cls(
            lines=int(options.get(Conf.LINES, DEFAULT_LINES)),
            language=options.get(Conf.LANGUAGE, ""),
            your_name=options.get(Conf.YOUR_NAME, ""),
            stt_engine=options.get(Conf.STT_ENGINE) or None,
            tts_engine=options.get(Conf.TTS_ENGINE) or None,
            tts_voice=options.get(Conf.TTS_VOICE) or None,
            ai_task=options.get(Conf.AI_TASK) or None,
            ring_early=EarlyRing(options.get(Conf.RING_EARLY, EarlyRing.KNOWN_ANNOUNCEMENTS)),
            ring_together=bool(options.get(Conf.RING_TOGETHER, False)),
            ring_rounds=int(options.get(Conf.RING_ROUNDS, 2)),
            max_call_s=float(options.get(Conf.MAX_CALL_MINUTES, 240)) * 60,
            notify_hold=bool(options.get(Conf.NOTIFY_HOLD, True)),
            critical_push=bool(options.get(Conf.CRITICAL_PUSH, False)),
            quiet_start=_time(options.get(Conf.QUIET_START)),
            quiet_end=_time(options.get(Conf.QUIET_END)),
            notify_entities=tuple(options.get(Conf.NOTIFY_ENTITIES, ())),
            satellites=tuple(options.get(Conf.SATELLITES, ())),
            countries=tuple(options.get(Conf.COUNTRIES, ())),
            allow_premium=bool(options.get(Conf.ALLOW_PREMIUM, False)),
            llm_calls=LlmCalls(options.get(Conf.LLM_CALLS, LlmCalls.OFF)),
        )


def _time(text: str | None) -> time | None:
    """Read a time as stored by its selector."""
    return time.fromisoformat(text) if text else None
