"""The action that explores a contact's phone menu."""

import asyncio
from functools import partial

from homeassistant.core import (
    Context,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
import probatio

from .calls.account import Account
from .calls.contact import Contact
from .calls.exploring import Explored, tell_failure
from .calls.flow_files import store_flow
from .calls.lookup import account_for
from .calls.resolve import find_contact
from .const import DOMAIN
from .navigation.menu_tree import MOST_CALLS

#: Calls made unless told otherwise.
USUAL_CALLS = 12
LEARN_CALL_FLOW = probatio.Schema(
    {
        probatio.Optional("config_entry_id"): cv.string,
        probatio.Required("contact"): cv.string,
        probatio.Optional("intent", default=""): cv.string,
        probatio.Optional("calls", default=USUAL_CALLS): probatio.All(
            probatio.Coerce(int), probatio.Range(min=1, max=MOST_CALLS)
        ),
        probatio.Optional("store", default=False): cv.boolean,
        probatio.Optional("wait", default=False): cv.boolean,
    }
)


@callback
def async_setup_menu_actions(hass: HomeAssistant) -> None:
    """Register the action."""
    hass.services.async_register(
        DOMAIN,
        "learn_call_flow",
        _learn_call_flow,
        LEARN_CALL_FLOW,
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _learn_call_flow(call: ServiceCall) -> ServiceResponse:
    """Explore a menu; answer at once, or when it is done."""
    account = account_for(call.hass, call.data)
    contact = find_contact(account, call.data["contact"])
    store, most_calls = call.data["store"], call.data["calls"]
    task = explore(
        account,
        contact,
        intent=call.data["intent"],
        most_calls=most_calls,
        context=call.context,
        keep=not call.data["wait"],
        store=store,
    )
    if not call.data["wait"]:
        return {"contact": contact.name, "exploring": True, "most_calls": most_calls}
    found = await task
    keep_way(account, contact, found, store=store)
    return {"contact": contact.name, "exploring": False, **found.as_dict()}


@callback
def explore(
    account: Account,
    contact: Contact,
    *,
    intent: str,
    most_calls: int,
    context: Context | None,
    keep: bool = True,
    store: bool = False,
) -> asyncio.Task[Explored]:
    """Begin to explore a menu; raises a translated error. With `keep` nobody waits for the result."""
    task = account.explorations.start(
        contact, intent=intent, most_calls=most_calls, context=context
    )
    if keep:
        task.add_done_callback(partial(tell_failure, account, contact))
        task.add_done_callback(
            lambda done: (
                None
                if done.cancelled() or done.exception()
                else keep_way(account, contact, done.result(), store=store)
            )
        )
    return task


@callback
def keep_way(account: Account, contact: Contact, found: Explored, *, store: bool) -> None:
    """Store the way that was found, or offer it when it differs from the one stored."""
    flow = found.flow
    if flow is None or contact.id not in account.contacts:
        return
    known = account.contacts[contact.id].flow
    if store:
        store_flow(account.hass, account.entry, contact.id, flow)
    elif known is None or [step.keys for step in known.steps] != [step.keys for step in flow.steps]:
        account.learning.offer(contact, flow)
