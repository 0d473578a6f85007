"""What picks up the user's phone when the user does not: a mailbox, and call screening that asks who calls."""

from pathlib import Path
from typing import Any

import pytest

from lab.demo.stage import PHONE, Stage
from lab.parties.plan import PhonePlan, Reaction

pytestmark = [pytest.mark.timeout(300)]


async def rings(stage: Stage, plan: PhonePlan) -> str:
    """Ring the phone for a test; return how it went."""
    await stage.world.set_phone(plan)
    answer: dict[str, Any] = await stage.owner.act(
        "hold_slayer.test_phone", {"phone": PHONE}, answer=True
    )
    return str(answer["result"])


async def test_machines_on_the_phone(tmp_path: Path) -> None:
    """A mailbox is left at its beep; call screening is told who calls, and the person who then comes counts."""
    async with Stage("insurance", folder=tmp_path) as stage:
        assert await rings(stage, PhonePlan(reaction=Reaction.VOICEMAIL)) == "voicemail"
        assert await rings(stage, PhonePlan(reaction=Reaction.SCREEN)) == "passed"
        errors = [line for line in stage.home.lines if " ERROR " in line]
    assert errors == []
