"""The sentences in the table of docs/voice.md are understood, and answered in their language."""

from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.hold_slayer.const import SubentryType
from custom_components.hold_slayer.navigation.states import CallState
from custom_components.hold_slayer.sentences import LANGUAGES, load
from custom_components.hold_slayer.telephony.messages import PlaceCall

from .calling import act, over, start, to_hold
from .homes import DESK, INSURANCE, account_entry, set_up, subentry
from .scripted_link import ScriptedLink
from .test_docs import page

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

#: Names in the table, by language as there.
SPOKEN = {
    "English": ("en", "insurance", "bank"),
    "German": ("de", "Versicherung", "Bank"),
    "French": ("fr", "assurance", "banque"),
    "Spanish": ("es", "seguro", "banco"),
    "Italian": ("it", "assicurazione", "banca"),
    "Dutch": ("nl", "verzekering", "bank"),
    "Portuguese": ("pt", "seguro", "banco"),
}


def rows() -> dict[str, list[str]]:
    """Return the cells of the table by language."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page("voice").splitlines()
        if line.startswith("| ")
    ]
    return {row[0]: row[1:] for row in cells if row[0] in SPOKEN}


def test_every_language_has_a_row() -> None:
    assert {SPOKEN[name][0] for name in rows()} == set(LANGUAGES)


@pytest.mark.parametrize("name", SPOKEN)
async def test_sentences(hass: HomeAssistant, link: ScriptedLink, name: str) -> None:
    """Calls are placed, asked about, put through, left waiting and ended as the table says."""
    for component in ("homeassistant", "conversation", "intent"):
        assert await async_setup_component(hass, component, {})
    language, insurance, bank = SPOKEN[name]
    there = INSURANCE | {"aliases": [insurance]}
    entry = account_entry(
        subentry(SubentryType.PHONE, "desk", "Desk", DESK),
        subentry(SubentryType.CONTACT, "one", "First", there),
        subentry(SubentryType.CONTACT, "two", "Second", there | {"aliases": [bank]}),
    )
    await set_up(hass, entry)

    async def say(text: str) -> str:
        result = await conversation.async_converse(hass, text, None, Context(), language=language)
        return str(result.response.speech["plain"]["speech"])

    starts, status, hang_up, connect, keep = rows()[name]
    replies = load(language)["replies"]
    for sentence in starts.split(" · "):
        before = len(link.all(PlaceCall))
        answer = await say(sentence)
        assert answer in {replies["calling"].replace("{contact}", x) for x in ("First", "Second")}
        assert len(link.all(PlaceCall)) == before + 1
        (call,) = entry.runtime_data.switchboard.active
        await act(hass, "hang_up", call_id=call.id)
        await over(hass, call)
    call = await start(hass, entry, contact="Second")
    await to_hold(hass, link, call)
    assert "Second" in await say(status)
    assert await say(connect) == replies["connecting"].replace("{contact}", "Second")
    assert await say(keep) == replies["keeps_holding"].replace("{contact}", "Second")
    assert await say(hang_up) == replies["hung_up"].replace("{contact}", "Second")
    await over(hass, call)
    assert call.state is CallState.ENDED
