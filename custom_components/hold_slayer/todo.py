"""The to-do list of an account: each item is a call to be made when the company opens."""

from datetime import date, datetime
from typing import override

from homeassistant.components.todo.const import TodoItemStatus, TodoListEntityFeature
from homeassistant.components.todo.entity import TodoItem, TodoListEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import AccountEntity, CallRequest, HoldSlayerConfigEntry, When, invalid, read_wish

PARALLEL_UPDATES = 1
CALLS = EntityDescription(key="calls", translation_key="calls")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HoldSlayerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the list."""
    async_add_entities([CallList(entry, CALLS)])


class CallList(AccountEntity, TodoListEntity):
    """Calls to be made: "the insurance about my claim"."""

    platform_domain = Platform.TODO
    _attr_supported_features = (
        TodoListEntityFeature.CREATE_TODO_ITEM
        | TodoListEntityFeature.UPDATE_TODO_ITEM
        | TodoListEntityFeature.DELETE_TODO_ITEM
        | TodoListEntityFeature.SET_DUE_DATE_ON_ITEM
        | TodoListEntityFeature.SET_DUE_DATETIME_ON_ITEM
    )

    @override
    async def async_added_to_hass(self) -> None:
        """Be told of changes of the list."""
        await super().async_added_to_hass()
        self.async_on_remove(self.account.schedule.watch(self.async_write_ha_state))

    @property
    @override
    def todo_items(self) -> list[TodoItem]:
        """The calls that wait, the next one first."""
        waiting = sorted(self.account.schedule.waiting.values(), key=lambda each: each.due)
        return [
            TodoItem(
                uid=each.id,
                summary=each.summary,
                status=TodoItemStatus.NEEDS_ACTION,
                due=each.due,
            )
            for each in waiting
        ]

    @override
    async def async_create_todo_item(self, item: TodoItem) -> None:
        """Add a call: at its due time, or when the company opens."""
        self._add(item.summary or "", item.due)

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Change a call; one that is ticked off needs no call any more."""
        schedule = self.account.schedule
        if item.uid is None or (before := schedule.waiting.get(item.uid)) is None:
            return
        if item.status != TodoItemStatus.COMPLETED:
            self._add(item.summary or before.summary, item.due)
        schedule.remove(item.uid)

    @override
    async def async_delete_todo_items(self, uids: list[str]) -> None:
        """Take calls away."""
        for uid in uids:
            self.account.schedule.remove(uid)

    def _add(self, summary: str, due: date | None) -> None:
        """Let a call wait that was asked for in words."""
        wish = read_wish(summary, self.account.contacts.values())
        if wish is None:
            raise invalid("unknown_contact", contact=summary)
        request = CallRequest(contact=wish.contact.id, intent=wish.intent or None)
        if isinstance(due, datetime):
            self.account.schedule.add(request, When.AT, due, summary=summary)
        else:
            self.account.schedule.add(request, When.OPEN, summary=summary, day=due)
