"""The behaviour of an account as its options say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ..const import DEFAULT_LINES, DEFAULT_PHONE_PORT, Conf, LlmCalls
from ..navigation.plan import EarlyRing
from ..recording.sidecar import AnnouncedBy, RecordingFormat
from ..recording.wish import RecordingWish
from ..telephony.messages import RecordingKind
from .dial_caps import DialCaps
from .hours import Hours

_CAPS = {
    "per_hour": Conf.CALLS_PER_HOUR,
    "per_day": Conf.CALLS_PER_DAY,
    "minutes_per_day": Conf.MINUTES_PER_DAY,
    "tries": Conf.TRIES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Options with their defaults filled in."""

    lines: int = DEFAULT_LINES
    #: ISO 639-1; "" = Home Assistant's.
    language: str = ""
    your_name: str = ""
    #: Told to a person when the user cannot be reached; "" = none.
    leave_number: str = ""
    #: Id of an Assist pipeline whose speech engines are used; None = none.
    pipeline: str | None = None
    #: Entity ids, before those of the pipeline; None = Home Assistant's default, where there is one.
    stt_engine: str | None = None
    tts_engine: str | None = None
    tts_voice: str | None = None
    ai_task: str | None = None
    ring_early: EarlyRing = EarlyRing.KNOWN_ANNOUNCEMENTS
    ring_together: bool = False
    ring_rounds: int = 2
    #: SIP port on which phones register here.
    phone_port: int = DEFAULT_PHONE_PORT
    max_call_s: float = 4 * 3600.0
    #: Most that a call may cost before the user is reached, in Home Assistant's currency; 0 = no limit.
    max_call_cost: float = 0.0
    notify_hold: bool = True
    critical_push: bool = False
    #: In which messages make no sound; None = never.
    quiet: Hours | None = None
    #: Entities told and satellites asked when a person is there.
    notify_entities: tuple[str, ...] = ()
    satellites: tuple[str, ...] = ()
    llm_calls: LlmCalls = LlmCalls.OFF
    #: Countries that may be called besides the own one, ISO 3166.
    countries: tuple[str, ...] = ()
    allow_premium: bool = False
    recording: RecordingWish = field(default_factory=RecordingWish)
    caps: DialCaps = field(default_factory=DialCaps)

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Self:
        """Read an entry's options."""
        return cls(
            lines=int(options.get(Conf.LINES, DEFAULT_LINES)),
            language=options.get(Conf.LANGUAGE, ""),
            your_name=options.get(Conf.YOUR_NAME, ""),
            leave_number=options.get(Conf.LEAVE_NUMBER, ""),
            pipeline=options.get(Conf.PIPELINE) or None,
            stt_engine=options.get(Conf.STT_ENGINE) or None,
            tts_engine=options.get(Conf.TTS_ENGINE) or None,
            tts_voice=options.get(Conf.TTS_VOICE) or None,
            ai_task=options.get(Conf.AI_TASK) or None,
            ring_early=EarlyRing(options.get(Conf.RING_EARLY, EarlyRing.KNOWN_ANNOUNCEMENTS)),
            ring_together=bool(options.get(Conf.RING_TOGETHER, False)),
            ring_rounds=int(options.get(Conf.RING_ROUNDS, 2)),
            phone_port=int(options.get(Conf.PHONE_PORT, DEFAULT_PHONE_PORT)),
            max_call_s=float(options.get(Conf.MAX_CALL_MINUTES, 240)) * 60,
            max_call_cost=float(options.get(Conf.MAX_CALL_COST, 0)),
            notify_hold=bool(options.get(Conf.NOTIFY_HOLD, True)),
            critical_push=bool(options.get(Conf.CRITICAL_PUSH, False)),
            quiet=_quiet(options),
            notify_entities=tuple(options.get(Conf.NOTIFY_ENTITIES, ())),
            satellites=tuple(options.get(Conf.SATELLITES, ())),
            countries=tuple(options.get(Conf.COUNTRIES, ())),
            caps=DialCaps(
                **{name: int(options[key]) for name, key in _CAPS.items() if key in options}
            ),
            allow_premium=bool(options.get(Conf.ALLOW_PREMIUM, False)),
            llm_calls=LlmCalls(options.get(Conf.LLM_CALLS, LlmCalls.OFF)),
            recording=RecordingWish(
                always=bool(options.get(Conf.RECORD, False)),
                kind=RecordingKind(options.get(Conf.RECORD_KIND, RecordingKind.STEREO)),
                format=RecordingFormat(options.get(Conf.RECORD_FORMAT, RecordingFormat.OPUS)),
                announce=AnnouncedBy(options.get(Conf.RECORD_ANNOUNCE, AnnouncedBy.WORDS)),
            ),
        )


def _quiet(options: Mapping[str, Any]) -> Hours | None:
    """Read the quiet hours, where there are any."""
    hours = Hours.stored(options.get(Conf.QUIET_START), options.get(Conf.QUIET_END))
    return hours if hours.limited else None
