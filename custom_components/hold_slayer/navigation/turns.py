"""The one place where the states of a call follow each other."""

from .context import CallContext
from .plan import Mode
from .stage import Sign
from .states import CallState

_S = CallState

#: (state, sign) -> state. What is not here changes nothing.
TURNS: dict[tuple[CallState, Sign], CallState] = {
    (_S.IDLE, Sign.DIALS): _S.DIALING,
    (_S.QUEUED, Sign.DIALS): _S.DIALING,
    (_S.DIALING, Sign.RINGS): _S.RINGING,
    (_S.DIALING, Sign.OPENS): _S.NAVIGATING,
    (_S.RINGING, Sign.OPENS): _S.NAVIGATING,
    (_S.NAVIGATING, Sign.WAITS): _S.ON_HOLD,
    (_S.NAVIGATING, Sign.SUSPECTS): _S.PERSON_SUSPECTED,
    (_S.NAVIGATING, Sign.CONVINCED): _S.PERSON_DETECTED,
    (_S.ON_HOLD, Sign.MENU): _S.NAVIGATING,
    (_S.ON_HOLD, Sign.SUSPECTS): _S.PERSON_SUSPECTED,
    (_S.ON_HOLD, Sign.CONVINCED): _S.PERSON_DETECTED,
    (_S.PERSON_SUSPECTED, Sign.CONVINCED): _S.PERSON_DETECTED,
    (_S.PERSON_SUSPECTED, Sign.FALSE_ALARM): _S.ON_HOLD,
    (_S.PERSON_SUSPECTED, Sign.BRIDGED): _S.CONNECTED,
    (_S.PERSON_DETECTED, Sign.RINGS_USER): _S.RINGING_YOU,
    (_S.PERSON_DETECTED, Sign.FALSE_ALARM): _S.ON_HOLD,
    (_S.PERSON_DETECTED, Sign.BRIDGED): _S.CONNECTED,
    (_S.RINGING_YOU, Sign.FALSE_ALARM): _S.ON_HOLD,
    (_S.RINGING_YOU, Sign.BRIDGED): _S.CONNECTED,
    (_S.CONNECTED, Sign.HANDED_BACK): _S.ON_HOLD,
}
#: States in which the company is not there yet.
BEFORE = frozenset({_S.IDLE, _S.QUEUED, _S.DIALING, _S.RINGING})
#: An exploring call leaves here, before anybody is bothered.
LEAVES = frozenset({Sign.WAITS, Sign.SUSPECTS, Sign.CONVINCED})


def next_state(state: CallState, sign: Sign, call: CallContext) -> CallState | None:
    """The state a sign leads to; None when it changes nothing."""
    if sign is Sign.OPENS and state in BEFORE:
        if call.plan.called_back:
            return _S.ON_HOLD
        if call.plan.mode is Mode.DIRECT:
            return _S.RINGING_YOU if call.line.answered else None
    after = TURNS.get((state, sign))
    if sign is Sign.FALSE_ALARM and after is not None:
        return call.came_from
    attending = after in (_S.PERSON_SUSPECTED, _S.PERSON_DETECTED)
    if attending and state in (_S.NAVIGATING, _S.ON_HOLD):
        call.came_from = state
    return after
