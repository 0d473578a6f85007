"""The lab's companies, played as text: does the navigator reach the person by rules alone?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
import re
from typing import Any

import pytest
import yaml

from custom_components.hold_slayer.hearing.heard import Sound
from custom_components.hold_slayer.navigation.acts import SendKeys, Speak
from custom_components.hold_slayer.navigation.flow import CallFlow
from custom_components.hold_slayer.navigation.flow_format import MARK, flow_from_dict
from custom_components.hold_slayer.navigation.moments import PhoneState
from custom_components.hold_slayer.navigation.plan import CallPlan
from custom_components.hold_slayer.navigation.states import CallState, Outcome

from .drive import Drive

FOLDER = Path(__file__).parents[2] / "lab" / "scenarios"
#: What these need is telephony, not navigation.
_BY_WIRE = {
    "busy",
    "call_back",
    "congestion",
    "dead_line",
    "energie",
    "no_answer",
    "rejected",
    "unknown_number",
}
#: Only somebody who knows what the words mean finds the shortest way here; rules ask for a person.
_BY_MEANING = "nothing fits by rules"


def scenarios() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.stem not in _BY_WIRE:
            yield pytest.param(yaml.safe_load(path.read_text(encoding="utf-8")), id=path.stem)


class HungUp(Exception):
    """The company ended the call."""


@dataclass
class Company:
    """Plays a scenario file through a `Drive`: sentences are utterances, keys are followed."""

    scenario: dict[str, Any]
    drive: Drive
    noisy: bool
    pressed: str = ""
    reached: bool = False
    _seen: int = 0
    _positions: dict[str, Iterator[Any]] = field(default_factory=dict)
    _said_at: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        scene: str | None = "start"
        try:
            while scene is not None and not self.reached:
                scene = self.play(scene)
        except HungUp:
            pass
        if not self.reached and self.drive.state not in (CallState.ENDED, CallState.FAILED):
            self.drive.company_hangs_up()

    def play(self, scene: str) -> str | None:
        for step in self.scenario["scenes"][scene]:
            name, value = (step, None) if isinstance(step, str) else next(iter(step.items()))
            after = self.step(name, value)
            if after is not None or self.reached:
                return after
        return None

    def step(self, name: str, value: Any) -> str | None:
        if self.drive.state in (CallState.ENDED, CallState.FAILED):
            raise HungUp
        match name:
            case "say":
                self.say(value["text"] if isinstance(value, dict) else value)
            case "music":
                self.drive.music(value["seconds"] if isinstance(value, dict) else value)
            case "silence":
                self.drive.silence(value)
            case "tone" | "ring":
                seconds = value["seconds"] if isinstance(value, dict) else value
                self.drive.sound(Sound.RINGBACK, seconds)
            case "menu":
                return self.menu(value)
            case "collect":
                self.collect(value)
            case "hold":
                return self.hold(value)
            case "transfer":
                self.say(value["say"])
                self.drive.sound(Sound.RINGBACK, value.get("ring", 4))
                return str(value["to"])
            case "agent":
                self.agent(value)
            case "go":
                return str(value)
            case "hang_up":
                raise HungUp
        return None

    def say(self, text: str) -> None:
        self.say_all([text])

    def say_all(self, texts: list[str]) -> None:
        for text in texts:
            for sentence in re.split(r"(?<=[.?!])\s+", " ".join(text.split())):
                said = re.sub(r"[^\w\s']", "", sentence).casefold() if self.noisy else sentence
                first = self._said_at.get(said)
                at = self.drive.say(said, after=0.4, repeat_of=first)
                self._said_at.setdefault(said, at)

    def orders(self) -> list[SendKeys | Speak]:
        made = [act for _, act in self.drive.orders if isinstance(act, SendKeys | Speak)]
        fresh, self._seen = made[self._seen :], len(made)
        return fresh

    def menu(self, menu: dict[str, Any]) -> str | None:
        prompt = menu["prompt"]["text"] if isinstance(menu["prompt"], dict) else menu["prompt"]
        for _ in range(menu.get("attempts", 3)):
            sentences = re.split(r"(?<=[.?!])\s+", " ".join(prompt.split()))
            for sentence in sentences:
                self.say(sentence)
                for act in self.orders():  # a key cuts the prompt short, where the menu allows it
                    if menu.get("barge_in", True):
                        after = self.answer(menu, act)
                        if after is not None:
                            return after
            for _ in range(int(menu.get("timeout", 5) * 2)):
                self.drive.wait(0.5)
                for act in self.orders():
                    if (after := self.answer(menu, act)) is not None:
                        return after
                if self.drive.state in (CallState.ENDED, CallState.FAILED):
                    raise HungUp
        after = menu.get("on_timeout")
        if after is None:
            raise HungUp
        return str(after)

    def answer(self, menu: dict[str, Any], act: SendKeys | Speak) -> str | None:
        keys = {str(key): scene for key, scene in menu.get("keys", {}).items()}
        if isinstance(act, SendKeys):
            self.pressed += act.keys
            if act.keys in keys:
                return str(keys[act.keys])
            self.say(menu.get("wrong", "Sorry, that is not a valid choice."))
            return None
        for word, scene in menu.get("words", {}).items():
            if word in act.text.casefold():
                return str(scene)
        return None

    def collect(self, collect: dict[str, Any]) -> None:
        self.say(collect["prompt"])
        self.drive.wait(collect.get("timeout", 6))
        wanted = Speak if collect.get("spoken") else SendKeys
        given = [
            act.text if isinstance(act, Speak) else act.keys
            for act in self.orders()
            if isinstance(act, wanted)
        ]
        if not given or not given[0].startswith("{"):
            raise HungUp

    def hold(self, hold: dict[str, Any]) -> str | None:
        end = self.drive.now + hold["seconds"]
        values = {
            "position": iter(hold.get("positions", ())),
            "wait": iter(hold.get("waits", ())),
        }
        while self.drive.now < end:
            for step in hold["loop"]:
                if "say" in step:
                    text = step["say"]["text"] if isinstance(step["say"], dict) else step["say"]
                    for name, series in values.items():
                        if f"{{{name}}}" in text:
                            text = text.replace(f"{{{name}}}", str(next(series, 1)))
                    self.say(text)
                else:
                    self.step(*next(iter(step.items())))
                for act in self.orders():
                    if isinstance(act, SendKeys) and act.keys in hold.get("keys", {}):
                        return str(hold["keys"][act.keys])
                if self.drive.now >= end:
                    break
        return None

    def agent(self, agent: dict[str, Any]) -> None:
        before = len(self.drive.spoken)
        self.drive.person(agent["greeting"], after=1.0)
        self.drive.wait(min(5.0, agent.get("patience", 20)) - 0.5)
        self.reached = self.drive.state is CallState.RINGING_YOU and len(self.drive.spoken) > before


def parsed_flow(scenario: dict[str, Any]) -> CallFlow | None:
    """The call flow stored for a scenario."""
    if "flow" not in scenario:
        return None
    return flow_from_dict({MARK: 1, "name": scenario["name"], "steps": scenario["flow"]})


@pytest.mark.parametrize("noisy", [False, True], ids=["clean", "noisy"])
@pytest.mark.parametrize("scenario", scenarios())
def test_person_is_reached_by_rules_alone(scenario: dict[str, Any], noisy: bool) -> None:
    drive = Drive(
        CallPlan(
            intent=scenario.get("intent", ""),
            languages=(scenario.get("language", "en"),),
            flow=parsed_flow(scenario),
            secrets=frozenset({"account_number", "date_of_birth", "postcode"}),
            user_name="Anna",
        )
    )
    drive.answer()
    company = Company(scenario, drive, noisy)
    company.run()
    expected = Outcome(scenario["outcome"]) if "outcome" in scenario else None
    if expected not in (None, Outcome.CONNECTED):
        assert drive.end.outcome is expected
        return
    assert company.reached, (drive.state, drive.keys, drive.spoken, drive.orders[-1])
    if (shortest := scenario.get("shortest")) and scenario.get("trap") != _BY_MEANING:
        assert company.pressed == shortest
    drive.phone(PhoneState.ACCEPTED)
    assert drive.state is CallState.CONNECTED
