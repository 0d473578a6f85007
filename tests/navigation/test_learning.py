"""Learning flows from calls, merging, exploring, and calling again."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.hold_slayer.navigation.flow import Action, CallFlow, Prompt, Step
from custom_components.hold_slayer.navigation.flow_format import read_flow, write_yaml
from custom_components.hold_slayer.navigation.journal import Deed
from custom_components.hold_slayer.navigation.learner import excerpt, learn, merge
from custom_components.hold_slayer.navigation.menu_tree import Explorer, MenuTree
from custom_components.hold_slayer.navigation.moments import Order
from custom_components.hold_slayer.navigation.phrases import load
from custom_components.hold_slayer.navigation.plan import CallPlan
from custom_components.hold_slayer.navigation.redial import DEFAULTS, RedialPolicy
from custom_components.hold_slayer.navigation.states import CallState, Outcome

from .drive import Drive

EN = load("en")
MENU = "Welcome to ACME. For billing, press 1. For claims, press 2. To repeat, press star."
SECOND = "For a new claim, press 1. For an open claim, press 2. For an operator, press 0."
QUEUE = "All our agents are busy. Please stay on the line."


def play(drive: Drive, *, person: bool = True) -> None:
    drive.answer()
    drive.say(MENU)
    drive.wait(2)
    drive.say(SECOND)
    drive.wait(2)
    drive.say(QUEUE)
    drive.wait(2)
    drive.music(60)
    if person:
        drive.person("Hello, this is Jane, how can I help you?")


def test_a_call_without_a_flow_proposes_one_that_works() -> None:
    drive = Drive(CallPlan(intent="my open claim"))
    play(drive)
    assert drive.keys == ["2", "2"]
    lesson = learn(None, drive.navigator.journal, reached=True, held_s=60, name="ACME", phrases=EN)
    assert lesson is not None
    assert lesson.new
    assert [(step.action, step.keys) for step in lesson.flow.steps] == [
        (Action.PRESS, "2"),
        (Action.PRESS, "2"),
        (Action.HOLD, ""),
    ]
    assert lesson.flow.steps[0].prompt.text == "for claims press 2"
    assert lesson.flow.typical_hold_s == 60
    assert read_flow(write_yaml(lesson.flow)) == lesson.flow

    again = Drive(CallPlan(intent="something else", flow=lesson.flow))
    play(again)
    assert again.keys == ["2", "2"]
    assert again.state is CallState.RINGING_YOU
    assert not again.navigator.flow_stale


def test_learned_flow_works_by_ear_alone() -> None:
    drive = Drive(CallPlan(intent="my open claim"))
    play(drive)
    lesson = learn(None, drive.navigator.journal, reached=True, phrases=EN)
    assert lesson is not None
    deaf = Drive(CallPlan(flow=lesson.flow, speech_to_text=False))
    play(deaf)
    assert deaf.keys == ["2", "2"]


def test_navigator_tells_its_own_lesson() -> None:
    drive = Drive(CallPlan(intent="my open claim"))
    play(drive)
    lesson = drive.navigator.lesson("ACME")
    assert lesson is not None
    assert lesson.flow.name == "ACME"
    assert [step.keys for step in lesson.flow.steps] == ["2", "2", ""]
    assert lesson.flow.typical_hold_s is not None
    drive.order(Order.IS_NO_PERSON)
    assert drive.navigator.lesson("ACME") is None, "nobody was there after all"


def deed(keys: str, heard: str, seconds: float = 5.0) -> Deed:
    return Deed(action=Action.PRESS, keys=keys, heard=heard, heard_s=seconds)


def known(**fields: object) -> CallFlow:
    return CallFlow(
        name="ACME",
        steps=(
            Step(action=Action.LISTEN, prompt=Prompt(text="welcome")),
            Step(action=Action.PRESS, keys="2", prompt=Prompt(text="for claims press 2")),
            Step(action=Action.HOLD),
        ),
        **fields,  # type: ignore[arg-type]
    )


def test_same_way_is_confirmed_and_refined() -> None:
    lesson = learn(
        known(typical_hold_s=100.0),
        [deed("2", "If you want to report any claim please press 2.")],
        reached=True,
        held_s=200,
        phrases=EN,
    )
    assert lesson is not None
    assert lesson.changes == ()
    press = lesson.flow.steps[1]
    assert press.prompt.text == "for claims press 2"
    assert [one.text for one in press.alternatives] == [
        "if you want to report any claim please press 2"
    ]
    assert press.prompt.seconds == 5.0
    assert lesson.flow.successes == 1
    assert lesson.flow.typical_hold_s == 130.0
    assert lesson.flow.revision == 2


def test_known_wording_changes_nothing_but_counts() -> None:
    flow = known()
    first = learn(flow, [deed("2", "For claims, press 2.")], reached=True, phrases=EN)
    assert first is not None
    second = learn(first.flow, [deed("2", "for claims press two")], reached=True, phrases=EN)
    assert second is not None
    assert second.flow.revision == first.flow.revision
    assert second.flow.successes == 2


def test_moved_key_is_a_change_told_in_words() -> None:
    lesson = learn(known(), [deed("4", "For claims, press 4.")], reached=True, phrases=EN)
    assert lesson is not None
    assert len(lesson.changes) == 1
    assert "'2' is now '4'" in lesson.changes[0]
    assert lesson.flow.steps[1].keys == "4"
    assert lesson.flow.steps[0].action is Action.LISTEN


def test_longer_way_replaces_the_flow() -> None:
    lesson = learn(
        known(),
        [deed("2", "For claims, press 2."), deed("1", "For cars, press 1.")],
        reached=True,
        phrases=EN,
    )
    assert lesson is not None
    assert lesson.changes
    assert [step.keys for step in lesson.flow.steps] == ["2", "1", ""]


def test_lost_call_counts_against_the_flow_only() -> None:
    assert learn(None, [deed("2", "x")], reached=False, phrases=EN) is None
    lesson = learn(known(), [deed("9", "y")], reached=False, phrases=EN)
    assert lesson is not None
    assert lesson.flow.steps == known().steps
    assert lesson.flow.failures == 1


def test_secrets_and_numbers_never_enter_a_flow() -> None:
    journal = [
        deed("{account_number}", "Please enter your account number."),
        deed("15550100", "Enter your phone number."),
        deed("2", "Your number is 4 7 1 1 0 8 1 5. For claims, press 2."),
        Deed(action=Action.SAY, text="my card is 4711 0815", heard="what"),
    ]
    lesson = learn(None, journal, reached=True, phrases=EN)
    assert lesson is not None
    text = write_yaml(lesson.flow)
    assert "{account_number}" in text
    for leak in ("15550100", "4711", "4 7 1 1"):
        assert leak not in text


@pytest.mark.parametrize(
    ("heard", "keys", "expected"),
    [
        (MENU, "2", "for claims press 2"),
        ("Press 1 for billing. Press 2 for claims.", "2", "press 2 for claims"),
        ("no options at all", "2", "no options at all"),
        ("", "2", ""),
    ],
)
def test_excerpt(heard: str, keys: str, expected: str) -> None:
    assert excerpt(heard, keys, EN) == expected


def test_merging_two_recordings() -> None:
    other = CallFlow(
        name="Acme",
        steps=(
            Step(action=Action.LISTEN, prompt=Prompt(text="welcome")),
            Step(action=Action.PRESS, keys="2", prompt=Prompt(text="report an accident with two")),
            Step(action=Action.HOLD),
        ),
        tags=("b",),
        successes=2,
        typical_hold_s=300.0,
    )
    merged = merge(known(tags=("a",), successes=1, typical_hold_s=100.0), other)
    assert [step.action for step in merged.steps] == [Action.LISTEN, Action.PRESS, Action.HOLD]
    assert [prompt.text for prompt in merged.steps[1].prompts] == [
        "for claims press 2",
        "report an accident with two",
    ]
    assert merged.tags == ("a", "b")
    assert merged.successes == 3
    assert merged.typical_hold_s == 200.0


def test_merging_ways_that_differ_keeps_the_newer() -> None:
    newer = CallFlow(
        name="x",
        steps=(
            Step(action=Action.PRESS, keys="3"),
            Step(action=Action.PRESS, keys="1"),
            Step(action=Action.HOLD),
        ),
    )
    assert merge(known(), newer).steps == newer.steps


def explored(texts: dict[tuple[str, ...], str], path: tuple[str, ...], explorer: Explorer) -> Drive:
    """One exploring call to a company whose menus are `texts` by keys pressed."""
    drive = Drive(CallPlan(flow=explorer.flow(path), explore=True))
    drive.answer()
    for _ in range(len(path) + 1):
        drive.say(texts.get(tuple(drive.keys), QUEUE))
        drive.wait(4)
        if drive.state in (CallState.ENDED, CallState.FAILED):
            break
    return drive


def test_exploring_walks_all_menus_and_bothers_nobody() -> None:
    texts = {
        (): MENU,
        ("1",): "For invoices, press 1. For payments, press 2.",
        ("2",): SECOND,
    }
    tree = MenuTree(EN)
    explorer = Explorer(tree, EN)
    walked = []
    while (path := explorer.next_path()) is not None:
        walked.append(path)
        drive = explored(texts, path, explorer)
        assert CallState.RINGING_YOU not in drive.states
        assert CallState.PERSON_DETECTED not in drive.states
        assert drive.end.outcome is Outcome.EXPLORED
        explorer.called(path, drive.navigator.explored, drive.end.reason)
    assert walked[0] == ()
    assert [len(path) for path in walked] == sorted(len(path) for path in walked)
    assert ("*",) not in walked, "repeating leads nowhere"
    assert ("2", "0") not in walked, "an operator is a person"
    assert tree.root.labels["2"] == "claims"
    claims = tree.at(("2",))
    assert claims is not None
    assert claims.labels == {"1": "new claim", "2": "open claim", "0": "operator"} or set(
        claims.labels
    ) == {"1", "2", "0"}
    queue = tree.at(("1", "1"))
    assert queue is not None
    assert "queue" in queue.end
    flow = tree.flow(("2", "2"), "ACME")
    assert [step.keys for step in flow.steps] == ["2", "2", ""]
    assert flow.steps[1].prompt.text


def test_trees_merge() -> None:
    one, other = MenuTree(EN), MenuTree(EN)
    one.heard((), "For billing, press 1. For claims, press 2.")
    other.heard((), "For billing, press 1. For claims, press 2. For sales, press 3.")
    other.heard(("3",), "For cars, press 1. For boats, press 2.")
    one.ended(("1",), "queue")
    one.merge(other)
    assert set(one.root.labels) == {"1", "2", "3"}
    sales = one.at(("3",))
    assert sales is not None
    assert sales.labels == {"1": "cars", "2": "boats"}
    billing = one.at(("1",))
    assert billing is not None
    assert billing.end == "queue"


NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "attempt", "opens_at", "expected"),
    [
        (Outcome.BUSY, 1, "", NOW + timedelta(minutes=2)),
        (Outcome.BUSY, 2, "", NOW + timedelta(minutes=4)),
        (Outcome.BUSY, 6, "", None),
        (Outcome.DROPPED_IN_QUEUE, 1, "", NOW + timedelta(minutes=1)),
        (Outcome.CLOSED, 1, "09:00", NOW.replace(hour=9, minute=5)),
        (Outcome.CLOSED, 1, "07:30", NOW.replace(day=21, hour=7, minute=35)),
        (Outcome.CLOSED, 1, "", None),
        (Outcome.CLOSED, 1, "99:99", None),
        (Outcome.CLOSED, 1, "soon", None),
        (Outcome.CLOSED, 2, "09:00", None),
        (Outcome.CONNECTED, 1, "", None),
        (Outcome.REFUSED_BY_POLICY, 1, "", None),
        (Outcome.HUNG_UP, 1, "", None),
    ],
)
def test_calling_again(
    outcome: Outcome, attempt: int, opens_at: str, expected: datetime | None
) -> None:
    assert RedialPolicy(rules=DEFAULTS).next_try(outcome, attempt, NOW, opens_at) == expected


def test_nothing_is_called_again_unless_set() -> None:
    assert RedialPolicy().next_try(Outcome.BUSY, 1, NOW) is None
