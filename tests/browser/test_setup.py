"""The set-up in a real browser, as somebody does it who has just installed the integration."""

from pathlib import Path

import pytest

from lab.demo.stage import Stage
from lab.parties.plan import PhonePlan

from .by_hand import add_account, add_contact, add_phone
from .watched import watched

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]


@pytest.mark.parametrize(("width", "height", "dark"), [(1280, 900, False), (390, 844, True)])
async def test_from_add_integration_to_a_contact(
    tmp_path: Path, width: int, height: int, dark: bool
) -> None:
    # the telephone is picked up and its key pressed while the form waits
    phone = PhonePlan(after=1.0, press="1")
    async with (
        Stage("insurance", folder=tmp_path, phone=phone, speech=False, set_up=False) as stage,
        watched(stage.owner, width=width, height=height, dark=dark) as view,
    ):
        await add_account(view, stage.owner.url, stage.world)
        await add_phone(view)
        assert stage.world.events("phone", "answered", extension="200")
        await add_contact(view, stage.owner.url, stage.world)
        states = await stage.owner.states()
        assert states["binary_sensor.hold_slayer_registered"]["state"] == "on"
        assert states["button.kitchen_phone_test_ring"]["state"] != "unavailable"
        asked = {"contact": stage.world.scenario.name}
        shared = await stage.owner.act("hold_slayer.export_call_flow", asked, answer=True)
        assert [step["action"] for step in shared["flow"]["steps"]] == ["press", "press", "hold"]
        assert view.problems == []
