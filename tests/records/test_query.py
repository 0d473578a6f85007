"""Pages, search, filters, deletion and export."""

from collections.abc import Iterator
import csv
import io
import json
from pathlib import Path
from typing import Any

from homeassistant.exceptions import ServiceValidationError
import pytest
from sqlalchemy import Connection

from custom_components.hold_slayer.records.deleting import delete_matching, delete_old
from custom_components.hold_slayer.records.export import Format, export_calls
from custom_components.hold_slayer.records.filters import (
    FARTHEST_OFFSET,
    Filter,
    Page,
    read_filter,
    read_page,
    read_words,
)
from custom_components.hold_slayer.records.query import get_call, list_calls
from custom_components.hold_slayer.records.schema import EVENTS, SEGMENTS, WORDS
from custom_components.hold_slayer.records.search import search_words

from .made import MONDAY, count, filled, writing

HOUR = 3600.0


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """Open a history of six calls, an hour between them."""
    database = filled(
        tmp_path / "history.db",
        writing("a", "Thank you for calling", "Your claim is being handled", started=MONDAY),
        writing("b", "your claim number please", "goodbye", started=MONDAY + HOUR),
        writing("c", "Ihre Prämie, bitte", name="Bäckerei Groß", started=MONDAY + 2 * HOUR),
        writing("d", "50% off the _next_ premium", outcome="busy", started=MONDAY + 3 * HOUR),
        writing("e", "claim", account_id="other", line=2, started=MONDAY + 4 * HOUR),
        writing("f", "claim", ended=None, outcome=None, started=MONDAY + 5 * HOUR),
    )
    with database.open().execution_options(writes=True).begin() as connection:
        yield connection
    database.close()


def found(answer: dict[str, Any]) -> str:
    """Return the ids of a page."""
    return "".join(each["call_id"] for each in answer["calls"])


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Filter(), "fedcba"),
        (Filter(call_id="b"), "b"),
        (Filter(account_id="other"), "e"),
        (Filter(contact="INSUR"), "fedba"),
        (Filter(contact="bÄCKEREI groSS"), "c"),
        (Filter(contact="%"), ""),
        (Filter(contact="' OR 1=1 --"), ""),
        (Filter(outcome="busy"), "d"),
        (Filter(since=MONDAY + HOUR, until=MONDAY + 3 * HOUR), "cb"),
        (Filter(visible={}), ""),
        (Filter(visible={"other": frozenset({1})}), ""),
        (Filter(visible={"other": frozenset({2}), "account": frozenset()}), "e"),
    ],
)
def test_filters(connection: Connection, wanted: Filter, ids: str) -> None:
    """Each field leaves out what it should, whatever is in it."""
    assert found(list_calls(connection, wanted, Page())) == ids


def test_pages(connection: Connection) -> None:
    """Pages follow each other without gap or repeat, and end."""
    pages = [list_calls(connection, Filter(), Page(limit=4, offset=offset)) for offset in (0, 4, 8)]
    assert [found(page) for page in pages] == ["fedc", "ba", ""]
    assert {page["total"] for page in pages} == {6}
    assert found(list_calls(connection, Filter(), Page(limit=500, offset=FARTHEST_OFFSET))) == ""


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("claim", "feba"),
        ("your claim", "ba"),
        ("CLA", "feba"),
        ("pramie", "c"),
        ("50%", "d"),
        ("next", "d"),
        ("thank handled", ""),
        ('claim" OR "goodbye', ""),
        ("claim*) NEAR(", ""),
    ],
)
def test_search(connection: Connection, text: str, ids: str) -> None:
    """Words are found in any case, as beginnings and without accents; nothing is query language."""
    answer = search_words(connection, read_words(text), Filter(), Page())
    assert found(answer) == ids
    assert not answer["more"]
    assert all(call["lines"] for call in answer["calls"])


def test_search_in_pages_and_with_filters(connection: Connection) -> None:
    """Search has pages as well, and keeps to what may be seen."""
    page = search_words(connection, ["claim"], Filter(), Page(limit=2, offset=1))
    assert (found(page), page["more"]) == ("eb", True)
    wanted = Filter(visible={"account": frozenset({1})}, since=MONDAY + HOUR)
    assert found(search_words(connection, ["claim"], wanted, Page())) == "fb"


def test_search_finds_several_lines_of_a_call(connection: Connection) -> None:
    """They are together with their call, which counts once, on its page and before it."""
    whole = search_words(connection, ["you"], Filter(), Page())
    assert {each["call_id"]: len(each["lines"]) for each in whole["calls"]} == {"b": 1, "a": 2}
    each = [
        search_words(connection, ["you"], Filter(), Page(limit=1, offset=offset))
        for offset in range(3)
    ]
    assert [found(page) for page in each] == ["b", "a", ""]


def test_whole_call(connection: Connection) -> None:
    """A call has its parts; one that is not there is None."""
    call = get_call(connection, Filter(call_id="a"))
    assert call is not None
    assert call["started"] == "2026-03-02T09:00:00+00:00"
    assert (call["duration"], call["cost_time"], call["hold_time"]) == (600.0, 595.0, 300.0)
    assert call["events"] == [
        {"time": "2026-03-02T09:00:00+00:00", "kind": "state", "state": "dialing"}
    ]
    assert call["segments"][0]["kind"] == "music"
    assert [line["text"] for line in call["transcript"]][1] == "Your claim is being handled"
    assert get_call(connection, Filter(call_id="../../etc/passwd")) is None
    assert get_call(connection, Filter(call_id="a", visible={})) is None


def test_delete(connection: Connection) -> None:
    """Deleted calls leave nothing, not even in the index; running ones stay."""
    assert delete_matching(connection, Filter(call_id="a")).call_ids == ("a",)
    assert delete_matching(connection, Filter(call_id="a")).call_ids == ()
    assert get_call(connection, Filter(call_id="a")) is None
    assert found(search_words(connection, ["handled"], Filter(), Page())) == ""
    gone = delete_matching(connection, Filter())
    assert (len(gone.call_ids), gone.contacts) == (4, ())
    assert found(list_calls(connection, Filter(), Page())) == "f"
    assert [count(connection, table) for table in (EVENTS, SEGMENTS, WORDS)] == [1, 1, 1]
    assert found(search_words(connection, ["claim"], Filter(), Page())) == "f"


def test_delete_old(connection: Connection) -> None:
    """The oldest go first, by age and then by count; never one that is running."""
    assert delete_old(connection, MONDAY + HOUR, 100) == 1
    assert delete_old(connection, MONDAY + HOUR, 4) == 0
    assert delete_old(connection, MONDAY + HOUR, 3) == 1
    assert found(list_calls(connection, Filter(), Page())) == "fedc"
    assert delete_old(connection, float("inf"), 0) == 3
    assert found(list_calls(connection, Filter(), Page())) == "f"


def test_clock_set_back(tmp_path: Path) -> None:
    """A call that ended before it began lasted no time."""
    database = filled(tmp_path / "h.db", writing("x", ended=MONDAY - 4000, answered=MONDAY))
    with database.open().connect() as connection:
        call = get_call(connection, Filter(call_id="x"))
    assert call is not None
    assert (call["duration"], call["cost_time"]) == (0.0, 0.0)
    database.close()


def test_export(tmp_path: Path) -> None:
    """JSON has everything, CSV a line each that no spreadsheet runs; running calls stay out."""
    database = filled(
        tmp_path / "h.db",
        writing("x", 'hello, "you"\nthere', reason="=HYPERLINK(1)"),
        writing("y", name="-1+1", number="+49,1", started=MONDAY + 1),
        writing("z", ended=None),
    )
    with database.open().connect() as connection:
        as_json = export_calls(connection, Filter(), 10, Format.JSON)
        as_csv = export_calls(connection, Filter(), 10, Format.CSV)
        assert export_calls(connection, Filter(contact="none"), 10, Format.CSV)["text"] == ""
        assert export_calls(connection, Filter(), 1, Format.CSV)["count"] == 1
    calls = json.loads(as_json["text"])["calls"]
    assert [call["call_id"] for call in calls] == ["x", "y"]
    assert calls[0]["transcript"][0]["text"] == 'hello, "you"\nthere'
    rows = list(csv.DictReader(io.StringIO(as_csv["text"])))
    assert [row["call_id"] for row in rows] == ["x", "y"]
    assert rows[0]["reason"] == "'=HYPERLINK(1)"
    assert rows[0]["number"] == "+442079460000"
    assert (rows[1]["contact"], rows[1]["number"]) == ("'-1+1", "'+49,1")
    database.close()


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"since": "yesterday"}, "history_time"),
        ({"until": "2026-13-45T00:00:00"}, "history_time"),
        ({"since": "0001-01-01T00:00:00+14:00"}, "history_time"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "history_times"),
        ({"since": "2026-03-02T10:00", "until": "2026-03-02T10:00"}, "history_times"),
        ({"outcome": "splendid"}, "history_outcome"),
        ({"limit": 0}, "history_limit"),
        ({"limit": 501}, "history_limit"),
        ({"limit": 10**30}, "history_limit"),
        ({"limit": "many"}, "history_number"),
        ({"limit": True}, "history_number"),
        ({"limit": 1.5}, "history_number"),
        ({"limit": float("nan")}, "history_number"),
        ({"limit": float("inf")}, "history_number"),
        ({"offset": -1}, "history_offset"),
        ({"offset": 10**30}, "history_offset"),
        ({"offset": [1]}, "history_number"),
    ],
)
def test_malformed_filters(data: dict[str, Any], key: str) -> None:
    """What cannot be meant is refused with the value that was wrong."""
    with pytest.raises(ServiceValidationError) as error:
        (read_filter(data), read_page(data))
    assert error.value.translation_key == key


def test_words_to_search() -> None:
    """Signs are no words."""
    assert read_words("claim-number, (12)!") == ["claim", "number", "12"]
    for text in ("", "  ", '"*"', "%_"):
        with pytest.raises(ServiceValidationError):
            read_words(text)
    assert len(read_words("word " * 10_000)) < 50
