"""The card's modules by themselves, in a browser without Home Assistant: odd messages, hostile names, every state."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, async_playwright
import pytest

from custom_components.hold_slayer.navigation.states import FINAL_STATES, CallState
from lab.home.browser import ARGUMENTS, CHROMIUM

pytestmark = pytest.mark.browser

FRONTEND = Path(__file__).resolve().parents[2] / "custom_components" / "hold_slayer" / "frontend"
HOSTILE = "<img src=x onerror=alert(1)>"
CALL: dict[str, Any] = {
    "id": "c1",
    "contact": "Insurance",
    "number": "+442079460000",
    "intent": "my claim",
    "started": 1000.0,
    "ended": None,
    "connected_since": None,
    "hold_since": None,
    "probability": None,
    "segments": [],
    "words": [],
    "phones": [],
}
LINE = {"id": "l1", "number": 1, "name": "Line 1", "account": "alice", "available": True}
#: What a user may do in each state, by the names of the texts.
BUTTONS = {
    CallState.DIALING: ["hang_up"],
    CallState.RINGING: ["hang_up"],
    CallState.NAVIGATING: ["listen_in", "keypad", "hang_up"],
    CallState.ON_HOLD: ["connect_me", "is_a_person", "listen_in", "keypad", "hang_up"],
    CallState.PERSON_SUSPECTED: ["connect_me", "not_a_person", "listen_in", "hang_up"],
    CallState.PERSON_DETECTED: ["connect_me", "not_a_person", "hang_up"],
    CallState.RINGING_YOU: ["connect_me", "not_a_person", "hang_up"],
    CallState.CONNECTED: ["give_back", "keypad", "hang_up"],
    CallState.ENDED: [],
    CallState.FAILED: [],
}


async def empty(_request: web.Request) -> web.Response:
    """A page with a place to draw in."""
    return web.Response(text="<main></main>", content_type="text/html")


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page that can import the modules; errors on it fail the test."""
    app = web.Application()
    app.router.add_get("/", empty)
    app.router.add_static("/card", FRONTEND)
    problems: list[str] = []
    async with TestServer(app) as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(str(server.make_url("/")))
        yield page
        await browser.close()
    assert problems == []


async def drawn(page: Page, *lines: dict[str, Any], keypad: str | None = None) -> None:
    """Draw lines with names of texts instead of texts."""
    await page.evaluate(
        """async ([lines, keypad]) => {
            const { html, render } = await import("/card/vendor/lit-html.js");
            const { lineView } = await import("/card/line.js");
            const localize = (key, values) =>
              [key.split(".").pop(), ...Object.values(values ?? {})].join(" ");
            const orders = new Proxy({}, { get: (_, name) => (...given) => {
              window.ordered = [name, ...given.slice(1)];
            } });
            const shown = { keypad, playing: null, accounts: true };
            render(
              html`${lines.map((line) => lineView({ localize, language: "en" }, line, 1100, orders, shown))}`,
              document.querySelector("main"),
            );
        }""",
        [list(lines), keypad],
    )


async def texts(page: Page, selector: str) -> list[str]:
    """Return the texts of what is drawn, without the space around them."""
    return [" ".join(text.split()) for text in await page.locator(selector).all_text_contents()]


async def test_each_state_has_the_buttons_that_fit(page: Page) -> None:
    for state, buttons in BUTTONS.items():
        over = state in FINAL_STATES
        call = CALL | {"state": state, "ended": 1060.0 if over else None}
        await drawn(page, LINE | {"call": call | {"outcome_text": "Busy" if over else ""}})
        assert await texts(page, ".buttons button") == buttons, state
        assert await texts(page, ".state") == [f"{state} · Busy" if over else state.value]
        assert await texts(page, ".timer") == ["1:00" if over else "1:40"]


def test_every_state_of_a_call_is_tried() -> None:
    assert set(CallState) - BUTTONS.keys() <= {CallState.IDLE, CallState.QUEUED}


async def test_names_and_words_are_only_text(page: Page) -> None:
    word = {"time": 1010.0, "who": "company", "text": HOSTILE, "final": True}
    call = CALL | {
        "state": "ringing_you",
        "contact": HOSTILE,
        "intent": HOSTILE,
        "probability": 0.9,
        "reasons": [{"cue": HOSTILE, "weight": 1}],
        "phones": [{"name": HOSTILE, "state": "ringing"}],
        "words": [word],
        "segments": [{"kind": "music", "start": 1000.0, "end": None}],
    }
    await drawn(page, LINE | {"name": HOSTILE, "account": HOSTILE, "call": call})
    assert await page.locator("img").count() == 0
    assert await texts(page, ".who strong") == [HOSTILE]
    assert HOSTILE in (await texts(page, ".words"))[0]


async def test_two_verdicts_have_labels_of_their_own(page: Page) -> None:
    calls = [CALL | {"id": key, "state": "person_detected", "probability": 0.5} for key in "ab"]
    await drawn(page, *(LINE | {"call": call} for call in calls))
    labels = await page.locator("meter").evaluate_all(
        "all => all.map(m => m.ariaLabelledByElements[0].id)"
    )
    assert labels == ["verdict-a", "verdict-b"]


async def test_keys_are_pressed_by_hand_and_by_keyboard(page: Page) -> None:
    await drawn(page, LINE | {"call": CALL | {"state": "connected"}}, keypad="c1")
    await page.locator(".keypad button", has_text="#").click()
    assert await page.evaluate("window.ordered") == ["pressKey", "#"]
    for typed in ("5", "x"):
        await page.keyboard.press(typed)
        assert await page.evaluate("window.ordered") == ["pressKey", "5"]


async def test_deltas(page: Page) -> None:
    """What comes for lines and calls that are gone, or out of order, breaks nothing."""
    said = await page.evaluate(
        """async ([line, call]) => {
            const { EMPTY, reduce } = await import("/card/store.js");
            const tell = (state, ...messages) => messages.reduce(reduce, state);
            const begun = tell(EMPTY,
              { kind: "words", id: "l1", index: 0, words: {} },
              { kind: "line", id: "l9", call },
              { kind: "snapshot", lines: [{ ...line, call: null }], contacts: [], phones: [] },
              { kind: "segment", id: "l1", index: 3, segment: {} },
              { kind: "nonsense" },
            );
            const running = tell(begun,
              { kind: "line", id: "l1", call },
              { kind: "words", id: "l1", index: 2, words: { text: "third" } },
              { kind: "words", id: "l1", index: 0, words: { text: "first" } },
              { kind: "line", id: "l1", call: { id: call.id, state: "on_hold" } },
              { kind: "line", id: "l1", available: false },
            );
            const next = tell(running, { kind: "line", id: "l1", call: { ...call, id: "c2", words: [] } });
            const long = tell(EMPTY, { kind: "snapshot", contacts: [], phones: [],
              lines: [{ ...line, call: { ...call, words_offset: 100, words: [{ text: "late" }] } }] });
            const of = (state) => state.lines.get("l1");
            return [
              of(begun).call,
              of(running).call.words.map((each) => each?.text ?? null),
              of(running).call.state, of(running).call.contact, of(running).available,
              of(next).call.words, of(tell(next, { kind: "line", id: "l1", call: null })).call,
              of(long).call.words.length, of(long).call.words[100].text, of(begun).call,
            ];
        }""",
        [LINE, CALL | {"state": "dialing"}],
    )
    assert said == [
        None,
        ["first", None, "third"],
        "on_hold",
        "Insurance",
        False,
        [],
        None,
        101,
        "late",
        None,
    ]


async def test_a_browser_whose_clock_is_wrong(page: Page) -> None:
    """Time counts by Home Assistant's clock, whatever a tablet on the wall believes."""
    said = await page.evaluate(
        """async () => {
            const { EMPTY, reduce, Store } = await import("/card/store.js");
            const told = { kind: "snapshot", now: 5000, lines: [], contacts: [], phones: [] };
            const store = new Store({});
            const before = store.now() - Date.now() / 1000;
            store._apply({ ...told, now: Date.now() / 1000 - 7200 });
            const older = { ...told, now: undefined };
            return [
              reduce(EMPTY, told, 1400).ahead, reduce(EMPTY, older, 1400).ahead,
              Math.round(before), Math.round(store.now() - Date.now() / 1000),
            ];
        }"""
    )
    assert said == [3600, 0, 0, -7200]


async def test_numbers_for_people(page: Page) -> None:
    said = await page.evaluate(
        """async () => {
            const { clock, timerStart } = await import("/card/format.js");
            const { shares } = await import("/card/timeline.js");
            const { lineAt } = await import("/card/recording.js");
            const words = [{ time: 10 }, { time: 20 }];
            const at = (position, sought) =>
              lineAt(words, { recording: { started: 5 }, position, sought });
            return [
              [-3, 0, 59.9, 3600, 36061].map(clock),
              timerStart({ started: 1, hold_since: 2, connected_since: null }),
              shares([], 5),
              shares([{ start: 0, end: 5 }, undefined, { start: 5 }], 10)
                .map(({ left, width }) => [left, width]),
              [at(0), at(5), at(16), at(14.9, words[1]), lineAt(words, null)],
            ];
        }"""
    )
    assert said == [
        ["0:00", "0:00", "0:59", "1:00:00", "10:01:01"],
        2,
        [],
        [[0, 50], [50, 50]],
        [-1, 0, 1, 1, -1],
    ]
