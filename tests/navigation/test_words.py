"""What phrases, numbers, prompts and trees do with what does not fit."""

import pytest

from custom_components.hold_slayer.navigation.flow import Action, CallFlow, Prompt, Step
from custom_components.hold_slayer.navigation.journal import Deed
from custom_components.hold_slayer.navigation.learner import learn
from custom_components.hold_slayer.navigation.menu_tree import MenuTree
from custom_components.hold_slayer.navigation.patterns import PatternError, compile_phrases, expand
from custom_components.hold_slayer.navigation.phrases import load
from custom_components.hold_slayer.navigation.runner import Fit, FlowRunner
from custom_components.hold_slayer.navigation.words import number_words, rest_after

EN = load("en")
MENU = "Welcome to ACME. For billing, press 1. For claims, press 2."


@pytest.mark.parametrize(
    ("phrase", "excerpt"),
    [
        ("press {kee}", r"unknown slot \{kee\}"),
        ("press {key", r"can't read '\{key'"),
        ("(press", r"can't read the phrase '\(press'"),
    ],
)
def test_phrases_that_cannot_be_read(phrase: str, excerpt: str) -> None:
    """A phrase with a mistake in it is named."""
    with pytest.raises(PatternError, match=excerpt):
        compile_phrases([phrase], {"key": "[0-9]"})


def test_words_of_marks_alone_mean_nothing() -> None:
    """A word that folds to nothing leaves the rest of its phrase."""
    (pattern,) = compile_phrases(["press ~ {key}"], {"key": "(?P<key>[0-9])"})
    found = pattern.search("press 4")
    assert found is not None
    assert found["key"] == "4"
    assert expand("~", {}) == ""


def test_a_language_without_number_words() -> None:
    """Where nobody wrote the words down the digits are left."""
    words = number_words("tlh")
    assert words["7"] == 7
    assert set(words) == {str(number) for number in range(121)}


@pytest.mark.parametrize(
    ("said", "text", "rest"),
    [
        ("", "for claims press two", "for claims press two"),
        ("for claims", "for claims press two", "press two"),
        ("alpha beta", "gamma delta press two", "press two"),
        ("for claims press two", "for claims", ""),
    ],
)
def test_rest_after(said: str, text: str, rest: str) -> None:
    """What was read before is left out, by its words or else by their number."""
    assert rest_after(said, text) == rest


def test_a_tree_knows_only_what_was_heard() -> None:
    """An unknown path is none; what is said or given ends the menus of a call."""
    tree = MenuTree(EN)
    assert tree.at(("9",)) is None
    tree.walked([Deed(action=Action.SAY, text="claims", heard=MENU)])
    tree.walked([Deed(action=Action.PRESS, keys="4711", heard=MENU)])
    tree.walked([Deed(action=Action.PRESS, keys="7", heard=MENU)])
    assert tree.root.labels == {}
    tree.walked([Deed(action=Action.PRESS, keys="2", heard=MENU, print_id="p", ends_at=4.0)])
    assert tree.root.labels == {"1": "billing", "2": "claims"}
    # An early key cuts the menu short: the longer one stays.
    tree.walked([Deed(action=Action.PRESS, keys="1", heard="For billing, press 1.")])
    assert tree.root.labels == {"1": "billing", "2": "claims"}
    assert tree.flow(("2",), "ACME").steps[0].prompt.print_id == "p"
    assert tree.way("my claims") == ("2",)
    assert MenuTree(EN).way("my claims") == ()


def test_a_menu_that_offers_other_things_now() -> None:
    """What the newer menu does not offer any more is gone, with what was behind it."""
    tree, newer = MenuTree(EN), MenuTree(EN)
    tree.heard((), "For billing, press 1. For claims, press 2. For sales, press 3.")
    tree.ended(("3",), "queue")
    newer.heard((), "Good day. If you want to rent boats, press 1. For sailing lessons, press 2.")
    tree.merge(newer)
    assert set(tree.root.labels) == {"1", "2"}
    assert tree.at(("3",)) is None
    assert "boats" in tree.root.labels["1"]


def press(keys: str, text: str = "", **more: float | str) -> Step:
    """Return a step that presses a key upon a prompt."""
    return Step(action=Action.PRESS, keys=keys, prompt=Prompt(text=text, **more))  # type: ignore[arg-type]


def deed(keys: str, heard: str = "", **more: float | str) -> Deed:
    """Return a key that was pressed."""
    return Deed(action=Action.PRESS, keys=keys, heard=heard, **more)  # type: ignore[arg-type]


def test_a_key_without_a_prompt_leaves_what_is_known() -> None:
    """A call in which the prompt was not read takes nothing away from the flow."""
    known = CallFlow(
        name="ACME", steps=(press("2", "for claims press 2"), Step(action=Action.HOLD))
    )
    lesson = learn(known, [deed("2")], reached=True, phrases=EN)
    assert lesson is not None
    assert lesson.flow.steps == known.steps


def test_a_prompt_heard_for_the_first_time() -> None:
    """A step without a prompt gets the one that was heard; one without a print gets its print."""
    known = CallFlow(name="ACME", steps=(press("2"), Step(action=Action.HOLD)))
    lesson = learn(known, [deed("2", MENU, heard_s=6.0)], reached=True, phrases=EN)
    assert lesson is not None
    assert lesson.flow.steps[0].prompt.text == "for claims press 2"
    heard = deed("2", MENU, heard_s=6.0, print_id="p", ends_at=4.0)
    lesson = learn(lesson.flow, [heard], reached=True, phrases=EN)
    assert lesson is not None
    prompt = lesson.flow.steps[0].prompt
    assert (prompt.print_id, prompt.ends_at) == ("p", 4.0)


def test_a_flow_of_keys_replaces_one_that_only_waits() -> None:
    """Where the flow had no key the new ones come first, and the wait is kept."""
    known = CallFlow(name="ACME", steps=(Step(action=Action.HOLD),))
    lesson = learn(known, [deed("2", MENU)], reached=True, phrases=EN)
    assert lesson is not None
    assert [step.action for step in lesson.flow.steps] == [Action.PRESS, Action.HOLD]
    assert lesson.changes


def test_a_runner_after_its_last_step() -> None:
    """Nothing fires, fits or is upcoming once all is done."""
    runner = FlowRunner(CallFlow(name="x", steps=(press("2", "for claims press 2"),)))
    assert runner.upcoming(Action.PRESS)
    runner.done()
    assert runner.step is None
    assert not runner.fires_at_once
    assert not runner.upcoming(Action.PRESS)
    assert runner.compare(MENU, EN, ended=True).fit is Fit.NOT_YET


def test_a_prompt_that_names_no_option_cannot_move() -> None:
    """Without a name to look for, another menu is a changed one, never a moved one."""
    runner = FlowRunner(CallFlow(name="x", steps=(press("2", "welcome to the insurance company"),)))
    assert runner.compare(MENU, EN, ended=False).fit is Fit.NOT_YET
    assert runner.compare(MENU, EN, ended=True).fit is Fit.CHANGED
