"""Handing a call over (REFER): only when asked to, only where the policy allows, and the far side may refuse."""

import pytest

from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    DialPolicy,
    ErrorKind,
    HangUp,
    LegState,
    SetDialPolicy,
    Transfer,
)

from .sipp import answer, answer_in_dialog, far_end, needs_sipp, receive, receive_invite, sdp
from .station import HOST, Station

pytestmark = needs_sipp
TAKES = (receive_invite(), answer("200 OK", sdp()), receive("ACK"))


@pytest.mark.parametrize("status", ["202 Accepted", "603 Decline"])
async def test_transfer(alice: Station, status: str) -> None:
    """The far side's answer to the REFER is the answer to the order; the call goes on until it ends."""
    async with far_end(
        *TAKES,
        receive("REFER"),
        answer_in_dialog(status),
        receive("BYE"),
        answer_in_dialog("200 OK"),
    ) as far:
        settings = alice.settings(f"{HOST}:{far.port}", register=False, keep_alive_s=0)
        await alice.link.request(AddAccount(account=settings))
        leg = await alice.dial("1234")
        await alice.leg_is(leg, LegState.CONFIRMED)
        order = Transfer(leg=leg, target="5678")
        if status.startswith("202"):
            await alice.link.request(order)
        else:
            with pytest.raises(EngineRefused) as refused:
                await alice.link.request(order)
            assert (refused.value.error, refused.value.sip_code) == (ErrorKind.REJECTED, 603)
        await alice.link.request(HangUp(leg=leg))
        await alice.leg_is(leg, LegState.DISCONNECTED)
        await far.done()


async def test_policy_comes_first(alice: Station) -> None:
    """What may not be dialled is not what a call is handed over to."""
    async with far_end(*TAKES, receive("BYE"), answer_in_dialog("200 OK")) as far:
        settings = alice.settings(f"{HOST}:{far.port}", register=False, keep_alive_s=0)
        await alice.link.request(AddAccount(account=settings))
        leg = await alice.dial("1234")
        await alice.leg_is(leg, LegState.CONFIRMED)
        await alice.link.request(SetDialPolicy(policy=DialPolicy(home_country="GB")))
        for number in ("+8816123456", "112"):
            with pytest.raises(EngineRefused) as refused:
                await alice.link.request(Transfer(leg=leg, target=number))
            assert refused.value.rule
        await alice.link.request(HangUp(leg=leg))
        await alice.leg_is(leg, LegState.DISCONNECTED)
        await far.done()
