"""Pressing keys so that they arrive: send, watch what follows, try again another way."""

from dataclasses import dataclass

from ..hearing.heard import Verdict
from .acts import KeyMethod, SendKeys
from .context import CallContext
from .flow import Action
from .plan import Keys

#: Slower than any receiver needs; one long-lived project settled on these (peers.md).
_SLOW_TONE_MS = 180
_SLOW_PAUSE_MS = 220


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """Keys that went out and what they were meant for."""

    request: int
    keys: str
    #: What to say when no key gets through; "" = nothing.
    spoken: str
    attempt: int
    #: Leg time and call time at which they were ordered, s.
    at: float
    prompt: str


def ladder(first: Keys) -> tuple[Keys, ...]:
    """The ways to send keys, in the order in which they are tried."""
    slow = {
        "tone_ms": max(first.tone_ms, _SLOW_TONE_MS),
        "pause_ms": max(first.pause_ms, _SLOW_PAUSE_MS),
    }
    others = [
        method
        for method in (KeyMethod.RFC4733, KeyMethod.INFO, KeyMethod.INBAND)
        if method is not first.method
        and not (first.method is KeyMethod.AUTO and method is KeyMethod.RFC4733)
    ]
    return (
        first,
        Keys(method=first.method, **slow),
        *(Keys(method=method, **slow) for method in others),
    )


class Keypad:
    """Sends keys, and remembers whether they did anything."""

    def __init__(self, call: CallContext) -> None:
        """Nothing pressed yet."""
        self._call = call
        self._ways = ladder(call.plan.keys)
        #: What works on this line, once known.
        self._way = 0
        self.last: Pressed | None = None
        self._next = ""

    def then(self, keys: str) -> None:
        """Press more keys once the last ones went out."""
        self._next = keys

    def sent(self, request: int, *, ok: bool) -> None:
        """The keys went out, or could not."""
        if self.last is None or self.last.request != request:
            return
        if not ok:
            self.again()
        elif self._next and self.allowed:
            keys, self._next = self._next, ""
            self._order(
                self._call.request(), keys, self._ways[min(self.last.attempt, len(self._ways) - 1)]
            )

    @property
    def allowed(self) -> bool:
        """Never a key into a person's ear."""
        return self._call.line.verdict not in (
            Verdict.SUSPECTED,
            Verdict.PERSON,
        ) and self._call.judge.verdict not in (Verdict.SUSPECTED, Verdict.PERSON)

    def press(self, keys: str, *, spoken: str = "") -> bool:
        """Press keys for the first time; False when somebody may be listening."""
        if not self.allowed or not self._may_send(keys):
            return False
        self._call.file(Action.PRESS, keys=keys)
        self._send(keys, self._call.prompt, spoken, self._way)
        return True

    def repeat(self) -> bool:
        """Press the last keys once more in the same way; False when that can't be."""
        last = self.last
        if last is None or not self.allowed or not self._may_send(last.keys):
            return False
        self._send(last.keys, last.prompt, last.spoken, min(last.attempt, len(self._ways) - 1))
        return True

    def again(self) -> bool:
        """Try the last keys another way; False when all ways are used up."""
        last = self.last
        if last is None or not self.allowed:
            return False
        attempt = last.attempt + 1
        if attempt < len(self._ways):
            if not self._may_send(last.keys):
                return False
            self._send(last.keys, last.prompt, last.spoken, attempt)
            return True
        if attempt == len(self._ways) and last.spoken:
            request = self._call.speak(last.spoken)
            if request is None:
                return False
            self.last = Pressed(
                request=request,
                keys=last.keys,
                spoken=last.spoken,
                attempt=attempt,
                at=self._call.now,
                prompt=last.prompt,
            )
            self._call.wait("key_effect", self._call.plan.pace.key_effect_s)
            return True
        return False

    def _may_send(self, keys: str) -> bool:
        return not keys.startswith("{") or self._call.may_give(keys)

    def worked(self) -> None:
        """Something else is heard: the keys did their work."""
        if self.last is not None and self.last.attempt < len(self._ways):
            self._way = self.last.attempt
        self.last = None
        self._call.stop("key_effect")

    def _send(self, keys: str, prompt: str, spoken: str, attempt: int) -> None:
        way = self._ways[attempt]
        request = self._call.request()
        self.last = Pressed(
            request=request,
            keys=keys,
            spoken=spoken,
            attempt=attempt,
            at=self._call.now,
            prompt=prompt,
        )
        self._order(request, keys, way)

    def _order(self, request: int, keys: str, way: Keys) -> None:
        self._call.do(
            SendKeys(
                request=request,
                keys=keys,
                method=way.method,
                tone_ms=way.tone_ms,
                pause_ms=way.pause_ms,
            )
        )
        self._call.wait("key_effect", self._call.plan.pace.key_effect_s)
