"""Limits on dialling: what they count, and that neither restarts nor clocks get round them."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.dial_caps import Cap, CapReachedError, DialCaps, DialLedger
from custom_components.hold_slayer.const import DOMAIN, SubentryType
from custom_components.hold_slayer.repairs import async_create_fix_flow
from custom_components.hold_slayer.telephony.messages import LegState, LegStatistics, PlaceCall

from ..calling import act, company, start, to_person
from ..homes import DESK, INSURANCE, account_entry, leg_is, set_up, subentry
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")
CAPS = DialCaps(per_hour=3, per_day=5, minutes_per_day=60, tries=2)
HOUR = 3600.0


class Clocks:
    """The system's clock and the steady one."""

    def __init__(self) -> None:
        self.wall = 1_800_000_000.0
        self.steady = 50.0

    def pass_time(self, seconds: float) -> None:
        """Let time pass for both."""
        self.wall += seconds
        self.steady += seconds

    def ledger(self, hass: HomeAssistant) -> DialLedger:
        """Return a ledger by these clocks."""
        return DialLedger(hass, "entry", wall=lambda: self.wall, steady=lambda: self.steady)


def refused(ledger: DialLedger, number: str, **more: Any) -> Cap | None:
    """Return the limit that is reached, None when the number may be dialled."""
    try:
        ledger.check(number, CAPS, **more)
    except CapReachedError as err:
        return err.cap
    return None


async def test_what_is_counted(hass: HomeAssistant) -> None:
    """Tries of a number, calls of an hour and of a day, each in its own window."""
    clocks = Clocks()
    ledger = clocks.ledger(hass)
    for call in ("1", "2"):
        assert refused(ledger, "200") is None
        ledger.dialled(call, "200")
        clocks.pass_time(60)
    assert refused(ledger, "200") is Cap.NUMBER
    assert refused(ledger, "300") is None
    ledger.dialled("3", "300")
    assert refused(ledger, "400") is Cap.HOUR
    assert refused(ledger, "200", exploring=True) is None
    clocks.pass_time(HOUR)
    for call in ("4", "5"):
        assert refused(ledger, "200") is None
        ledger.dialled(call, "200")
    assert refused(ledger, "400", exploring=True) is Cap.DAY
    clocks.pass_time(24 * HOUR)
    assert refused(ledger, "200") is None


async def test_minutes(hass: HomeAssistant) -> None:
    """Minutes of all calls of a day are added up; 0 means no limit."""
    ledger = Clocks().ledger(hass)
    ledger.dialled("1", "200")
    ledger.took("1", 59 * 60)
    assert refused(ledger, "300") is None
    ledger.dialled("2", "300")
    ledger.took("2", 61)
    assert refused(ledger, "400") is Cap.MINUTES
    ledger.check("400", DialCaps(per_hour=0, per_day=0, minutes_per_day=0, tries=0))
    ledger.forgive()
    assert refused(ledger, "400") is None


@pytest.mark.parametrize(
    ("away", "allowed"),
    [
        (60.0, False),
        # turned back by a day, and by ten years
        (-24 * HOUR, False),
        (-10 * 365 * 24 * HOUR, False),
        (25 * HOUR, True),
    ],
)
async def test_restart_and_clock(
    hass: HomeAssistant, hass_storage: dict[str, Any], away: float, allowed: bool
) -> None:
    """What was dialled counts after a restart, whatever was done to the clock meanwhile."""
    clocks = Clocks()
    ledger = clocks.ledger(hass)
    for call in range(5):
        ledger.dialled(str(call), f"{call}")
    await ledger.close()
    clocks.wall += away
    clocks.steady = 3.0
    again = clocks.ledger(hass)
    await again.load()
    assert (refused(again, "200") is None) is allowed
    # turned back while it runs
    clocks.wall -= 24 * HOUR
    assert (refused(again, "200") is None) is allowed


async def test_wrong_clock_blocks_nothing_for_ever(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """Calls noted while the clock was years ahead are forgotten after a day like all others."""
    clocks = Clocks()
    clocks.wall += 10 * 365 * 24 * HOUR
    ledger = clocks.ledger(hass)
    for call in range(5):
        ledger.dialled(str(call), f"{call}")
    await ledger.close()
    clocks.wall -= 10 * 365 * 24 * HOUR
    again = clocks.ledger(hass)
    await again.load()
    assert refused(again, "200") is Cap.DAY
    clocks.pass_time(24 * HOUR)
    assert refused(again, "200") is None


async def test_action_is_refused_and_a_repair_lets_go_on(
    hass: HomeAssistant, link: ScriptedLink
) -> None:
    """The error names limit and setting; no INVITE leaves; submitting the repair counts anew."""
    entry: MockConfigEntry = account_entry(options={"tries": 1})
    await set_up(hass, entry)
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.DISCONNECTED)
    await call.ended.wait()
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "start_call", contact="Insurance")
    assert error.value.translation_key == "cap_number"
    assert error.value.translation_placeholders == {"limit": "1", "number": "Insurance"}
    assert len(link.all(PlaceCall)) == 1
    # kept over a restart
    assert await hass.config_entries.async_reload(entry.entry_id)
    with pytest.raises(ServiceValidationError):
        await act(hass, "start_call", contact="Insurance")
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"dial_limit_{entry.entry_id}")
    assert issue is not None
    assert issue.is_fixable
    flow = await async_create_fix_flow(hass, issue.issue_id, issue.data)
    flow.hass = hass
    await flow.async_step_confirm({})  # type: ignore[attr-defined]
    await start(hass, entry)
    assert len(link.all(PlaceCall)) == 2


async def test_phones_at_outside_numbers_count(hass: HomeAssistant, link: ScriptedLink) -> None:
    """A mobile that is rung is a call like any other, and what it takes are minutes; a desk is not."""
    mobile = {**DESK, "kind": "number", "address": "+442079460001", "trusted": True}
    for phone, calls in ((DESK, 1), (mobile, 2)):
        entry = account_entry(
            subentry(SubentryType.PHONE, "phone", "Phone", phone),
            subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE),
            options={"calls_per_day": 2},
        )
        await set_up(hass, entry)
        ledger = entry.runtime_data.dialling.ledger
        call = await start(hass, entry)
        await to_person(hass, link, call)
        rung = link.all(PlaceCall)[-1]
        leg_is(link, rung.leg, LegState.CONFIRMED)
        await hass.async_block_till_done()
        figures = LegStatistics(
            request=0, leg=rung.leg, state=LegState.DISCONNECTED, duration_s=120.0
        )
        leg_is(link, rung.leg, LegState.DISCONNECTED, media=figures)
        leg_is(link, company(call), LegState.DISCONNECTED)
        await call.ended.wait()
        assert ledger.minutes == pytest.approx(2.0 * (calls - 1), abs=0.5)
        if calls == 2:
            with pytest.raises(ServiceValidationError) as error:
                await act(hass, "start_call", contact="Insurance")
            assert error.value.translation_key == "cap_day"
        await hass.config_entries.async_remove(entry.entry_id)
