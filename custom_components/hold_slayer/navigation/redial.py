"""Whether and when to call again after a call that did not reach anybody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .states import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Redial:
    """How to call again after one kind of outcome."""

    #: Attempts after the first call; 0 = never.
    attempts: int
    #: Seconds until the next attempt, doubled with each one.
    delay_s: float
    longest_delay_s: float = 3600.0


#: What people do themselves: soon after busy, in minutes after a drop, at opening time when closed.
DEFAULTS: Mapping[Outcome, Redial] = {
    Outcome.BUSY: Redial(attempts=5, delay_s=120),
    Outcome.NO_ANSWER: Redial(attempts=2, delay_s=900),
    Outcome.UNREACHABLE: Redial(attempts=3, delay_s=300),
    Outcome.TIMEOUT: Redial(attempts=3, delay_s=300),
    Outcome.DROPPED_IN_QUEUE: Redial(attempts=3, delay_s=60),
    Outcome.COMPANY_HUNG_UP: Redial(attempts=2, delay_s=120),
    Outcome.CALL_LATER: Redial(attempts=3, delay_s=1800, longest_delay_s=7200),
    Outcome.LINE_DEAD: Redial(attempts=2, delay_s=60),
    Outcome.CLOSED: Redial(attempts=1, delay_s=0),
    Outcome.ENGINE_LOST: Redial(attempts=2, delay_s=30),
    Outcome.NO_RESOURCES: Redial(attempts=2, delay_s=120),
}


class RedialReason(StrEnum):
    """Why to call again, as users choose it."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DROPPED = "dropped"
    CALL_LATER = "call_later"
    CLOSED = "closed"


#: What users choose -> the outcomes it covers.
COVERED: Mapping[RedialReason, tuple[Outcome, ...]] = {
    RedialReason.BUSY: (Outcome.BUSY,),
    RedialReason.NO_ANSWER: (Outcome.NO_ANSWER, Outcome.UNREACHABLE, Outcome.TIMEOUT),
    RedialReason.DROPPED: (
        Outcome.DROPPED_IN_QUEUE,
        Outcome.COMPANY_HUNG_UP,
        Outcome.LINE_DEAD,
        Outcome.ENGINE_LOST,
        Outcome.NO_RESOURCES,
    ),
    RedialReason.CALL_LATER: (Outcome.CALL_LATER,),
    RedialReason.CLOSED: (Outcome.CLOSED,),
}
#: A company is called this long after it opens, in s: the first minutes are the busiest.
_AFTER_OPENING_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RedialPolicy:
    """When to call again, by outcome; what is not listed is never called again."""

    rules: Mapping[Outcome, Redial] = field(default_factory=dict)

    @classmethod
    def chosen(cls, reasons: Iterable[str], attempts: int, pause_s: float) -> RedialPolicy:
        """What a user chose; the pause doubles with each attempt, up to an hour.

        Whoever asks to be called later is left alone for longer, and a closed company until it opens.
        """
        rules: dict[Outcome, Redial] = {}
        for reason in reasons:
            for outcome in COVERED[RedialReason(reason)]:
                usual = DEFAULTS[outcome]
                later = outcome is Outcome.CALL_LATER
                rules[outcome] = replace(
                    usual,
                    attempts=attempts,
                    delay_s=max(pause_s, usual.delay_s) if later else pause_s,
                )
        return cls(rules=rules)

    def next_try(
        self, outcome: Outcome, attempt: int, now: datetime, opens_at: str = ""
    ) -> datetime | None:
        """When to call again after attempt number `attempt` (1 = the first call); None = not.

        `opens_at` ("09:00") is local to `now`; it counts for a company that is closed.
        """
        rule = self.rules.get(outcome)
        if rule is None or attempt > rule.attempts:
            return None
        if outcome is Outcome.CLOSED:
            return _opening(now, opens_at)
        delay = min(rule.delay_s * 2 ** min(attempt - 1, 20), rule.longest_delay_s)
        return now + timedelta(seconds=delay)


def _opening(now: datetime, opens_at: str) -> datetime | None:
    hour, colon, minute = opens_at.partition(":")
    if not (colon and hour.isdigit() and minute.isdigit()) or int(hour) > 23 or int(minute) > 59:
        return None
    opening = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    opening += timedelta(seconds=_AFTER_OPENING_S)
    return opening if opening > now else opening + timedelta(days=1)
