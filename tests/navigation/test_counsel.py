"""A model that is slow, fails, or answers when nobody asked."""

from custom_components.hold_slayer.navigation.acts import NoteKind
from custom_components.hold_slayer.navigation.moments import Consulted

from .acme import call


def test_model_too_slow_goes_on_by_rules() -> None:
    drive = call("something else", model=True)
    drive.say("For cats, press 4. For dogs, press 5. For an operator, press 6.")
    drive.wait(12)
    assert drive.keys == ["6"]
    assert drive.notes(NoteKind.MODEL_AWAY)


def test_answer_that_nobody_asked_for_or_that_comes_too_late_changes_nothing() -> None:
    drive = call("something else", model=True)
    drive.tell(Consulted(request=99, choice="5"))
    assert drive.keys == []
    drive.say("For cats, press 4. For dogs, press 5. For an operator, press 6.")
    drive.wait(12)
    assert drive.keys == ["6"]
    drive.model("4")
    assert drive.keys == ["6"]
    assert len(drive.notes(NoteKind.MODEL_AWAY)) == 1


def test_model_that_fails_is_noted_and_the_rules_go_on() -> None:
    drive = call("something else", model=True)
    drive.say("For cats, press 4. For dogs, press 5. For an operator, press 6.")
    drive.wait(2)
    drive.model("", error="error")
    drive.wait(2)
    assert drive.keys == ["6"]
    assert [note.text for note in drive.notes(NoteKind.MODEL_AWAY)] == ["error"]
