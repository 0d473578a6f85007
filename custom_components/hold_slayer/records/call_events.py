"""What changes of a call are as events of the history."""

from base64 import b64encode
from typing import Any

from homeassistant.util import dt as dt_util

from ..calls.call import Call
from ..calls.changes import Change, ChangeKind
from ..navigation.acts import NoteKind
from .masking import Mask
from .writing import CallEvent


def event_of(call: Call, change: Change, mask: Mask) -> CallEvent | None:
    """Return what a change is in the history; None when parts of the call say it all."""
    progress, facts = call.progress, change.facts
    found: dict[str, Any]
    match change.kind:
        case ChangeKind.STATE:
            before = facts.get("before")
            found = {"state": call.state.value, "before": before.value if before else None}
        case ChangeKind.VERDICT:
            found = {
                "verdict": progress.verdict.value,
                "probability": progress.probability,
                "reasons": [
                    {"cue": r.cue.value, "weight": round(r.weight, 2), "value": _plain(r.value)}
                    for r in progress.reasons
                ],
            }
        case ChangeKind.KEYS:
            found = {"keys": mask.keys(str(facts["keys"]))}
        case ChangeKind.NOTE:
            note = facts["note"]
            if note.kind is NoteKind.QUEUE_POSITION:
                found = {"note": note.kind.value, "queue_position": note.value}
            else:
                found = {
                    "note": note.kind.value,
                    "text": mask.text(note.text),
                    "value": note.value,
                }
        case ChangeKind.PHONE:
            found = {"phone": facts["phone"].name, "state": facts["state"].value}
        case ChangeKind.TAUGHT:
            found = {"what": "verdict", **facts}
        case ChangeKind.JUDGED:
            found = {"print": b64encode(facts["print"]).decode("ascii")}
        case ChangeKind.ENDED:
            outcome = progress.outcome.value if progress.outcome else None
            found = {"outcome": outcome, "reason": mask.text(progress.reason)}
        case _:
            return None
    return CallEvent(time=dt_util.utcnow().timestamp(), kind=change.kind.value, facts=found)


def _plain(value: Any) -> Any:
    """Return a JSON type."""
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
