"""Is a living person on the line? Fuses the ears' verdict with words and with answers.

Everything is log-odds in nats, added up; every weight stands in one table. Without any
words the ears alone decide.
"""

from collections import Counter
from collections.abc import Mapping
import math

from ..hearing.heard import Cue, Reason, Verdict, VerdictChange
from .phrases import Said
from .understanding import Words

#: Log-odds in nats that each cue adds to "a living person".
WEIGHTS: Mapping[Cue, float] = {
    Cue.GREETING_WORDS: 2.5,
    Cue.SHORT_GREETING: 1.2,
    Cue.ANSWERED_US: 3.0,
    Cue.TALKED_THROUGH: -2.0,
    Cue.ANNOUNCEMENT_WORDS: -1.8,
    Cue.REPEATED_WORDS: -5.0,
    Cue.REPEATED: -6.0,
    Cue.INVENTED_WORDS: -1.0,
    Cue.MUSIC: -2.5,
    Cue.USER_SAID: 12.0,
}
#: How often a cue may count.
_AT_MOST: Mapping[Cue, int] = {Cue.ANNOUNCEMENT_WORDS: 3, Cue.GREETING_WORDS: 2}

#: The ears' verdict as log-odds, before and unless their probability says more.
_EARS_FLOOR: Mapping[Verdict, float] = {Verdict.PERSON: 2.2, Verdict.SUSPECTED: 0.2}
_EARS_CEILING: Mapping[Verdict, float] = {
    Verdict.PERSON: 4.0,
    Verdict.SUSPECTED: 1.6,
    Verdict.MACHINE: -1.5,
    Verdict.NOBODY: -1.0,
}
_EARS_LEAST = -4.0
#: What the ears' mere doubt may take away: a greeting after it makes a suspicion, and a question
#: settles it. Sound alone cannot tell a first-heard recording; proof can, and counts in full.
_DOUBT_LEAST = -1.5
#: What is left of a doubt when another utterance begins.
_DOUBT_AFTERWARDS = -1.0
#: What proves a recording rather than making a person less likely, and from which weight in nats:
#: the ears find a trace of music in most offices, and a few words can sound like others before.
PROOF: Mapping[Cue, float] = {Cue.REPEATED: -16.0, Cue.MUSIC: -3.0, Cue.OVER_MUSIC: -3.0}

#: Log-odds from which a person is certain enough (0.85) and suspected (0.5), and below which
#: the suspicion is dropped (0.25).
PERSON = math.log(0.85 / 0.15)
SUSPECTED = 0.0
DROPPED = math.log(0.25 / 0.75)

#: What only recordings say; a greeting next to it does not make it a person.
_RECORDING_ONLY = frozenset({Said.BOT, Said.OPEN_QUESTION, Said.VOICEMAIL, Said.INVALID})


#: What recordings say rather than people.
_RECORDING = frozenset({Said.CLOSED, Said.CALL_BACK_OFFER, Said.CALL_LATER})


class PersonJudge:
    """Keeps the evidence about who is speaking now."""

    def __init__(self) -> None:
        """Start with no evidence."""
        self.reset()

    def reset(self) -> None:
        """Forget the evidence: another voice may come."""
        self._ears = 0.0
        self._ears_reasons: tuple[Reason, ...] = ()
        self._ears_spoke = False
        self._counts: Counter[Cue] = Counter()
        self._signs: dict[Cue, float] = {}
        #: What the words of each utterance say; a final text replaces the early one.
        self._words: dict[int, Counter[Cue]] = {}
        #: Words of earlier utterances are another voice's.
        self._first_utterance = -1

    def new_voice(self, utterance: int) -> None:
        """Another utterance begins, by whomever: what was said before does not count."""
        self._counts.clear()
        self._signs.clear()
        self._words.clear()
        self._first_utterance = utterance
        if self._ears < 0:
            self._ears = max(self._ears, _DOUBT_AFTERWARDS)

    def dismiss(self) -> None:
        """It was nobody: the ears have to say something new, the words of this voice still count."""
        self._ears = min(self._ears, _EARS_CEILING[Verdict.MACHINE])

    def hear(self, change: VerdictChange) -> None:
        """Take the ears' verdict."""
        odds = _log_odds(change.probability)
        least = _EARS_LEAST if is_proof(change) else _DOUBT_LEAST
        odds = max(odds, _EARS_FLOOR.get(change.verdict, least))
        self._ears = min(odds, _EARS_CEILING[change.verdict])
        self._ears_reasons = change.reasons
        self._ears_spoke = True

    def add(self, cue: Cue, *, sign: float = 1.0) -> None:
        """Count a cue."""
        self._counts[cue] += 1
        self._signs[cue] = sign

    def read(self, words: Words, *, repeated: bool = False) -> None:
        """Weigh the words of an utterance, early or final, unless said before this voice began."""
        if words.utterance < self._first_utterance:
            return
        said: Counter[Cue] = Counter()
        if repeated:
            said[Cue.REPEATED_WORDS] = 1
        if Said.INVENTED in words:
            said[Cue.INVENTED_WORDS] = 1
        else:
            if greets(words):
                said[Cue.GREETING_WORDS] = 1
            elif Said.HELLO in words:
                said[Cue.SHORT_GREETING] = 1
            said[Cue.ANNOUNCEMENT_WORDS] = _announcements(words)
        self._words[words.utterance] = +said

    def _evidence(self) -> dict[Cue, float]:
        """The weight of each cue that counts, in nats."""
        counts = sum(self._words.values(), Counter(self._counts))
        return {
            cue: WEIGHTS[cue] * min(count, _AT_MOST.get(cue, 1)) * self._signs.get(cue, 1.0)
            for cue, count in counts.items()
        }

    @property
    def log_odds(self) -> float:
        """All evidence together, in nats."""
        return self._ears + sum(self._evidence().values())

    @property
    def probability(self) -> float:
        """Probability of a living person, 0 to 1."""
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, self.log_odds))))

    @property
    def verdict(self) -> Verdict:
        """The decision."""
        if not self._ears_spoke and not self._evidence():
            return Verdict.NOBODY
        odds = self.log_odds
        if odds >= PERSON:
            return Verdict.PERSON
        return Verdict.SUSPECTED if odds >= SUSPECTED else Verdict.MACHINE

    @property
    def dropped(self) -> bool:
        """The evidence speaks clearly against a person."""
        return self.log_odds < DROPPED

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why, heaviest first."""
        own = tuple(Reason(cue=cue, weight=weight) for cue, weight in self._evidence().items())
        return tuple(
            sorted(self._ears_reasons + own, key=lambda reason: abs(reason.weight), reverse=True)
        )


def is_proof(change: VerdictChange) -> bool:
    """Whether the ears changed their mind for a reason that proves a recording."""
    return any(
        reason.cue in PROOF and reason.weight <= PROOF[reason.cue] for reason in change.reasons
    )


def greets(words: Words) -> bool:
    """Whether a person greets; "thank you for calling" takes a name or an offer besides."""
    if Said.GREETING not in words or words.kinds & _RECORDING_ONLY:
        return False
    return Said.WELCOME not in words or words.phrases.count(Said.GREETING, words.folded) > 1


def _announcements(words: Words) -> int:
    """How many phrases of announcements an utterance holds."""
    found = words.phrases.count(Said.ANNOUNCEMENT, words.folded)
    found = max(found, Said.ANNOUNCEMENT in words)  # a place in the queue is one, too
    return found + len(words.kinds & (_RECORDING_ONLY | _RECORDING))


def _log_odds(probability: float) -> float:
    if not 0.0 <= probability <= 1.0:
        return 0.0
    clipped = min(0.98, max(0.02, probability))
    return math.log(clipped / (1.0 - clipped))
