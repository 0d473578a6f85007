"""A line and its call as the card draws them: JSON types, times as seconds since the epoch."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .call import Call
from .progress import Segment, TranscriptLine

if TYPE_CHECKING:
    from .account import Account

#: Longest piece of a transcript sent at once with a snapshot, lines.
MOST_WORDS = 500
#: Steps in which a forecast is shown, s.
_STEP_S = 30.0


def call_fields(account: Account, call: Call, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the plain fields of a call; segments and words travel on their own."""
    progress = call.progress
    ringing = [phone.name for phone in progress.phones.values() if phone.state in _CONCERNED]
    outcome = progress.outcome.value if progress.outcome else ""
    line = account.switchboard.line_of(call)
    return {
        "id": call.id,
        "contact": call.job.contact.name if call.job.contact else "",
        "number": call.job.target,
        "intent": call.job.plan.intent,
        "mode": call.job.plan.mode.value,
        "state": call.state.value,
        "state_since": epoch(progress.since),
        "started": epoch(progress.started),
        "hold_since": epoch(progress.hold_started),
        "connected_since": epoch(progress.connected),
        "ended": epoch(progress.ended),
        "heard": progress.sound.value if progress.sound else "",
        "queue_position": progress.queue_position,
        "wait_s": progress.estimated_wait_s,
        "probability": progress.probability,
        "reasons": [
            {"cue": reason.cue.value, "weight": round(reason.weight, 2)}
            for reason in progress.reasons
        ],
        "phone": ringing[-1] if ringing else "",
        "phones": [
            {"name": phone.name, "state": phone.state} for phone in progress.phones.values()
        ],
        "forecast": _forecast(account, call),
        "auto_connect": line.auto_connect if line else call.job.plan.auto_connect,
        "recording": call.recorder.active,
        "recorded": call.recorder.made,
        "redial_at": epoch(progress.redial_at),
        "outcome": outcome,
        "outcome_text": texts.get(outcome, ""),
    }


def _forecast(account: Account, call: Call) -> dict[str, float] | None:
    """Return what is left of the wait as past calls have it, s; whole half minutes, to change rarely."""
    foretold = account.outlooks.remaining(call)
    if foretold is None:
        return None
    figures = {"wait_s": foretold.wait_s, "low_s": foretold.low_s, "high_s": foretold.high_s}
    return {key: round(value / _STEP_S) * _STEP_S for key, value in figures.items()}


def whole_call(account: Account, call: Call, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return a call with its timeline and its words."""
    words = call.progress.transcript
    return call_fields(account, call, texts) | {
        "segments": [segment_fields(segment) for segment in call.progress.segments],
        "words": [words_fields(line) for line in words[-MOST_WORDS:]],
        "words_offset": max(0, len(words) - MOST_WORDS),
    }


def segment_fields(segment: Segment) -> dict[str, Any]:
    """Return a stretch of the timeline."""
    return {
        "kind": segment.kind.value,
        "start": epoch(segment.start),
        "end": epoch(segment.end),
        "repeat": segment.repeat,
    }


def words_fields(line: TranscriptLine) -> dict[str, Any]:
    """Return a line of the transcript."""
    return {
        "time": epoch(line.time),
        "who": line.speaker.value,
        "text": line.text,
        "final": line.final,
    }


def epoch(moment: datetime | None) -> float | None:
    """Return a time as seconds since the epoch."""
    return round(moment.timestamp(), 2) if moment else None


_CONCERNED = frozenset({"ringing", "answered", "accepted"})
