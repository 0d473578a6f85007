"""A trigram language model from example sentences, in the ARPA format that PocketSphinx reads."""

from collections import Counter, defaultdict
from collections.abc import Iterable
import math

#: Taken from every count and given to what was never seen (absolute discounting).
_DISCOUNT = 0.1

type Gram = tuple[str, ...]


def arpa(sentences: Iterable[list[str]]) -> str:
    """ARPA text of a backed-off trigram model; any sentence may follow any other one within an utterance."""
    counts: list[Counter[Gram]] = [Counter(), Counter(), Counter()]
    for sentence in sentences:
        # the end of one sentence is the start of the next when somebody goes on talking
        words = ["<s>", *sentence, "</s>"]
        for order in range(1, 4):
            counts[order - 1].update(
                tuple(words[start : start + order]) for start in range(len(words) - order + 1)
            )
    starts = [gram[1] for gram in counts[1] if gram[0] == "<s>"]
    ends = [gram[0] for gram in counts[1] if gram[1] == "</s>"]
    for last in ends:
        for following in starts:
            counts[1].setdefault((last, following), 1)
    total = sum(count for (word,), count in counts[0].items() if word != "<s>")
    probability: dict[Gram, float] = {
        gram: -math.inf if gram == ("<s>",) else math.log10(count / total)
        for gram, count in counts[0].items()
    }
    backoff: dict[Gram, float] = {}
    for order in (1, 2):
        _discount(counts[order], probability, backoff)
    sections = ["\\data\\", *(f"ngram {n}={len(c)}" for n, c in enumerate(counts, start=1)), ""]
    for order, grams in enumerate(counts, start=1):
        sections.append(f"\\{order}-grams:")
        sections += [
            _line(gram, probability, backoff, with_backoff=order < 3) for gram in sorted(grams)
        ]
        sections.append("")
    return "\n".join([*sections, "\\end\\", ""])


def _discount(
    counts: Counter[Gram], probability: dict[Gram, float], backoff: dict[Gram, float]
) -> None:
    """Probabilities of one order, and back-off weights of their histories, in log10."""
    by_history: dict[Gram, dict[Gram, int]] = defaultdict(dict)
    for gram, count in counts.items():
        by_history[gram[:-1]][gram] = count
    for history, grams in by_history.items():
        total = sum(grams.values())
        kept = covered = 0.0
        for gram, count in grams.items():
            share = (count - _DISCOUNT) / total
            probability[gram] = math.log10(share)
            kept += share
            covered += 10 ** probability.get(gram[1:], -99.0)
        backoff[history] = math.log10(max(1 - kept, 1e-9) / max(1 - covered, 1e-3))


def _line(
    gram: Gram, probability: dict[Gram, float], backoff: dict[Gram, float], *, with_backoff: bool
) -> str:
    value = max(probability[gram], -99.0)
    tail = f"\t{backoff.get(gram, 0.0):.4f}" if with_backoff else ""
    return f"{value:.4f}\t{' '.join(gram)}{tail}"
