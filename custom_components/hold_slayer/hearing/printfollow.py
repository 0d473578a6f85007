"""Follows a repeat word by word until the audio leaves the earlier copy."""

from dataclasses import dataclass

import numpy as np

from .fingerprint import BITS, WORD_RATE, WORD_SECONDS
from .printhistory import GAP, History
from .printsearch import NEAREST

#: A repeat ends when the last so many counting words (0.35 s) agree less than this share of how
#: well it agreed so far, within these limits.
FOLLOW_WORDS = 22
FOLLOW_SHARE = 0.35
FOLLOW_LEAST, FOLLOW_MOST = 0.11, 0.26
#: Fewer words with sound than this say nothing.
LEAST_SOUND = 8
#: A repeat that says nothing for this long (silence in both copies) is over, s.
FOLLOW_SILENCE = 4.0
#: Words without sound in both copies that make a pause. What comes after one is judged by itself: so
#: many words with sound until it counts as the repeat, so many until it must agree like any other
#: part, and the share that keeps it until then.
PAUSE_WORDS = 18
AFTER_LEAST, AFTER_MOST = 10, 22
AFTER_SHARE = 0.04


@dataclass(slots=True)
class Track:
    """The repeat that is being followed."""

    distance: int
    #: Place of the first repeating word.
    begins: int
    #: How well it agreed when it was found; since then a running mean.
    score: float
    #: How well it agrees now.
    latest: float
    #: Words since anything counted, and since it agreed for sure.
    quiet: int = 0
    unsure: int = 0
    #: Place behind the latest pause.
    resumed: int = 0


def begin(history: History, distance: int, score: float) -> Track:
    """Return a track at a distance; finds out where the repeat began."""
    back = min(4 * GAP, history.length, history.count - distance)
    agree, counts = history.agreement(back, distance)
    gain = np.where(counts, agree / BITS - 0.5 * (score * 0.6 + 0.1), 0.0)
    total = np.cumsum(gain[::-1])
    begins = history.count - 1 - int(total.argmax())
    return Track(distance=distance, begins=begins, score=score, latest=score)


def follow(history: History, track: Track, count: int) -> bool:
    """See whether the `count` newest words still agree with the earlier copy.

    A pause in both copies says nothing: the repeat goes on after it, or not.
    """
    track.unsure += count
    if history.is_silent(count, track.distance):
        track.quiet += count
        return track.quiet * WORD_SECONDS <= FOLLOW_SILENCE
    if track.quiet >= PAUSE_WORDS:
        track.resumed = history.count - count
    track.quiet = 0
    span = max(FOLLOW_WORDS, count)
    back = min(
        3 * span,
        history.count - max(track.begins, track.resumed),
        history.count - track.distance - 5,
    )
    best, score, most = track.distance, -1.0, 0
    for shift in (0, -1, 1, -2, 2):
        distance = track.distance + shift
        if history.count - back - distance < 0 or distance < NEAREST * WORD_RATE:
            continue
        agreed, sound = history.likeness(back, distance, span)
        if sound < LEAST_SOUND:
            continue
        most = max(most, sound)
        value = agreed / (BITS * max(sound, FOLLOW_WORDS // 2))
        if value > score + (0.03 if shift else 0.0):
            best, score = distance, value
        if shift == 0 and value > 0.45:
            break
    if not most:
        return True
    fresh = track.resumed and history.count - track.resumed < 3 * AFTER_MOST
    after = most if fresh else AFTER_MOST
    least = min(max(FOLLOW_SHARE * track.score, FOLLOW_LEAST), FOLLOW_MOST)
    if score < least:
        return after < AFTER_MOST and score >= AFTER_SHARE
    if after < AFTER_LEAST:
        return True
    track.distance = best
    track.unsure = 0
    track.score += 0.15 * (score - track.score)
    track.latest = score
    return True


def end(history: History, track: Track) -> int:
    """Return the place behind the last word that repeats."""
    behind = max(FOLLOW_WORDS // 2, track.unsure - FOLLOW_WORDS)
    return max(history.count - behind, track.begins + 1)
