"""How a company ends a call, and what it said before: closed, call later, a voicemail box."""

from .context import CallContext
from .hold import read_opening
from .last_words import EXPLAINABLE
from .phrases import Said
from .stage import Finish
from .states import CallState, Outcome
from .understanding import Words

#: A hang-up this long after bad news, in s, is explained by it.
_RECENT_S = 20.0

_KEPT = (Outcome.COMPANY_HUNG_UP, "The person hung up before you were on the phone.")
#: What a hang-up means otherwise.
_HUNG_UP = {
    CallState.CONNECTED: (Outcome.CONNECTED, "The company hung up after you had talked."),
    CallState.ON_HOLD: (Outcome.DROPPED_IN_QUEUE, "The company hung up while you waited."),
    CallState.PERSON_SUSPECTED: (
        Outcome.DROPPED_IN_QUEUE,
        "The company hung up while it was not clear whether a person was there.",
    ),
    CallState.PERSON_DETECTED: _KEPT,
    CallState.RINGING_YOU: _KEPT,
}


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


def hung_up(state: CallState, call: CallContext, *, arranged: bool) -> Finish:
    """What it means that the company hung up in a state; `arranged` = it will call back."""
    if arranged:
        return Finish(Outcome.CALL_BACK_ARRANGED, "The company will call back.")
    if state in EXPLAINABLE and (why := _announced(call)) is not None:
        return why
    if state is CallState.NAVIGATING and call.missing:
        names = ", ".join(call.missing)
        return Finish(Outcome.MENU_LOST, f"The menu asked for {names}, which is not stored here.")
    if state is CallState.PERSON_SUSPECTED and call.came_from is not CallState.ON_HOLD:
        state = call.came_from
    outcome, reason = _HUNG_UP.get(state, (Outcome.COMPANY_HUNG_UP, "The company hung up."))
    return Finish(outcome, reason)


def ended_here(state: CallState) -> Outcome:
    """What it means that we hung up in a state."""
    return Outcome.CONNECTED if state is CallState.CONNECTED else Outcome.HUNG_UP


def limit_reached(timer: str) -> Finish:
    """The end of a call that took as long, or cost as much, as it may."""
    if timer == "cost_limit":
        return Finish(Outcome.COST_LIMIT, "The money set aside for this call is used up.")
    return Finish(Outcome.TIME_LIMIT, "The longest time for a call is over.")


def outcome_of(failure: str) -> Outcome:
    """The outcome of a call that could not be placed."""
    try:
        return Outcome(failure)
    except ValueError:
        return Outcome.FAILED


def _announced(call: CallContext) -> Finish | None:
    """What was said just before, if it explains the end."""
    now = call.line.audio_now(call.now)
    for words in reversed(call.line.said[-3:]):
        if now - words.until <= _RECENT_S and (end := bad_news(words, call)) is not None:
            return end
    return None
