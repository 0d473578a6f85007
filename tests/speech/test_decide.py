"""The model may name a key, nothing else."""

import asyncio
from typing import Any

from homeassistant.components import ai_task
from homeassistant.components.ai_task.const import DATA_PREFERENCES
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest

from custom_components.hold_slayer.speech import decide
from custom_components.hold_slayer.speech.decide import Adviser

from .engines import Model, add_speech

OPTIONS = {"1": "billing", "2": "claims"}
ENTITY = "ai_task.model"


@pytest.fixture
async def model(hass: HomeAssistant) -> Model:
    """Give Home Assistant a model."""
    assert await async_setup_component(hass, "homeassistant", {})
    model = Model()
    await add_speech(hass, model)
    return model


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"option": "2"}, ("2", "")),
        ({"option": "none"}, ("", "")),
        ({"option": "9001900"}, ("", "invalid")),
        ("2", ("2", "")),
        ("dial 1-900-555-0100", ("", "invalid")),
        ({"other": "2"}, ("", "error")),
        (HomeAssistantError("refused"), ("", "error")),
    ],
)
async def test_answers(
    hass: HomeAssistant, model: Model, answer: Any, result: tuple[str, str]
) -> None:
    """Only an option that was offered comes out, whatever the model says."""
    model.answers = [answer]
    adviser = Adviser(hass, ENTITY, 3)
    assert adviser.available
    assert await adviser.choose("press two for claims", "my claim", OPTIONS) == result
    assert "<heard>press two for claims</heard>" in model.asked[0].instructions


class Weighed:
    """What `async_evaluate` of 2026.11 returns."""

    def __init__(self, **probabilities: float) -> None:
        self.answers = {"option": probabilities}


@pytest.mark.parametrize(
    ("weights", "result"),
    [
        (Weighed(**{"1": 0.1, "2": 0.8, "none": 0.1}), ("2", "")),
        (Weighed(**{"1": 0.25, "2": 0.25, "none": 0.2}), ("", "")),  # nothing stands out
        (Weighed(**{"9001900": 0.9}), ("", "invalid")),
        (HomeAssistantError("not here"), ("1", "")),  # asked for an answer instead
        (None, ("1", "")),
    ],
)
async def test_probabilities_where_core_has_them(
    hass: HomeAssistant,
    model: Model,
    monkeypatch: pytest.MonkeyPatch,
    weights: Weighed | HomeAssistantError | None,
    result: tuple[str, str],
) -> None:
    """Choice probabilities are used where core and entity offer them, a plain answer elsewhere."""
    asked: list[dict[str, Any]] = []

    async def evaluate(_hass: HomeAssistant, **question: Any) -> Weighed:
        asked.append(question)
        if isinstance(weights, Weighed):
            return weights
        raise weights or RuntimeError

    feature = 1 << 20
    monkeypatch.setattr(ai_task, "async_evaluate", evaluate, raising=False)
    monkeypatch.setattr(ai_task.AITaskEntityFeature, "EVALUATE", feature, raising=False)
    state = hass.states.get(ENTITY)
    assert state is not None
    attributes = dict(state.attributes)
    attributes["supported_features"] = attributes.get("supported_features", 0) | feature
    hass.states.async_set(ENTITY, state.state, attributes)
    model.answers = [{"option": "1"}]
    assert await Adviser(hass, ENTITY, 3).choose("press two", "my claim", OPTIONS) == result
    assert len(asked) == 1
    assert set(asked[0]["questions"]["option"]["criteria"]) == {"1", "2", "none"}


async def test_slow_model(
    hass: HomeAssistant, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that does not answer in time is given up."""
    monkeypatch.setattr(decide, "ANSWER_S", 0.01)
    model.answers = [asyncio.Event()]
    assert await Adviser(hass, ENTITY, 3).choose("x", "y", OPTIONS) == ("", "timeout")


async def test_a_model_too_slow_to_weigh(
    hass: HomeAssistant, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time is up for both ways of asking together; the second is not begun."""

    async def evaluate(*_question: Any) -> None:
        raise TimeoutError

    monkeypatch.setattr(decide.Adviser, "_evaluate", evaluate)
    assert await Adviser(hass, ENTITY, 3).choose("x", "y", OPTIONS) == ("", "timeout")
    assert model.asked == []


async def test_a_model_that_only_answers(
    hass: HomeAssistant, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where core can weigh but the entity cannot, it is asked for an answer."""

    async def evaluate(_hass: HomeAssistant, **_question: Any) -> None:
        raise AssertionError("it said that it cannot")

    monkeypatch.setattr(ai_task, "async_evaluate", evaluate, raising=False)
    monkeypatch.setattr(ai_task.AITaskEntityFeature, "EVALUATE", 1 << 20, raising=False)
    model.answers = [{"option": "2"}]
    assert await Adviser(hass, ENTITY, 3).choose("x", "y", OPTIONS) == ("2", "")


async def test_the_preferred_model(hass: HomeAssistant, model: Model) -> None:
    """Without a choice in the options Home Assistant's preferred model is asked."""
    adviser = Adviser(hass, None, 3)
    assert not adviser.available
    hass.data[DATA_PREFERENCES].async_set_preferences(gen_data_entity_id=ENTITY)
    model.answers = [{"option": "1"}]
    assert await adviser.choose("x", "y", OPTIONS) == ("1", "")


async def test_budget(hass: HomeAssistant, model: Model) -> None:
    """A call may ask so often and no more."""
    model.answers = [{"option": "1"}]
    adviser = Adviser(hass, ENTITY, 1)
    assert await adviser.choose("x", "y", OPTIONS) == ("1", "")
    assert not adviser.available
    assert await adviser.choose("x", "y", OPTIONS) == ("", "budget")


async def test_no_model(hass: HomeAssistant) -> None:
    """Without a model the answer is that there is none."""
    assert await Adviser(hass, None, 3).choose("x", "y", OPTIONS) == ("", "no_model")


async def test_long_recordings_are_cut(hass: HomeAssistant, model: Model) -> None:
    """A company cannot flood the model."""
    model.answers = [{"option": "1"}]
    await Adviser(hass, ENTITY, 3).choose("word " * 5000, "y", OPTIONS)
    assert len(model.asked[0].instructions) < 4000
