"""How fast a company's queue moves, from what its line announces; pure functions.

While all agents are busy, callers are taken at a steady rate whatever the hour, so the time that
`n` places take is gamma distributed with shape `n` (Erlang 1917). The rate is learned from earlier
calls and, with more weight, from how far this call has moved up.
"""

from collections.abc import Sequence
from typing import Final

from .announcements import Announced, Announcement, PastWait
from .spread import Spread

#: A place in a queue before any was learned, s, and the places this belief is worth.
_PLACE_S: Final = 90.0
_PLACE_DOUBT: Final = 2.0
#: What moving up in this very call counts against earlier calls.
_THIS_CALL: Final = 3.0
#: Share by which the rate differs from day to day, squared, and what not knowing it yet adds.
_UNEVEN: Final = 0.01
_UNKNOWN: Final = 0.4
#: An announced wait before any was compared: deviation of the logarithm of what it is worth.
_SAID_SIGMA: Final = 0.7


class Pace:
    """What the announcements of one company are worth."""

    def __init__(self, past: Sequence[PastWait]) -> None:
        """Learn from past waits."""
        self._places, self._seconds = _PLACE_DOUBT, _PLACE_DOUBT * _PLACE_S
        #: Calls that taught something, by what they announced.
        self._calls = dict.fromkeys(Announcement, 0)
        #: Seconds waited for each second announced, with weights: a call counts once.
        self._worth: list[tuple[float, float]] = []
        for wait in past:
            if wait.reached:
                self._learn(wait)

    def left(self, news: Sequence[Announced], waited_s: float) -> tuple[Spread, int]:
        """Return what is left after what was said so far, and how many calls taught it."""
        last = news[-1]
        if last.kind is Announcement.POSITION:
            whole = self._of_places(last, [each for each in news if each.kind is last.kind])
        else:
            guess = Spread.guess(last.value, _SAID_SIGMA, 1.0)
            learned = ((worth * last.value, weight) for worth, weight in self._worth)
            whole = Spread.of(learned).with_(guess)
        return whole.after(max(0.0, waited_s - last.at_s)), self._calls[last.kind]

    def _of_places(self, last: Announced, news: Sequence[Announced]) -> Spread:
        """Return how long the places before us take."""
        moved = max(0.0, news[0].value - last.value)
        took = max(0.0, last.at_s - news[0].at_s)
        place_s = (self._seconds + _THIS_CALL * took) / (self._places + _THIS_CALL * moved)
        places = max(last.value, 0.5)
        known = self._calls[Announcement.POSITION] + moved / 2
        uneven = _UNEVEN + _UNKNOWN / (1 + known)
        return Spread.gamma(place_s * places, 1 / (1 / places + uneven), 1.0)

    def _learn(self, wait: PastWait) -> None:
        """Compare what was said with what came."""
        for kind in Announcement:
            said = [
                each
                for each in wait.news
                if each.kind is kind and each.value > 0 and wait.hold_s > each.at_s
            ]
            if not said:
                continue
            self._calls[kind] += 1
            if kind is Announcement.POSITION:
                self._places += said[0].value
                self._seconds += wait.hold_s - said[0].at_s
            else:
                share = 1 / len(said)
                self._worth += [((wait.hold_s - each.at_s) / each.value, share) for each in said]
