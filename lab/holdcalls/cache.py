"""Made calls kept on disk, so that a second run over the same seeds only listens."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lab.corpus import RATE, Corpus, Split
from lab.holdcalls.maker import HoldCall
from lab.holdcalls.truth import Truth

_LAB = Path(__file__).resolve().parent.parent
#: Where they lie; safe to delete at any time.
FOLDER = _LAB.parent / ".bench" / "calls"


@dataclass(slots=True, eq=False)
class MadeCall:
    """Samples (int16, 8 kHz) and truth of a call, and how to make it again when somebody asks a question on it."""

    samples: NDArray[np.int16]
    truth: Truth
    _make: Callable[[], HoldCall]
    _live: HoldCall | None = None

    def ask(self, since: float, until: float) -> bool:
        """As `HoldCall.ask`; the call on disk stays as it was."""
        if self.truth.agent is None or since < self.truth.agent:
            return False
        self._live = self._live or self._make()
        there = self._live.ask(since, until)
        self.samples, self.truth = self._live.samples, self._live.truth
        return there


@cache
def _code() -> str:
    """Changes when the code that makes calls changes."""
    digest = hashlib.sha256()
    for folder in ("channel", "synth", "holdcalls"):
        for path in sorted((_LAB / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    digest.update((_LAB / "corpus.py").read_bytes())
    return digest.hexdigest()


@cache
def _sounds(root: Path) -> str:
    """Changes when the corpus changes."""
    names = sorted(
        (str(p.relative_to(root)), p.stat().st_size) for p in root.rglob("*") if p.is_file()
    )
    return hashlib.sha256(repr(names).encode()).hexdigest()


def made(
    sounds: Corpus,
    seed: int,
    *,
    split: Split | None,
    minutes: float,
    hard: float = 1.0,
    spoken: bool = False,
) -> MadeCall:
    """The call of a seed, from disk when it was made before by the same code from the same corpus."""
    import soundfile

    name = hashlib.sha256(
        repr((_code(), _sounds(sounds.root), split, minutes, hard, spoken)).encode()
    ).hexdigest()[:16]
    path = FOLDER / name / f"{seed}.flac"
    notes = path.with_suffix(".json")

    def make() -> HoldCall:
        return HoldCall(sounds, seed, split=split, minutes=minutes, hard=hard, spoken=spoken)

    if notes.is_file():
        samples, _ = soundfile.read(path, dtype="int16")
        return MadeCall(samples, Truth.from_json(notes.read_text("utf-8")), make)
    call = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, call.samples, RATE, subtype="PCM_16")
    part = notes.with_suffix(".part")
    part.write_text(call.truth.to_json(), "utf-8")
    part.replace(notes)  # the notes come last: whole pairs only
    return MadeCall(call.samples, call.truth, make)
