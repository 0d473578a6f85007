"""Reading the history: pages, one call as a whole, words, rows for statistics."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
import json
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    RowMapping,
    Select,
    column,
    func,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.dialects.mysql import match

from ..calls.changes import ChangeKind
from .filters import Filter, Page
from .leg_rows import leg_json
from .schema import CALLS, EVENTS, LEGS, SEGMENTS, WORDS, WORDS_INDEX

#: Lines of a transcript looked through for one search; the newest come first.
MOST_HITS: Final = 20_000

#: Calls whose transcripts are searched line by line.
FEW_CALLS: Final = 2_000
#: What InnoDB leaves out of a FULLTEXT index unless told otherwise (innodb_ft_min_token_size and
#: INFORMATION_SCHEMA.INNODB_FT_DEFAULT_STOPWORD).
_INNODB_SHORTEST: Final = 3
_INNODB_STOP: Final = frozenset(
    [
        "a",
        "about",
        "an",
        "are",
        "as",
        "at",
        "be",
        "by",
        "com",
        "de",
        "en",
        "for",
        "from",
        "how",
        "i",
        "in",
        "is",
        "it",
        "la",
        "of",
        "on",
        "or",
        "that",
        "the",
        "this",
        "to",
        "was",
        "what",
        "when",
        "where",
        "who",
        "will",
        "with",
        "und",
        "www",
    ]
)

_INDEX = table(WORDS_INDEX, column("rowid"))

type Json = dict[str, Any]


def list_calls(connection: Connection, wanted: Filter, page: Page) -> Json:
    """Return a page of calls, newest first, and how many there are."""
    conditions = wanted.conditions()
    total = connection.scalar(select(func.count()).select_from(CALLS).where(*conditions)) or 0
    newest = (CALLS.c.started.desc(), CALLS.c.id.desc())
    # by the index alone, so that far pages do not read all the rows before them
    ids = (
        select(CALLS.c.id)
        .where(*conditions)
        .order_by(*newest)
        .limit(page.limit)
        .offset(page.offset)
        .subquery()
    )
    rows = connection.execute(
        select(CALLS).join(ids, CALLS.c.id == ids.c.id).order_by(*newest)
    ).mappings()
    return {"total": total, "offset": page.offset, "calls": [call_json(row) for row in rows]}


def get_call(connection: Connection, wanted: Filter) -> Json | None:
    """Return the one call of a filter with all its parts; None when it is not there."""
    row = connection.execute(select(CALLS).where(*wanted.conditions())).mappings().first()
    return None if row is None else whole_call(connection, row)


def whole_call(connection: Connection, row: RowMapping) -> Json:
    """Return a call with events, timeline and transcript."""

    def parts(query: Select[Any]) -> Sequence[RowMapping]:
        return connection.execute(query).mappings().all()

    call_id = row["id"]
    return call_json(row) | {
        "legs": [
            leg_json(each)
            for each in parts(select(LEGS).where(LEGS.c.call_id == call_id).order_by(LEGS.c.id))
        ],
        "events": [
            {"time": iso(each["time"]), "kind": each["kind"], **json.loads(each["facts"])}
            for each in parts(
                select(EVENTS)
                # prints are for the engine alone
                .where(EVENTS.c.call_id == call_id, EVENTS.c.kind != ChangeKind.JUDGED)
                .order_by(EVENTS.c.id)
            )
        ],
        "segments": [
            {
                "kind": each["kind"],
                "start": iso(each["started"]),
                "end": iso(each["ended"]),
                "repeat": bool(each["heard_before"]),
            }
            for each in parts(
                select(SEGMENTS).where(SEGMENTS.c.call_id == call_id).order_by(SEGMENTS.c.position)
            )
        ],
        "transcript": [
            {"time": iso(each["time"]), "speaker": each["speaker"], "text": each["text"]}
            for each in parts(select(WORDS).where(WORDS.c.call_id == call_id).order_by(WORDS.c.id))
        ],
    }


def search_words(connection: Connection, words: Sequence[str], wanted: Filter, page: Page) -> Json:
    """Return calls in which a line has all the words (or words beginning so), newest first."""
    calls: dict[str, Json] = {}
    skipped: set[str] = set()
    looked = 0
    more = False
    for hit in _hits(connection, words, wanted):
        looked += 1
        call_id = hit["call_id"]
        line = {"time": iso(hit["said"]), "speaker": hit["speaker"], "text": hit["text"]}
        if call_id in calls:
            calls[call_id]["lines"].append(line)
        elif call_id in skipped:
            continue
        elif len(skipped) < page.offset:
            skipped.add(call_id)
        elif len(calls) == page.limit:
            more = True
            break
        else:
            calls[call_id] = {"lines": [line]}
    if calls:
        rows = connection.execute(select(CALLS).where(CALLS.c.id.in_(list(calls)))).mappings()
        for row in rows:
            calls[row["id"]] = call_json(row) | calls[row["id"]]
    return {
        "offset": page.offset,
        "more": more,
        "complete": looked < MOST_HITS,
        "calls": list(calls.values()),
    }


def _hits(connection: Connection, words: Sequence[str], wanted: Filter) -> Iterator[RowMapping]:
    """Yield the lines that have all the words, newest first, `MOST_HITS` at the most."""
    found: FromClause = WORDS
    newest: ColumnElement[Any] = WORDS.c.id
    has_words: list[Any]
    conditions = wanted.conditions()
    ids = _ids(connection, conditions) if conditions else ()
    few = bool(conditions) and len(ids) <= FEW_CALLS
    if few:
        # by the calls: reading the row of each hit to see whose it is takes longer
        has_words, conditions = _in_text(words), [WORDS.c.call_id.in_(ids)]
    elif connection.dialect.name == "sqlite":
        # quoted, so that nothing in it is taken for FTS5's own language
        match_all = " ".join(f'"{word}"*' for word in words)
        has_words = [text(f"{WORDS_INDEX} MATCH :match").bindparams(match=match_all)]
        found = _INDEX.join(WORDS, WORDS.c.id == _INDEX.c.rowid)
        # by the index's own order, or all hits would be sorted first
        newest = _INDEX.c.rowid
    elif connection.dialect.name == "postgresql":
        # each word quoted, its beginning enough
        wanted_words = " & ".join(f"'{word}':*" for word in words)
        condition = "to_tsvector('simple', folded) @@ to_tsquery('simple', :wanted)"
        has_words = [text(condition).bindparams(wanted=wanted_words)]
    else:
        has_words = _in_mariadb(words)
    if conditions and not few:
        found = found.join(CALLS, CALLS.c.id == WORDS.c.call_id)
    query = (
        select(WORDS.c.call_id, WORDS.c.time.label("said"), WORDS.c.speaker, WORDS.c.text)
        .select_from(found)
        .where(*has_words, *conditions)
        .order_by(newest.desc())
        .limit(MOST_HITS)
    )
    with connection.execution_options(yield_per=200).execute(query) as result:
        yield from result.mappings()


def _ids(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> Sequence[str]:
    """Return the calls of a filter, no more than tell that they are many."""
    return connection.scalars(select(CALLS.c.id).where(*conditions).limit(FEW_CALLS + 1)).all()


def _in_text(words: Sequence[str]) -> list[Any]:
    """Return conditions on lines that have all the words or words beginning so, without an index."""
    line = literal(" ").concat(WORDS.c.folded)
    return [line.contains(f" {word}", autoescape=True) for word in words]


def _in_mariadb(words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Return conditions; the server's index has neither short words nor its stop words."""
    indexed = [word for word in words if len(word) >= _INNODB_SHORTEST and word not in _INNODB_STOP]
    conditions: list[ColumnElement[bool]] = _in_text(
        [word for word in words if word not in indexed]
    )
    if indexed:
        against = " ".join(f"+{word}*" for word in indexed)
        conditions.append(match(WORDS.c.folded, against=against).in_boolean_mode())
    return conditions


def all_calls(connection: Connection, wanted: Filter, limit: int) -> Iterator[RowMapping]:
    """Yield the rows of calls that are over, oldest first."""
    query = (
        select(CALLS)
        .where(*wanted.conditions(), CALLS.c.ended.is_not(None))
        .order_by(CALLS.c.started, CALLS.c.id)
        .limit(limit)
    )
    yield from connection.execute(query).mappings().all()


def counted_calls(
    connection: Connection, wanted: Filter, limit: int
) -> Iterator[Row[tuple[Any, ...]]]:
    """Yield what statistics count of the latest calls that are over, in no order."""
    counted = (
        CALLS.c.started,
        CALLS.c.contact_id,
        CALLS.c.name,
        CALLS.c.number,
        CALLS.c.person_since,
        CALLS.c.connected,
        CALLS.c.outcome,
        CALLS.c.hold_s,
        CALLS.c.menu_s,
    )
    query = (
        select(*counted)
        .where(*wanted.conditions(), CALLS.c.ended.is_not(None))
        .order_by(CALLS.c.started.desc())
        .limit(limit)
    )
    yield from connection.execute(query)


def call_json(row: RowMapping) -> Json:
    """Return a call's row in JSON types; durations in seconds."""
    ended = row["ended"]
    return {
        "call_id": row["id"],
        "config_entry_id": row["account_id"],
        "line": row["line"],
        "contact": row["name"] if row["contact_id"] else None,
        "contact_id": row["contact_id"],
        "number": row["number"],
        "intent": row["intent"],
        "mode": row["mode"],
        "language": row["language"],
        "state": row["state"],
        **{
            key: iso(row[key])
            for key in ("started", "answered", "hold_started", "person_since", "connected")
        },
        "ended": iso(ended),
        "duration": span(row["started"], ended),
        # what a carrier charges for runs from the answer on
        "cost_time": span(row["answered"], ended),
        "menu_time": round(row["menu_s"], 1),
        "hold_time": round(row["hold_s"], 1),
        "queue_position": row["queue_position"],
        "estimated_wait": row["estimated_wait_s"],
        "outcome": row["outcome"],
        "reason": row["reason"],
        "engine_version": row["engine_version"],
        "ears_version": row["ears_version"],
        "version": row["version"],
    }


def iso(moment: float | None) -> str | None:
    """Return a time as text in UTC."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat()


def span(start: float | None, end: float | None) -> float | None:
    """Return seconds between two times; none below zero where the clock was set back."""
    return None if start is None or end is None else round(max(0.0, end - start), 1)
