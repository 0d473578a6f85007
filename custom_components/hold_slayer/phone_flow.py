"""Adding and changing a phone on which the user can be reached, with a ring to try it."""

import asyncio
from typing import Any, cast

from homeassistant.components.network import async_get_source_ip
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.exceptions import HomeAssistantError

from .calls.account import Account
from .calls.phone_test import PhoneTestResult, ring_for_test
from .calls.settings import Settings
from .const import DOMAIN, Conf, PhoneKind
from .flow_progress import shown
from .phone_form import (
    Next,
    changed_schema,
    checked_phone,
    credentials_schema,
    next_schema,
    shown_phone,
    unique_id,
)
from .phone_secret import hashed, kept_hashes, new_password
from .reach.phone import Phone


class PhoneFlow(ConfigSubentryFlow):
    """Add or change a phone."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self._name = ""
        self._data: dict[str, Any] = {}
        self._task: asyncio.Task[str] | None = None
        #: Key of the error of the last ring, and its reason.
        self._error = ""
        self._reason = ""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a phone."""
        return await self._entered("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a phone."""
        return await self._entered("reconfigure", user_input)

    async def async_step_test(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Offer to ring the phone before it is stored."""
        if user_input is not None:
            match Next(user_input["next"]):
                case Next.RING:
                    return await self.async_step_ring()
                case Next.SAVE:
                    return await self.async_step_finish()
                case _:  # Next.CHANGE
                    step = "user" if self.source == SOURCE_USER else "reconfigure"
                    return self._form(step, shown_phone(self._name, self._data), {})
        return self.async_show_form(
            step_id="test",
            data_schema=next_schema(Next.RING),
            errors={"base": self._error} if self._error else {},
            description_placeholders={"phone": self._name, "reason": self._reason},
        )

    async def async_step_ring(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ring the phone while a progress is shown."""
        if self._task is None:
            self._task = self.hass.async_create_task(
                shown(self._ring()), "hold_slayer test ring", eager_start=False
            )
        if not self._task.done():
            return self.async_show_progress(
                step_id="ring",
                progress_action="ring",
                description_placeholders={"phone": self._name},
                progress_task=self._task,
            )
        self._error, self._task = self._task.result(), None
        return self.async_show_progress_done(next_step_id="test" if self._error else "finish")

    async def async_step_credentials(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what to enter in a phone that registers here; the password is not kept."""
        if user_input is not None:
            return await self.async_step_finish()
        username = self._data[Conf.ADDRESS]
        password = new_password()
        self._data |= hashed(username, password)
        settings = Settings.from_options(self._get_entry().options)
        shown: dict[str, Any] = {
            Conf.SERVER: await async_get_source_ip(self.hass),
            Conf.PORT: str(settings.phone_port),
            Conf.USERNAME: username,
            Conf.PASSWORD: password,
        }
        return self.async_show_form(
            step_id="credentials",
            data_schema=self.add_suggested_values_to_schema(credentials_schema(), shown),
            description_placeholders={"phone": self._name},
        )

    async def async_step_finish(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Store the phone."""
        if self.source == SOURCE_USER:
            return self.async_create_entry(
                title=self._name, data=self._data, unique_id=unique_id(self._data)
            )
        return self.async_update_and_abort(
            self._get_entry(),
            self._get_reconfigure_subentry(),
            title=self._name,
            data=self._data,
            unique_id=unique_id(self._data),
        )

    async def _entered(self, step: str, form: dict[str, Any] | None) -> SubentryFlowResult:
        """Check what was entered; a new address can be tried, the rest is stored at once."""
        before = None if step == "user" else self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if form is not None:
            self._name, self._data, errors = checked_phone(form)
            if not errors and self._is_known(before.subentry_id if before else ""):
                errors[Conf.ADDRESS] = "already_configured"
            if not errors:
                same = before is not None and before.unique_id == unique_id(self._data)
                if self._data[Conf.KIND] == PhoneKind.SIP_DEVICE:
                    kept = kept_hashes(before.data if before else {}, self._data[Conf.ADDRESS])
                    if not kept or form.get(Conf.NEW_PASSWORD):
                        return await self.async_step_credentials()
                    self._data |= kept
                    return await self.async_step_finish()
                if same or self._get_entry().state is not ConfigEntryState.LOADED:
                    return await self.async_step_finish()
                self._error = ""
                return await self.async_step_test()
        elif before is not None:
            form = shown_phone(before.title, before.data)
        return self._form(step, form, errors)

    def _form(
        self, step_id: str, suggested: dict[str, Any] | None, errors: dict[str, str]
    ) -> SubentryFlowResult:
        """Show the form."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                changed_schema(step_id, suggested), suggested
            ),
            errors=errors,
        )

    async def _ring(self) -> str:
        """Ring the phone; return the key of the error, "" when somebody pressed the key."""
        account = cast("Account", self._get_entry().runtime_data)
        try:
            result = await ring_for_test(
                account, Phone.from_subentry("new", self._name, self._data)
            )
        except HomeAssistantError as err:
            self._reason = str(err)
            return "test_failed"
        return "" if result is PhoneTestResult.PASSED else f"test_{result}"

    def _is_known(self, besides: str) -> bool:
        """Tell whether another phone has the same address; those that register here, anywhere."""
        entries = [self._get_entry()]
        if self._data[Conf.KIND] == PhoneKind.SIP_DEVICE:
            entries = self.hass.config_entries.async_entries(DOMAIN)
        return any(
            subentry.unique_id == unique_id(self._data)
            for entry in entries
            for subentry in entry.subentries.values()
            if subentry.subentry_id != besides
        )
