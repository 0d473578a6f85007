"""A suspicion: second thoughts of the ears, early words, the question."""

import pytest

from custom_components.hold_slayer.hearing.heard import (
    Cue,
    Hearing,
    Reason,
    Repeat,
    Repeated,
    RepeatEnded,
    RepeatSource,
    Sound,
    UtteranceEnded,
    UtteranceStarted,
    Verdict,
    VerdictChange,
)
from custom_components.hold_slayer.navigation.acts import (
    EnterState,
    NoteKind,
    ReadEarly,
    RingUser,
    SendKeys,
    Speak,
)
from custom_components.hold_slayer.navigation.moments import Transcribed
from custom_components.hold_slayer.navigation.plan import CallPlan, EarlyRing
from custom_components.hold_slayer.navigation.states import CallState as S

from .drive import Drive

GREETING = "Good morning Northern Light Insurance this is Martin speaking how can I help you"
ANNOUNCEMENT = (
    "Thank you for holding your call is important to us and will be answered by the next agent"
)


def on_hold(plan: CallPlan | None = None) -> Drive:
    """Return a call that waits in music."""
    drive = Drive(plan or CallPlan(intent="my claim"))
    drive.answer()
    drive.say("Please hold for the next available representative.")
    drive.music(20)
    assert drive.state is S.ON_HOLD
    return drive


def test_greeting_that_the_ears_doubt_is_settled_by_its_words() -> None:
    """Doubt in mid-greeting neither ends the suspicion nor hides the words that follow."""
    drive = on_hold()
    drive.say(GREETING, verdict=Verdict.SUSPECTED, doubt=True)
    assert S.ON_HOLD not in drive.states[drive.states.index(S.PERSON_SUSPECTED) :]
    assert drive.state in (S.PERSON_SUSPECTED, S.RINGING_YOU)
    assert not drive.notes(NoteKind.FALSE_ALARM)


def test_doubted_announcement_is_called_off_by_its_words() -> None:
    """The same doubt about an announcement ends with it."""
    drive = on_hold()
    drive.say(ANNOUNCEMENT, verdict=Verdict.SUSPECTED, doubt=True)
    assert drive.state is S.ON_HOLD
    assert not drive.all(RingUser)


def test_greeting_after_a_false_alarm_raises_suspicion_again() -> None:
    """What was wrong once in a call does not outweigh a greeting later."""
    drive = on_hold()
    drive.say(ANNOUNCEMENT, verdict=Verdict.SUSPECTED, doubt=True)
    drive.music(20)
    drive.say(GREETING)
    assert drive.state is S.PERSON_SUSPECTED
    assert not drive.notes(NoteKind.FALSE_ALARM)[1:]


def test_early_words_detect_a_person_before_the_greeting_is_over() -> None:
    """The words so far are asked for while somebody talks, and may be enough."""
    drive = on_hold()
    drive.say(
        GREETING + " and please tell me your name and what it is all about today",
        verdict=Verdict.SUSPECTED,
        early="good morning Northern Light Insurance this is Martin speaking",
    )
    detected = next(at for at, act in drive.orders if isinstance(act, RingUser))
    asked = drive.times(ReadEarly)[0]
    assert asked <= detected < drive.now - 5


def test_early_words_count_once() -> None:
    """The final text replaces the early one; it does not come on top."""
    drive = on_hold()
    drive.say("Hello there", verdict=Verdict.SUSPECTED, probability=0.55, early="hello")
    assert drive.state is S.PERSON_SUSPECTED


@pytest.mark.parametrize(
    "early", ["good morning", "thank you for calling", "your call is important to us", ""]
)
def test_early_words_of_a_recording_decide_nothing(early: str) -> None:
    """A beginning may mislead in both directions; only a person is taken early."""
    drive = on_hold()
    drive.say(GREETING, verdict=Verdict.SUSPECTED, early=early)
    assert drive.state is S.RINGING_YOU
    assert not drive.notes(NoteKind.FALSE_ALARM)
    detected = next(at for at, act in drive.orders if isinstance(act, RingUser))
    assert detected > drive.now - 1


def test_whoever_is_still_greeting_is_let_speak() -> None:
    """Being detected early is no reason to talk over the rest of a greeting."""
    drive = on_hold()
    drive.say(GREETING, verdict=Verdict.SUSPECTED, early="this is Martin speaking")
    stopped = drive.now - drive.hangover_s - drive.reading_s
    assert drive.times(Speak)[0] >= stopped


def test_nothing_is_read_early_without_speech_to_text() -> None:
    """Without a reader nobody is asked to read."""
    drive = on_hold(CallPlan(intent="my claim", speech_to_text=False))
    drive.say("Hello", verdict=Verdict.SUSPECTED)
    assert not drive.all(ReadEarly)
    assert not drive.all(SendKeys)


def test_doubt_that_lasts_ends_without_words() -> None:
    """With no speech going on and none to be read, doubt ends the suspicion after seconds."""
    drive = on_hold(CallPlan(intent="my claim", speech_to_text=False, ask_question=False))
    drive.verdict(Verdict.SUSPECTED, 0.6)
    drive.wait(1)
    drive.verdict(Verdict.MACHINE, 0.05)
    drive.sound(Sound.SILENCE, 4)
    assert drive.state is S.ON_HOLD


def test_a_trace_of_music_is_no_proof_of_a_recording() -> None:
    """An office sounds a little like music: doubt that rests on so little waits for the words."""
    trace, loud = (Reason(cue=Cue.MUSIC, weight=weight) for weight in (-0.2, -6.0))
    for reason, state in ((trace, S.PERSON_SUSPECTED), (loud, S.ON_HOLD)):
        drive = on_hold()
        drive.heard(UtteranceStarted(time=drive.audio, utterance=9, since=drive.audio))
        drive.verdict(Verdict.SUSPECTED, 0.6)
        drive.wait(1)
        drive.heard(
            VerdictChange(
                time=drive.audio,
                since=drive.audio - 1,
                verdict=Verdict.MACHINE,
                probability=0.05,
                reasons=(reason,),
            )
        )
        assert drive.state is state


def test_words_that_no_music_follows_are_answered_with_a_question() -> None:
    """Whatever the ears make of a voice: where music should go on and does not, somebody waits."""
    drive = on_hold(CallPlan(intent="my claim", early_ring=EarlyRing.ALWAYS))
    drive.say("Claims department.")
    drive.silence(8)
    assert drive.state is S.PERSON_SUSPECTED
    assert len(drive.spoken) == 1, "asked whether somebody is there"
    assert not drive.all(RingUser), "silence alone is no reason to ring"
    drive.wait(3)
    drive.say("Yes, who is this?")
    assert drive.state is S.RINGING_YOU


@pytest.mark.parametrize("after", ["music", "announcement", "repeat"])
def test_words_of_the_queue_are_not_asked(after: str) -> None:
    """Where the queue goes on, or only said its piece, nobody is asked."""
    drive = on_hold()
    if after == "music":
        drive.say("Claims department.")
        drive.music(8)
    elif after == "announcement":
        drive.say(ANNOUNCEMENT)
        drive.silence(8)
    else:
        drive.say("Claims department.", repeat_of=1.0)
        drive.silence(8)
    assert drive.state is S.ON_HOLD
    assert not drive.spoken


@pytest.mark.parametrize("lasts", [0.8, 4.0])
def test_only_a_copy_that_lasts_is_a_recording(lasts: float) -> None:
    """A few words that sound like others before are no proof; a copy that goes on is."""
    drive = on_hold()
    drive.heard(UtteranceStarted(time=drive.audio, utterance=9, since=drive.audio))
    since = drive.audio
    drive.wait(0.7)
    drive.verdict(Verdict.SUSPECTED, 0.6)
    copy = Repeat(source=RepeatSource.CALL, first_heard=2.0, score=0.6)
    drive.heard(Repeated(time=drive.audio, since=since, sound=Sound.SPEECH, repeat=copy))
    drive.wait(lasts - 0.7)
    drive.heard(RepeatEnded(time=drive.audio, since=since))
    drive.wait(1)
    assert drive.state is (S.PERSON_SUSPECTED if lasts < 1 else S.ON_HOLD)


def test_greeting_is_known_before_it_is_over() -> None:
    """Ears that notice nothing: the words up to a pause are enough for a suspicion."""
    drive = on_hold()
    since = drive.say(
        GREETING, early="Good morning Northern Light Insurance this is Martin speaking"
    )
    at = drive.times(EnterState)[drive.states.index(S.PERSON_SUSPECTED)]
    assert at - 5.0 < since + len(GREETING.split()) / 2.5 - 2.0


def test_early_words_that_only_begin_like_a_greeting_are_waited_out() -> None:
    """Announcements begin with "good morning", too."""
    drive = on_hold()
    drive.say(
        "Good morning and welcome to ACME. Your call is important to us.",
        early="Good morning and welcome",
    )
    assert S.PERSON_SUSPECTED not in drive.states


def test_music_that_began_under_the_last_words_goes_on() -> None:
    """It is not told again when they end; nobody waits."""
    drive = on_hold()
    since = drive.audio
    drive.heard(Hearing(time=since, since=since, sound=Sound.SPEECH))
    drive.heard(UtteranceStarted(time=since, utterance=90, since=since))
    drive.wait(1.5)
    drive.heard(Hearing(time=drive.audio, since=since + 1, sound=Sound.MUSIC))
    drive.wait(0.3)
    until = drive.audio
    drive.heard(UtteranceEnded(time=until, utterance=90, since=since, until=until - 0.6))
    drive.tell(Transcribed(utterance=90, text="what", since=since, until=until - 0.6))
    drive.wait(8)
    assert drive.state is S.ON_HOLD


@pytest.mark.parametrize(
    ("answer", "state"),
    [("Yes, hello?", S.PERSON_SUSPECTED), ("Please hold the line for the next agent.", S.ON_HOLD)],
)
def test_the_same_short_answer_twice_is_no_recording(answer: str, state: S) -> None:
    """Somebody who says "hello?" again may sound as before: neither proof nor an answer."""
    drive = on_hold()
    first = drive.say(answer, verdict=Verdict.SUSPECTED)
    drive.wait(4)
    drive.say(answer, repeat_of=first)
    assert drive.state is state
