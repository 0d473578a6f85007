"""Who ended a leg, and why."""

from dataclasses import dataclass

from ..telephony.messages import CallFailure, EndedBy, LegState
from .dialog import Turn
from .failures import call_failure, call_sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a leg ended; the default is: we hung up."""

    failure: CallFailure | None = None
    ended_by: EndedBy = EndedBy.US
    text: str = ""


def how_it_ended(turn: Turn, state: LegState, *, was_up: bool, rang: bool) -> Ending:
    """Return how a leg ended that we did not hang up.

    `state` is the one before, `was_up` = it was answered, `rang` = the far side was ringing.
    """
    if was_up and (turn.by_them or turn.code == 200):
        return Ending(ended_by=EndedBy.THEM, text=turn.reason)
    if state is LegState.INCOMING:
        return Ending(ended_by=EndedBy.THEM, text="The caller hung up")
    if was_up:
        return Ending(
            failure=CallFailure.UNREACHABLE,
            ended_by=EndedBy.FAILURE,
            text=f"The connection to the far side was lost ({turn.code} {turn.reason})",
        )
    failure = call_failure(turn.code, rang=rang)
    text = call_sentence(failure, turn.code, turn.reason)
    return Ending(failure=failure, ended_by=EndedBy.FAILURE, text=text)
