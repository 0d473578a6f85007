"""Calls as text to keep elsewhere: JSON with everything, CSV with a line per call."""

import csv
from enum import StrEnum
import io
import json
from typing import Any, Final

from sqlalchemy import Connection

from .filters import Filter
from .query import all_calls, call_json, whole_call


class Format(StrEnum):
    """What an export looks like."""

    JSON = "json"
    CSV = "csv"


#: What spreadsheets take for a formula (OWASP, "CSV Injection").
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def export_calls(
    connection: Connection, wanted: Filter, limit: int, form: Format
) -> dict[str, Any]:
    """Return the text and how many calls are in it, oldest first."""
    rows = list(all_calls(connection, wanted, limit))
    if form is Format.JSON:
        calls = [whole_call(connection, row) for row in rows]
        text = json.dumps({"version": 1, "calls": calls}, ensure_ascii=False, indent=1)
    else:
        text = _table([call_json(row) for row in rows])
    return {"format": form.value, "count": len(rows), "text": text}


def _table(calls: list[dict[str, Any]]) -> str:
    """Return calls as CSV (RFC 4180)."""
    if not calls:
        return ""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(calls[0])
    writer.writerows([_cell(key, value) for key, value in call.items()] for call in calls)
    return out.getvalue()


def _cell(key: str, value: Any) -> Any:
    """Return a value that no spreadsheet runs; numbers to dial keep their plus sign."""
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    return value if key == "number" and value[1:].isdigit() else f"'{value}"
