"""A stretch that was heard before, as the prints report it."""

from dataclasses import dataclass

from .heard import PrintKind, RepeatSource


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
