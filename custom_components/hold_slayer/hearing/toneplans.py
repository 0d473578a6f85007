"""The tones of the world's telephone networks: frequencies and cadences per country.

Recommendation ITU-T E.180 sets the limits for tones, E.182 says when they are used, and the
list "Various tones used in national networks" (annex to Operational Bulletin 781, 2003; before
that E.180 Supplement 2, 1994) tells what each country does. `toneplans.csv` holds them, a row for
each country, with its source.

A tone is written `frequencies/cadence`: frequencies in Hz joined by `+`, the cadence in seconds,
on and off in turn, repeated for ever. A modulated tone is written as the lines of its spectrum
(400 Hz times 16 Hz becomes 384+416). Alternatives are separated by blanks.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from .heard import Sound

#: Frequencies of the special information tone, Hz (E.180 clause 3.6), each 0.33 s ± 0.07 s.
SIT_FREQUENCIES = (950.0, 1400.0, 1800.0)
#: How far each may be off, Hz (E.180: ± 50 Hz; the North American variants lie inside).
SIT_TOLERANCE = 55.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TonePlan:
    """The tones of one country's networks."""

    ringback: str
    busy: str
    congestion: str
    call_waiting: str
    #: Cadenced stand-ins for the three-tone signal (number unobtainable and the like).
    special_information: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """One tone of one or more countries."""

    sound: Sound
    #: Hz, ascending.
    frequencies: tuple[float, ...]
    #: Seconds on, off, on, off …; an even number of them, repeated.
    cadence: tuple[float, ...]
    #: ISO 3166 codes, in alphabetical order.
    countries: tuple[str, ...]


#: The table: a row for each country, its ISO 3166 code first, fields parted by semicolons.
_TABLE = Path(__file__).with_name("toneplans.csv")


def _read() -> dict[str, TonePlan]:
    """Return the plans of the table by country."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row.pop("country"): TonePlan(**row)
            for row in csv.DictReader(file, delimiter=";", strict=True)
        }


PLANS: Final = _read()

_SOUNDS = {
    "ringback": Sound.RINGBACK,
    "busy": Sound.BUSY,
    "congestion": Sound.CONGESTION,
    "call_waiting": Sound.CALL_WAITING,
    "special_information": Sound.SPECIAL_INFORMATION,
}


def parse_tone(text: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Split `frequencies/cadence` into Hz (ascending) and seconds (on, off, …)."""
    frequencies, _, cadence = text.partition("/")
    seconds = tuple(float(part) for part in cadence.split(","))
    if len(seconds) % 2:
        raise ValueError(f"tone {text!r}: the cadence needs an off time for every on time")
    return tuple(sorted(float(part) for part in frequencies.split("+"))), seconds


@cache
def tones() -> tuple[Tone, ...]:
    """Every tone of every plan, equal ones merged, with the countries that use it."""
    users: dict[tuple[Sound, tuple[float, ...], tuple[float, ...]], list[str]] = {}
    for country, plan in PLANS.items():
        for name, sound in _SOUNDS.items():
            for text in getattr(plan, name).split():
                users.setdefault((sound, *parse_tone(text)), []).append(country)
    return tuple(
        Tone(sound=sound, frequencies=frequencies, cadence=cadence, countries=tuple(countries))
        for (sound, frequencies, cadence), countries in users.items()
    )
