"""Looks the newest words up among all earlier ones, and judges what it finds.

Every place where the index knows one of the newest words makes a candidate distance. How well the
audio agrees at a distance is measured over windows of 0.4 to 2 s that end now: agreeing minus
differing bits, each weighed by how certain it is, as a share of all (1 is identical, 0 chance).
Chance agreement falls with the square root of the window, so the share times that root is compared
with one limit.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .fingerprint import BIT_MASK, BITS, VALID, WORD_RATE
from .printhistory import GAP, History
from .printindex import PrintIndex

#: Words of the windows.
WINDOWS: Final = (24, 32, 40, 48, 64, 96, 128)
#: Share of agreement times the root of the counting words from which it is a repeat. The best of
#: 225,000 places (1 h) that have nothing to do with new speech reaches 2.25 in 1 % of cases.
PROOF: Final = 2.7
#: More for few words, up to the second number of them: two people's vowels may be alike.
PROOF_SHORT: Final = 3.0
SHORT, LONG = 24, 40
#: Times so much where nobody talks: music is like itself.
MUSIC_PROOF: Final = 1.2
#: Times so much where both copies begin with the same sound after a rest: few places do.
ONSET_PROOF: Final = 0.8
#: Words without sound before a beginning, words after it that count as such, the tolerance of its
#: place, and the most that are kept.
_REST, _BEGINNING, _ABOUT, _MOST_ONSETS = 10, 75, 8, 256
#: Share of the proof that the best of all places reaches by chance, in the middle.
CHANCE: Final = 0.6
#: Least share of the words with sound that have it in both copies, and least number of them.
LEAST_COUNTING: Final = 0.6
LEAST_WORDS: Final = 18
#: Copies nearer than this are not a repeat (a held note, an echo), s.
NEAREST: Final = 1.6
#: Hits older than this no longer make a candidate, words (0.8 s where somebody talks, 1.5 s).
_KEPT_SPEECH: Final = 50
_KEPT: Final = 94
#: A distance that was left is not looked at for so many words (0.6 s), nor those so near to it.
_LEFT, _LEFT_ABOUT = 40, 4
#: Bits of a word that are tried both ways, and which words go into the index.
_WEAK_SPEECH, _WEAK = 5, 2
_EVERY_SPEECH, _EVERY = 1, 2
#: Words with sound of the first quick look, how far they lie apart, and the least agreement.
_LOOKED_AT, _LOOK_EVERY = 8, 4
_LOOK: Final = 0.13
#: Candidates compared over this many words, of them those that are weighed over all windows, and
#: how near to a proof they must come for that.
_MOST_COMPARED: Final = 48
_COMPARED_WORDS: Final = 48
_MOST_WEIGHED: Final = 4
_HOPEFUL: Final = 0.3
#: A bit is certain when the difference behind it is this large (natural logarithm of power).
_CERTAIN: Final = np.float32(1.0)
_BIT = np.uint32(1) << np.arange(BITS, dtype=np.uint32)
_ALL_BITS: Final = np.float32(BITS)
#: From a distance to its neighbours.
_BESIDE = np.arange(-1, 2)


class Search:
    """Finds distances at which the newest words repeat earlier ones."""

    def __init__(self, history: History) -> None:
        """Make the words of the book findable."""
        self._history = history
        self._index = PrintIndex()
        self._distances = np.zeros(0, dtype=np.int64)
        self._asked = np.zeros(0, dtype=np.int64)
        #: Places where something new began, and where what is heard now began.
        self._onsets = np.array([first for first, _, _ in history.known], dtype=np.int64)
        self._onset: int | None = None
        self._rest = 0
        self._speech = False
        #: The distance that was followed until a moment ago, and the place where that ended.
        self._left, self._left_at = 0, 0
        #: How certain each bit of the newest words is, (GAP, BITS).
        self._sureness = np.zeros((GAP, BITS), dtype=np.float32)
        #: How near the best candidate of the latest words came to a repeat: 0 chance, 1 proof.
        self.hint = 0.0
        self.remember(0, history.count, speech=True)

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        return self._index.nbytes + self._sureness.nbytes

    def forget(self, distance: int) -> None:
        """Drop the candidates; a distance that has just been left is no repeat for a while."""
        self._left, self._left_at = distance, self._history.count
        self._onset = None
        self._distances = self._asked = np.zeros(0, dtype=np.int64)

    def note(self, differences: NDArray[np.float32]) -> None:
        """Take the differences (n, BITS) behind the newest words' bits."""
        count = min(len(differences), GAP)
        self._sureness = np.concatenate(
            [self._sureness[count:], np.minimum(np.abs(differences[-count:]), _CERTAIN)]
        )

    def remember(self, begins: int, end: int, *, speech: bool) -> None:
        """Put the counting words of the history into the index, less of them outside speech."""
        every = _EVERY_SPEECH if speech else _EVERY
        places = np.arange(begins + (-begins) % every, end, every)
        words = self._history.words[places]
        counting = (words & VALID) != 0
        self._index.add(words[counting], places[counting])

    def look(self, count: int, *, speech: bool) -> tuple[int, float] | None:
        """Look the newest `count` words up; return the distance of a repeat and how well it agrees."""
        self.hint = 0.0
        now = self._history.count
        words = self._history.recent(count)
        counting = (words & VALID).nonzero()[0]
        kept = self._asked >= now - (_KEPT_SPEECH if speech else _KEPT)
        self._asked, self._distances = self._asked[kept], self._distances[kept]
        if not len(counting):
            self._rest += count
            return None
        self._begin(now - count + int(counting[0]), int(counting[0]), speech=speech)
        self._rest = count - 1 - int(counting[-1])
        sureness = self._sureness[GAP - count :]
        row, places = self._index.find(
            words[counting], sureness[counting], _WEAK_SPEECH if speech else _WEAK
        )
        asked = now - count + counting[row]
        far = asked - places >= int(NEAREST * WORD_RATE)
        self._asked = np.concatenate([self._asked, asked[far]])
        self._distances = np.concatenate([self._distances, (asked - places)[far]])
        found = self._judge(self._likely(self._hits(speech=speech)), 1.0 if speech else MUSIC_PROOF)
        if found is None and self._onset is not None:
            hint = self.hint
            found = self._judge(self._likely(self._beginnings(self._onset)), ONSET_PROOF)
            self.hint = max(hint, self.hint)
        return found

    def _begin(self, place: int, rest: int, *, speech: bool) -> None:
        """Notice where something begins: after a rest, or when somebody starts to talk."""
        if self._onset is not None and place - self._onset > _BEGINNING:
            # Nothing that was heard before began like it.
            self._onsets = np.append(self._onsets[1 - _MOST_ONSETS :], self._onset)
            self._onset = None
        if speech and (self._rest + rest >= _REST or not self._speech) and self._onset is None:
            self._onset = place
        self._speech = speech

    def _beginnings(self, onset: int) -> NDArray[np.int64]:
        """Return the distances at which what began now begins as something did before."""
        distances = (onset - self._onsets)[:, None] + np.arange(-_ABOUT, _ABOUT + 1)
        return _distinct(distances[distances >= int(NEAREST * WORD_RATE)])

    def _hits(self, *, speech: bool) -> NDArray[np.int64]:
        """Return the distances that the index knows a word at; in music, two words."""
        if speech or len(self._distances) < 2:
            return _distinct(self._distances)
        ordered = np.sort(self._distances)
        return _distinct(ordered[1:][np.diff(ordered) <= 1])

    def _likely(self, distances: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the distances at which a few of the newest words agree."""
        history = self._history
        if history.count - self._left_at < _LEFT:
            distances = distances[np.abs(distances - self._left) > _LEFT_ABOUT]
        if not len(distances):
            return distances
        back = min(GAP, history.length)
        sound = (history.recent(back)[::-1] & VALID).nonzero()[0][2::_LOOK_EVERY][:_LOOKED_AT]
        if not len(sound):
            return distances[:0]
        newest = history.count - 1 - sound
        where = newest - distances[:, None]
        earlier = history.words[np.maximum(where, 0)]
        differ = np.add.reduce(np.bitwise_count((earlier ^ history.words[newest]) & BIT_MASK), 1)
        most = len(newest) * BITS * (1 - _LOOK) / 2
        likely = np.flatnonzero(differ < most)
        if len(likely) > _MOST_COMPARED:
            likely = likely[np.argpartition(differ[likely], _MOST_COMPARED)[:_MOST_COMPARED]]
        return distances[likely]

    def _judge(self, candidates: NDArray[np.int64], caution: float) -> tuple[int, float] | None:
        """Weigh the best candidates over windows that end now; return the best that is proven."""
        back = min(GAP, self._history.length)
        if not len(candidates) or back < WINDOWS[0]:
            return None
        strength, _ = self._compare(candidates, min(back, _COMPARED_WORDS), weighed=False)
        self.hint = float(strength.max()) / caution
        if self.hint < _HOPEFUL:
            return None
        best = np.argsort(-strength)[:_MOST_WEIGHED]
        near = _distinct(candidates[best][:, None] + _BESIDE)
        strength, share = self._compare(near, back, weighed=True)
        top = int(strength.argmax())
        self.hint = float(strength[top]) / caution
        return (int(near[top]), float(share[top])) if self.hint >= 1 else None

    def _compare(
        self, distances: NDArray[np.int64], back: int, *, weighed: bool
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Compare the last `back` words with the words at some distances (c,) before them.

        Returns for each distance how near its best window comes to a proof, 0 to 1 and more, and
        the share of agreement in that window, (c,) each.
        """
        history = self._history
        windows = [window for window in WINDOWS if window <= back]
        recent = history.recent(windows[-1])[::-1]
        newest = history.count - 1
        where = np.arange(newest, newest - windows[-1], -1) - distances[:, None]
        earlier = history.words[np.maximum(where, 0)]
        both = (earlier & recent) >= VALID
        either = (earlier | recent) >= VALID
        different = (earlier ^ recent) & BIT_MASK
        if weighed:
            sure = self._sureness[: -windows[-1] - 1 : -1]
            whole = sure.sum(axis=1)
            bits = (different[:, :, None] & _BIT) != 0
            agree = whole - 2 * np.einsum("cnb,nb->cn", bits, sure, dtype=np.float32)
        else:
            whole = _ALL_BITS
            agree = np.float32(BITS) - np.float32(2) * np.bitwise_count(different)
        sums = np.empty((4, *both.shape), np.float32)
        np.multiply(agree, both, out=sums[0])
        np.multiply(either, whole, out=sums[1])
        sums[2], sums[3] = either, both
        sums = np.add.reduceat(sums, [0, *windows[:-1]], axis=2).cumsum(axis=2)
        agree, most, counts, both = sums
        np.maximum(counts, 1, out=counts)
        words = np.maximum(counts, LEAST_WORDS)
        few = np.minimum(np.maximum((LONG - words) / (LONG - SHORT), 0), 1)
        proof = PROOF + (PROOF_SHORT - PROOF) * few
        share = agree * counts / np.maximum(most * words, 1e-6)
        strength = (share * np.sqrt(words) / proof - CHANCE) / (1 - CHANCE)
        strength *= both >= np.maximum(LEAST_WORDS, LEAST_COUNTING * counts)
        rows, best = np.arange(len(strength)), strength.argmax(axis=1)
        return strength[rows, best], share[rows, best]


def _distinct(distances: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return distances in order, each once; several times quicker than `np.unique` for so few."""
    ordered = np.sort(distances, axis=None)
    new = np.empty(len(ordered), np.bool_)
    new[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return np.asarray(ordered[new], np.int64)
