"""Utterances begin with the first word and end with the last."""

import pytest

from custom_components.hold_slayer.hearing.heard import (
    Repeat,
    RepeatSource,
    UtteranceEnded,
    UtterancePaused,
    UtteranceStarted,
)
from custom_components.hold_slayer.hearing.utterances import (
    END,
    LEAD,
    LONGEST,
    SENTENCE_END,
    UtteranceEvent,
    Utterances,
)

from .steps import Clock


def run(*parts: tuple[str, float]) -> tuple[Utterances, list[UtteranceEvent]]:
    """Play kinds of sound one after another; return what was found."""
    found, clock, events = Utterances(), Clock(), []
    for kind, seconds in parts:
        for step in clock.play(kind, seconds):
            events += found.step(step.time, step.voice)
    return found, events


def ends(*parts: tuple[str, float]) -> list[UtteranceEvent]:
    """Return where utterances begin and end, without the pauses within them."""
    return [event for event in run(*parts)[1] if not isinstance(event, UtterancePaused)]


def test_one_utterance() -> None:
    """It starts within 0.3 s of the word, with a lead, and ends after a pause."""
    started, ended = ends(("quiet", 1), ("person", 2), ("quiet", 2))
    assert isinstance(started, UtteranceStarted)
    assert started.time <= 1.3
    assert started.since == pytest.approx(1 - LEAD, abs=0.06)
    assert isinstance(ended, UtteranceEnded)
    assert ended.until == pytest.approx(3, abs=0.06)
    assert ended.time == pytest.approx(3 + END, abs=0.06)
    assert ended.utterance == started.utterance == 1
    assert not ended.cut
    assert ended.repeat is None


def test_short_pauses_stay_inside() -> None:
    """A breath doesn't end an utterance, a click doesn't start one."""
    events = ends(("person", 1), ("quiet", 0.4), ("person", 1), ("quiet", 1), ("person", 0.1))
    assert len(events) == 2


def test_pauses_between_sentences_are_told() -> None:
    """Sentences of a menu are told of one by one, and stay one utterance."""
    parts = (("quiet", 1), ("person", 2), ("quiet", 0.5), ("person", 2), ("quiet", 1))
    events = run(*parts)[1]
    assert [type(event) for event in events] == [
        UtteranceStarted,
        UtterancePaused,
        UtterancePaused,
        UtteranceEnded,
    ]
    pauses = [event for event in events if isinstance(event, UtterancePaused)]
    assert [pause.until for pause in pauses] == pytest.approx([3.0, 5.5], abs=0.06)
    assert all(pause.time - pause.until <= SENTENCE_END + 0.06 for pause in pauses)


def test_a_cut_makes_two_utterances_of_one_breath() -> None:
    """What follows a key without a pause is an utterance of its own."""
    found, clock, events = Utterances(), Clock(), []
    for kind, seconds in (("quiet", 1), ("person", 2)):
        for step in clock.play(kind, seconds):
            events += found.step(step.time, step.voice)
    events += found.cut(3.0)
    assert found.cut(3.0) == []
    for kind, seconds in (("person", 2), ("quiet", 1)):
        for step in clock.play(kind, seconds):
            events += found.step(step.time, step.voice)
    ends = [event for event in events if isinstance(event, UtteranceEnded)]
    assert [(end.since, end.until) for end in ends] == [
        (pytest.approx(1 - LEAD, abs=0.06), pytest.approx(3, abs=0.06)),
        (pytest.approx(3, abs=0.06), pytest.approx(5, abs=0.06)),
    ]


def test_speech_over_music_counts() -> None:
    """Announcements ducked into music are transcribed too."""
    events = ends(("music", 2), ("over", 2), ("music", 1))
    assert len(events) == 2


def test_long_talk_is_cut_and_goes_on() -> None:
    """A cut utterance is followed by another without a hole."""
    events = ends(("person", LONGEST + 5), ("quiet", 1))
    first, cut, second, last = events
    assert isinstance(cut, UtteranceEnded)
    assert cut.cut
    assert cut.time - cut.since == pytest.approx(LONGEST, abs=0.1)
    assert isinstance(second, UtteranceStarted)
    assert second.since == cut.time
    assert second.utterance == first.utterance + 1
    assert isinstance(last, UtteranceEnded)
    assert not last.cut


@pytest.mark.parametrize(("known", "repeats"), [(1.9, True), (1.2, False)])
def test_repeat_needs_most_of_it(known: float, repeats: bool) -> None:
    """Only when most was heard before is the whole a repeat."""
    found, clock = Utterances(), Clock()
    repeat = Repeat(source=RepeatSource.CALL, first_heard=1.0, score=0.7)
    events = []
    for kind, seconds in (("quiet", 5), ("person", 2)):
        for step in clock.play(kind, seconds):
            events += found.step(step.time, step.voice)
    found.repeated(5.0, 5.0 + known, repeat)
    events += [e for step in clock.play("quiet", 1) for e in found.step(step.time, step.voice)]
    ended = events[-1]
    assert isinstance(ended, UtteranceEnded)
    assert (ended.repeat is not None) is repeats


def test_close_ends_what_is_open() -> None:
    """The end of the leg ends the utterance, once."""
    found, _ = run(("person", 1))
    assert [event.utterance for event in found.close(1.0)] == [1]
    assert not found.close(1.0)


@pytest.mark.parametrize("earlier", [2.0, -0.1])
def test_repeat_is_told_as_of_the_utterance(earlier: float) -> None:
    """What is heard again may have begun with the music before it, or be noticed only after the first word."""
    found, clock = Utterances(), Clock()
    events = []
    for kind, seconds in (("quiet", 5), ("person", 3)):
        for step in clock.play(kind, seconds):
            events += found.step(step.time, step.voice)
    since = events[0].since
    found.repeated(
        since - earlier,
        8.0,
        Repeat(source=RepeatSource.BOOK, first_heard=1.0, print_id="a", offset=4.0),
    )
    events += [e for step in clock.play("quiet", 1) for e in found.step(step.time, step.voice)]
    ended = events[-1]
    assert isinstance(ended, UtteranceEnded)
    assert ended.repeat is not None
    assert ended.repeat.first_heard == pytest.approx(1.0 + earlier)
    assert ended.repeat.offset == pytest.approx(4.0 + earlier)
