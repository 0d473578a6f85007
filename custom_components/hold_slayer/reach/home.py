"""Reaching the user at home: a question on a voice satellite, a message on any notify entity."""

import logging
from typing import TYPE_CHECKING, Any

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..calls.call import Call
from ..calls.changes import Change, ChangeKind
from ..calls.line import Line
from ..navigation.moments import Order
from ..navigation.states import CallState
from ..sentences import phrase, phrases

if TYPE_CHECKING:
    from ..calls.account import Account

_LOGGER = logging.getLogger(__name__)


class HomeReach:
    """Asks on satellites and tells notify entities when a person is on the line."""

    def __init__(self, hass: HomeAssistant, account: Account) -> None:
        """Prepare; `start` begins."""
        self._hass = hass
        self._account = account
        self._asked: set[str] = set()

    @callback
    def start(self) -> CALLBACK_TYPE:
        """Follow the calls; return what ends that."""
        return self._account.switchboard.watch(self._changed)

    @callback
    def _changed(self, _line: Line, call: Call, change: Change) -> None:
        """Ask and tell once for every time a person is there."""
        if change.kind is not ChangeKind.STATE:
            return
        if call.state is not CallState.PERSON_DETECTED:
            if call.state is CallState.ON_HOLD:
                self._asked.discard(call.id)
            return
        if call.id in self._asked:
            return
        self._asked.add(call.id)
        settings = self._account.settings
        if settings.notify_entities:
            self._run(self._tell(call), "notify")
        for satellite in settings.satellites:
            self._run(self._ask(call, satellite), "ask")

    def _run(self, work: Any, name: str) -> None:
        """Do something in the background."""
        self._account.entry.async_create_background_task(self._hass, work, f"hold_slayer {name}")

    async def _tell(self, call: Call) -> None:
        """Send a message to the notify entities."""
        language = self._account.language
        try:
            await self._hass.services.async_call(
                "notify",
                "send_message",
                {
                    ATTR_ENTITY_ID: list(self._account.settings.notify_entities),
                    "title": phrase(language, "push", "person_title", name=call.job.name),
                    "message": phrase(language, "push", "person"),
                },
                blocking=True,
            )
        except HomeAssistantError as err:
            _LOGGER.warning("A message could not be sent: %s", err)

    async def _ask(self, call: Call, satellite: str) -> None:
        """Ask on a satellite whether to put the call through."""
        language = self._account.language
        question = {
            ATTR_ENTITY_ID: satellite,
            "question": phrase(language, "satellite", "question", name=call.job.name),
            "answers": [
                {"id": answer, "sentences": phrases(language, "satellite", answer)}
                for answer in ("yes", "no")
            ],
        }
        try:
            response = await self._hass.services.async_call(
                "assist_satellite", "ask_question", question, blocking=True, return_response=True
            )
        except HomeAssistantError as err:
            _LOGGER.debug("%s could not be asked: %s", satellite, err)
            return
        if not call.active or call.state is CallState.CONNECTED:
            return
        match (response or {}).get("id"):
            case "yes":
                call.accept()
            case "no":
                call.order(Order.KEEP_HOLDING)
