"""Sentences that work with every conversation agent: they lead to the same intents."""

from typing import TYPE_CHECKING

from homeassistant.components.conversation.agent_manager import get_agent_manager
from homeassistant.components.conversation.models import ConversationInput
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import intent
from homeassistant.setup import async_when_setup

from .const import DOMAIN
from .sentences import LANGUAGES, load
from .spoken import Asked

if TYPE_CHECKING:
    from hassil.recognize import RecognizeResult

#: Group of a sentence file -> intent.
INTENTS = {
    "start_call": Asked.START_CALL,
    "status": Asked.STATUS,
    "hang_up": Asked.HANG_UP,
    "connect": Asked.CONNECT,
    "keep_holding": Asked.KEEP_HOLDING,
}


@callback
def async_setup_sentences(hass: HomeAssistant) -> None:
    """Register the sentences of all languages once the conversation integration is there."""

    async def register(hass: HomeAssistant, _component: str) -> None:
        for language in LANGUAGES:
            for group, asked in INTENTS.items():
                _register(hass, language, group, asked)

    async_when_setup(hass, "conversation", register)


def _register(hass: HomeAssistant, language: str, group: str, asked: Asked) -> CALLBACK_TYPE:
    """Register the sentences of one language for one intent."""

    async def heard(user_input: ConversationInput, result: RecognizeResult) -> str | None:
        slots = {
            name: {"value": str(entity.value).strip(), "text": entity.text.strip()}
            for name, entity in result.entities.items()
        }
        try:
            response = await intent.async_handle(
                hass,
                DOMAIN,
                asked,
                slots,
                user_input.text,
                user_input.context,
                language=language,
                device_id=user_input.device_id,
                satellite_id=user_input.satellite_id,
            )
        except intent.IntentHandleError as err:
            return str(err)
        speech: str = response.speech.get("plain", {}).get("speech", "")
        return speech

    sentences: list[str] = load(language)["sentences"][group]
    return get_agent_manager(hass).register_trigger(sentences, heard)
