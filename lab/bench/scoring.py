"""Counts what the ears got right and wrong on one call, from truth and from what they said.

The alarm rule: an alarm is a change to *suspected* or above (or to *detected*) from below. It is false when it comes
before the agent's line opens, and belongs to the recording that plays when its speech began, else to what plays
when it is raised. One run is one alarm. With re-arm, an alarm silences the next 30 s, after which a run that still goes on
counts again: fair to detectors that flicker and to those that never let go.
"""

from dataclasses import dataclass, field

from lab.bench.events import Heard, Level
from lab.bench.frames import Confusion, confuse
from lab.holdcalls.truth import SPOKEN, Kind, Segment, Truth

#: A running false alarm counts again after this long, s.
REARM = 30.0
#: An agent is missed when not suspected, or not detected, this long after the first word, s.
SUSPECT_WITHIN, DETECT_WITHIN = 4.0, 15.0
#: A false suspicion that is not taken back this soon, s, is counted apart.
STANDS = 3.0
#: Where false alarms belong.
CATEGORIES = ("first announcement", "repeat", "music", "song", "advert", "silence, tones, other")


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseAlarm:
    """An alarm while nobody was there."""

    time: float
    category: str
    level: Level
    #: How long it lasted before it was called off or the agent came, s.
    lasted: float
    source: str
    why: str
    #: How often it counts with re-arm; 0 when an alarm less than 30 s earlier silenced it.
    rearmed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """How an agent was met. Delays count from the first word, s; None when it never happened."""

    suspected: float | None
    detected: float | None
    #: A false alarm was still running when the agent came: found, but not by hearing them.
    running: bool
    manner: str
    office: float | None
    source: str

    @property
    def missed(self) -> bool:
        """Not suspected in time."""
        return self.suspected is None or self.suspected > SUSPECT_WITHIN

    @property
    def undetected(self) -> bool:
        """Not detected in time."""
        return self.detected is None or self.detected > DETECT_WITHIN


@dataclass(slots=True, kw_only=True)
class CallScore:
    """Everything counted on one call."""

    seed: int
    #: Time on hold without a person, s, all and by category.
    hold: float
    seconds: dict[str, float]
    alarms: list[FalseAlarm] = field(default_factory=list)
    menu_alarms: int = 0
    #: Spoken recordings during hold: plays and those with a suspected (or detected) alarm, first and again.
    plays: dict[str, int] = field(default_factory=dict)
    alarmed: dict[str, int] = field(default_factory=dict)
    #: The same for suspicions that lasted `STANDS` s or longer.
    alarmed_long: dict[str, int] = field(default_factory=dict)
    met: Met | None = None
    #: From the first music of the hold until music was reported, s; None when never, absent without music.
    music_delay: float | None = None
    has_music: bool = False
    #: Repeats of spoken recordings: delay of each hit from its first word, s, None for a miss; music loops; false hits.
    repeats: list[float | None] = field(default_factory=list)
    loops: list[float | None] = field(default_factory=list)
    false_echoes: int = 0
    false_echo_chances: int = 0
    keys: int = 0
    keys_heard: int = 0
    false_keys: int = 0
    #: Questions put to recordings.
    asked_in_vain: int = 0
    frames: Confusion = field(default_factory=Confusion)
    frames_live: Confusion = field(default_factory=Confusion)
    groups: set[str] = field(default_factory=set)
    audio: float = 0.0
    cpu: float = 0.0
    wall: float = 0.0


def category_of(segment: Segment | None) -> str:
    """The category that a stretch belongs to."""
    if segment is None:
        return CATEGORIES[-1]
    if segment.kind is Kind.ANNOUNCEMENT or segment.kind is Kind.MENU:
        return "first announcement" if segment.first else "repeat"
    if segment.kind is Kind.ADVERT:
        return "advert" if segment.first else "repeat"
    return segment.kind.value if segment.kind in (Kind.MUSIC, Kind.SONG) else CATEGORIES[-1]


def score(truth: Truth, heard: Heard) -> CallScore:
    """Count one call."""
    end = truth.seconds if truth.agent is None else truth.agent
    result = CallScore(
        seed=truth.seed, hold=max(end - truth.hold, 0.0), seconds=_seconds(truth, end)
    )
    plays = truth.plays()
    _alarms(truth, plays, heard, end, result)
    _meet(truth, heard, result)
    _music(truth, heard, end, result)
    _echoes(truth, plays, heard, result)
    _keys(truth, heard, result)
    result.frames = confuse(truth, heard.sounds, live=False)
    result.frames_live = confuse(truth, heard.sounds, live=True)
    result.groups = {f"{s.kind} {s.group}" for s in truth.segments if s.group}
    result.asked_in_vain = sum(asked < end for asked in heard.asked)
    result.audio, result.cpu, result.wall = truth.seconds, heard.cpu, heard.wall
    return result


def _seconds(truth: Truth, end: float) -> dict[str, float]:
    """Time on hold by category; a voice over music counts as the voice."""
    totals = dict.fromkeys(CATEGORIES, 0.0)
    step = 0.1
    for number in range(int(truth.hold / step), int(end / step)):
        totals[category_of(truth.at((number + 0.5) * step))] += step
    return totals


def _runs(heard: Heard, least: Level) -> list[tuple[float, float, float, str]]:
    """Runs at a level or above: begin, end, since and why; an open end is infinite."""
    runs: list[tuple[float, float, float, str]] = []
    begin: tuple[float, float, str] | None = None
    for change in heard.changes:
        if change.level >= least and begin is None:
            begin = (change.time, change.since, change.why)
        elif change.level < least and begin is not None:
            runs.append((begin[0], change.time, begin[1], begin[2]))
            begin = None
    if begin is not None:
        runs.append((begin[0], float("inf"), begin[1], begin[2]))
    return runs


def _blame(truth: Truth, plays: list[Segment], time: float, since: float) -> Segment | None:
    """What an alarm belongs to: the recording in which its speech began, else what plays."""
    since = max(since, time - 15)
    spoken = [p for p in plays if p.start < time and p.end > since - 0.3]
    return spoken[-1] if spoken else truth.at(time - 0.1)


def _alarms(
    truth: Truth, plays: list[Segment], heard: Heard, end: float, result: CallScore
) -> None:
    """False alarms of both levels, and which recordings raised them."""
    hit: set[tuple[Level, float]] = set()
    stood: set[float] = set()
    for level in (Level.SUSPECTED, Level.DETECTED):
        armed = truth.hold
        for begin, stop, since, why in _runs(heard, level):
            if begin >= end:
                continue
            if begin < truth.hold:
                result.menu_alarms += level is Level.SUSPECTED
                continue
            guilty = _blame(truth, plays, begin, since)
            if guilty is not None and guilty.kind in SPOKEN:
                hit.add((level, guilty.start))
                if stop - begin >= STANDS:
                    stood.add(guilty.start)
            counted = 0
            while max(armed, begin) < min(stop, end):
                armed = max(armed, begin) + REARM
                counted += 1
            result.alarms.append(
                FalseAlarm(
                    time=begin,
                    category=category_of(guilty),
                    level=level,
                    lasted=min(stop, end) - begin,
                    source="" if guilty is None else guilty.source,
                    why=why,
                    rearmed=counted,
                )
            )
    for play in plays:
        if play.start >= truth.hold and play.start < end:
            name = category_of(play)
            result.plays[name] = result.plays.get(name, 0) + 1
            if play.start in stood:
                result.alarmed_long[name] = result.alarmed_long.get(name, 0) + 1
            for level in (Level.SUSPECTED, Level.DETECTED):
                if (level, play.start) in hit:
                    key = f"{name} {level.name.lower()}"
                    result.alarmed[key] = result.alarmed.get(key, 0) + 1


def _meet(truth: Truth, heard: Heard, result: CallScore) -> None:
    """How and when the agent was found."""
    if truth.agent is None or truth.first_word is None:
        return
    delays: dict[Level, float | None] = {}
    running = False
    for level in (Level.SUSPECTED, Level.DETECTED):
        runs = [run for run in _runs(heard, level) if run[1] > truth.first_word]
        if runs and runs[0][0] < truth.agent:
            running |= level is Level.SUSPECTED
            delays[level] = 0.0
        else:
            delays[level] = runs[0][0] - truth.first_word if runs else None
    agent = next(s for s in truth.segments if s.kind is Kind.AGENT)
    result.met = Met(
        suspected=delays[Level.SUSPECTED],
        detected=delays[Level.DETECTED],
        running=running,
        manner=truth.manner,
        office=truth.office,
        source=agent.source,
    )


def _music(truth: Truth, heard: Heard, end: float, result: CallScore) -> None:
    """How soon the first music of the hold was called music."""
    first = next(
        (
            s
            for s in truth.segments
            if s.kind in (Kind.MUSIC, Kind.SONG) and truth.hold - 1 <= s.start < end
        ),
        None,
    )
    if first is None:
        return
    result.has_music = True
    musical = ("music", "song", "speech_over_music")
    # what was already called music when it began counts from its begin
    before = [s for s in heard.sounds if s.time <= first.start]
    if before and before[-1].sound in musical:
        result.music_delay = 0.0
        return
    said = next(
        (s.time for s in heard.sounds if s.sound in musical and first.start < s.time < end), None
    )
    result.music_delay = None if said is None else said - first.start


def _echoes(truth: Truth, plays: list[Segment], heard: Heard, result: CallScore) -> None:
    """Repeats found, missed and invented."""

    def first_echo(start: float, end: float) -> float | None:
        return next((e.time for e in heard.echoes if start <= e.time <= end + 1), None)

    for play in plays:
        begin = play.active[0][0] if play.active else play.start
        if not play.first and play.end - play.start >= 1:
            found = first_echo(begin, play.end)
            result.repeats.append(None if found is None else found - begin)
    for segment in truth.segments:
        if (
            segment.kind in (Kind.MUSIC, Kind.SONG)
            and not segment.first
            and segment.end - segment.start >= 8
        ):
            found = first_echo(segment.start, segment.end)
            result.loops.append(None if found is None else found - segment.start)
    # music repeats itself, so only speech without music under it can be called a false hit
    fresh = [
        s
        for s in truth.segments
        if s.kind in SPOKEN and s.first and not s.over_music and s.end - s.start >= 1
    ]
    result.false_echo_chances = len(fresh)
    for segment in fresh:
        begin = (segment.active[0][0] if segment.active else segment.start) + 0.6
        result.false_echoes += any(begin <= e.time <= segment.end for e in heard.echoes)


def _keys(truth: Truth, heard: Heard, result: CallScore) -> None:
    """Keys heard, missed and invented."""
    pressed = [s for s in truth.segments if s.kind is Kind.TONE and len(s.detail) == 1]
    heard_keys = [s for s in heard.sounds if s.sound == "dtmf"]
    result.keys = len(pressed)
    used: set[int] = set()
    for key in pressed:
        for number, sound in enumerate(heard_keys):
            if (
                number not in used
                and sound.digit == key.detail
                and key.start - 0.1 <= sound.time <= key.end + 0.5
            ):
                used.add(number)
                result.keys_heard += 1
                break
    result.false_keys = len(heard_keys) - len(used)
