"""The model over real HTTP: Home Assistant's Ollama integration and the lab's server, which behaves badly on demand."""

from collections.abc import AsyncIterator

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest

from custom_components.hold_slayer.speech import decide
from custom_components.hold_slayer.speech.decide import Adviser
from lab.model.behaviour import Behaviour, Script
from lab.model.server import MODEL, ModelServer

from ..navigation.test_hostile import PROMPTS

OPTIONS = {"1": "opening hours", "2": "returns", "3": "sales", "operator": "speak to a person"}
WISH = "The zipper of my jacket is broken, I want my money back"
HEARD = "for opening hours press one for returns press two for sales press three"


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    """Run the model."""
    async with ModelServer(Script(meanings={"money back": ("return",)})) as server:
        yield server


@pytest.fixture
async def entity(hass: HomeAssistant, server: ModelServer) -> str:
    """Add the Ollama integration and an AI task through their forms; return the entity."""
    for component in ("homeassistant", "conversation", "ai_task"):
        assert await async_setup_component(hass, component, {})
    flow = await hass.config_entries.flow.async_init(
        "ollama", context={"source": SOURCE_USER}, data={"url": server.url}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    sub = await hass.config_entries.subentries.async_init(
        (flow["result"].entry_id, "ai_task_data"), context={"source": SOURCE_USER}
    )
    sub = await hass.config_entries.subentries.async_configure(
        sub["flow_id"], {"name": "Lab model", "model": MODEL}
    )
    assert sub["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    (entity,) = hass.states.async_entity_ids("ai_task")
    return entity


async def test_the_option_that_is_meant(
    hass: HomeAssistant, server: ModelServer, entity: str
) -> None:
    """The model is asked with the options heard, told their form, and its answer is taken."""
    adviser = Adviser(hass, entity, 3)
    assert adviser.available
    assert await adviser.choose(HEARD, WISH, OPTIONS) == ("2", "")
    (asked,) = server.asked
    assert asked.options == OPTIONS
    assert asked.intent == WISH
    assert asked.heard == HEARD
    assert asked.format is not None
    assert set(asked.format["properties"]["option"]["enum"]) == {*OPTIONS, "none"}
    assert await adviser.choose(HEARD, "My cat is ill", OPTIONS) == ("", "")


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (Behaviour.GARBAGE, "error"),
        (Behaviour.REFUSING, "error"),
        (Behaviour.SILENT, "error"),
        (Behaviour.TOOLS, "error"),
        (Behaviour.ERROR, "error"),
        (Behaviour.OVERLOADED, "error"),
        (Behaviour.BROKEN, "error"),
        (Behaviour.MANGLED, "error"),
        (Behaviour.INVENTED, "invalid"),
    ],
)
async def test_bad_answers(
    hass: HomeAssistant, server: ModelServer, entity: str, behaviour: Behaviour, error: str
) -> None:
    """Nothing is chosen, nothing is raised, and the next question is asked as if nothing had been."""
    adviser = Adviser(hass, entity, 3)
    server.script.behaviour = behaviour
    assert await adviser.choose(HEARD, WISH, OPTIONS) == ("", error)
    server.script.behaviour = Behaviour.CLEVER
    assert await adviser.choose(HEARD, WISH, OPTIONS) == ("2", "")


async def test_a_slow_answer(
    hass: HomeAssistant, server: ModelServer, entity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call does not wait for a model that takes its time."""
    monkeypatch.setattr(decide, "ANSWER_S", 0.2)
    server.script.behaviour = Behaviour.SLOW
    assert await Adviser(hass, entity, 3).choose(HEARD, WISH, OPTIONS) == ("", "timeout")
    server.go_on.set()


async def test_a_server_that_is_gone(hass: HomeAssistant, server: ModelServer, entity: str) -> None:
    """The connection is refused: an error, no exception."""
    await server.__aexit__()
    assert await Adviser(hass, entity, 3).choose(HEARD, WISH, OPTIONS) == ("", "error")


@pytest.mark.parametrize("behaviour", [Behaviour.OBEDIENT, Behaviour.TOOLS])
async def test_a_model_that_does_what_the_line_says(
    hass: HomeAssistant, server: ModelServer, entity: str, behaviour: Behaviour
) -> None:
    """Whatever is heard and whatever the model makes of it: one of the options offered, or nothing."""
    calls: list[str] = []
    hass.bus.async_listen("call_service", callback(lambda event: calls.append(str(event.data))))
    server.script.behaviour = behaviour
    adviser = Adviser(hass, entity, len(PROMPTS))
    for prompt in PROMPTS:
        choice, _ = await adviser.choose(prompt, "a question about my invoice", OPTIONS)
        assert choice in {"", *OPTIONS}, prompt
    assert len(server.asked) == len(PROMPTS)
    assert calls == []
