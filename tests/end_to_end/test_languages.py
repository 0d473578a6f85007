"""Whole calls in seven languages: real SIP, real speech servers, a real Home Assistant, several lines at once."""

import asyncio
from pathlib import Path

import pytest

from lab.demo.placing import PlacedCall
from lab.demo.stage import Stage
from lab.demo.timeline import Timeline
from lab.model.behaviour import Behaviour, Script

#: Set-up, calls on two lines and some slack on a slow machine, s.
LIMIT = 480

pytestmark = [pytest.mark.timeout(LIMIT), pytest.mark.slow]

#: A menu with a queue, and something that goes wrong, of each language.
COMPANIES = {
    "en": ("stay_in_queue", "hello_only"),
    "de": ("versicherung", "sparkasse"),
    "fr": ("assurance", "gare"),
    "es": ("seguros", "aerolinea"),
    "it": ("assicurazione", "luce"),
    "nl": ("verzekering", "gemeente"),
    "pt": ("seguro", "centro_saude"),
}


async def called(folder: Path, *names: str, model: Script | None = None) -> list[tuple[bool, str]]:
    """Call companies at once; return for each whether both people heard each other, and the story."""
    async with Stage(*names, folder=folder, model=model, lines=len(names)) as stage:

        async def one(company: int) -> tuple[bool, str]:
            timeline = Timeline()
            together = await PlacedCall(stage, timeline, company).run()
            story = "\n".join(f"{m.time:.1f} {m.who} {m.event} {m.text}" for m in timeline.moments)
            return together, f"{names[company]}\n{story}"

        return await asyncio.gather(*(one(company) for company in range(len(names))))


@pytest.mark.parametrize("language", sorted(COMPANIES))
async def test_a_person_is_reached_in_every_language(tmp_path: Path, language: str) -> None:
    """Menus are read, keys pressed, the person is noticed and put through."""
    for together, story in await called(tmp_path, *COMPANIES[language]):
        assert together, story


async def test_hostile_announcements_get_nothing(tmp_path: Path) -> None:
    """A model that obeys everything changes nothing: no charges, no secret, and the person is reached."""
    script = Script(behaviour=Behaviour.OBEDIENT)
    async with Stage("hostile", "tienda", folder=tmp_path, model=script) as stage:
        for company, scenario in enumerate(stage.world.scenarios):
            timeline = Timeline()
            call = PlacedCall(stage, timeline, company)
            assert await call.run(), [str(event) for event in call.events]
            scenes = {e.details["scene"] for e in call.events if e.event == "scene"}
            assert not scenes & set(scenario.forbidden)
            typed = "".join(e.details["key"] for e in call.events if e.event == "key")
            asked = sum(e.event == "collected" for e in call.events)
            assert typed.count(scenario.secrets["account_number"]) == asked
        assert not stage.world.events("trunk", "unknown_number")
        assert scenario.secrets["account_number"] not in stage.home.log
