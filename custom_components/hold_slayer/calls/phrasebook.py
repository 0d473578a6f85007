"""The phrases a call will need, to be made before they are needed."""

from ..navigation.context import CallContext
from ..navigation.phrases import Line
from ..navigation.plan import CallPlan
from ..sentences import phrase

#: What is said to an agent within a second, most urgent first.
URGENT = (
    Line.QUESTION,
    Line.ANNOUNCE,
    Line.ANNOUNCE_UNNAMED,
    Line.ANNOUNCE_RECORDED,
    Line.ANNOUNCE_RECORDED_UNNAMED,
    Line.RECORDED,
    Line.ONE_MOMENT,
    Line.STILL_CONNECTING,
    Line.FALSE_ALARM,
    Line.GOODBYE,
)
#: Those that only a call needs that is recorded.
_RECORDED = (Line.ANNOUNCE_RECORDED, Line.ANNOUNCE_RECORDED_UNNAMED, Line.RECORDED)


def company_phrases(plan: CallPlan) -> list[tuple[str, str]]:
    """Return (text, language) of what the company will hear."""
    context = CallContext(plan)
    lines = [line for line in URGENT if plan.recording or line not in _RECORDED]
    return [(context.line_text(line), context.phrases.language) for line in lines]


def user_phrases(language: str, name: str) -> list[tuple[str, str]]:
    """Return (text, language) of what the user will hear about a call to `name`."""
    keys = ("accept", "accept_early", "gone", "false_alarm")
    return [(phrase(language, "phone", key, name=name), language) for key in keys]
