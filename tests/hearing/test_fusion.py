"""Who is there: the decision, its two stages and its reasons."""

import pytest

from custom_components.hold_slayer.hearing.fusion import Fusion, ListenerSettings
from custom_components.hold_slayer.hearing.heard import (
    Cue,
    Phase,
    Repeat,
    RepeatSource,
    Verdict,
    VerdictChange,
)

from .steps import Clock


class Ears:
    """A fusion with a clock."""

    def __init__(self, phase: Phase = Phase.HOLD) -> None:
        """Start in a phase."""
        self.fusion, self.clock = Fusion(phase, ListenerSettings()), Clock()

    def play(self, kind: str, seconds: float) -> list[VerdictChange]:
        """Play a kind of sound; return the verdicts."""
        steps = self.clock.play(kind, seconds)
        return [change for step in steps if (change := self.fusion.step(step))]


def verdicts(changes: list[VerdictChange]) -> list[Verdict]:
    """Return what was decided, in order."""
    return [change.verdict for change in changes]


def test_agent_after_music() -> None:
    """A greeting and a wait: suspected within 0.8 s, detected while they wait, with the reasons."""
    ears = Ears()
    assert not ears.play("music", 30)
    assert not ears.play("noise", 1)
    (suspected,) = ears.play("person", 3)
    assert suspected.verdict is Verdict.SUSPECTED
    assert suspected.time - 31 <= 0.8
    assert suspected.since == pytest.approx(31, abs=0.11)
    (person,) = ears.play("noise", 2.5)
    assert person.verdict is Verdict.PERSON
    assert person.time - 34 <= 2.3
    assert {Cue.NEW_SPEECH, Cue.WAITED, Cue.ROOM_NOISE} <= {r.cue for r in person.reasons}
    assert person.probability > 0.9


def test_agent_in_a_loud_office() -> None:
    """No quiet comes after the words, but an open line without music does: they wait."""
    ears = Ears()
    ears.play("music", 30)
    ears.play("noise", 1)
    ears.play("person", 3)
    changes = ears.play("office", 4)
    assert verdicts(changes) == [Verdict.PERSON]
    assert Cue.WAITED in {reason.cue for reason in changes[0].reasons}


def test_notes_that_pass_for_words() -> None:
    """What is hardly a voice is nobody, however long it goes on and stops."""
    ears = Ears()
    ears.play("music", 30)
    ears.play("noise", 1)
    changes = ears.play("notes", 1) + ears.play("noise", 1.5) + ears.play("notes", 1)
    assert Verdict.PERSON not in verdicts(changes + ears.play("noise", 4))


def test_a_deep_solo_is_nobody() -> None:
    """A voice to all appearance, but it holds its notes."""
    ears = Ears()
    ears.play("music", 30)
    ears.play("noise", 1)
    assert not ears.play("solo", 4)
    assert min(reason.weight for reason in ears.fusion.reasons) < -3


def test_first_words_through_a_bad_line() -> None:
    """What sounded like music at first is not held against somebody who talks on."""
    ears = Ears()
    ears.play("music", 30)
    ears.play("noise", 1)
    changes = ears.play("over", 0.8) + ears.play("person", 4)
    assert verdicts(changes)[-1] is Verdict.SUSPECTED


def test_short_hello() -> None:
    """0.4 s of speech and a wait is enough."""
    ears = Ears()
    ears.play("music", 30)
    ears.play("noise", 1)
    changes = ears.play("person", 0.4) + ears.play("noise", 4)
    assert verdicts(changes)[-1] is Verdict.PERSON
    assert changes[-1].time - 31 <= 4
    assert Cue.SHORT_GREETING in {reason.cue for reason in changes[-1].reasons}


def test_what_a_recording_leaves_is_no_room() -> None:
    """Quiet that does not sound like a room makes a detection less likely than a room does."""
    chances = []
    for pause in ("noise", "quiet"):
        ears = Ears()
        ears.play("music", 30)
        ears.play("noise", 1)
        ears.play("person", 2)
        ears.play(pause, 1.0)
        chances.append(ears.fusion.probability)
        cues = [reason for reason in ears.fusion.reasons if reason.cue is Cue.ROOM_NOISE]
        assert (cues[-1].weight > 0) is (pause == "noise")
    assert chances[0] > chances[1]


def test_announcement_between_music_is_no_person() -> None:
    """Music that comes back within a second calls a suspicion off."""
    ears = Ears()
    changes = []
    for _ in range(5):
        changes += ears.play("music", 20) + ears.play("quiet", 0.5)
        changes += ears.play("recording", 5) + ears.play("quiet", 0.7)
    assert Verdict.PERSON not in verdicts(changes)
    assert ears.fusion.verdict is not Verdict.PERSON


def test_repeat_calls_the_suspicion_off() -> None:
    """Proof of a recording outweighs everything else."""
    ears = Ears()
    ears.play("music", 20)
    ears.play("noise", 1)
    assert verdicts(ears.play("person", 1)) == [Verdict.SUSPECTED]
    repeat = Repeat(source=RepeatSource.CALL, first_heard=2.0, score=0.8)
    ears.fusion.repeated(21.0, 22.0, repeat)
    (called_off,) = ears.play("person", 0.5)
    assert called_off.verdict is Verdict.MACHINE
    assert Cue.REPEATED in {reason.cue for reason in called_off.reasons}
    assert Verdict.PERSON not in verdicts(ears.play("noise", 4))


def test_repeat_takes_a_detection_back() -> None:
    """Who was detected and then says what was heard long before is a recording after all."""
    ears = Ears()
    ears.play("music", 20)
    ears.play("noise", 1)
    ears.play("person", 3)
    assert Verdict.PERSON in verdicts(ears.play("noise", 6))
    ears.play("person", 2)
    ears.fusion.repeated(30.0, 32.0, Repeat(source=RepeatSource.CALL, first_heard=2.0, score=0.8))
    assert verdicts(ears.play("person", 0.5)) == [Verdict.MACHINE]


def test_undecided_prints_are_waited_for() -> None:
    """A candidate of the prints holds a suspicion back, but not for long."""
    ears = Ears()
    ears.play("music", 20)
    ears.play("noise", 1)
    ears.fusion.undecided = True
    (suspected,) = ears.play("person", 2)
    assert suspected.verdict is Verdict.SUSPECTED
    assert 0.95 <= suspected.time - 21 <= 1.2


def test_voice_in_music_is_no_person() -> None:
    """Songs and speech over music raise nothing."""
    ears = Ears()
    assert not ears.play("music", 10)
    assert not ears.play("song", 20)
    assert not ears.play("over", 10)


def test_menu_prompts_are_machines() -> None:
    """In the menu, speech and the pause after it are a prompt waiting for a key."""
    ears = Ears(Phase.MENU)
    assert not ears.play("recording", 6)
    assert not ears.play("quiet", 4)
    assert not ears.play("recording", 6)


def test_answer_to_our_question() -> None:
    """Speech that follows our words weighs more than any pause."""
    ears = Ears()
    ears.play("music", 20)
    ears.play("quiet", 1)
    ears.play("recording", 4)
    ears.fusion.we_speak(ears.clock.now, active=True)
    ears.play("quiet", 2)
    ears.fusion.we_speak(ears.clock.now, active=False)
    ears.play("quiet", 0.6)
    ears.play("person", 1)
    assert ears.fusion.verdict is Verdict.PERSON
    assert Cue.ANSWERED_US in {reason.cue for reason in ears.fusion.reasons}


def test_talking_through_our_question() -> None:
    """A voice that talks on while we ask is a recording."""
    ears = Ears()
    ears.play("music", 20)
    ears.play("quiet", 1)
    ears.play("recording", 2)
    before = ears.fusion.probability
    ears.fusion.we_speak(ears.clock.now, active=True)
    ears.play("recording", 2)
    assert ears.fusion.probability < before / 4
    assert Cue.TALKED_THROUGH in {reason.cue for reason in ears.fusion.reasons}


def test_person_who_puts_us_on_hold_again() -> None:
    """Music after a person was detected brings the verdict back."""
    ears = Ears()
    ears.play("music", 20)
    ears.play("noise", 1)
    ears.play("person", 2)
    assert Verdict.PERSON in verdicts(ears.play("noise", 2.5))
    changes = ears.play("music", 4)
    assert verdicts(changes)[-1] is Verdict.MACHINE


def detected() -> Ears:
    """Return ears that detected a person whose talk is over by now."""
    ears = Ears()
    ears.play("music", 20)
    ears.play("noise", 1)
    ears.play("person", 2)
    assert verdicts(ears.play("noise", 12.5)) == [Verdict.PERSON]
    assert ears.fusion.talk is None
    return ears


@pytest.mark.parametrize(
    ("kind", "seconds", "verdict"),
    [
        ("music", 3, Verdict.MACHINE),
        ("tone", 1, Verdict.NOBODY),
        ("noise", 15, Verdict.NOBODY),
    ],
)
def test_a_person_who_left(kind: str, seconds: float, verdict: Verdict) -> None:
    """Music, a network tone or a long quiet after the talk takes the person back, once, with the reason."""
    ears = detected()
    (left,) = ears.play(kind, seconds)
    assert left.verdict is verdict
    assert left.probability == 0
    assert left.since < left.time
    assert left.reasons[0].cue is (Cue.MUSIC if kind == "music" else Cue.WAITED)


@pytest.mark.parametrize("kind", ["music", "tone", "noise"])
def test_who_talks_with_the_user_stays(kind: str) -> None:
    """While the two are talking nothing that plays makes the person nobody."""
    ears = detected()
    ears.fusion.set_phase(Phase.TALKING)
    assert not ears.play(kind, 30)
    assert ears.fusion.verdict is Verdict.PERSON


def test_what_somebody_says_twice_is_no_repeat() -> None:
    """Words repeated within one talk prove nothing; a proof without any talk changes nothing."""
    ears = Ears()
    ears.play("music", 20)
    ears.fusion.repeated(18.0, 19.0, Repeat(source=RepeatSource.CALL, first_heard=2.0, score=0.8))
    assert ears.fusion.talk is None
    ears.play("noise", 1)
    assert verdicts(ears.play("person", 3)) == [Verdict.SUSPECTED]
    ears.fusion.repeated(22.5, 23.5, Repeat(source=RepeatSource.CALL, first_heard=21.2, score=0.8))
    assert not ears.play("person", 0.5)
    assert Cue.REPEATED not in {reason.cue for reason in ears.fusion.reasons}


def test_never_stuck() -> None:
    """After a suspicion that came to nothing, silence brings nobody back."""
    ears = Ears()
    ears.play("music", 20)
    ears.play("quiet", 1)
    ears.play("recording", 1)
    ears.play("quiet", 20)
    ears.play("music", 5)
    assert ears.fusion.verdict is not Verdict.SUSPECTED
    assert ears.fusion.talk is None


def test_the_user_answers() -> None:
    """On the user's phone a short hello and a wait is a person."""
    ears = Ears(Phase.PHONE)
    ears.play("quiet", 2)
    changes = ears.play("person", 0.6) + ears.play("quiet", 4)
    assert verdicts(changes)[-1] is Verdict.PERSON


def test_the_users_mailbox_answers() -> None:
    """A long greeting on the user's phone is a mailbox, whoever spoke it."""
    ears = Ears(Phase.PHONE)
    ears.play("quiet", 1)
    changes = ears.play("person", 12)
    assert verdicts(changes)[-1] is Verdict.MACHINE
    assert Verdict.PERSON not in verdicts(changes)


def test_a_beep_on_the_users_phone_is_a_mailbox() -> None:
    """The beep decides at once; elsewhere it decides nothing."""
    ears = Ears(Phase.PHONE)
    ears.play("person", 1)
    change = ears.fusion.beep(ears.clock.now)
    assert change is not None
    assert change.verdict is Verdict.MACHINE
    assert Ears(Phase.HOLD).fusion.beep(1.0) is None
