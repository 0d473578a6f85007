"""What a call shows of its words: when they were said, each once."""

from datetime import UTC, datetime, timedelta

from custom_components.hold_slayer.calls.progress import CallProgress, Speaker, TranscriptLine
from custom_components.hold_slayer.navigation.states import CallState

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def progress() -> CallProgress:
    """Return a call that has just begun."""
    return CallProgress(started=START, since=START)


def words(text: str, utterance: int, *, final: bool = True) -> TranscriptLine:
    """Return what the company said, a second for each utterance."""
    return TranscriptLine(
        time=START + timedelta(seconds=utterance),
        speaker=Speaker.COMPANY,
        text=text,
        utterance=utterance,
        final=final,
    )


def shown(call: CallProgress) -> list[tuple[str, bool]]:
    """Return the lines as a reader sees them."""
    return [(line.text, line.final) for line in call.transcript]


def test_half_read_words_are_replaced_where_they_stand() -> None:
    """What we say meanwhile neither doubles nor moves them."""
    call = progress()
    call.say(words("for claims", 1, final=False))
    call.say(words("for claims press", 1, final=False))
    call.say(TranscriptLine(time=START, speaker=Speaker.KEYS, text="2"))
    call.say(words("for claims press two", 1))
    assert shown(call) == [("for claims press two", True), ("2", True)]


def test_half_read_words_stand_when_nothing_more_comes_of_them() -> None:
    """The next utterance, and the end of the call, settle them."""
    call = progress()
    call.say(words("hello this", 1, final=False))
    call.say(words("are you", 2, final=False))
    assert shown(call) == [("hello this", True), ("are you", False)]
    call.enter(CallState.ENDED, START)
    assert shown(call) == [("hello this", True), ("are you", True)]


def test_two_texts_of_one_utterance_are_both_kept() -> None:
    """An utterance that was cut for its length has two."""
    call = progress()
    call.say(words("the first half", 1))
    call.say(words("and the second", 1))
    assert shown(call) == [("the first half", True), ("and the second", True)]
