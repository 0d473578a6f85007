"""A stretch that was heard before, as the prints report it."""

from dataclasses import dataclass

from .heard import PrintKind, Repeat, RepeatSource


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintMatch:
    """A stretch that was heard before. Times in s since the memory began."""

    #: When this was found.
    time: float
    #: When the stretch that repeats began.
    since: float
    #: When the earlier copy began; None when it comes from a print book.
    first_heard: float | None
    #: Agreement of the prints, 0 (chance) to 1 (identical).
    score: float
    source: RepeatSource
    #: Period of the loop in s, once the same stretch came round at a steady distance.
    loop_period: float | None = None
    #: In how many calls this recording was heard (print book only).
    uses: int = 0
    #: Name and kind of the recording in the print book, "" and None without one; and where in it
    #: the stretch began, s.
    print_id: str = ""
    kind: PrintKind | None = None
    offset: float | None = None

    @property
    def repeat(self) -> Repeat:
        """Return it in the shared vocabulary."""
        return Repeat(
            source=self.source,
            first_heard=self.first_heard,
            score=round(self.score, 3),
            print_id=self.print_id,
            offset=None if self.offset is None else round(self.offset, 3),
            kind=self.kind,
        )
