"""Call flows as a person would write them who knows a company's menu and has never called it with Hold Slayer."""

from collections.abc import Iterator
from pathlib import Path
import re
from typing import Any

import yaml

from ..company.scenario import SCENARIOS, Scenario, load, walk
from ..company.steps import Agent, Collect, Hold, Menu, Step, Transfer

#: A sentence of fewer words is no option of its own: "Invoices? Then press 1."
_WORDS = 4


def write_flow(scenario: Scenario) -> list[dict[str, Any]]:
    """The steps along the shortest way; none where more than keys of menus is asked for."""
    steps: list[dict[str, Any]] = []
    scene, keys = scenario.start, scenario.shortest
    while keys:
        stop = next(_decisive(scenario.scenes[scene]), None)
        if not isinstance(stop, Menu) or keys[0] not in stop.keys:
            return []
        steps.append({"action": "press", "keys": keys[0], "expect": clause(stop.prompt, keys[0])})
        scene, keys = stop.keys[keys[0]], keys[1:]
    last = next(_decisive(scenario.scenes[scene]), None)
    if not steps or not isinstance(last, Hold | Agent | Transfer):
        return []
    return [*steps, {"action": "hold"}]


def clause(prompt: Any, key: str) -> str:
    """The sentence of a prompt that names a key, with the one before where it is too short to stand alone."""
    text = str(getattr(prompt, "text", prompt))
    sentences = [each for each in re.split(r"(?<=[.?!])\s+", text) if each]
    for index, sentence in enumerate(sentences):
        if re.search(rf"(?<!\w){re.escape(key)}(?!\w)", sentence):
            first = index - 1 if index and len(sentence.split()) < _WORDS else index
            return " ".join(sentences[first : index + 1])
    return text


def with_flows(names: list[str], folder: Path) -> list[str]:
    """Files of the scenarios for which a flow can be written, with that flow in them."""
    files = []
    for name in names:
        scenario = load(name)
        if scenario.flow or not (flow := write_flow(scenario)):
            continue
        document = yaml.safe_load((SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8"))
        file = folder / f"{name}.yaml"
        file.write_text(
            yaml.safe_dump({**document, "flow": flow}, allow_unicode=True), encoding="utf-8"
        )
        files.append(str(file))
    return files


def _decisive(steps: tuple[Step, ...]) -> Iterator[Step]:
    """What asks for something or ends the menu, in order."""
    for step in walk(steps):
        if isinstance(step, Menu | Collect | Hold | Agent | Transfer):
            yield step
