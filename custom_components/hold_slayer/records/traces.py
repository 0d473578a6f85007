"""What calls taught, as traces of features without sound, words, names, numbers or dates."""

from collections.abc import Iterator, Mapping, Sequence
import json
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select

from .filters import Filter
from .query import all_calls
from .schema import EVENTS, SEGMENTS
from .teaching import TAUGHT

#: Raised when a field changes its meaning.
VERSION: Final = 1


def export_traces(connection: Connection, wanted: Filter, limit: int) -> dict[str, Any]:
    """Return the traces of the calls that somebody taught something about."""
    traces = []
    for row in all_calls(connection, wanted, limit):
        parts = connection.execute(
            select(EVENTS).where(EVENTS.c.call_id == row["id"]).order_by(EVENTS.c.id)
        )
        events = parts.mappings().all()
        if any(_is_verdict(each) for each in events):
            segments = connection.execute(
                select(SEGMENTS)
                .where(SEGMENTS.c.call_id == row["id"])
                .order_by(SEGMENTS.c.position)
            )
            traces.append(trace(row, events, segments.mappings().all()))
    return {"version": VERSION, "count": len(traces), "traces": traces}


def trace(
    row: RowMapping, events: Sequence[RowMapping], segments: Sequence[RowMapping]
) -> dict[str, Any]:
    """Return one call's trace; times are seconds since it began."""
    began = row["started"]

    def since(moment: float | None) -> float | None:
        return None if moment is None else round(max(0.0, moment - began), 2)

    return {
        "engine": row["engine_version"],
        "ears": row["ears_version"],
        "version": row["version"],
        "hold_s": round(row["hold_s"], 1),
        "person_s": since(row["person_since"]),
        "connected_s": since(row["connected"]),
        "segments": [
            {
                "kind": each["kind"],
                "start": since(each["started"]),
                "end": since(each["ended"]),
                "repeat": bool(each["heard_before"]),
            }
            for each in segments
        ],
        "verdicts": [
            {"at": since(each["time"]), **verdict}
            for each in events
            if each["kind"] == "verdict"
            for verdict in _verdict(json.loads(each["facts"]))
        ],
        "taught": [
            {"at": since(each["time"]), "person": json.loads(each["facts"])["person"]}
            for each in events
            if _is_verdict(each)
        ],
    }


def _verdict(facts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a verdict with its cues; values that are not numbers stay behind."""
    yield {
        "verdict": facts["verdict"],
        "probability": facts["probability"],
        "reasons": [
            {
                "cue": reason["cue"],
                "weight": reason["weight"],
                "value": reason["value"] if isinstance(reason["value"], (int, float)) else None,
            }
            for reason in facts["reasons"]
        ],
    }


def _is_verdict(event: RowMapping) -> bool:
    """Tell whether an event says whether a person was there."""
    return bool(event["kind"] == TAUGHT and json.loads(event["facts"]).get("what") == "verdict")
