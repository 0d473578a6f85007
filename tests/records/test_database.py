"""Opening, migrating, damage, crashes."""

from collections.abc import Iterator
from pathlib import Path
import signal
import sqlite3
import subprocess
import sys

import pytest
from sqlalchemy import Connection, select

from custom_components.hold_slayer.records.database import (
    Database,
    Fault,
    UnknownKind,
    fault_of,
    probe,
)
from custom_components.hold_slayer.records.migrations import SchemaTooNew
from custom_components.hold_slayer.records.schema import (
    CALLS,
    EVENTS,
    SCHEMA,
    SEGMENTS,
    VERSION,
    WORDS,
)
from custom_components.hold_slayer.records.writer import Trouble, Writer
from custom_components.hold_slayer.records.writing import CallEvent, Writing, close_interrupted

from .made import MONDAY, count, filled, write_side_by_side, writing

ROOT = Path(__file__).parents[2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where the database will be."""
    return tmp_path / "history.db"


@pytest.fixture
def troubles() -> list[Trouble | None]:
    """Return where troubles are noted."""
    return []


@pytest.fixture
def writer(file: Path, troubles: list[Trouble | None]) -> Iterator[Writer]:
    """Run a writer that is quick to try again."""
    writer = Writer(Database.in_file(file), troubles.append, retry_s=0.05)
    yield writer
    writer.stop()


def ids(path: Path) -> list[str]:
    """Return the calls in a file, read by other means."""
    with sqlite3.connect(path) as connection:
        return [row[0] for row in connection.execute(f"SELECT id FROM {CALLS.name} ORDER BY id")]


def test_database_of_a_later_release_is_left_alone(
    file: Path, writer: Writer, troubles: list[Trouble | None]
) -> None:
    """After a downgrade nothing is touched, and the reason is told."""
    database = filled(file, writing("kept"))
    with database.open().execution_options(writes=True).begin() as connection:
        connection.execute(SCHEMA.insert().values(version=VERSION + 1, since=0))
    database.close()
    with pytest.raises(SchemaTooNew, match="later release"):
        Database.in_file(file).open()
    future = writer.put(writing("lost"))
    writer.start()
    writer.stop()
    assert future.cancelled()
    assert troubles[0] is not None
    assert troubles[0].fault is Fault.UNAVAILABLE
    assert ids(file) == ["kept"]


@pytest.mark.parametrize("damage", ["garbage", "overwritten"])
def test_damaged_file_is_moved_aside(
    file: Path, writer: Writer, troubles: list[Trouble | None], damage: str
) -> None:
    """A new database is begun, the old one kept, and nothing that waits is lost."""
    if damage == "garbage":
        file.write_bytes(b"this is no database, whatever its name says" * 100)
    else:
        filled(file, *(writing(f"old{each}", "words " * 50) for each in range(200))).close()
        content = bytearray(file.read_bytes())
        content[4096 : len(content) - 4096] = b"\xa5" * (len(content) - 8192)
        file.write_bytes(content)
    before = file.read_bytes()
    future = writer.put(writing("new", "we go on"))
    writer.start()
    assert future.result(10) is None
    assert writer.generation == 1
    writer.stop()
    assert ids(file) == ["new"]
    assert troubles[0] is not None
    assert troubles[0].fault is Fault.DAMAGED
    aside = file.with_name(troubles[0].aside)
    assert aside.name.startswith("history.db.damaged-20")
    assert aside.read_bytes() == before
    assert troubles[-1] is None


def test_two_damaged_files_in_a_second(file: Path) -> None:
    """The second does not replace the first."""
    names = set()
    for _ in range(3):
        file.write_bytes(b"no database" * 500)
        names.add(Database.in_file(file).move_aside())
    assert len(names) == 3
    assert Database.in_file(file).move_aside() is None


def test_locked_database_is_waited_for(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process keeps locked is written when it lets go; the file is not moved."""
    monkeypatch.setattr("custom_components.hold_slayer.records.database.LOCK_WAIT_S", 0.05)
    filled(file, writing("old")).close()
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    told: list[Trouble | None] = []

    def release(trouble: Trouble | None) -> None:
        told.append(trouble)
        if len(told) == 1:
            other.execute("ROLLBACK")
            other.close()

    patient = Writer(Database.in_file(file), release, retry_s=0.05)
    future = patient.put(writing("new"))
    patient.start()
    assert future.result(20) is None
    patient.stop()
    assert told[0] is not None
    assert told[0].fault is Fault.UNAVAILABLE
    assert "locked" in told[0].reason
    assert told[-1] is None
    assert ids(file) == ["new", "old"]
    assert not [each.name for each in file.parent.iterdir() if "damaged" in each.name]


def test_full_disk_is_waited_for(file: Path) -> None:
    """A transaction that finds no room is undone as a whole and tried again."""
    told: list[Trouble | None] = []
    database = Database.in_file(file)
    engine = database.open()
    full = True

    def limit(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages if full else 10_000}")

    def make_room(trouble: Trouble | None) -> None:
        nonlocal full
        told.append(trouble)
        full = False

    long = writing("long", *("many words " * 400 for _ in range(50)))

    def write(connection: Connection) -> None:
        limit(connection)
        long(connection)

    patient = Writer(database, make_room, retry_s=0.05)
    future = patient.put(write)
    patient.start()
    assert future.result(20) is None
    with engine.connect() as connection:
        assert (count(connection), count(connection, WORDS)) == (1, 50)
    patient.stop()
    assert told[0] is not None
    assert "full" in told[0].reason
    assert told[-1] is None


def test_faulty_job_costs_nothing_else(file: Path, writer: Writer) -> None:
    """What is wrong in itself fails alone, and leaves nothing half done."""

    def broken(connection: Connection) -> None:
        writing("half")(connection)
        raise ValueError("a mistake")

    def against_the_rules(connection: Connection) -> None:
        connection.execute(CALLS.insert().values(id="no columns"))

    first, second = writer.put(broken), writer.put(against_the_rules)
    third = writer.put(writing("whole"))
    writer.start()
    assert third.result(10) is None
    assert isinstance(first.exception(), ValueError)
    assert fault_of(second.exception() or ValueError()) is Fault.REFUSED  # type: ignore[arg-type]
    assert writer.trouble is None
    writer.stop()
    assert ids(file) == ["whole"]
    with pytest.raises(RuntimeError, match="closed"):
        writer.put(writing("late")).result(1)


def test_pause_for_a_backup(file: Path, writer: Writer) -> None:
    """Nothing is written while a backup is made, and nothing is lost."""
    writer.start()
    writer.put(writing("before")).result(10)
    writer.pause()
    waiting = writer.put(writing("during"))
    assert ids(file) == ["before"]
    assert not waiting.done()
    writer.resume()
    waiting.result(10)
    assert ids(file) == ["before", "during"]


WRITE_FOREVER = """
import sys, types
from pathlib import Path
# the component without its beginning, which would load Home Assistant
component = types.ModuleType("custom_components.hold_slayer")
component.__path__ = ["custom_components/hold_slayer"]
sys.modules[component.__name__] = component
from custom_components.hold_slayer.records.database import Database
from custom_components.hold_slayer.records.writer import Writer
from dataclasses import replace
from tests.records.made import writing
writer = Writer(Database.in_file(Path(sys.argv[1])))
writer.start()
first = int(sys.argv[2])
for number in range(first, first + 100000):
    # as a whole: what was written without being confirmed is written once more
    writer.put(replace(writing(f"{number:07}", "one", "two", "three"), whole=True)).result(30)
    print(number, flush=True)
"""


def test_kill_9_loses_nothing_that_was_confirmed(file: Path) -> None:
    """A process that is killed while writing leaves whole calls, and all it had confirmed."""
    done = -1
    for turn in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", WRITE_FOREVER, str(file), str(done + 1)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                done = int(line)
                if done >= (turn + 1) * 15:
                    process.send_signal(signal.SIGKILL)
                    break
            # what it still confirmed before the signal arrived
            done = max([done, *(int(each) for each in process.stdout.read().split())])
        assert process.returncode == -signal.SIGKILL
    database = Database.in_file(file)
    with database.open().connect() as connection:
        calls = connection.scalars(select(CALLS.c.id).order_by(CALLS.c.id)).all()
        # one transaction may have been done without being confirmed, in each turn
        assert calls[: done + 1] == [f"{number:07}" for number in range(done + 1)]
        assert len(calls) <= done + 2
        assert count(connection, WORDS) == 3 * len(calls)
        assert count(connection, EVENTS) == count(connection, SEGMENTS) == len(calls)
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    database.close()


def test_two_processes_open_one_database(file: Path) -> None:
    """Two writers, each with connections of its own, write side by side."""
    assert write_side_by_side(Database.in_file(file), Database.in_file(file)) == 100
    assert len(ids(file)) == 100


def test_interrupted_calls_are_ended(file: Path) -> None:
    """What a crash cut off ended when it was last heard of; other accounts' calls go on."""
    cut = {"state": "on_hold", "ended": None, "outcome": None, "touched": MONDAY + 77}
    database = filled(
        file,
        writing("over"),
        writing("cut", **cut),
        writing("running", **cut),
        writing("other", account_id="other", **cut),
    )
    with database.open().execution_options(writes=True).begin() as connection:
        close_interrupted(connection, "account", frozenset({"running"}))
    with database.open().connect() as connection:
        found = {
            each.id: (each.ended, each.state, each.reason)
            for each in connection.execute(select(CALLS))
        }
    assert found["cut"] == (MONDAY + 77, "failed", "interrupted")
    assert found["running"][0] is None
    assert found["other"][0] is None
    assert found["over"] == (MONDAY + 600, "ended", "")
    database.close()


def test_record_written_anew(file: Path) -> None:
    """A whole record replaces what there was; segments are replaced from a position on."""
    first = writing("one", "a", "b")
    segment = {"kind": "music", "started": 2.0, "ended": 3.0, "heard_before": True}
    later = Writing(call_id="one", call=first.call, segments_from=1, segments=(segment, segment))
    database = filled(file, first, later)
    with database.open().connect() as connection:
        assert count(connection, SEGMENTS) == 3
    with database.open().execution_options(writes=True).begin() as connection:
        Writing(call_id="one", call=first.call, events=first.events, words=first.words, whole=True)(
            connection
        )
    with database.open().connect() as connection:
        tables = (CALLS, EVENTS, WORDS, SEGMENTS)
        assert [count(connection, table) for table in tables] == [1, 1, 2, 0]
    database.close()


def test_what_comes_late_for_a_deleted_call(file: Path) -> None:
    """A leg or a judgement that is told after the call was deleted leaves no trace."""
    database = filled(file, writing("kept"))
    late = CallEvent(time=MONDAY, kind="taught", facts={"what": "verdict", "person": True})
    with database.open().execution_options(writes=True).begin() as connection:
        for call_id in ("kept", "gone"):
            Writing(call_id=call_id, events=(late,))(connection)
        assert count(connection, EVENTS) == 2
        assert connection.scalars(select(EVENTS.c.call_id)).all() == ["kept", "kept"]
    database.close()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nonsense", "no database URL"),
        ("", "no database URL"),
        ("oracle://host/db", "oracle is not"),
    ],
)
def test_what_is_no_database(url: str, reason: str) -> None:
    """What cannot be a database is told, with what is possible."""
    with pytest.raises(UnknownKind, match=reason):
        probe(url)
