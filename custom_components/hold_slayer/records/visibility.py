"""Which calls a user may see: those of lines whose state they may read."""

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import UnknownUser
from homeassistant.helpers import entity_registry as er

from ..calls.lookup import accounts
from ..const import DOMAIN, MAX_LINES
from .filters import Visible


@callback
def visible_to(hass: HomeAssistant, user: User) -> Visible | None:
    """Return the lines a user may see; None = everything, also of accounts that are gone."""
    if user.is_admin:
        return None
    entities = er.async_get(hass)
    found: Visible = {}
    for account in accounts(hass):
        entry_id = account.entry.entry_id
        lines = set()
        for number in range(1, MAX_LINES + 1):
            entity_id = entities.async_get_entity_id(
                "sensor", DOMAIN, f"{entry_id}_line{number}_call_state"
            )
            if entity_id and user.permissions.check_entity(entity_id, POLICY_READ):
                lines.add(number)
        found[entry_id] = frozenset(lines)
    return found


async def visible_in(hass: HomeAssistant, context: Context | None) -> Visible | None:
    """Return the lines that whoever caused something may see; automations see all."""
    if context is None or context.user_id is None:
        return None
    if (user := await hass.auth.async_get_user(context.user_id)) is None:
        raise UnknownUser(context=context)
    return visible_to(hass, user)
