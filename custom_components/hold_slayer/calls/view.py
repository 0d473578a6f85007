"""A call as data for responses, the card and tools: JSON types only."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..records.outlook import forecast_json
from .call import Call
from .progress import Segment, TranscriptLine

if TYPE_CHECKING:
    from .account import Account
    from .schedule import Waiting

#: What the history keeps of a call under the same names.
_KEPT = (
    "call_id",
    "config_entry_id",
    "line",
    "state",
    "contact",
    "number",
    "intent",
    "mode",
    "started",
    "answered",
    "hold_started",
    "connected",
    "ended",
    "hold_time",
    "queue_position",
    "estimated_wait",
    "outcome",
    "reason",
)


def call_view(account: Account, call: Call) -> dict[str, Any]:
    """Return a call as it stands."""
    progress = call.progress
    line = account.switchboard.line_of(call)
    return {
        "call_id": call.id,
        "config_entry_id": account.entry.entry_id,
        "line": line.number if line else None,
        "state": call.state.value,
        "since": _iso(progress.since),
        "contact": call.job.contact.name if call.job.contact else None,
        "number": call.job.target,
        "intent": call.job.plan.intent,
        "mode": call.job.plan.mode.value,
        "started": _iso(progress.started),
        "answered": _iso(progress.answered),
        "hold_started": _iso(progress.hold_started),
        "connected": _iso(progress.connected),
        "ended": _iso(progress.ended),
        "hold_time": round(progress.held_s, 1),
        "queue_position": progress.queue_position,
        "estimated_wait": progress.estimated_wait_s,
        "forecast": forecast_json(account.outlooks.remaining(call)),
        "sound": progress.sound.value if progress.sound else None,
        "verdict": progress.verdict.value,
        "probability": progress.probability,
        "reasons": [
            {"cue": r.cue.value, "weight": round(r.weight, 2), "value": r.value}
            for r in progress.reasons
        ],
        "phones": [
            {"id": phone.id, "name": phone.name, "state": phone.state}
            for phone in progress.phones.values()
        ],
        "keys": list(progress.keys),
        "outcome": progress.outcome.value if progress.outcome else None,
        "reason": progress.reason,
        "attempt": call.job.attempt,
        "redial_at": _iso(progress.redial_at),
    }


def past_view(past: Mapping[str, Any]) -> dict[str, Any]:
    """Return a call of the history in the same fields; what was of the moment is empty."""
    kept = {key: past[key] for key in _KEPT}
    return {
        **kept,
        "since": past["ended"],
        "forecast": None,
        "sound": None,
        "verdict": None,
        "probability": None,
        "reasons": [],
        "phones": [],
        "keys": [],
        "attempt": None,
        "redial_at": None,
    }


def waiting_view(account: Account, waiting: Waiting) -> dict[str, Any]:
    """Return a call that waits for its time."""
    return {
        "waiting_id": waiting.id,
        "config_entry_id": account.entry.entry_id,
        "call": waiting.summary,
        "due": waiting.due.isoformat(),
        "attempt": waiting.request.attempt,
        "because": waiting.because.value if waiting.because else None,
    }


def segment_view(segment: Segment) -> dict[str, Any]:
    """Return a stretch of the timeline."""
    return {
        "kind": segment.kind.value,
        "start": _iso(segment.start),
        "end": _iso(segment.end),
    }


def transcript_view(line: TranscriptLine) -> dict[str, Any]:
    """Return a transcript line."""
    return {"time": _iso(line.time), "speaker": line.speaker.value, "text": line.text}


def _iso(moment: datetime | None) -> str | None:
    """Return a time as text."""
    return moment.isoformat() if moment else None
