"""What a queue announces: position, waiting time and opening hours, in numbers."""

from dataclasses import dataclass, field
import re

from .phrases import Phrases, Said
from .understanding import Words
from .words import fold

#: Longer queues and waits than these are misheard.
_MOST_CALLERS = 500
_LONGEST_WAIT_S = 6 * 3600
_MINUTES = (0, 15, 30, 45)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNews:
    """What one announcement says about the queue."""

    #: 1 = next.
    position: int | None = None
    #: Expected wait in s; the middle of a range.
    wait_s: float | None = None

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return self.position is not None or self.wait_s is not None


@dataclass(slots=True)
class QueueSeries:
    """What was announced over time: (call clock in s, value)."""

    positions: list[tuple[float, int]] = field(default_factory=list)
    waits: list[tuple[float, float]] = field(default_factory=list)

    def add(self, now: float, news: QueueNews) -> QueueNews:
        """Keep what is new; returns only what differs from the last announcement."""
        position, wait = news.position, news.wait_s
        if position is not None:
            if self.positions and self.positions[-1][1] == position:
                position = None
            else:
                self.positions.append((now, position))
        if wait is not None:
            if self.waits and self.waits[-1][1] == wait:
                wait = None
            else:
                self.waits.append((now, wait))
        return QueueNews(position=position, wait_s=wait)

    def remaining_s(self, now: float) -> float | None:
        """The wait still ahead by the last announcement, s."""
        if not self.waits:
            return None
        at, wait = self.waits[-1]
        return max(0.0, wait - (now - at))


def read_queue(words: Words) -> QueueNews:
    """Read position and expected wait from an announcement."""
    phrases, text = words.phrases, words.folded
    wait = None
    if words.kinds & {Said.QUEUE, Said.ANNOUNCEMENT, Said.CALL_BACK_OFFER}:
        wait = _wait(text, phrases)
    return QueueNews(position=_position(text, phrases), wait_s=wait)


def _position(text: str, phrases: Phrases) -> int | None:
    if any(pattern.search(text) for pattern in phrases.next_in_line):
        return 1
    for patterns, more in ((phrases.position, 0), (phrases.ahead, 1)):
        for pattern in patterns:
            if (match := pattern.search(text)) is None:
                continue
            groups = match.groupdict()
            value = (
                phrases.ordinals[_key(groups["ordinal"])]
                if groups.get("ordinal")
                else phrases.numbers[_key(groups["n"])]
            )
            position = value + more
            return position if 1 <= position <= _MOST_CALLERS else None
    return None


def _key(words: str) -> str:
    return " ".join(words.split())


def _wait(text: str, phrases: Phrases) -> float | None:
    for pattern in phrases.wait:
        if match := pattern.search(text):
            seconds = seconds_of(match["time"], phrases)
            return seconds if 0 < seconds <= _LONGEST_WAIT_S else None
    return None


def seconds_of(text: str, phrases: Phrases) -> float:
    """A length of time in words ("between five and ten minutes") in s; a range gives its middle."""
    unit = max(
        (word for word in phrases.units if re.search(rf"\b{re.escape(word)}$", text)),
        key=len,
        default="",
    )
    rest = text.removesuffix(unit)
    values = [
        phrases.numbers[_key(match.group())] for match in phrases.number_pattern.finditer(rest)
    ]
    factor = phrases.units.get(unit, 60)
    return factor * (sum(values) / len(values) if values else 1.0)


def read_opening(text: str, phrases: Phrases) -> str:
    """When the company opens, as "09:00"; "" when it is not said."""
    folded = fold(text)
    for pattern in phrases.opens:
        if match := pattern.search(folded):
            clock = _key(match["clock"])
            values = [
                phrases.numbers.get(_key(found.group()), 0)
                for found in re.finditer(rf"\b00\b|{phrases.number_pattern.pattern}", clock)
            ]
            hour, minute = values[0], values[1] if len(values) > 1 else 0
            if any(clock.endswith(word) for word in phrases.afternoon) and hour < 12:
                hour += 12
            if hour < 24:
                # "at nine five days a week": no company opens at 9:05.
                return f"{hour:02d}:{minute if minute in _MINUTES else 0:02d}"
    return ""
