"""Every field of every action with what cannot be right: refused in words, or harmless."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import yaml

from custom_components.hold_slayer.const import DOMAIN
from custom_components.hold_slayer.navigation.states import Outcome
from custom_components.hold_slayer.telephony.messages import LegState, PlaceCall

from .calling import company, over, start
from .homes import leg_is
from .scripted_link import ScriptedLink
from .test_metadata import COMPONENT, TEXTS

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

#: Types, lengths and contents that no field expects, and attempts to smuggle something in.
NONSENSE: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    float("nan"),
    [],
    {},
    [None],
    ["x"] * 500,
    {"steps": {"steps": []}},
    "",
    " ",
    "\x00",
    "x" * 100_000,
    "🦄" * 400,
    "a\r\nVia: SIP/2.0/UDP evil",
    "sip:a@b>;transport=tcp\r\nX: y",
    "<script>alert(1)</script>",
    "{{ states('sun.sun') }}",
    "{account_number}",
    "'; DROP TABLE calls; --",
    "../../secrets.yaml",
)
#: What a good request looks like; `call_id` is filled in.
GOOD: dict[str, dict[str, Any]] = {
    "start_call": {"contact": "Insurance"},
    "send_dtmf": {"keys": "1"},
    "say": {"message": "One moment"},
    "set_verdict": {"person": False},
    "test_phone": {"phone": "Desk"},
    "correct_call": {"call_id": "gone", "line": 1, "text": "For claims press one"},
    "learn_call_flow": {"contact": "Insurance"},
    "import_call_flow": {"contact": "Insurance", "flow": [{"action": "hold"}]},
    "export_call_flow": {"contact": "Insurance"},
}
SERVICES = yaml.safe_load((COMPONENT / "services.yaml").read_text(encoding="utf-8"))


def fields(action: str) -> list[str]:
    """Return the fields of an action, those in sections too."""
    found: list[str] = []
    for key, field in (SERVICES[action].get("fields") or {}).items():
        found += field.get("fields", [key])
    return found


@pytest.mark.parametrize("action", sorted(SERVICES))
async def test_nonsense(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, action: str
) -> None:
    """Each field of an action refuses nonsense with a text of its own, and nothing is dialled."""
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.CONFIRMED)
    # phones that are rung to test them do not answer
    link.answers[PlaceCall] = _not_there(link)
    for field in fields(action):
        for value in NONSENSE:
            data = {**GOOD.get(action, {}), field: value}
            before = len(link.all(PlaceCall))
            problem = await attempt(hass, action, data)
            if isinstance(problem, HomeAssistantError):
                assert problem.translation_key, (field, value, problem)
                if problem.translation_domain == DOMAIN:
                    assert problem.translation_key in TEXTS["exceptions"], (field, value)
            dialled = [each.target for each in link.all(PlaceCall)[before:]]
            # the contact, the phone, and the account itself, which is called to test it
            allowed = {"+442079460000", "sip:200@sip.example.com", "sip:alice@sip.example.com"}
            assert set(dialled) <= allowed, (field, value, dialled)
            for other in entry.runtime_data.switchboard.active:
                if other is not call:
                    await other.end(Outcome.HUNG_UP)
    if call.active:
        await hass.services.async_call(DOMAIN, "hang_up", {"call_id": call.id}, blocking=True)
    await over(hass, call)
    await attempt(hass, "stop_sip_trace", {})


async def attempt(hass: HomeAssistant, action: str, data: dict[str, Any]) -> Exception | None:
    """Run an action; return how it was refused. Anything but a refusal is a fault."""
    only = hass.services.supports_response(DOMAIN, action) != "none"
    try:
        await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=only)
    except (HomeAssistantError, probatio.Invalid) as err:
        return err
    return None


def _not_there(link: ScriptedLink) -> Any:
    """Return an engine that dials and finds nobody at once."""

    def answer(message: PlaceCall) -> Any:
        leg_is(link, message.leg, LegState.DISCONNECTED)
        return None

    return answer


@pytest.mark.parametrize("action", sorted(SERVICES))
async def test_unknown_fields(hass: HomeAssistant, entry: MockConfigEntry, action: str) -> None:
    """A field that does not exist is refused, so that a misspelt one is not overlooked."""
    data = {**GOOD.get(action, {}), "fone": "Desk"}
    assert isinstance(await attempt(hass, action, data), probatio.Invalid)


@pytest.mark.parametrize("action", sorted(SERVICES))
async def test_no_account(hass: HomeAssistant, entry: MockConfigEntry, action: str) -> None:
    """With the account unloaded every action says so, or has nothing to list."""
    await hass.config_entries.async_unload(entry.entry_id)
    data = dict(GOOD.get(action, {}))
    if "call_id" in fields(action):
        data["call_id"] = "gone"
    problem = await attempt(hass, action, data)
    assert problem is None or isinstance(problem, HomeAssistantError), problem
    if problem is None:
        assert action.startswith(("get_", "export_", "delete_")), action


@pytest.mark.parametrize("contact", ["", " ", "x" * 100_000, "%", "_"])
async def test_nonsense_deletes_nothing(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, contact: str
) -> None:
    """A contact that names nobody does not delete the calls of others."""
    call = await start(hass, entry)
    await hass.services.async_call(DOMAIN, "hang_up", {"call_id": call.id}, blocking=True)
    await over(hass, call)
    await attempt(hass, "delete_calls", {"contact": contact})
    kept = await hass.services.async_call(
        DOMAIN, "get_call_history", {}, blocking=True, return_response=True
    )
    assert kept is not None
    assert kept["total"] == 1
