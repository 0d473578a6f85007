"""What an utterance says: the words heard, sorted into kinds by the phrase files."""

from collections.abc import Sequence
from dataclasses import dataclass

from .moments import Transcribed
from .phrases import Phrases, Said
from .words import fold

#: Longest text taken from one utterance, in characters; the rest is cut off (12 s of speech is ~250).
LONGEST = 2000
#: A lone "hello?" has at most this many words.
_SHORT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one utterance and what kinds of things they say."""

    text: str
    folded: str
    kinds: frozenset[Said]
    #: Phrases of the language it was understood in.
    phrases: Phrases
    utterance: int = -1
    #: Leg time of the first and last word, s.
    since: float = 0.0
    until: float = 0.0
    #: The same audio was heard before in this call.
    again: bool = False

    def __contains__(self, kind: Said) -> bool:
        """Whether it says something of that kind."""
        return kind in self.kinds


def understand(heard: Transcribed, languages: Sequence[Phrases]) -> Words:
    """Sort what was heard into kinds, in the language that fits best."""
    text = heard.text[:LONGEST]
    folded = fold(text)
    best: tuple[Phrases, frozenset[Said]] | None = None
    for phrases in languages:
        kinds = kinds_of(folded, phrases)
        if best is None or len(kinds) > len(best[1]):
            best = (phrases, kinds)
    assert best is not None, "a plan has at least one language"
    return Words(
        text=text,
        folded=folded,
        kinds=best[1],
        phrases=best[0],
        utterance=heard.utterance,
        since=heard.since,
        until=heard.until,
    )


def kinds_of(folded: str, phrases: Phrases) -> frozenset[Said]:
    """All kinds a folded text belongs to."""
    kinds = {kind for kind in Said if phrases.says(kind, folded)}
    if any(
        pattern.search(folded)
        for pattern in (*phrases.position, *phrases.ahead, *phrases.next_in_line)
    ):
        kinds |= {Said.QUEUE, Said.ANNOUNCEMENT}
    if Said.HELLO in kinds and len(folded.split()) > _SHORT:
        kinds.discard(Said.HELLO)
    if Said.INVENTED in kinds and kinds - {Said.INVENTED, Said.ANNOUNCEMENT, Said.HELLO}:
        kinds.discard(Said.INVENTED)
    return frozenset(kinds)


def join(heard: Sequence[Words]) -> str:
    """Several utterances as one text; a pause between two counts like a full stop."""
    return ". ".join(words.text.rstrip(" .,;") for words in heard)
