"""The benchmark counts what it says it counts, on hand-made truth and events."""

import math

import pytest

from lab.bench import intervals
from lab.bench.__main__ import main
from lab.bench.events import Change, Echo, Heard, Level, Sounding
from lab.bench.frames import Confusion, confuse, true_frames
from lab.bench.peers import apply_rule
from lab.bench.report import Totals, lines, more_lines, side_by_side
from lab.bench.scoring import score
from lab.holdcalls.truth import Kind, Segment, Truth

MUSIC = Segment(start=10, end=40, kind=Kind.MUSIC, source="waltz", active=((10, 40),))
FIRST = Segment(
    start=40,
    end=46,
    kind=Kind.ANNOUNCEMENT,
    source="please hold",
    group="anna",
    active=((40.2, 45.8),),
)
SONG = Segment(start=46, end=80, kind=Kind.SONG, source="song", active=((46, 80),))
AGAIN = Segment(
    start=80,
    end=86,
    kind=Kind.ANNOUNCEMENT,
    first=False,
    source="please hold",
    group="anna",
    active=((80.2, 85.8),),
)
LOOP = Segment(start=86, end=100, kind=Kind.MUSIC, first=False, source="waltz", active=((86, 100),))
AGENT = Segment(
    start=100,
    end=120,
    kind=Kind.AGENT,
    source="bert",
    group="bert",
    active=((101, 103), (106, 107)),
)
MENU = Segment(start=0, end=10, kind=Kind.MENU, source="menu", active=((1, 9),))
TRUTH = Truth(
    seed=1,
    seconds=120,
    segments=(MENU, MUSIC, FIRST, SONG, AGAIN, LOOP, AGENT),
    hold=10,
    agent=100,
    first_word=101,
    manner="greets",
)


def change(time: float, level: Level, since: float | None = None) -> Change:
    """A change of level whose speech began half a second before, unless said."""
    return Change(time=time, since=time - 0.5 if since is None else since, level=level)


def heard(*changes: Change) -> Heard:
    """Ears that said this."""
    return Heard(changes=list(changes))


def test_hours_of_hold_are_divided_by_what_plays() -> None:
    result = score(TRUTH, heard())
    assert result.hold == 90
    assert result.seconds["music"] == pytest.approx(44, abs=0.3)
    assert result.seconds["song"] == pytest.approx(34, abs=0.3)
    assert result.seconds["first announcement"] == pytest.approx(6, abs=0.3)
    assert result.seconds["repeat"] == pytest.approx(6, abs=0.3)


@pytest.mark.parametrize(
    ("time", "since", "category"),
    [
        (20, 19.5, "music"),
        (41, 40.2, "first announcement"),
        (47.5, 43, "first announcement"),  # raised by the pause after it
        (60, 59.5, "song"),
        (82, 80.2, "repeat"),
        (90, 89.6, "music"),
    ],
)
def test_a_false_alarm_belongs_to_what_raised_it(time: float, since: float, category: str) -> None:
    result = score(TRUTH, heard(change(time, Level.SUSPECTED, since), change(time + 2, Level.NONE)))
    (alarm,) = result.alarms
    assert (alarm.category, alarm.level, alarm.lasted) == (category, Level.SUSPECTED, 2)
    assert result.alarmed.get(f"{category} suspected", 0) == (
        category in ("first announcement", "repeat")
    )


def test_one_run_is_one_alarm_and_detection_is_counted_apart() -> None:
    result = score(
        TRUTH,
        heard(
            change(41, Level.SUSPECTED),
            change(43, Level.DETECTED),
            change(44, Level.SUSPECTED),
            change(45, Level.NONE),
        ),
    )
    assert [(a.level, a.lasted) for a in result.alarms] == [
        (Level.SUSPECTED, 4),
        (Level.DETECTED, 1),
    ]
    assert result.plays == {"first announcement": 1, "repeat": 1}
    assert result.alarmed == {"first announcement suspected": 1, "first announcement detected": 1}


def test_rearm_silences_flicker_and_counts_what_never_lets_go() -> None:
    flicker = [change(20 + n, level) for n in range(0, 10, 2) for level in (Level.SUSPECTED,)]
    flicker = [c for f in flicker for c in (f, change(f.time + 1, Level.NONE))]
    result = score(TRUTH, heard(*flicker))
    assert len(result.alarms) == 5
    assert sum(a.rearmed for a in result.alarms) == 1
    stuck = score(TRUTH, heard(change(15, Level.SUSPECTED)))
    assert [a.rearmed for a in stuck.alarms] == [3]  # 15, 45 and 75 s; the agent comes at 100 s
    assert stuck.met is not None
    assert stuck.met.running


def test_alarms_in_the_menu_are_not_alarms_of_the_hold() -> None:
    result = score(TRUTH, heard(change(5, Level.SUSPECTED), change(6, Level.NONE)))
    assert result.alarms == []
    assert result.menu_alarms == 1


@pytest.mark.parametrize(
    ("changes", "suspected", "detected", "missed", "undetected"),
    [
        ([], None, None, True, True),
        ([change(101.8, Level.SUSPECTED), change(104, Level.DETECTED)], 0.8, 3.0, False, False),
        ([change(105.5, Level.SUSPECTED)], 4.5, None, True, True),
        ([change(104.5, Level.DETECTED)], 3.5, 3.5, False, False),
        ([change(102, Level.SUSPECTED), change(117, Level.DETECTED)], 1.0, 16.0, False, True),
        ([change(100.6, Level.SUSPECTED)], -0.4, None, False, True),
    ],
)
def test_agents_are_found_or_missed(
    changes: list[Change],
    suspected: float | None,
    detected: float | None,
    missed: bool,
    undetected: bool,
) -> None:
    met = score(TRUTH, heard(*changes)).met
    assert met is not None
    assert met.suspected == (None if suspected is None else pytest.approx(suspected))
    assert met.detected == (None if detected is None else pytest.approx(detected))
    assert (met.missed, met.undetected, met.running) == (missed, undetected, False)


def test_an_alarm_called_off_before_the_first_word_does_not_find_the_agent() -> None:
    met = score(TRUTH, heard(change(99, Level.SUSPECTED), change(100.5, Level.NONE))).met
    assert met is not None
    assert met.missed


def test_repeats_are_hits_misses_and_inventions() -> None:
    echoes = [Echo(time=81.0, since=80.2), Echo(time=88, since=86), Echo(time=43, since=42)]
    result = score(TRUTH, Heard(echoes=echoes))
    assert result.repeats == [pytest.approx(0.8)]
    assert result.loops == [pytest.approx(2.0)]
    assert result.false_echoes == 1
    assert result.false_echo_chances == 3  # menu, first announcement, agent
    missed = score(TRUTH, heard())
    assert (missed.repeats, missed.loops, missed.false_echoes) == ([None], [None], 0)


def test_keys_are_heard_missed_and_invented() -> None:
    press = Segment(start=9, end=9.1, kind=Kind.TONE, detail="5")
    truth = Truth(seed=1, seconds=120, segments=(*TRUTH.segments, press), hold=10)
    sounds = [
        Sounding(time=9.08, since=9.0, sound="dtmf", digit="5"),
        Sounding(time=50, since=50, sound="dtmf", digit="5"),
    ]
    result = score(truth, Heard(sounds=sounds))
    assert (result.keys, result.keys_heard, result.false_keys) == (1, 1, 1)


def test_music_is_recognised_after_it_begins_or_never() -> None:
    sounds = [
        Sounding(time=3, since=1, sound="speech"),
        Sounding(time=12.5, since=10.2, sound="music"),
    ]
    assert score(TRUTH, Heard(sounds=sounds)).music_delay == pytest.approx(2.5)
    assert score(TRUTH, heard()).music_delay is None


def test_frames_compare_what_is_with_what_was_heard() -> None:
    perfect = [
        Sounding(time=2, since=1, sound="speech"),
        Sounding(time=9.5, since=9, sound="noise"),
        Sounding(time=11, since=10, sound="music"),
        Sounding(time=41, since=40, sound="speech"),
        Sounding(time=48, since=46, sound="song"),
        Sounding(time=81, since=80, sound="speech"),
        Sounding(time=87, since=86, sound="music"),
        Sounding(time=100.2, since=100, sound="silence"),
        Sounding(time=101.5, since=101, sound="speech"),
        Sounding(time=103.5, since=103, sound="noise"),
        Sounding(time=106.5, since=106, sound="speech"),
        Sounding(time=107.5, since=107, sound="silence"),
    ]
    table = confuse(TRUTH, perfect, live=False)
    assert table.macro_f1() == 1.0
    assert table.row("music") == 2 * 44
    assert table.row("song") == 2 * 34
    assert confuse(TRUTH, perfect, live=True).macro_f1() < 1.0


def test_frames_know_speech_over_music_and_leave_mixed_ones_out() -> None:
    music = Segment(start=0, end=10, kind=Kind.MUSIC, active=((0, 10),))
    voice = Segment(start=2.2, end=5, kind=Kind.ANNOUNCEMENT, over_music=True, active=((2.2, 5),))
    frames = true_frames(Truth(seed=0, seconds=10, segments=(music, voice), hold=0))
    assert frames[:4] == ["music"] * 4
    assert frames[4:6] == ["speech_over_music"] * 2  # 2.0–2.5 s is filled by more than half
    assert frames[10:] == ["music"] * 10


def test_a_later_report_overrules_an_earlier_one() -> None:
    ringing = Segment(start=0, end=10, kind=Kind.RINGBACK, active=((0, 1), (5, 6)))
    truth = Truth(seed=0, seconds=10, segments=(ringing,), hold=0)
    sounds = [
        Sounding(time=1.3, since=1.0, sound="silence"),
        Sounding(time=6.2, since=0.0, sound="ringback"),  # known by its second burst
    ]
    assert confuse(truth, sounds, live=False).counts == {("tone", "tone"): 4}
    assert confuse(truth, sounds, live=True).counts == {("tone", "quiet"): 4}


def test_f1_takes_music_in_a_song_for_right() -> None:
    table = Confusion()
    table.add("song", "music", 5)
    table.add("music", "music", 5)
    table.add("speech", "speech", 5)
    table.add("speech", "song", 5)
    assert table.f1() == {"music": pytest.approx(20 / 25), "speech": pytest.approx(10 / 15)}


def test_the_peers_rule_is_a_second_with_short_gaps_bridged() -> None:
    flags = [0] * 50 + [1] * 30 + [0] * 8 + [1] * 30 + [0] * 50 + [1] * 40 + [0] * 20
    said = apply_rule(flags, 0.02, 0.0)
    assert [(round(c.time, 2), c.level) for c in said.changes] == [
        (2.0, Level.DETECTED),
        (2.58, Level.NONE),
    ]
    assert said.changes[0].since == pytest.approx(1.0)
    assert apply_rule([1] * 100, 0.02, 1.5).changes == []  # armed too late for a second of speech


def test_intervals_are_the_exact_ones() -> None:
    # two-sided; the "rule of three" is one-sided
    assert list(intervals.rate(0, 10)) == pytest.approx([0.0, 0.3689], abs=1e-4)
    assert list(intervals.rate(65, 2.14)) == pytest.approx([23.4, 38.7], abs=0.1)
    assert list(intervals.share(23, 24)) == pytest.approx([0.789, 0.999], abs=1e-3)
    assert intervals.share(0, 0) == (0.0, 1.0)
    low, high = intervals.bootstrap([1.0, 2.0, 3.0, 4.0, 5.0], lambda some: float(some.mean()))
    assert 1.5 < low < 3 < high < 4.5
    assert all(
        math.isnan(end) for end in intervals.bootstrap([1.0], lambda some: float(some.mean()))
    )


def test_a_report_names_misses_even_when_nothing_was_heard() -> None:
    totals = Totals([score(TRUTH, heard())])
    text = "\n".join([*lines("ears", totals), *more_lines(totals), *side_by_side({"ears": totals})])
    assert "missed (not suspected within 4 s)       100.0 % (1 of 1" in text
    assert "first word to detected                  never" in text


def test_the_benchmarks_are_listed_and_unknown_ones_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--help"]) == 0
    assert "hearing" in capsys.readouterr().out
    assert main(["nonsense"]) == 2
    assert "no benchmark 'nonsense'" in capsys.readouterr().err
