"""Scenario files: the lab's own are sound, and a mistake is named with its place."""

from pathlib import Path
import subprocess
import sys

import pytest

from lab.company.library import read_sound
from lab.company.scenario import SCENARIOS, ScenarioError, load, parse, texts
from lab.company.steps import Agent, Hold, Menu


@pytest.mark.parametrize("name", sorted(file.stem for file in SCENARIOS.glob("*.yaml")))
def test_scenarios_of_the_lab(name: str) -> None:
    """Each loads and says what it is there for."""
    scenario = load(name)
    assert scenario.name
    assert scenario.description
    assert scenario.file == SCENARIOS / f"{name}.yaml"


def test_makes_steps() -> None:
    """YAML becomes steps; short forms mean the same as long ones."""
    scenario = load("insurance")
    menu = scenario.scenes["start"][0]
    assert isinstance(menu, Menu)
    assert menu.keys == {"1": "car", "2": "home", "3": "other"}
    _, hold, agent = scenario.scenes["queue"]
    assert isinstance(hold, Hold)
    assert hold.positions == (4, 3, 2, 1)
    assert isinstance(agent, Agent)
    said = [text for text, _ in texts(scenario)]
    assert "You are number 3 in the queue." in said
    assert agent.greeting in said
    assert not [text for text in said if "{" in text]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- a\n- b", "not a scenario"),
        ("name: x", "scenes: "),
        ("name: x\nscenes: {start: []}", "scenes.start: "),
        ("name: x\nscenes: {start: [sing]}", "scenes.start[0]: a step is a mapping"),
        ("name: x\nscenes: {start: [{sing: la}]}", "no step is called 'sing'; there are say, "),
        ("name: x\nscenes: {start: [{hang_up: now}]}", "scenes.start[0].hang_up: takes no fields"),
        ("name: x\nscenes: {start: [{music: -1}]}", "scenes.start[0].music: "),
        (
            "name: x\nscenes: {start: [{play: no.wav}]}",
            "scenes.start[0].play: there is no file 'no.wav'",
        ),
        ("name: x\nscenes: {start: [{reject: 200}]}", "a status from 400 to 699"),
        (
            "name: x\nscenes: {start: [{menu: {prompt: a, keys: {'1': away}}}]}",
            "scenes.start[0].menu.keys.1: there is no scene 'away'",
        ),
        (
            "name: x\nscenes: {start: [{menu: {prompt: a, keys: {x: start}}}]}",
            "scenes.start[0].menu.keys",
        ),
        ("name: x\nstart: there\nscenes: {start: [answer]}", "start: there is no scene 'there'"),
        (
            "name: x\nscenes: {start: [{hold: {seconds: 1, loop: [{say: {}}]}}]}",
            "scenes.start[0].hold.loop[0].say.text: ",
        ),
        (
            "name: x\nphones: {'200': {press: hello}}\nscenes: {start: [answer]}",
            "phones.200.press: not keys",
        ),
        ("name: x\nspeed: 3\nscenes: {start: [answer]}", "speed: "),
        ("name: [", "is not YAML"),
    ],
)
def test_mistakes_are_named(text: str, complaint: str) -> None:
    """The error names file and field and what is wrong with it."""
    with pytest.raises(ScenarioError) as caught:
        parse(text, Path("broken.yaml"))
    assert "broken.yaml" in str(caught.value)
    assert complaint in str(caught.value)


def test_files_that_are_no_scenarios(tmp_path: Path) -> None:
    """A name nobody has lists those there are; binary data and sounds that are none are told."""
    with pytest.raises(ScenarioError, match="insurance"):
        load("nothing")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(ScenarioError, match="cannot be read"):
        load(binary)
    with pytest.raises(ScenarioError, match="is not a sound file"):
        read_sound(binary)


def test_command_line_refuses_a_broken_scenario(tmp_path: Path) -> None:
    """The command says what is wrong and fails."""
    file = tmp_path / "broken.yaml"
    file.write_text("name: x\n")
    done = subprocess.run(
        [sys.executable, "-m", "lab.world", file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "broken.yaml: scenes: " in done.stderr
    assert "Traceback" not in done.stderr
