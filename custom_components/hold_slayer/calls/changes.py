"""What changed about a call, told to those who show or record it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ChangeKind(StrEnum):
    """Which part of a call's progress changed."""

    STATE = "state"  # facts: before
    SOUND = "sound"
    VERDICT = "verdict"
    TRANSCRIPT = "transcript"  # a final line was added
    PARTIAL = "partial"
    NOTE = "note"  # facts: note
    KEYS = "keys"  # facts: keys (placeholders unfilled)
    PHONE = "phone"  # facts: phone, state
    TAUGHT = "taught"  # facts: person, since, until (leg times, s), print_id
    JUDGED = "judged"  # facts: print (bytes) of what the ears judged last
    LEG = "leg"  # facts: leg (`LegChanged`), phone (its name or None); may come after ENDED
    RECORDING = "recording"  # recording began, ended, is wanted or no longer wanted
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change."""

    kind: ChangeKind
    facts: Mapping[str, Any] = field(default_factory=dict)
