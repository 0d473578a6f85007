"""Adds up the scores of many calls and prints them with their intervals."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from lab.bench import intervals
from lab.bench.events import Level
from lab.bench.frames import CLASSES, Confusion
from lab.bench.scoring import CATEGORIES, STANDS, CallScore, FalseAlarm, Met


@dataclass(slots=True)
class Totals:
    """The sum of many calls."""

    scores: list[CallScore] = field(default_factory=list)

    @property
    def hours(self) -> float:
        """Hours of hold."""
        return sum(score.hold for score in self.scores) / 3600

    @property
    def met(self) -> list[Met]:
        """The agents."""
        return [score.met for score in self.scores if score.met is not None]

    def alarms(self, level: Level, category: str | None = None) -> list[FalseAlarm]:
        """False alarms of a level, of one category or all."""
        return [
            alarm
            for score in self.scores
            for alarm in score.alarms
            if alarm.level is level and category in (None, alarm.category)
        ]

    def seconds(self, category: str) -> float:
        """Time of a category, s."""
        return sum(score.seconds[category] for score in self.scores)

    def plays(self, category: str, level: Level) -> tuple[int, int]:
        """Plays of a category with an alarm, and all."""
        name = f"{category} {level.name.lower()}"
        return sum(s.alarmed.get(name, 0) for s in self.scores), sum(
            s.plays.get(category, 0) for s in self.scores
        )

    def stood(self, category: str) -> tuple[int, int]:
        """Plays of a category whose suspicion was not taken back within `STANDS` s, and all."""
        return sum(s.alarmed_long.get(category, 0) for s in self.scores), sum(
            s.plays.get(category, 0) for s in self.scores
        )

    def frames(self, *, live: bool) -> Confusion:
        """All frames."""
        table = Confusion()
        for score in self.scores:
            table.join(score.frames_live if live else score.frames)
        return table

    def groups(self) -> dict[str, int]:
        """How many different groups of each kind were heard."""
        found: dict[str, set[str]] = {}
        for score in self.scores:
            for name in score.groups:
                kind, _, group = name.partition(" ")
                found.setdefault(kind, set()).add(group)
        return {kind: len(groups) for kind, groups in sorted(found.items())}


def _percent(count: int, of: int) -> str:
    if not of:
        return "none to count"
    low, high = intervals.share(count, of)
    return f"{100 * count / of:.1f} % ({count} of {of}; {100 * low:.1f}–{100 * high:.1f} %)"


def _spread(values: list[float], missing: int = 0) -> str:
    """Median, its interval over those that came, 95th percentile and worst; never counts as infinitely late."""
    if not values:
        return "never"
    data = np.array(sorted(values) + [np.inf] * missing)

    def at(part: float) -> float:
        return float(data[min(int(part * len(data)), len(data) - 1)])

    low, high = intervals.bootstrap(values, lambda some: float(np.median(some)))
    sure = f" ({low:.2f}–{high:.2f})" if len(values) > 1 else ""
    middle, late, worst = (
        f"{value:.2f} s" if np.isfinite(value) else "never"
        for value in (at(0.5), at(0.95), float(data[-1]))
    )
    return f"median {middle}{sure}, 95 % {late}, worst {worst}"


def _delays(values: Iterable[float | None]) -> str:
    some = list(values)
    found = [value for value in some if value is not None]
    return _spread(found, len(some) - len(found))


def lines(name: str, totals: Totals) -> list[str]:
    """The report of one pair of ears."""
    hours, met = totals.hours, totals.met
    out = [f"== {name} ==", ""]
    out += ["Agents"]
    out += [
        f"  missed (not suspected within 4 s)       {_percent(sum(m.missed for m in met), len(met))}"
    ]
    out += [
        f"  not detected within 15 s                {_percent(sum(m.undetected for m in met), len(met))}"
    ]
    for manner in sorted({m.manner for m in met}):
        some = [m for m in met if m.manner == manner]
        out += [
            (
                f"    {manner:<8}{len(some):>4} agents: {sum(m.missed for m in some)} missed, "
                f"{sum(m.undetected for m in some)} not detected"
            )
        ]
    out += [
        f"  a false alarm was still running         {sum(m.running for m in met)} (found, delay not counted below)"
    ]
    fair = [m for m in met if not m.running]
    out += [f"  first word to suspected                 {_delays(m.suspected for m in fair)}"]
    out += [f"  first word to detected                  {_delays(m.detected for m in fair)}"]
    if vain := sum(score.asked_in_vain for score in totals.scores):
        out += [
            f"  our question put to recordings          {vain} ({vain / max(hours, 1e-9):.2f}/h)"
        ]
    out += [
        "",
        "False alarms: one per run (with re-arm after 30 s); per hour of hold; per hour of that sound",
    ]
    for level in (Level.SUSPECTED, Level.DETECTED):
        out += [f"  {level.name.lower()}"]
        for category in (None, *CATEGORIES):
            alarms = totals.alarms(level, category)
            low, high = intervals.rate(len(alarms), hours)
            own = (totals.seconds(category) / 3600) if category else hours
            share = (
                f"{len(alarms) / own:7.1f}/h of {own:5.2f} h" if own > 0.001 else "      none heard"
            )
            rearmed = sum(alarm.rearmed for alarm in alarms)
            out += [
                (
                    f"    {category or 'all':<24}{len(alarms):>4} ({rearmed}){len(alarms) / max(hours, 1e-9):>8.2f}/h"
                    f" ({low:.2f}–{high:.2f}){'':<3}{share}"
                )
            ]
        for category in ("first announcement", "repeat", "advert"):
            out += [
                f"    {category + ' plays alarming':<34}{_percent(*totals.plays(category, level))}"
            ]
            if level is Level.SUSPECTED:
                out += [
                    f"      and not taken back in {STANDS:g} s     {_percent(*totals.stood(category))}"
                ]
    out += [
        f"  suspected before the hold began (menu)  {sum(s.menu_alarms for s in totals.scores)}"
    ]
    return out


def side_by_side(totals: dict[str, Totals]) -> list[str]:
    """A line for each pair of ears: what matters most."""
    heads = ("first ann.", "repeat", "music", "song", "advert", "other")
    out = [
        "Side by side: false suspected alarms per hour of hold (all with 30 s re-arm in brackets)"
    ]
    out += [
        f"  {'':<11}{'missed':>8}{'all':>17}"
        + "".join(f"{head:>11}" for head in heads)
        + f"{'1st word → suspected':>34}{'× real time':>13}"
    ]
    for name, some in totals.items():
        met = some.met
        missed = f"{100 * sum(m.missed for m in met) / len(met):.1f} %" if met else "–"
        hours = max(some.hours, 1e-9)
        alarms = some.alarms(Level.SUSPECTED)
        both = f"{len(alarms) / hours:.1f} ({sum(a.rearmed for a in alarms) / hours:.1f})"
        cells = "".join(
            f"{len(some.alarms(Level.SUSPECTED, c)) / hours:>11.2f}" for c in CATEGORIES
        )
        delays = sorted(
            m.suspected if m.suspected is not None else np.inf for m in met if not m.running
        )
        delay = f"median {_at(delays, 0.5)}, 95 % {_at(delays, 0.95)}" if delays else "–"
        audio, cpu = sum(s.audio for s in some.scores), sum(s.cpu for s in some.scores)
        out += [
            f"  {name:<11}{missed:>8}{both:>17}{cells}{delay:>34}{audio / max(cpu, 1e-9):>13.0f}"
        ]
    return out


def _at(ordered: list[float], part: float) -> str:
    value = ordered[min(int(part * len(ordered)), len(ordered) - 1)]
    return f"{value:.2f} s" if np.isfinite(value) else "never"


def more_lines(totals: Totals) -> list[str]:
    """What only our own ears say: sounds, repeats, keys, speed."""
    scores = totals.scores
    music = [s.music_delay for s in scores if s.has_music]
    repeats = [delay for s in scores for delay in s.repeats]
    loops = [delay for s in scores for delay in s.loops]
    false_echoes, chances = (
        sum(s.false_echoes for s in scores),
        sum(s.false_echo_chances for s in scores),
    )
    keys, heard = sum(s.keys for s in scores), sum(s.keys_heard for s in scores)
    audio, cpu = sum(s.audio for s in scores), sum(s.cpu for s in scores)
    wall = sum(s.wall for s in scores)
    out = ["", "Sounds"]
    out += [f"  music recognised after it begins        {_delays(music)}"]
    for live, title in (
        (False, "frames of 0.5 s, as known in the end"),
        (True, "frames of 0.5 s, as known at the time"),
    ):
        out += ["", f"  {title}: macro-F1 {totals.frames(live=live).macro_f1():.3f}"]
        out += _table(totals.frames(live=live))
    out += ["", "Repeats"]
    out += [
        f"  spoken repeats found                    {_percent(sum(d is not None for d in repeats), len(repeats))}"
    ]
    out += [
        f"    after the first word                  {_delays(d for d in repeats if d is not None)}"
    ]
    out += [
        f"  music loops found                       {_percent(sum(d is not None for d in loops), len(loops))}"
    ]
    out += [
        f"    after the loop begins                 {_delays(d for d in loops if d is not None)}"
    ]
    out += [f"  false: new speech called a repeat       {_percent(false_echoes, chances)}"]
    out += ["", "Keys on the line"]
    out += [f"  heard                                   {_percent(heard, keys)}"]
    out += [
        f"  invented                                {sum(s.false_keys for s in scores)} in {audio / 3600:.2f} h"
    ]
    out += [
        "",
        (
            f"Speed: {audio / max(cpu, 1e-9):.0f} times real time by processor time on one core ({cpu:.1f} s for "
            f"{audio / 3600:.2f} h), {audio / max(wall, 1e-9):.0f} times by the clock"
        ),
    ]
    return out


def _table(table: Confusion) -> list[str]:
    """Rows are true, columns as heard, in per cent of the row."""
    out = [
        "    "
        + " " * 20
        + "".join(f"{name.replace('speech_over_music', 'sp.+music'):>11}" for name in CLASSES)
        + "     frames      F1"
    ]
    scores = table.f1()
    for true in CLASSES:
        whole = table.row(true)
        cells = "".join(
            f"{100 * table.counts.get((true, heard), 0) / max(whole, 1):>10.1f}%"
            for heard in CLASSES
        )
        figure = "" if true == "song" else f"{scores.get(true, 0.0):>8.3f}"
        out += [f"    {true:<20}{cells}{whole:>11}{figure}"]
    return out


def worst_lines(totals: Totals, count: int) -> list[str]:
    """The errors worth looking at: what raised them, where, and why."""
    out = ["", "Worst"]
    for level in (Level.DETECTED, Level.SUSPECTED):
        some = sorted(
            (
                (alarm, score.seed)
                for score in totals.scores
                for alarm in score.alarms
                if alarm.level is level
            ),
            key=lambda pair: (pair[0].category == "first announcement", -pair[0].lasted),
        )
        for alarm, seed in some[:count]:
            out += [
                (
                    f"  {level.name.lower()} falsely: call {seed} at {alarm.time:.1f} s for {alarm.lasted:.1f} s, "
                    f"{alarm.category}: {alarm.source[:70]}  [{alarm.why}]"
                )
            ]
    late = sorted(
        (
            (m, s.seed)
            for s in totals.scores
            if (m := s.met) is not None and (m.missed or m.undetected)
        ),
        key=lambda pair: -(pair[0].suspected if pair[0].suspected is not None else 99),
    )
    for met, seed in late[:count]:
        office = "quiet" if met.office is None else f"{met.office:.0f} dB"
        out += [
            (
                f"  agent of call {seed} ({met.manner}, office {office}): suspected "
                f"{_after(met.suspected)}, detected {_after(met.detected)}: {met.source}"
            )
        ]
    return out


def _after(delay: float | None) -> str:
    return "never" if delay is None else f"after {delay:.1f} s"


def figures(totals: Totals) -> dict[str, object]:
    """The same as plain values, for --json."""
    met = totals.met
    fair = [m for m in met if not m.running]
    audio, cpu = sum(s.audio for s in totals.scores), sum(s.cpu for s in totals.scores)
    wall = sum(s.wall for s in totals.scores)
    rates: dict[str, object] = {}
    for level in (Level.SUSPECTED, Level.DETECTED):
        for category in (None, *CATEGORIES):
            alarms = totals.alarms(level, category)
            rates[f"{level.name.lower()}: {category or 'all'}"] = {
                "alarms": len(alarms),
                "rearmed": sum(a.rearmed for a in alarms),
                "per_hour": len(alarms) / max(totals.hours, 1e-9),
                "interval": intervals.rate(len(alarms), totals.hours),
            }
    return {
        "hours": totals.hours,
        "calls": len(totals.scores),
        "groups": totals.groups(),
        "agents": len(met),
        "missed": sum(m.missed for m in met),
        "undetected": sum(m.undetected for m in met),
        "suspected_after": [m.suspected for m in fair],
        "detected_after": [m.detected for m in fair],
        "false_alarms": rates,
        "first_announcements_standing": totals.stood("first announcement"),
        "first_announcements_suspected": totals.plays("first announcement", Level.SUSPECTED),
        "first_announcements_detected": totals.plays("first announcement", Level.DETECTED),
        "macro_f1": totals.frames(live=False).macro_f1(),
        "macro_f1_live": totals.frames(live=True).macro_f1(),
        "repeats": [d for s in totals.scores for d in s.repeats],
        "loops": [d for s in totals.scores for d in s.loops],
        "music_recognised_after": [s.music_delay for s in totals.scores if s.has_music],
        "false_keys": sum(s.false_keys for s in totals.scores),
        "times_real_time": audio / cpu if cpu else None,
        "times_real_time_by_the_clock": audio / wall if wall else None,
    }
