"""The tables of the history; times are seconds since the epoch in UTC, durations are seconds."""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
)

from .folding import searchable

#: Raised with every change of the tables; `migrations.py` holds the step to each version.
VERSION: Final = 3
#: Index of transcript lines: a table of SQLite's FTS5, a GIN or FULLTEXT index elsewhere.
WORDS_INDEX: Final = "hold_slayer_words_fts"
#: Longest texts kept in columns of limited width, characters (MariaDB wants widths).
SHORT: Final = 64
LONG: Final = 255
#: Longest number or SIP URI; an index of MariaDB holds 3072 bytes.
ADDRESS: Final = 128

METADATA = MetaData()
#: A server's own choice of letters may not hold every name, and keys must have the same.
_LETTERS: Final[dict[str, Any]] = {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"}
_BIG = BigInteger().with_variant(Integer, "sqlite")

SCHEMA = Table(
    "hold_slayer_schema",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("since", Double, nullable=False),
)

CALLS = Table(
    "hold_slayer_calls",
    METADATA,
    Column("id", String(SHORT), primary_key=True),
    Column("account_id", String(SHORT), nullable=False),
    Column("line", Integer),
    Column("contact_id", String(SHORT)),
    Column("name", String(LONG), nullable=False),
    # without capitals and accents (`folding.py`): the databases differ in how they compare letters
    Column("name_folded", String(LONG), nullable=False),
    Column("number", String(ADDRESS), nullable=False),
    Column("intent", Text, nullable=False),
    Column("mode", String(SHORT), nullable=False),
    Column("language", String(SHORT), nullable=False),
    Column("state", String(SHORT), nullable=False),
    Column("started", Double, nullable=False),
    Column("answered", Double),
    Column("hold_started", Double),
    Column("person_since", Double),
    Column("connected", Double),
    Column("ended", Double),
    # when the last thing was written: the end of a call that was cut off by a crash
    Column("touched", Double, nullable=False),
    Column("menu_s", Double, nullable=False),
    Column("hold_s", Double, nullable=False),
    Column("queue_position", Integer),
    Column("estimated_wait_s", Double),
    Column("outcome", String(SHORT)),
    Column("reason", Text, nullable=False),
    Column("engine_version", String(SHORT), nullable=False),
    Column("version", String(SHORT), nullable=False),
    # which weights the ears had; rows of version 1 do not know
    Column("ears_version", String(SHORT)),
    # in words, by a model; JSON
    Column("summary", Text),
    # all that filters look at: lists are counted without reading the rows themselves
    Index(
        "hold_slayer_calls_listed",
        "started",
        "id",
        "account_id",
        "line",
        "contact_id",
        "number",
        "name_folded",
        "outcome",
        "ended",
    ),
    # the calls of one contact, which its sensors ask for
    Index(
        "hold_slayer_calls_contact",
        "contact_id",
        "started",
        "id",
        "account_id",
        "line",
        "outcome",
        "ended",
    ),
    Index("hold_slayer_calls_ended", "ended"),
    **_LETTERS,
)


def _call() -> Column[str]:
    """Return the column that says to which call a row belongs."""
    return Column("call_id", String(SHORT), ForeignKey(CALLS.c.id), nullable=False)


def _folded(context: Any) -> str:
    """Return a line's words as they are searched for."""
    return searchable(context.get_current_parameters()["text"])


#: States, verdicts with reasons, keys, notes, phones: what happened, in order.
EVENTS = Table(
    "hold_slayer_events",
    METADATA,
    Column("id", _BIG, primary_key=True),
    _call(),
    Column("time", Double, nullable=False),
    Column("kind", String(SHORT), nullable=False),
    Column("facts", Text, nullable=False),  # JSON
    Index("hold_slayer_events_call", "call_id"),
    **_LETTERS,
)

SEGMENTS = Table(
    "hold_slayer_segments",
    METADATA,
    Column("id", _BIG, primary_key=True),
    _call(),
    Column("position", Integer, nullable=False),
    Column("kind", String(SHORT), nullable=False),
    Column("started", Double, nullable=False),
    Column("ended", Double),
    Column("heard_before", Boolean, nullable=False),
    Index("hold_slayer_segments_call", "call_id", "position"),
    **_LETTERS,
)

WORDS = Table(
    "hold_slayer_words",
    METADATA,
    Column("id", _BIG, primary_key=True),
    _call(),
    Column("time", Double, nullable=False),
    Column("speaker", String(SHORT), nullable=False),
    Column("text", Text, nullable=False),
    # its words as they are searched for (`folding.py`)
    Column("folded", Text, nullable=False, default=_folded),
    Index("hold_slayer_words_call", "call_id"),
    **_LETTERS,
)

#: The legs of a call that are over, with the figures of their media.
LEGS = Table(
    "hold_slayer_legs",
    METADATA,
    Column("id", _BIG, primary_key=True),
    _call(),
    # "company", or "phone" with the phone's name
    Column("leg", String(SHORT), nullable=False),
    Column("name", String(LONG), nullable=False),
    Column("ended", Double, nullable=False),
    Column("answered_s", Double, nullable=False),
    Column("ended_by", String(SHORT)),
    Column("failure", String(SHORT)),
    Column("sip_code", Integer, nullable=False),
    # "" and zeros where there was never any sound
    Column("codec", String(SHORT), nullable=False),
    Column("clock_rate", Integer, nullable=False),
    Column("encrypted", Boolean, nullable=False),
    Column("rx_packets", Integer, nullable=False),
    Column("rx_lost", Integer, nullable=False),
    Column("rx_jitter_ms", Double, nullable=False),
    Column("tx_packets", Integer, nullable=False),
    # by the far side's reports (RTCP), NULL where it sent none
    Column("tx_lost", Integer),
    Column("tx_jitter_ms", Double),
    Column("round_trip_ms", Double),
    Index("hold_slayer_legs_call", "call_id"),
    **_LETTERS,
)

#: Tables whose rows belong to a call.
PARTS = (EVENTS, SEGMENTS, WORDS, LEGS)


@event.listens_for(WORDS, "after_create")
def make_index(_table: Table, connection: Connection, **_: Any) -> None:
    """Make the index of transcript lines in the way of the database."""
    index, words = WORDS_INDEX, WORDS.name
    statements: tuple[str, ...]
    match connection.dialect.name:
        case "sqlite":
            statements = _fts5(index, words)
        case "postgresql":
            statements = (
                f"CREATE INDEX {index} ON {words} USING gin (to_tsvector('simple', folded))",
            )
        case _:
            statements = (f"CREATE FULLTEXT INDEX {index} ON {words} (folded)",)
    for statement in statements:
        connection.exec_driver_sql(statement)


def _fts5(index: str, words: str) -> tuple[str, ...]:
    """Return what makes an FTS5 index, the text left in its table (sqlite.org/fts5.html, 4.4.3)."""
    out = f"INSERT INTO {index}({index}, rowid, folded) VALUES ('delete', old.id, old.folded);"  # noqa: S608
    put = f"INSERT INTO {index}(rowid, folded) VALUES (new.id, new.folded);"  # noqa: S608
    return (
        f"CREATE VIRTUAL TABLE {index} USING fts5(folded, content='{words}', content_rowid='id')",
        f"CREATE TRIGGER {index}_in AFTER INSERT ON {words} BEGIN {put} END",
        f"CREATE TRIGGER {index}_out AFTER DELETE ON {words} BEGIN {out} END",
        f"CREATE TRIGGER {index}_new AFTER UPDATE ON {words} BEGIN {out} {put} END",
    )
