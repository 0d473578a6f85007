"""The sound on the line, followed step by step."""

import pytest

from custom_components.hold_slayer.hearing.heard import Sound
from custom_components.hold_slayer.hearing.scene import Scene

from .steps import Clock


@pytest.mark.parametrize(
    ("kind", "sound", "within"),
    [
        ("noise", Sound.NOISE, 1.0),
        ("music", Sound.MUSIC, 1.0),
        ("song", Sound.SONG, 1.5),
        ("person", Sound.SPEECH, 0.5),
        ("over", Sound.SPEECH_OVER_MUSIC, 1.0),
    ],
)
def test_each_sound_is_reported_once_and_soon(kind: str, sound: Sound, within: float) -> None:
    """A sound after silence is reported once, dated to its begin."""
    scene, clock = Scene(), Clock()
    told = [change for step in clock.play("quiet", 2) if (change := scene.step(step))]
    assert [change.sound for change in told] == [Sound.SILENCE]
    told = [change for step in clock.play(kind, 5) if (change := scene.step(step))]
    assert [change.sound for change in told] == [sound]
    assert told[0].time <= 2 + within
    assert 2 - 0.05 <= told[0].since <= 2.5
    assert 0.5 < told[0].confidence <= 1


def test_short_gaps_do_not_chatter() -> None:
    """Pauses between words and single doubtful steps change nothing."""
    scene, clock = Scene(), Clock()
    told = []
    for _ in range(10):
        for kind, seconds in (("person", 0.8), ("quiet", 0.3), ("music", 0.05)):
            told += [change for step in clock.play(kind, seconds) if (change := scene.step(step))]
    assert [change.sound for change in told] == [Sound.SPEECH]


def test_beliefs_add_up() -> None:
    """The chances of all sounds sum to one."""
    scene, clock = Scene(), Clock()
    for step in clock.play("over", 3):
        scene.step(step)
    assert sum(scene.belief.values()) == pytest.approx(1)
    assert max(scene.belief, key=scene.belief.__getitem__) is Sound.SPEECH_OVER_MUSIC
