"""The recordings of one leg: started, moved on and ended together with it."""

from collections.abc import Callable

from ..telephony.messages import ErrorKind, Record
from .recorder import Disk, Recording
from .refusal import RefusalError
from .wiring import Wiring


class Recordings:
    """What a leg is recorded into; `ended` gets path, length (s) and error of each file."""

    def __init__(
        self, wiring: Wiring, disk: Disk, *, name: str, ended: Callable[[str, float, str], None]
    ) -> None:
        """Record nothing yet."""
        self._wiring = wiring
        self._disk = disk
        self._name = name
        self._ended = ended
        self._running: list[Recording] = []

    def start(self, wish: Record) -> None:
        """Start a recording; raises `RefusalError`."""
        self._running.append(
            Recording(
                self._wiring,
                self._disk,
                name=self._name,
                path=wish.path,
                kind=wish.kind,
                segment_s=wish.segment_s,
                ended=self._ended,
            )
        )

    def stop(self, path: str) -> None:
        """Finish one recording, or all with ""; raises `RefusalError`."""
        ending = [item for item in self._running if path in ("", item.path)]
        if path and not ending:
            raise RefusalError(ErrorKind.FILE_ERROR, f"{self._name} does not record into {path}")
        for recording in ending:
            self._running.remove(recording)
            recording.close()

    def tick(self) -> None:
        """Move audio; called every few ms."""
        for recording in self._running:
            recording.tick()
