"""Bad news in words: the company is closed, asks to call later, or a voicemail box answers."""

from collections.abc import Sequence

from .context import CallContext
from .hold import read_opening
from .phrases import Said
from .stage import Finish
from .states import Outcome
from .understanding import Words

#: A hang-up this long after bad news, in s, is explained by it.
_RECENT_S = 20.0


def bad_news(words: Words, call: CallContext) -> Finish | None:
    """What an announcement says about the end of this call, if anything."""
    if Said.CLOSED in words:
        call.opens_at = read_opening(words.text, words.phrases)
        until = f" It opens at {call.opens_at}." if call.opens_at else ""
        return Finish(Outcome.CLOSED, f"The company is closed.{until}")
    if Said.VOICEMAIL in words and Said.QUEUE not in words:
        return Finish(Outcome.VOICEMAIL, "A voicemail box answered.")
    if Said.CALL_LATER in words:
        return Finish(Outcome.CALL_LATER, "The company asks to call again later.")
    return None


def why_hung_up(said: Sequence[Words], call: CallContext, audio_now: float) -> Finish | None:
    """What was said just before the company hung up, if it explains it."""
    for words in reversed(said[-3:]):
        if audio_now - words.until <= _RECENT_S and (end := bad_news(words, call)) is not None:
            return end
    return None
