"""The steps from one version of the tables to the next.

A step never uses the tables of `schema.py`, which are those of today; it spells out its own
statements. MariaDB cannot undo changes of tables, so a step that was cut off is taken again: what
it did already is passed over.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, inspect, text

from .folding import folded, searchable

type Step = Callable[[Connection], None]

_CALLS: Final = "hold_slayer_calls"
_WORDS: Final = "hold_slayer_words"
_LEGS: Final = "hold_slayer_legs"
_INDEX: Final = "hold_slayer_words_fts"
#: Rows rewritten in one piece.
_PIECE: Final = 2_000
_LISTED: Final = (
    "started",
    "id",
    "account_id",
    "line",
    "contact_id",
    "number",
    "name_folded",
    "outcome",
    "ended",
)
_OF_CONTACT: Final = ("contact_id", "started", "id", "account_id", "line", "outcome", "ended")


def _to_2(connection: Connection) -> None:
    """Versions of the ears, summaries of calls, an index of the calls of a contact."""
    _add_column(connection, _CALLS, "ears_version", "VARCHAR(64)")
    _add_column(connection, _CALLS, "summary", "TEXT")
    _index(connection, "hold_slayer_calls_contact", _OF_CONTACT)


def _to_3(connection: Connection) -> None:
    """Legs with their media; words and names searched without accents; what early versions lack."""
    # before they were given a number of their own, these came and went within versions 1 and 2
    _add_column(connection, _CALLS, "ears_version", "VARCHAR(64)")
    _add_column(connection, _CALLS, "summary", "TEXT")
    for old in ("hold_slayer_calls_started", "hold_slayer_calls_account"):
        _drop_index(connection, old)
    _index(connection, "hold_slayer_calls_listed", _LISTED)
    _index(connection, "hold_slayer_calls_contact", _OF_CONTACT)
    _make_legs(connection)
    _drop_word_index(connection)
    _add_column(connection, _WORDS, "folded", "TEXT")
    _rewrite(connection, _WORDS, "text", "folded", searchable)
    _rewrite(connection, _CALLS, "name", "name_folded", lambda name: folded(name)[:255])
    _make_word_index(connection)


#: Version -> what leads to it from the one before.
STEPS: Mapping[int, Step] = MappingProxyType({2: _to_2, 3: _to_3})


def _add_column(connection: Connection, table: str, name: str, kind: str) -> None:
    """Add a column unless it is there."""
    if name not in {each["name"] for each in inspect(connection).get_columns(table)}:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")


def _index(connection: Connection, name: str, columns: tuple[str, ...]) -> None:
    """Make an index of the calls, in place of one of that name with other columns."""
    known = {each["name"]: each["column_names"] for each in inspect(connection).get_indexes(_CALLS)}
    if name in known:
        if tuple(known[name]) == columns:
            return
        _drop_index(connection, name)
    connection.exec_driver_sql(f"CREATE INDEX {name} ON {_CALLS} ({', '.join(columns)})")


def _drop_index(connection: Connection, name: str) -> None:
    """Drop an index of the calls if it is there."""
    if name in {each["name"] for each in inspect(connection).get_indexes(_CALLS)}:
        where = "" if connection.dialect.name in ("sqlite", "postgresql") else f" ON {_CALLS}"
        connection.exec_driver_sql(f"DROP INDEX {name}{where}")


def _make_legs(connection: Connection) -> None:
    """Make the table of legs."""
    if inspect(connection).has_table(_LEGS):
        return
    number, real, letters = {
        "sqlite": ("INTEGER NOT NULL PRIMARY KEY", "DOUBLE", ""),
        "postgresql": ("BIGSERIAL PRIMARY KEY", "DOUBLE PRECISION", ""),
    }.get(
        connection.dialect.name,
        ("BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY", "DOUBLE", "ENGINE=InnoDB CHARSET=utf8mb4"),
    )
    connection.exec_driver_sql(
        f"CREATE TABLE {_LEGS} (id {number}, call_id VARCHAR(64) NOT NULL, "
        f"leg VARCHAR(64) NOT NULL, name VARCHAR(255) NOT NULL, ended {real} NOT NULL, answered_s {real} NOT NULL, "
        "ended_by VARCHAR(64), failure VARCHAR(64), sip_code INTEGER NOT NULL, "
        "codec VARCHAR(64) NOT NULL, clock_rate INTEGER NOT NULL, encrypted BOOLEAN NOT NULL, "
        f"rx_packets INTEGER NOT NULL, rx_lost INTEGER NOT NULL, rx_jitter_ms {real} NOT NULL, "
        f"tx_packets INTEGER NOT NULL, tx_lost INTEGER, tx_jitter_ms {real}, round_trip_ms {real}, "
        f"FOREIGN KEY(call_id) REFERENCES {_CALLS} (id)) {letters}"
    )
    connection.exec_driver_sql(f"CREATE INDEX hold_slayer_legs_call ON {_LEGS} (call_id)")


def _drop_word_index(connection: Connection) -> None:
    """Drop the index of transcript lines as it was."""
    match connection.dialect.name:
        case "sqlite":
            for ending in ("in", "out", "new"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {_INDEX}_{ending}")
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_INDEX}")
        case "postgresql":
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS {_INDEX}")
        case _:
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS {_INDEX} ON {_WORDS}")


def _make_word_index(connection: Connection) -> None:
    """Make the index of the folded words of transcript lines."""
    statements: tuple[str, ...]
    match connection.dialect.name:
        case "sqlite":
            out = f"INSERT INTO {_INDEX}({_INDEX}, rowid, folded) VALUES ('delete', old.id, old.folded);"  # noqa: S608
            put = f"INSERT INTO {_INDEX}(rowid, folded) VALUES (new.id, new.folded);"  # noqa: S608
            statements = (
                f"CREATE VIRTUAL TABLE {_INDEX} USING fts5(folded, content='{_WORDS}', content_rowid='id')",
                f"CREATE TRIGGER {_INDEX}_in AFTER INSERT ON {_WORDS} BEGIN {put} END",
                f"CREATE TRIGGER {_INDEX}_out AFTER DELETE ON {_WORDS} BEGIN {out} END",
                f"CREATE TRIGGER {_INDEX}_new AFTER UPDATE ON {_WORDS} BEGIN {out} {put} END",
                f"INSERT INTO {_INDEX}({_INDEX}) VALUES ('rebuild')",  # noqa: S608
            )
        case "postgresql":
            statements = (
                f"ALTER TABLE {_WORDS} ALTER COLUMN folded SET NOT NULL",
                f"CREATE INDEX {_INDEX} ON {_WORDS} USING gin (to_tsvector('simple', folded))",
            )
        case _:
            statements = (
                f"ALTER TABLE {_WORDS} MODIFY folded TEXT NOT NULL",
                f"CREATE FULLTEXT INDEX {_INDEX} ON {_WORDS} (folded)",
            )
    for statement in statements:
        connection.exec_driver_sql(statement)


def _rewrite(
    connection: Connection, table: str, source: str, target: str, fold: Callable[[str], str]
) -> None:
    """Fill a column of every row from another one, in pieces."""
    after = f"SELECT id, {source} AS known FROM {table} WHERE id > :last ORDER BY id LIMIT {_PIECE}"  # noqa: S608
    first = f"SELECT id, {source} AS known FROM {table} ORDER BY id LIMIT {_PIECE}"  # noqa: S608
    put = text(f"UPDATE {table} SET {target} = :value WHERE id = :id")  # noqa: S608
    rows = connection.execute(text(first)).all()
    while rows:
        connection.execute(put, [{"id": row.id, "value": fold(row.known)} for row in rows])
        rows = connection.execute(text(after), {"last": rows[-1].id}).all()
