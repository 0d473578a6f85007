"""The tones of the world's telephone networks: frequencies and cadences per country.

Recommendation ITU-T E.180 sets the limits for tones, E.182 says when they are used, and the
list "Various tones used in national networks" (annex to Operational Bulletin 781, 2003; before
that E.180 Supplement 2, 1994) tells what each country does. That list is the source of every
row unless the row names another.

A tone is written `frequencies/cadence`: frequencies in Hz joined by `+`, the cadence in seconds,
on and off in turn, repeated for ever. A modulated tone is written as the lines of its spectrum
(400 Hz times 16 Hz becomes 384+416). Alternatives are separated by blanks.
"""

from dataclasses import dataclass
from functools import cache

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
    congestion: str = ""
    call_waiting: str = ""
    #: Cadenced stand-ins for the three-tone signal (number unobtainable and the like).
    special_information: str = ""
    source: str = "ITU-T E.180 Supplement 2"


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


_NORTH_AMERICA = TonePlan(
    ringback="440+480/2,4 440+480/1,3",
    busy="480+620/.5,.5",
    congestion="480+620/.25,.25 480+620/.3,.2",
    call_waiting="440/.3,10",
    source="ITU-T E.180 Supplement 2; Telcordia GR-506",
)
_EUROPEAN = "425/1,4"  # the ringing tone that E.180 recommends

PLANS: dict[str, TonePlan] = {
    "AE": TonePlan(
        ringback="400+450/.4,.2,.4,2 425/.4,.2,.4,2 400+425/.4,.2,.4,2",
        busy="400/.375,.375 425/.375,.375",
        congestion="400/.4,.35,.225,.525 425/.4,.35,.225,.525",
    ),
    "AR": TonePlan(
        ringback="425/1,4 425/1,4.5",
        busy="425/.3,.2 425/.3,.3",
        congestion="425/.3,.4 425/.2,.3",
        call_waiting="425/.2,9",
    ),
    "AT": TonePlan(
        ringback="420/1,5 450/1,5",
        busy="420/.4,.4 450/.3,.3",
        congestion="420/.2,.2",
        call_waiting="420/.04,1.95",
    ),
    "AU": TonePlan(
        ringback="413+438/.4,.2,.4,2 400+450/.4,.2,.4,2 383+417/.4,.2,.4,2",
        busy="425/.375,.375 400/.375,.375",
        call_waiting="425/.2,.2,.2,4.4",
        special_information="425/2.5,.5 400/2.5,.5",
        source="ACIF S002:2001",
    ),
    "BE": TonePlan(
        ringback="425/1,3",
        busy="425/.5,.5",
        congestion="425/.167,.167",
        call_waiting="1400/.175,.175,.175,3.5",
    ),
    "BG": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.5,.5",
        congestion="425/.25,.25",
        call_waiting="425/.15,.15,.15,4",
    ),
    "BR": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.25,.25",
        congestion="425/.25,.25,.75,.25",
        call_waiting="425/.05,1",
    ),
    "CA": _NORTH_AMERICA,
    "CH": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.5,.5",
        congestion="425/.2,.2",
        call_waiting="425/.2,.2,.2,4",
    ),
    "CL": TonePlan(
        ringback="400/1,3", busy="400/.5,.5", congestion="400/.2,.2", call_waiting="400/.25,8.75"
    ),
    "CN": TonePlan(
        ringback="450/1,4",
        busy="450/.35,.35",
        congestion="450/.7,.7",
        call_waiting="450/.4,4",
        special_information="450/.1,.1,.1,.1,.1,.1,.4,.4",
    ),
    "CR": TonePlan(ringback="425/1.2,4.6 450/1.2,4.9", busy="425/.3,.3 450/.33,.33"),
    "CY": TonePlan(
        ringback="425/1.5,3 375+425/.4,.2,.4,2",
        busy="425/.5,.5",
        congestion="425/.25,.25",
        call_waiting="425/.2,.6",
        special_information="425/2.5,.5",
    ),
    "CZ": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.33,.33",
        congestion="425/.165,.165",
        call_waiting="425/.33,9 425/.33,5",
    ),
    "DE": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.48,.48 425/.5,.5",
        congestion="425/.24,.24 425/.2,.2",
        call_waiting="425/.2,.2,.2,5 425/.2,.2,.2,8",
    ),
    "DK": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.5,.5 425/.25,.25",
        congestion="425/.2,.2",
        call_waiting="425/.2,.6,.2,3",
    ),
    "EC": TonePlan(ringback="425/1.2,4.65", busy="425/.33,.33", call_waiting="425/.2,.6"),
    "EE": TonePlan(ringback=_EUROPEAN, busy="425/.3,.3", congestion="425/.2,.2"),
    "EG": TonePlan(ringback="375+475/2,1", busy="375+475/1,4", congestion="450/.5,.5"),
    "ES": TonePlan(
        ringback="425/1.5,3",
        busy="425/.2,.2",
        congestion="425/.2,.2,.2,.2,.2,.6",
        call_waiting="425/.175,.175,.175,3.5",
    ),
    "FI": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.3,.3",
        congestion="425/.2,.2",
        call_waiting="425/.15,.15,.15,8",
    ),
    "FR": TonePlan(
        ringback="440/1.5,3.5",
        busy="440/.5,.5",
        congestion="440/.25,.25",
        call_waiting="440/.3,10",
    ),
    "GB": TonePlan(
        ringback="400+450/.4,.2,.4,2 383+417/.4,.2,.4,2",
        busy="400/.375,.375",
        congestion="400/.4,.35,.225,.525",
        call_waiting="400/.1,4 400/.25,.25,.25,.25,.25,5",
        source="BT SIN 350",
    ),
    "GR": TonePlan(
        ringback="425/1,4 450/1,4",
        busy="425/.3,.3 450/.3,.3",
        congestion="425/.15,.15 425/.2,.2",
        call_waiting="425/.3,10 425/.15,.15,.15,8",
    ),
    "HK": TonePlan(
        ringback="440+480/.4,.2,.4,3",
        busy="480+620/.5,.5",
        congestion="480+620/.25,.25",
        call_waiting="440/.5,.5,.5,.5,.5,8.5",
    ),
    "HR": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.5,.5",
        congestion="425/.25,.25",
        call_waiting="425/.3,8",
    ),
    "HU": TonePlan(
        ringback="425/1.25,3.75",
        busy="425/.3,.3",
        call_waiting="425/.04,1.96 425+450/.3,.3",
    ),
    "ID": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.5,.5",
        congestion="425/.25,.25",
        call_waiting="425/.15,.15,.15,10",
        special_information="425/2,.5",
    ),
    "IE": TonePlan(
        ringback="400+450/.4,.2,.4,2 400/.4,.2,.4,2 450/.4,.2,.4,2",
        busy="425/.5,.5",
    ),
    "IL": TonePlan(
        ringback="400/1,3 414/1,3 425/1,3 440/1,3",
        busy="400/.5,.5 414/.5,.5 425/.5,.5 440/.5,.5",
        congestion="400/.25,.25 414/.25,.25",
        call_waiting="400/.1,.1,.1,.1,.6,3 414/.1,.1,.1,.1,.6,3 440/.1,.1,.1,.1,.6,3",
    ),
    "IN": TonePlan(
        ringback="375+425/.4,.2,.4,2 375+400+425/.4,.2,.4,2 375+425/.4,.2,.4,2.6",
        busy="400/.75,.75",
        congestion="400/.25,.25",
        call_waiting="400/.2,.1,.2,7.5",
        special_information="400/2.5,.5",
    ),
    "IR": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.5,.5",
        congestion="425/.25,.25",
        call_waiting="425/.2,.2,.2,10",
    ),
    "IS": TonePlan(ringback="425/1.2,4.7", busy="425/.25,.25", call_waiting="425/.2,.6,.2,5"),
    "IT": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.5,.5",
        congestion="425/.2,.2",
        call_waiting="425/.4,.1,.25,.1,.15,14",
    ),
    "JP": TonePlan(
        ringback="384+416/1,2 380+420/1,2 384+400+416/1,2 400/1,2",
        busy="400/.5,.5",
        call_waiting="384+416/.5,8 384+400+416/.5,8",
        special_information="400/.1,.1",
    ),
    "KE": TonePlan(ringback="425/1,4 425/1,5", busy="425/.5,.5", congestion="425/.2,.2"),
    "KR": TonePlan(
        ringback="440+480/1,2",
        busy="480+620/.5,.5",
        congestion="480+620/.3,.2",
        call_waiting="350+440/.25,.25,.25,3.25",
        special_information="450/.2,.1,.2,1.5",
    ),
    "KW": TonePlan(ringback="425/1,4 400/1,3", busy="425/.5,.5"),
    "LB": TonePlan(ringback="435/1.2,4.4", busy="435/.4,.2"),
    "LT": TonePlan(
        ringback="425/1,4 425/.8,3.2",
        busy="425/.35,.35 425/.4,.4",
        congestion="425/.2,.2",
        call_waiting="425/.15,.15,.15,4",
    ),
    "LU": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.5,.5 450/.5,.5",
        congestion="425/.25,.25 450/.25,.25",
    ),
    "MO": TonePlan(ringback=_EUROPEAN, busy="425/.5,.5", congestion="425/.25,.25"),
    "MX": TonePlan(ringback=_EUROPEAN, busy="425/.25,.25", call_waiting="425/.2,.6,.2,10"),
    "MY": TonePlan(ringback="425/.4,.2,.4,2", busy="425/.5,.5", call_waiting="425/.1,4"),
    "NL": TonePlan(
        ringback="425/1,4 450/1,4",
        busy="425/.5,.5 450/.5,.5",
        congestion="425/.25,.25 450/.25,.25",
        call_waiting="425/.5,9.5",
    ),
    "NO": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.5,.5",
        congestion="425/.2,.2",
        call_waiting="425/.2,.6,.2,10",
    ),
    "NZ": TonePlan(
        ringback="400+450/.4,.2,.4,2",
        busy="400/.5,.5",
        congestion="400/.25,.25",
        call_waiting="400/.2,3",
        special_information="400/.75,.1,.75,.1,.75,.1,.75,.4 400/.075,.1,.075,.1,.075,.1,.075,.4",
        source="Telecom New Zealand PTC 200 / TNA 102",
    ),
    "PA": TonePlan(ringback="425/1.2,4.65", busy="425/.32,.32"),
    "PH": TonePlan(
        ringback="425+480/1,4",
        busy="480+620/.5,.5",
        congestion="480+620/.25,.25",
        call_waiting="440/.3,10",
    ),
    "PL": TonePlan(ringback=_EUROPEAN, busy="425/.5,.5", call_waiting="425/.15,.15,.15,4"),
    "PT": TonePlan(
        ringback="425/1,5 400/1,5",
        busy="425/.5,.5 400/.5,.5",
        congestion="425/.2,.2 400/.2,.2",
        call_waiting="425/.2,.2,.2,5 440/.3,10",
    ),
    "QA": TonePlan(
        ringback="400+450/.4,.2,.4,2",
        busy="400/.375,.375 400/.8,.8",
        congestion="400/.4,.35,.225,.525",
    ),
    "RO": TonePlan(
        ringback="384+416/2,4 425+475/2,4 450/1.85,4.15",
        busy="450/.167,.167 450/.15,.2",
    ),
    "RU": TonePlan(
        ringback="425/1,4 425/.8,3.2",
        busy="425/.35,.35 425/.4,.4",
        congestion="425/.175,.175",
        call_waiting="425/.2,5",
        source="GOST R 45.223-2001",
    ),
    "SA": TonePlan(ringback="425/1.2,4.6", busy="425/.5,.5", call_waiting="425/.2,.6,.2,4"),
    "SE": TonePlan(
        ringback="425/1,5",
        busy="425/.25,.25",
        congestion="425/.25,.75",
        call_waiting="425/.2,.5,.2,9.1",
    ),
    "SG": TonePlan(
        ringback="401+449/.4,.2,.4,2 401+425+449/.4,.2,.4,2",
        busy="425/.75,.75",
        congestion="425/.25,.25",
        call_waiting="401+449/.3,.2,.3,3.2 425/.3,.2,.3,3.2",
        special_information="425/2.5,.5",
        source="IDA TS PSTN 1",
    ),
    "SI": TonePlan(ringback=_EUROPEAN, busy="425/.5,.5", congestion="425/.2,.2"),
    "SK": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.33,.33",
        congestion="425/.165,.165",
        call_waiting="425/.33,9",
    ),
    "TH": TonePlan(ringback="400/1,4 420/1,5", busy="400/.5,.5", congestion="400/.3,.3"),
    "TR": TonePlan(
        ringback="450/2,4",
        busy="450/.5,.5",
        congestion="450/.2,.2,.2,.2,.2,.2,.6,.2",
        call_waiting="450/.2,.6,.2,8",
    ),
    "TW": TonePlan(
        ringback="440+480/1,2",
        busy="480+620/.5,.5",
        congestion="480+620/.25,.25",
        call_waiting="350+440/.25,.25,.25,3.25",
    ),
    "US": _NORTH_AMERICA,
    "UY": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.5,.5",
        congestion="425/.25,.25",
        call_waiting="425/.2,.2,.2,4.4",
    ),
    "VE": TonePlan(
        ringback=_EUROPEAN,
        busy="425/.5,.5",
        congestion="425/.25,.25",
        call_waiting="400+450/.3,6",
    ),
    "ZA": TonePlan(
        ringback="367+433/.4,.2,.4,2 383+417/.4,.2,.4,2 367+400+433/.4,.2,.4,2",
        busy="400/.5,.5",
        congestion="400/.25,.25",
        call_waiting="367+433/.25,.25,.25,.25,.25,.25,.25,7.25",
        special_information="400/2.5,.5",
    ),
}

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
