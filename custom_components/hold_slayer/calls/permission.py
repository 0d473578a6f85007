"""Asking the user whether a language model may do what it wants to."""

import asyncio
from typing import TYPE_CHECKING, Any

from homeassistant.components.mobile_app.util import get_notify_service, webhook_id_from_device_id
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.util.ulid import ulid_now

from ..const import DOMAIN, LlmCalls
from ..sentences import phrase
from .problems import invalid

if TYPE_CHECKING:
    from .account import Account

#: How long the user has to answer, s.
ANSWER_S = 60.0
_EVENT = "mobile_app_notification_action"


async def ask_permission(hass: HomeAssistant, account: Account, contact: str) -> None:
    """Return when it is allowed; raises a translated error when it is not."""
    match account.settings.llm_calls:
        case LlmCalls.ON:
            return
        case LlmCalls.OFF:
            raise invalid("llm_not_allowed")
    services = _services(hass, account)
    if not services:
        raise invalid("llm_nobody_to_ask")
    question = ulid_now().lower()
    answer: asyncio.Future[bool] = hass.loop.create_future()

    @callback
    def answered(event: Event) -> None:
        action = str(event.data.get("action", ""))
        if action.endswith(f":{question}") and not answer.done():
            answer.set_result(action.startswith("HOLD_SLAYER:allow"))

    unlisten = hass.bus.async_listen(_EVENT, answered)
    language = account.language
    message: dict[str, Any] = {
        "title": phrase(language, "push", "allow_title"),
        "message": phrase(language, "push", "allow_message", name=contact),
        "data": {
            "tag": question,
            "group": DOMAIN,
            "ttl": 0,
            "priority": "high",
            "actions": [
                {
                    "action": f"HOLD_SLAYER:{key}:{question}",
                    "title": phrase(language, "push", key),
                }
                for key in ("allow", "deny")
            ],
        },
    }
    try:
        for service in services:
            await hass.services.async_call("notify", service, message, blocking=True)
        async with asyncio.timeout(ANSWER_S):
            allowed = await answer
    except TimeoutError:
        raise invalid("llm_no_answer") from None
    finally:
        unlisten()
        clear = {"message": "clear_notification", "data": {"tag": question}}
        for service in services:
            await hass.services.async_call("notify", service, clear, blocking=False)
    if not allowed:
        raise invalid("llm_denied")


def _services(hass: HomeAssistant, account: Account) -> list[str]:
    """Return the notify actions of the user's mobile apps."""
    found: list[str] = []
    for device in {phone.push_device for phone in account.phones.values() if phone.push_device}:
        webhook = webhook_id_from_device_id(hass, device)
        if webhook and (service := get_notify_service(hass, webhook)):
            found.append(service)
    return found
