"""Buttons: what a line can be told to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .calls.account import Account, HoldSlayerConfigEntry
from .calls.line import Line
from .calls.problems import invalid
from .entity import LineEntity, follow_lines
from .navigation.moments import Order

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class LineButtonDescription(ButtonEntityDescription):
    """A button of a line."""

    press: Callable[[Account, Line], Awaitable[None]]


def _order(order: Order) -> Callable[[Account, Line], Awaitable[None]]:
    """Return what gives an order to the line's call."""

    async def give(_account: Account, line: Line) -> None:
        if line.call is None or not line.busy:
            raise invalid("no_call_on_line", line=line.number)
        line.call.order(order)

    return give


LINE_BUTTONS = (
    LineButtonDescription(key="hang_up", translation_key="hang_up", press=_order(Order.HANG_UP)),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HoldSlayerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons of all lines."""
    follow_lines(
        entry,
        async_add_entities,
        lambda line: [LineButton(hass, entry, line, description) for description in LINE_BUTTONS],
    )


class LineButton(LineEntity, ButtonEntity):
    """A button of a line."""

    entity_description: LineButtonDescription
    platform_domain = Platform.BUTTON

    @override
    async def async_press(self) -> None:
        """Do it."""
        await self.entity_description.press(self.account, self.line)
