"""Finding calls by their words, in each database's own way."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    column,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.dialects.mysql import match

from .filters import Filter, Page
from .query import call_json, iso
from .schema import CALLS, WORDS, WORDS_INDEX

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
