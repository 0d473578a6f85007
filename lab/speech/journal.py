"""What speech-to-text was given and what it understood, one line of JSON each, for benchmarks."""

from dataclasses import asdict, dataclass
import json
from pathlib import Path
from threading import Lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """One request."""

    #: Unix time of the answer, s.
    time: float
    language: str
    #: Seconds of audio, and what they took to understand.
    seconds: float
    took: float
    text: str


class Journal:
    """Appends to a file; nothing without one."""

    def __init__(self, file: Path | None) -> None:
        """`file` is made when there is something to write."""
        self._file = file
        self._lock = Lock()

    def add(self, entry: Understood) -> None:
        """Write an entry."""
        if self._file is None:
            return
        with self._lock, self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")


def read(file: Path) -> list[Understood]:
    """All entries of a journal; none when nothing was written."""
    if not file.exists():
        return []
    return [Understood(**json.loads(line)) for line in file.read_text("utf-8").splitlines()]
