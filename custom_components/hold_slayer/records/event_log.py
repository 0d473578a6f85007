"""One JSON line in the log for each event of a call, for those who collect logs.

The logger is `hold_slayer.events`, its level INFO; docs/records.md describes the fields. Secrets
are placeholders, as in the history.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
import json
import logging
from typing import Any, Final

from ..calls.changes import ChangeKind
from .leg_rows import leg_json
from .writing import Writing

#: Raised when a field changes its meaning.
VERSION: Final = 1
EVENTS_LOGGER: Final = logging.getLogger("hold_slayer.events")


def log_events(writing: Writing, call: Mapping[str, Any]) -> None:
    """Log what is new of a call; `call` is its row."""
    # whoever switched it on wants it, whatever else is logged
    if EVENTS_LOGGER.level == logging.NOTSET:
        EVENTS_LOGGER.setLevel(logging.INFO)
    for line in lines(writing, call):
        EVENTS_LOGGER.info("%s", line)


def lines(writing: Writing, call: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines."""
    common = {
        "call_id": writing.call_id,
        "config_entry_id": call["account_id"],
        "line": call["line"],
        "contact": call["name"] if call["contact_id"] else None,
        "number": call["number"],
    }
    for event in writing.events:
        if event.kind == ChangeKind.JUDGED:
            continue  # a print says nothing to people
        yield _line(event.time, event.kind, common, event.facts)
    for leg in writing.legs:
        yield _line(leg["ended"], "leg", common, leg_json(leg))
    for words in writing.words:
        facts = {"speaker": words["speaker"], "text": words["text"]}
        yield _line(words["time"], "words", common, facts)


def _line(moment: float, kind: str, common: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """Return one event as a JSON object without line breaks."""
    time = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    event = {"v": VERSION, "time": time, "event": kind, **common, **facts}
    # some collectors also end lines at these
    return json.dumps(event, ensure_ascii=False).replace("\u2028", " ").replace("\u2029", " ")
