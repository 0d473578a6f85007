"""Exploring a contact's phone menu: one call after the other, never up to a person."""

import asyncio
from dataclasses import dataclass, replace
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError

from ..issues import raise_issue, withdraw_issue
from ..navigation.flow import CallFlow
from ..navigation.menu_format import tree_to_dict
from ..navigation.menu_tree import Explorer, MenuTree
from ..navigation.phrases import Phrases, load
from ..navigation.plan import CallBack, CallPlan
from ..navigation.states import Outcome
from .call import Call
from .contact import Contact
from .flow_store import to_store
from .problems import failed, invalid
from .request import CallRequest
from .resolve import check

if TYPE_CHECKING:
    from .account import Account

_LOGGER = logging.getLogger(__name__)

#: Between two calls to one company, s.
PAUSE_S = 10.0
#: Longest exploring call, s: a menu that takes longer leads nowhere.
LONGEST_CALL_S = 150.0
#: Silence that ends one, s.
LONGEST_SILENCE_S = 20.0
#: So many calls in a row that do not come to be end an exploration.
MOST_FAILURES = 3
#: Outcomes after which the menu was there to be heard.
_HEARD = frozenset(
    {
        Outcome.EXPLORED,
        Outcome.CLOSED,
        Outcome.COMPANY_HUNG_UP,
        Outcome.DROPPED_IN_QUEUE,
        Outcome.CALL_LATER,
        Outcome.LINE_DEAD,
        Outcome.MENU_LOST,
        Outcome.TIME_LIMIT,
        Outcome.VOICEMAIL,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What an exploration found."""

    tree: MenuTree
    #: The way to what the user wants; None when there is no menu.
    flow: CallFlow | None
    calls: int
    #: Nothing was left to explore.
    complete: bool
    #: Why it ended early.
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "calls": self.calls,
            "complete": self.complete,
            "reason": self.reason,
            "menus": sum(1 for _, node in self.tree.paths() if node.prompt),
            "menu": tree_to_dict(self.tree),
            "flow": to_store(self.flow),
        }


class Explorations:
    """The explorations of one account, one at a time for each contact."""

    def __init__(self, account: Account) -> None:
        """Nothing under way."""
        self._account = account
        self._running: dict[str, asyncio.Task[Explored]] = {}
        self.pause_s = PAUSE_S

    def start(
        self, contact: Contact, *, intent: str, most_calls: int, context: Context | None
    ) -> asyncio.Task[Explored]:
        """Begin to explore; raises a translated error when it goes on already."""
        if contact.id in self._running:
            raise invalid("already_exploring", contact=contact.name)
        withdraw_issue(
            self._account.hass, self._account.entry, "menu_not_explored", about=contact.id
        )
        # What could never be called is refused at once.
        check(self._account, CallRequest(contact=contact.id))
        task = self._account.entry.async_create_background_task(
            self._account.hass,
            self._explore(contact, intent or contact.intent, most_calls, context),
            f"hold_slayer explore {contact.id}",
        )
        self._running[contact.id] = task
        task.add_done_callback(lambda _: self._running.pop(contact.id, None))
        return task

    async def _explore(
        self, contact: Contact, intent: str, most_calls: int, context: Context | None
    ) -> Explored:
        """Call until all is known, the calls are used up, or somebody stops it."""
        language = contact.language or self._account.language
        phrases = await self._account.hass.async_add_executor_job(load, language)
        known = await self._account.menus.load(contact.id, phrases)
        explorer = Explorer(known, phrases, most_calls)
        if explorer.complete:  # all was known: the menu is explored anew
            explorer = Explorer(MenuTree(phrases), phrases, most_calls)
        reason = ""
        failures = 0
        while (path := explorer.next_path()) is not None:
            if explorer.calls:
                await asyncio.sleep(self.pause_s)
            try:
                call = await self._call(contact, explorer, path, context)
            except HomeAssistantError as err:
                if not explorer.calls:
                    raise
                reason = str(err)
                break
            await call.ended.wait()
            outcome = call.progress.outcome
            if outcome is Outcome.HUNG_UP:
                reason = call.progress.reason
                break
            if outcome not in _HEARD:
                explorer.failed()
                failures += 1
                reason = call.progress.reason
                if failures >= MOST_FAILURES:
                    break
                continue
            failures, reason = 0, ""
            explorer.tree.walked(call.navigator.journal)
            if call.navigator.flow_stale:
                explorer.failed()
                continue
            found = call.navigator.explored
            explorer.called(path, found, call.progress.last_words or call.progress.reason)
        return await self._result(contact, explorer, phrases, intent, reason)

    async def _call(
        self, contact: Contact, explorer: Explorer, path: tuple[str, ...], context: Context | None
    ) -> Call:
        """Make one call; raises a translated error when it cannot be made."""
        flow = explorer.flow(path) if path else None

        def explore(plan: CallPlan) -> CallPlan:
            return replace(
                plan,
                explore=True,
                flow=flow,
                intent="",
                secrets=frozenset(),
                ask_question=False,
                auto_connect=False,
                model=False,
                call_back=CallBack(),
                limits=replace(plan.limits, call_s=LONGEST_CALL_S, silence_s=LONGEST_SILENCE_S),
            )

        request = CallRequest(contact=contact.id, record=False, context=context)
        return await self._account.start_call(request, change=explore)

    async def _result(
        self, contact: Contact, explorer: Explorer, phrases: Phrases, intent: str, reason: str
    ) -> Explored:
        """Keep what was found, and find the way in it."""
        tree = explorer.tree
        if not tree.root.prompt:
            text = reason or tree.root.end or "-"
            raise failed("not_explored", contact=contact.name, reason=text)
        await self._account.menus.add(contact.id, tree, phrases)
        path = tree.way(intent)
        return Explored(
            tree=tree,
            flow=tree.flow(path, contact.name) if path else None,
            calls=explorer.calls,
            complete=explorer.complete,
            reason=reason,
        )


def tell_failure(account: Account, contact: Contact, task: asyncio.Task[Explored]) -> None:
    """Raise an issue that says why an exploration nobody waits for came to nothing."""
    if task.cancelled() or not isinstance(err := task.exception(), HomeAssistantError):
        return
    _LOGGER.warning("Exploring the menu of %s: %s", contact.name, err)
    raise_issue(
        account.hass,
        account.entry,
        "menu_not_explored",
        {"contact": contact.name, "reason": str(err)},
        facts={"contact_id": contact.id},
        about=contact.id,
    )
