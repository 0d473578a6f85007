"""Numbers that the dial policy refuses: the error says which rule and what to set."""

import json
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.hold_slayer.const import DOMAIN
from custom_components.hold_slayer.telephony.messages import DialRule, ErrorKind, PlaceCall

from ..calling import act
from ..homes import account_entry, set_up
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")
NUMBER = "+4990012345"
TRANSLATIONS = Path(__file__).parents[2] / "custom_components" / DOMAIN / "translations"


@pytest.mark.parametrize("rule", list(DialRule))
async def test_refusal_names_the_rule(
    hass: HomeAssistant, link: ScriptedLink, rule: DialRule
) -> None:
    """The action fails with the rule's own text, in every language, and nothing stays up."""
    entry = account_entry()
    await set_up(hass, entry)
    link.refuse(PlaceCall, ErrorKind.REFUSED_BY_POLICY, "no", rule=rule)
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "start_call", number=NUMBER)
    error = refused.value
    assert error.translation_placeholders == {"number": NUMBER}
    key = error.translation_key
    assert key in (f"dial_{rule}", "number_emergency")
    for path in TRANSLATIONS.glob("*.json"):
        assert "{number}" in json.loads(path.read_text("utf-8"))["exceptions"][key]["message"]
    await hass.async_block_till_done()
    assert not entry.runtime_data.switchboard.active


async def test_a_rule_of_a_newer_engine(hass: HomeAssistant, link: ScriptedLink) -> None:
    """A rule without a text of ours is told in the engine's words."""
    await set_up(hass, account_entry())
    link.refuse(PlaceCall, ErrorKind.REFUSED_BY_POLICY, "full moon", rule="lunar")
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "start_call", number=NUMBER)
    assert refused.value.translation_placeholders == {"reason": "full moon"}
