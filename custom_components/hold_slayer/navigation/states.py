"""The states and outcomes of a call, as shown to the user."""

from enum import StrEnum


class CallState(StrEnum):
    """Where a call is (design: "A call, step by step")."""

    IDLE = "idle"
    QUEUED = "queued"
    DIALING = "dialing"
    RINGING = "ringing"
    NAVIGATING = "navigating"
    ON_HOLD = "on_hold"
    PERSON_SUSPECTED = "person_suspected"
    PERSON_DETECTED = "person_detected"
    RINGING_YOU = "ringing_you"
    CONNECTED = "connected"
    ENDED = "ended"
    FAILED = "failed"


#: States after which nothing more happens to a call.
FINAL_STATES = frozenset({CallState.ENDED, CallState.FAILED})


class Outcome(StrEnum):
    """How a call ended; each has a translated sentence."""

    # it worked
    CONNECTED = "connected"  # bridged, then hung up by either side
    CALL_BACK_ARRANGED = "call_back_arranged"
    EXPLORED = "explored"  # the menu was learned, nobody was bothered
    # by the user
    HUNG_UP = "hung_up"  # the user ended it
    USER_NOT_REACHED = "user_not_reached"  # the agent was there, the user was not
    # by the company
    COMPANY_HUNG_UP = "company_hung_up"
    DROPPED_IN_QUEUE = "dropped_in_queue"
    CLOSED = "closed"
    CALL_LATER = "call_later"  # "all agents are busy, please call later"
    VOICEMAIL = "voicemail"
    MENU_LOST = "menu_lost"  # same menu three times, dead end, invalid entries
    LINE_DEAD = "line_dead"  # no audio for too long
    # limits
    TIME_LIMIT = "time_limit"
    COST_LIMIT = "cost_limit"
    REFUSED_BY_POLICY = "refused_by_policy"
    # telephony
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    NOT_FOUND = "not_found"
    UNAUTHORISED = "unauthorised"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CODEC_MISMATCH = "codec_mismatch"
    ENGINE_LOST = "engine_lost"
    NO_RESOURCES = "no_resources"  # the system has no files or memory left for a call
    FAILED = "failed"


#: Outcomes of calls that ran their course; all others are failures.
_RAN_ITS_COURSE = frozenset(
    {
        Outcome.CONNECTED,
        Outcome.CALL_BACK_ARRANGED,
        Outcome.EXPLORED,
        Outcome.HUNG_UP,
        Outcome.USER_NOT_REACHED,
    }
)


def final_state(outcome: Outcome) -> CallState:
    """The state a call with that outcome ends in."""
    return CallState.ENDED if outcome in _RAN_ITS_COURSE else CallState.FAILED
