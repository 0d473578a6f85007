"""Adding and changing a contact: whom to call, what for, and the way through their menu."""

from typing import Any

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult

from .calls.flow_store import stored_flow
from .const import Conf
from .contact_check import checked_contact
from .contact_form import CONTACT_SCHEMA, shown_contact


class ContactFlow(ConfigSubentryFlow):
    """Add or change a contact."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a contact."""
        errors: dict[str, str] = {}
        reason = ""
        if user_input is not None:
            contact = checked_contact(user_input)
            errors, reason = contact.errors, contact.reason
            if not errors and self._is_known(contact.name):
                errors = {Conf.NAME: "already_configured"}
            if not errors:
                return self.async_create_entry(
                    title=contact.name, data=contact.data, unique_id=_unique_id(contact.name)
                )
        return self._form("user", user_input, errors, reason)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a contact; secrets left empty keep their value."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        reason = ""
        if user_input is not None:
            contact = checked_contact(user_input, before=subentry.data)
            errors, reason = contact.errors, contact.reason
            if not errors and self._is_known(contact.name, besides=subentry.subentry_id):
                errors = {Conf.NAME: "already_configured"}
            if not errors:
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    title=contact.name,
                    data=contact.data,
                    unique_id=_unique_id(contact.name),
                )
        else:
            flow = stored_flow(subentry.data.get(Conf.FLOW))
            user_input = shown_contact(subentry.title, subentry.data, flow)
        return self._form("reconfigure", user_input, errors, reason)

    def _form(
        self,
        step_id: str,
        suggested: dict[str, Any] | None,
        errors: dict[str, str],
        reason: str,
    ) -> SubentryFlowResult:
        """Show the form."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(CONTACT_SCHEMA, suggested),
            errors=errors,
            description_placeholders={"reason": reason},
        )

    def _is_known(self, name: str, *, besides: str = "") -> bool:
        """Tell whether another contact has the same name."""
        return any(
            subentry.unique_id == _unique_id(name)
            for subentry in self._get_entry().subentries.values()
            if subentry.subentry_id != besides
        )


def _unique_id(name: str) -> str:
    """Return what makes a contact the same contact."""
    return f"contact_{name.casefold()}"
