"""The intents of Hold Slayer."""

from collections.abc import Awaitable, Callable
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, intent
import probatio

from . import spoken
from .navigation.moments import Order
from .spoken import Asked, Misunderstood

type Answer = Callable[[intent.Intent, dict[str, str]], Awaitable[str]]


async def async_setup_intents(hass: HomeAssistant) -> None:
    """Register the intents."""
    contact = {probatio.Optional("contact"): cv.string}
    for asked, description, slots, answer in (
        (
            Asked.START_CALL,
            "Calls a contact, waits on hold and rings the user when a person answers",
            {
                probatio.Required("contact"): cv.string,
                probatio.Optional("about"): cv.string,
            },
            _start_call,
        ),
        (Asked.STATUS, "Tells how the calls being made are doing", {}, _status),
        (Asked.HANG_UP, "Ends a call", contact, _order(Order.HANG_UP)),
        (Asked.CONNECT, "Puts a call through to the user", contact, _order(Order.CONNECT_NOW)),
        (
            Asked.KEEP_HOLDING,
            "Leaves a call waiting on hold",
            contact,
            _order(Order.KEEP_HOLDING),
        ),
    ):
        intent.async_register(hass, SpokenIntent(asked, description, slots, answer))


class SpokenIntent(intent.IntentHandler):
    """An intent that is answered in words."""

    def __init__(
        self, asked: Asked, description: str, slots: dict[Any, Any], answer: Answer
    ) -> None:
        """Name it and say who answers."""
        self.intent_type = asked.value
        self.description = description
        self._slots = slots
        self._answer = answer

    @property
    @override
    def slot_schema(self) -> dict[Any, Any]:
        """What can be said with it."""
        return self._slots

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Do it and answer."""
        slots = self.async_validate_slots(intent_obj.slots)
        said = {name: str(slot["value"]) for name, slot in slots.items()}
        try:
            speech = await self._answer(intent_obj, said)
        except Misunderstood as err:
            raise intent.IntentHandleError(str(err)) from err
        response = intent_obj.create_response()
        response.async_set_speech(speech)
        return response


async def _start_call(asked: intent.Intent, said: dict[str, str]) -> str:
    """Call a contact."""
    return await spoken.start_call(
        asked.hass, asked.language, said["contact"], said.get("about", ""), asked.context
    )


async def _status(asked: intent.Intent, said: dict[str, str]) -> str:
    """Tell how the calls are doing."""
    return spoken.status(asked.hass, asked.language)


def _order(order: Order) -> Answer:
    """Return what gives an order."""

    async def give(asked: intent.Intent, said: dict[str, str]) -> str:
        return await spoken.give(asked.hass, asked.language, order, said.get("contact", ""))

    return give
