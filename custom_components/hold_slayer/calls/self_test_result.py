"""What the test of an account found: as words for the user and as data for actions."""

from dataclasses import dataclass
from typing import Any

from ..sentences import phrase
from ..telephony.messages import AccountFacts

#: An INVITE above this is cut into fragments on many paths, bytes.
LARGEST_INVITE = 1200


@dataclass(slots=True, kw_only=True)
class TestResult:
    """What a test found; None = not tried."""

    __test__ = False

    facts: AccountFacts
    called: str = ""
    #: SIP code of a call that was not answered, and its reason; 0 = answered.
    code: int = 0
    reason: str = ""
    #: Speech from there to here, and from here to there as the far side reports.
    heard: bool | None = None
    said: bool | None = None
    #: Keys that came back to us.
    keys: bool | None = None


def in_words(result: TestResult, language: str) -> list[str]:
    """Return a result as sentences in the user's language."""
    facts = result.facts

    def say(key: str, **values: object) -> str:
        return phrase(language, "self_test", key, **values)

    words = [
        say(f"state_{facts.state.value}", server=facts.server, reason=facts.text or "-"),
        say(f"nat_{facts.nat.value}"),
    ]
    if facts.invite_bytes:
        small = facts.invite_bytes <= LARGEST_INVITE
        words.append(say("invite_small" if small else "invite_large", bytes=facts.invite_bytes))
    if not result.called:
        return words
    if result.code:
        return [*words, say("not_answered", code=result.code, reason=result.reason or "-")]
    if result.said is None:
        words.append(say("heard" if result.heard else "not_heard"))
    elif result.heard and result.said:
        words.append(say("both_ways"))
    else:
        one = "one_way_here" if result.heard else "one_way_there" if result.said else "not_heard"
        words.append(say(one))
    if result.keys is not None:
        words.append(say("keys" if result.keys else "no_keys"))
    return words


def as_data(result: TestResult, language: str) -> dict[str, Any]:
    """Return a result as the action answers it."""
    facts = result.facts
    return {
        "text": " ".join(in_words(result, language)),
        "state": facts.state.value,
        "server": facts.server,
        "nat": facts.nat.value,
        "invite_bytes": facts.invite_bytes,
        "called": result.called,
        "answered": bool(result.called) and result.code == 0,
        "sip_code": result.code,
        "speech_heard": result.heard,
        "speech_said": result.said,
        "keys_heard": result.keys,
    }
