"""What can go wrong for real: full disks, two processes, kills, clocks, plans of large tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
import os
from pathlib import Path
import signal
import sqlite3
import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.exc import OperationalError

from custom_components.hold_slayer.records.database import Database, Fault, fault_of
from custom_components.hold_slayer.records.deleting import calls_within, delete_old
from custom_components.hold_slayer.records.filters import Filter, Page
from custom_components.hold_slayer.records.query import list_calls
from custom_components.hold_slayer.records.schema import CALLS, EVENTS, WORDS
from custom_components.hold_slayer.records.search import search_words
from custom_components.hold_slayer.records.statistics import PastCall, overview
from custom_components.hold_slayer.records.waits import read_waits
from custom_components.hold_slayer.records.writer import Trouble, Writer

from .made import MONDAY, count, filled, writing

ROOT = Path(__file__).parents[2]
#: A process that has the records without Home Assistant, and its arguments after this.
PROCESS = """
import sys, types, resource, signal
from pathlib import Path
component = types.ModuleType("custom_components.hold_slayer")
component.__path__ = ["custom_components/hold_slayer"]
sys.modules[component.__name__] = component
from custom_components.hold_slayer.records.database import Database
from custom_components.hold_slayer.records.writer import Writer
from tests.records.made import writing
"""


def run(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a process of the records."""
    return subprocess.Popen(
        [sys.executable, "-c", PROCESS + code, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Mount a small file system; skips where that is not permitted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip(
            "NOT TESTED: mounting a small disk needs root; see the test of a file size limit"
        )
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(file: Path) -> None:
    """Write until the disk is full."""
    with file.open("wb", buffering=0) as ballast:
        while True:
            ballast.write(bytes(4096))


def test_disk_that_is_really_full(tmp_path: Path) -> None:
    """What finds no room waits until there is some; nothing is lost or half done."""
    with small_disk(tmp_path / "disk", 2000) as disk:
        told: list[Trouble | None] = []
        ballast = disk / "ballast"

        def make_room(trouble: Trouble | None) -> None:
            told.append(trouble)
            ballast.unlink(missing_ok=True)

        database = Database.in_file(disk / "history.db")
        writer = Writer(database, make_room, retry_s=0.05)
        writer.start()
        writer.put(writing("before")).result(30)
        with pytest.raises(OSError, match="No space"):
            fill(ballast)
        long = writing("long", *("many words " * 400 for _ in range(40)))
        assert writer.put(long).result(60) is None
        assert told[0] is not None
        assert told[0].fault is Fault.UNAVAILABLE
        with database.open().connect() as connection:
            assert (count(connection), count(connection, WORDS)) == (2, 40)
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        writer.stop()
        assert told[-1] is None


FULL = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
def told(trouble):
    print(trouble.fault.value if trouble else "well", flush=True)
    if trouble is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
writer = Writer(Database.in_file(Path(sys.argv[1])), told, retry_s=0.05)
writer.start()
for number in range(60):
    writer.put(writing(f"{number:03}", "words " * 2000)).result(60)
writer.stop()
"""


def test_file_size_limit(tmp_path: Path) -> None:
    """A limit on file sizes, as a quota sets it, is an outage that ends, not a damaged file."""
    file = tmp_path / "history.db"
    with run(FULL, str(file)) as process:
        assert process.stdout is not None
        said = process.stdout.read().split()
    assert process.returncode == 0
    assert said == ["unavailable", "well"]
    with sqlite3.connect(file) as connection:
        assert connection.execute(f"SELECT count(*) FROM {CALLS.name}").fetchone() == (60,)
    assert [each.name for each in tmp_path.iterdir() if "damaged" in each.name] == []


WRITE_SOME = """
writer = Writer(Database.in_file(Path(sys.argv[1])), retry_s=0.05)
writer.start()
for number in range(100):
    writer.put(writing(f"{sys.argv[2]}{number:03}", "one", "two")).result(60)
writer.stop()
"""


def test_two_processes(tmp_path: Path) -> None:
    """Two processes that make the tables and write at the same time lose nothing."""
    file = tmp_path / "history.db"
    both = [run(WRITE_SOME, str(file), name) for name in ("a", "b")]
    for process in both:
        process.communicate(timeout=100)
        assert process.returncode == 0
    database = Database.in_file(file)
    with database.open().connect() as connection:
        assert (count(connection), count(connection, WORDS)) == (200, 400)
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    database.close()


MIGRATE = """
import sqlite3
Database.in_file(Path(sys.argv[1])).open()
"""


def test_kill_9_while_the_tables_are_brought_up_to_date(tmp_path: Path) -> None:
    """Whenever it is killed, the next start finishes the work, and the calls are still there."""
    file = tmp_path / "history.db"
    schema = (Path(__file__).parent / "schemas" / "sqlite" / "1a.sql").read_text("utf-8")
    for turn in range(6):
        file.unlink(missing_ok=True)
        with sqlite3.connect(file) as connection:
            connection.executescript(schema)
        with run(MIGRATE + f"\nprint(end='')\n# {turn}", str(file)) as process:
            # earlier and later in its life: before, while and after the tables are changed
            try:
                process.wait(timeout=0.15 + 0.08 * turn)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        database = Database.in_file(file)
        with database.open().connect() as connection:
            assert connection.scalars(select(CALLS.c.id)).all() == ["kept"]
            assert len(search_words(connection, ["appele"], Filter(), Page())["calls"]) == 1
        database.close()


def test_statement_at_fault_is_no_outage(tmp_path: Path) -> None:
    """A pattern too long for SQLite is the question's fault; the next job is written."""
    database = Database.in_file(tmp_path / "history.db")
    writer = Writer(database)
    writer.start()

    def ask(connection: Connection) -> None:
        connection.execute(
            text(f"SELECT 1 FROM {CALLS.name} WHERE name LIKE :p"), {"p": "%" * 10**6}
        )
        connection.exec_driver_sql("SELECT nonsense")

    failed = writer.put(ask)
    writer.put(writing("next")).result(30)
    error = failed.exception()
    assert isinstance(error, OperationalError)
    assert fault_of(error) is Fault.REFUSED
    assert writer.trouble is None
    writer.stop()


def plan(connection: Connection, work: object) -> list[str]:
    """Return how SQLite goes about what a piece of work asks."""
    asked: list[tuple[str, object]] = []

    def note(_c: object, _u: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    assert callable(work)
    work(connection)
    event.remove(connection, "before_cursor_execute", note)
    found = []
    for statement, values in asked:
        if statement.lstrip().upper().startswith("SELECT"):
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
            found += [row[3] for row in rows]
    return found


def test_large_tables_are_read_by_indexes(tmp_path: Path) -> None:
    """No question reads whole rows of all calls, however many there are."""
    database = filled(tmp_path / "h.db", *(writing(f"c{n}", started=MONDAY + n) for n in range(50)))
    with database.open().connect() as connection:
        page = Page(limit=5)
        steps = plan(connection, lambda c: list_calls(c, Filter(), page))
        assert all(
            "COVERING INDEX" in each or "SEARCH" in each or "hold" not in each for each in steps
        )
        steps = plan(connection, lambda c: list_calls(c, Filter(contact="ins"), page))
        assert not [each for each in steps if each == f"SCAN {CALLS.name}"]
        steps = plan(connection, lambda c: list_calls(c, Filter(contact_id="insurance"), page))
        assert any("hold_slayer_calls_contact (contact_id=?)" in each for each in steps)
        steps = plan(connection, lambda c: read_waits(c, "insurance", UTC))
        assert any("hold_slayer_calls_contact (contact_id=?)" in each for each in steps)
        assert not [each for each in steps if each == f"SCAN {EVENTS.name}"]
        steps = plan(connection, lambda c: search_words(c, ["x"], Filter(), page))
        assert any("VIRTUAL TABLE INDEX" in each for each in steps)
    database.close()


def test_too_much_space(tmp_path: Path) -> None:
    """Beyond a size the oldest calls go, and what is left fits."""
    long = "many words that are all different " * 30
    database = filled(
        tmp_path / "h.db",
        *(writing(f"c{n:03}", f"{long} {n}", started=MONDAY + n) for n in range(400)),
    )
    with database.open().execution_options(writes=True).begin() as connection:
        assert calls_within(connection, most_bytes=1e9) is None
        most = calls_within(connection, most_bytes=400_000)
        assert most is not None
        assert 0 < most < 400
        delete_old(connection, 0, most)
        left = connection.scalars(select(CALLS.c.id).order_by(CALLS.c.id)).all()
        assert list(left) == [f"c{n:03}" for n in range(400 - most, 400)]
        assert calls_within(connection, most_bytes=600_000) is None
    database.close()


def test_hours_when_the_clock_changes() -> None:
    """Both half past twos of an October night count for the hour two; the missing one for nothing."""
    berlin = ZoneInfo("Europe/Berlin")
    night = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    calls = [
        PastCall(
            started=(night + timedelta(hours=hour)).astimezone(berlin),
            contact="x",
            number="1",
            reached=True,
            connected=True,
            outcome="connected",
            hold_s=60.0 * hour,
            menu_s=1.0,
        )
        for hour in range(3)
    ]
    assert [(each["hour"], each["calls"]) for each in overview(calls)["by_hour"]] == [
        (2, 2),
        (3, 1),
    ]
    spring = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    local = [(spring + timedelta(hours=hour)).astimezone(berlin).hour for hour in range(3)]
    assert local == [1, 3, 4]


def test_clock_set_back_during_a_call(tmp_path: Path) -> None:
    """A call that ends before it began has no negative durations anywhere."""
    backwards = {"ended": MONDAY - 3600, "answered": MONDAY + 5, "person_since": MONDAY - 3500}
    database = filled(tmp_path / "h.db", writing("back", hold_s=-3000.0, **backwards))
    with database.open().connect() as connection:
        call = list_calls(connection, Filter(), Page())["calls"][0]
        assert (call["duration"], call["cost_time"]) == (0.0, 0.0)
        assert read_waits(connection, "insurance", UTC).past[0].hold_s == 0.0
    database.close()
