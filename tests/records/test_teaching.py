"""What users teach: verdicts, words and keys, and what of it may leave the house."""

from functools import partial
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.call import Call
from custom_components.hold_slayer.calls.changes import ChangeKind
from custom_components.hold_slayer.calls.flow_files import import_flow
from custom_components.hold_slayer.calls.print_books import StoredBook
from custom_components.hold_slayer.calls.progress import Speaker, TranscriptLine
from custom_components.hold_slayer.hearing.heard import PrintKind
from custom_components.hold_slayer.records.event_log import lines
from custom_components.hold_slayer.records.history import history_of
from custom_components.hold_slayer.records.teaching import judged_print
from custom_components.hold_slayer.records.writing import CallEvent, Writing
from custom_components.hold_slayer.telephony.messages import (
    GetPrint,
    GetPrintBook,
    MarkPrint,
    PrintBookData,
    TeachPrintBook,
)
from lab.bench.taught import main as taught_bench

from ..calling import act, over, start, to_hold, to_person
from ..homes import account_entry, set_up
from ..scripted_link import ScriptedLink
from .made import MONDAY, writing

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """Set an account up."""
    entry = account_entry()
    await set_up(hass, entry)
    return entry


async def taught(hass: HomeAssistant, call_id: str) -> list[dict[str, Any]]:
    """Return what a call was taught."""
    call = (await act(hass, "get_call_history", call_id=call_id))["calls"][0]
    return [each for each in call["events"] if each["kind"] == "taught"]


async def test_that_was_no_person(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """What seemed a person goes into the print book as a recording, and holding goes on."""
    call = await start(hass, entry)
    await to_person(hass, link, call)
    await act(hass, "set_verdict", person=False)
    await hass.async_block_till_done()
    mark = link.all(MarkPrint)[-1]
    assert mark.leg == call.company_leg
    # the ears suspected somebody from 20 s on and said so at 21 s
    assert (mark.since, mark.until, mark.kind) == (20.0, 21.0, PrintKind.ANNOUNCEMENT)
    assert call.state == "on_hold"
    event = (await taught(hass, call.id))[0]
    assert (event["what"], event["person"], event["since"]) == ("verdict", False, 20.0)


async def test_that_was_a_person(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """What the ears took for a recording is forgotten by the book, and the user is rung."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    await act(hass, "set_verdict", person=True)
    await hass.async_block_till_done()
    assert [each.kind for each in link.all(MarkPrint)] in ([], [None])
    assert call.state in ("person_detected", "ringing_you")
    assert (await taught(hass, call.id))[0]["person"] is True


async def test_verdict_on_a_past_call(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A call that is over, lately or long ago, can still be judged; one that never was cannot."""
    call = await start(hass, entry)
    await act(hass, "hang_up")
    await over(hass, call)
    await act(hass, "set_verdict", call_id=call.id, person=False)
    assert [each["person"] for each in await taught(hass, call.id)] == [False]
    await history_of(hass).write(writing("old"))
    await act(hass, "set_verdict", call_id="old", person=False)
    assert [each["person"] for each in await taught(hass, "old")] == [False]
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "set_verdict", call_id="never", person=False)
    assert error.value.translation_key == "unknown_call"


async def judged(hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry) -> Call:
    """Return a call, forgotten by the switchboard, in which the ears judged a stretch."""
    link.answers[GetPrint] = lambda request: PrintBookData(request=0, payload=b"stretch")
    call = await start(hass, entry)
    await to_person(hass, link, call)
    await act(hass, "hang_up")
    await over(hass, call)
    entry.runtime_data.switchboard.calls.pop(call.id)
    return call


@pytest.mark.parametrize("person", [True, False])
async def test_a_verdict_on_a_call_long_over_reaches_the_print_book(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, person: bool
) -> None:
    """The print of what was judged last is kept with the call, and the engine works it into the book."""
    books = entry.runtime_data.prints.books
    await books.save("insurance", StoredBook(data=b"book", announcements=1))
    call = await judged(hass, link, entry)
    asked = link.all(GetPrint)[-1]
    assert (asked.leg, asked.since, asked.until) == (call.company_leg, 20.0, 21.0)
    link.answers[TeachPrintBook] = lambda request: PrintBookData(
        request=0, announcements=2, payload=b"better"
    )
    answer = await act(hass, "set_verdict", call_id=call.id, person=person)
    assert answer == {"call_id": call.id, "person": person, "book_changed": True}
    (request,) = link.all(TeachPrintBook)
    assert (request.person, request.book_bytes, request.payload) == (person, 4, b"bookstretch")
    assert await books.load("insurance") == StoredBook(data=b"better", announcements=2)
    assert [each["person"] for each in await taught(hass, call.id)] == [person]


async def test_a_verdict_that_the_engine_could_not_take_is_not_kept(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The error says so, the book stays, and the verdict can be given again."""
    books = entry.runtime_data.prints.books
    call = await judged(hass, link, entry)
    await books.save("insurance", StoredBook(data=b"book", announcements=1))
    link.lose(TeachPrintBook)
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, "set_verdict", call_id=call.id, person=False)
    assert error.value.translation_key == "engine_lost"
    assert (await books.load("insurance")).data == b"book"
    assert await taught(hass, call.id) == []


async def test_what_is_taught_during_another_call_outlives_it(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The running call began with the older book; when it leaves its own, the verdict is told again."""
    call = await judged(hass, link, entry)
    running = await start(hass, entry)
    await to_person(hass, link, running)
    link.answers[TeachPrintBook] = lambda request: PrintBookData(
        request=0, announcements=1, payload=request.payload + b"+"
    )
    await act(hass, "set_verdict", call_id=call.id, person=False)
    link.answers[GetPrintBook] = lambda request: PrintBookData(request=0, payload=b"running")
    await act(hass, "hang_up")
    await over(hass, running)
    await hass.async_block_till_done()
    book = await entry.runtime_data.prints.books.load("insurance")
    assert book.data == b"runningstretch+"
    assert len(link.all(TeachPrintBook)) == 2


async def test_prints_of_stretches_stay_inside(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Neither the history's answers nor the log for collectors show them; they go with the call."""
    call = await judged(hass, link, entry)
    found = (await act(hass, "get_call_history", call_id=call.id))["calls"][0]
    assert "judged" not in {each["kind"] for each in found["events"]}
    event = CallEvent(time=MONDAY, kind=ChangeKind.JUDGED, facts={"print": "cHJpbnQ="})
    row = {"account_id": "a", "line": 1, "name": "", "contact_id": None, "number": ""}
    assert list(lines(Writing(call_id=call.id, events=(event,)), row)) == []
    read = partial(judged_print, call_id=call.id)
    assert await history_of(hass).read(read) == b"stretch"
    await act(hass, "delete_calls", call_id=call.id)
    assert await history_of(hass).read(read) == b""


async def test_corrections_reach_the_flow(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A misheard prompt and a wrong key are put right in the transcript and in the call flow."""
    account = entry.runtime_data
    import_flow(
        account,
        account.contacts["insurance"],
        [{"action": "press", "expect": "for clams press two", "keys": "3"}, {"action": "hold"}],
    )
    await hass.async_block_till_done()
    call = await start(hass, entry)
    for speaker, text in (
        (Speaker.COMPANY, "For clams press two."),
        (Speaker.KEYS, "3"),
        (Speaker.NOTE, "transfer"),
    ):
        call.progress.say(TranscriptLine(time=call.progress.started, speaker=speaker, text=text))
    await act(hass, "hang_up")
    await over(hass, call)
    found = await act(
        hass, "correct_call", call_id=call.id, line=0, text="For claims   987 654 321 press two."
    )
    assert found["after"] == "For claims {account_number} press two."
    assert found["flow_changed"]
    found = await act(hass, "correct_call", call_id=call.id, line=1, text="2")
    assert (found["what"], found["before"], found["flow_changed"]) == ("keys", "3", True)
    await hass.async_block_till_done()
    flow = account.contacts["insurance"].flow
    assert flow.steps[0].keys == "2"
    assert flow.steps[0].prompt.text == "For claims {account_number} press two."
    assert [each.text for each in flow.steps[0].alternatives] == ["For clams press two."]
    assert flow.revision == 3
    past = (await act(hass, "get_call_history", call_id=call.id))["calls"][0]
    # what was pressed stays what was pressed
    assert [line["text"] for line in past["transcript"]][:2] == [found_text(flow), "3"]
    hits = await act(hass, "get_call_history", search="claims")
    assert [each["call_id"] for each in hits["calls"]] == [call.id]
    assert (await act(hass, "get_call_history", search="clams"))["calls"] == []
    for line, text, key in (
        (99, "x", "line_unknown"),
        (2, "x", "line_not_correctable"),
        (1, "two", "keys_unknown"),
    ):
        with pytest.raises(ServiceValidationError) as error:
            await act(hass, "correct_call", call_id=call.id, line=line, text=text)
        assert error.value.translation_key == key


def found_text(flow: Any) -> str:
    """Return the words of the first step."""
    return str(flow.steps[0].prompt.text)


async def test_traces_say_nothing_of_anybody(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Figures and times only, of calls that were judged."""
    call = await start(hass, entry)
    await to_person(hass, link, call)
    call.progress.say(
        TranscriptLine(time=call.progress.started, speaker=Speaker.COMPANY, text="my secret words")
    )
    await act(hass, "set_verdict", person=False)
    await act(hass, "hang_up")
    await over(hass, call)
    one = writing("not judged", "other words", started=MONDAY)
    await history_of(hass).write(Writing(call_id="not judged", call=one.call, words=one.words))
    found = await act(hass, "export_traces")
    assert (found["version"], found["count"]) == (1, 1)
    trace = found["traces"][0]
    assert trace["taught"][0]["person"] is False
    assert trace["verdicts"][-1]["verdict"] == "person"
    assert trace["verdicts"][-1]["reasons"][0]["cue"] == "new_speech"
    assert {each["kind"] for each in trace["segments"]} >= {"music", "person"}
    assert all(each["start"] >= 0 for each in trace["segments"])
    text = json.dumps(found)
    for private in ("secret words", "Insurance", "insurance", "442079460000", call.id, "2026-"):
        assert private not in text, private


async def test_bench_reads_traces(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`scripts/bench taught` tells which cues misled the ears."""
    call = await start(hass, entry)
    await to_person(hass, link, call)
    await act(hass, "set_verdict", person=False)
    await act(hass, "hang_up")
    await over(hass, call)
    file = tmp_path / "traces.json"
    file.write_text(json.dumps(await act(hass, "export_traces")))
    assert taught_bench([str(file)]) == 0
    said = capsys.readouterr().out
    assert "1 calls, 1 judgements" in said
    assert "nobody was there" in said
    assert "new_speech" in said
    file.write_text("{}")
    assert taught_bench([str(file)]) == 2


async def test_corrections_without_a_flow(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Calls to numbers of no contact, or whose flow says something else, change nothing else."""
    history = history_of(hass)
    await history.write(writing("nobody", "for clams press two", contact_id=None))
    await history.write(writing("known", "for clams press two"))
    found = await act(hass, "correct_call", call_id="nobody", line=0, text="for claims press two")
    assert not found["flow_changed"]
    account = entry.runtime_data
    steps = [{"action": "press", "expect": "goodbye", "keys": "3"}, {"action": "hold"}]
    import_flow(account, account.contacts["insurance"], steps)
    await hass.async_block_till_done()
    revision = account.contacts["insurance"].flow.revision
    found = await act(hass, "correct_call", call_id="known", line=0, text="for claims press two")
    assert not found["flow_changed"]
    assert account.contacts["insurance"].flow.revision == revision
