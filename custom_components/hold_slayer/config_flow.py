"""Setting up an account: a form, and a registration that really happens before it is accepted."""

import asyncio
from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
    SubentryFlowContext,
)
from homeassistant.core import callback

from .account_form import (
    PASSWORD_SCHEMA,
    PROVIDER_SCHEMA,
    account_schema,
    flatten,
    form_errors,
    unflatten,
    unique_id,
)
from .calls.trial import Trial, try_account
from .const import DOMAIN, Conf, SubentryType
from .contact_flow import ContactFlow
from .flow_progress import shown
from .options_flow import HoldSlayerOptionsFlow
from .phone_flow import PhoneFlow
from .providers import PRESETS, Provider


class HoldSlayerConfigFlow(ConfigFlow, domain=DOMAIN):
    """Add, reauthenticate and reconfigure an account."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Start with nothing known."""
        self._provider = Provider.GENERIC
        self._data: dict[str, Any] = {}
        self._task: asyncio.Task[Trial] | None = None
        self._trial = Trial()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added under an account."""
        return {SubentryType.PHONE: PhoneFlow, SubentryType.CONTACT: ContactFlow}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow that changes an account's behaviour."""
        return HoldSlayerOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the SIP account lives."""
        if user_input is not None:
            self._provider = Provider(user_input[Conf.PROVIDER])
            return await self.async_step_account()
        return self.async_show_form(step_id="user", data_schema=PROVIDER_SCHEMA)

    async def async_step_account(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the account's data."""
        errors: dict[str, str] = {}
        if user_input is not None:
            data = flatten(user_input) | {Conf.PROVIDER: self._provider.value}
            errors = form_errors(data)
            if not errors:
                self._data = data
                await self.async_set_unique_id(unique_id(data), raise_on_progress=False)
                self._abort_if_duplicate()
                return await self.async_step_register()
        elif self._trial.error:
            errors, user_input = {"base": self._trial.error}, unflatten(self._data)
        elif self.source == SOURCE_RECONFIGURE:
            user_input = unflatten(self._get_reconfigure_entry().data)
        return self._account_form(user_input, errors)

    async def async_step_register(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Register for real while a progress is shown."""
        if self._task is None:
            # Not eager: a trial over at once would be continued with this form's input.
            self._task = self.hass.async_create_task(
                shown(try_account(self.hass, self._data)),
                "hold_slayer registration test",
                eager_start=False,
            )
        if not self._task.done():
            return self.async_show_progress(
                step_id="register",
                progress_action="register",
                description_placeholders={"registrar": self._data[Conf.REGISTRAR]},
                progress_task=self._task,
            )
        self._trial, self._task = self._task.result(), None
        if not self._trial.error:
            return self.async_show_progress_done(next_step_id="finish")
        retry = "reauth_confirm" if self.source == SOURCE_REAUTH else "account"
        return self.async_show_progress_done(next_step_id=retry)

    async def async_step_finish(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Store what was tried successfully."""
        if self.source == SOURCE_REAUTH:
            return self.async_update_and_abort(
                self._get_reauth_entry(), data_updates={Conf.PASSWORD: self._data[Conf.PASSWORD]}
            )
        title = f"{self._data[Conf.USERNAME]}@{self._data[Conf.REGISTRAR]}"
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_reconfigure_entry(),
                unique_id=unique_id(self._data),
                title=title,
                data=self._data,
            )
        return self.async_create_entry(title=title, data=self._data)

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Lead straight on to adding the first phone."""
        flow = await self.hass.config_entries.subentries.async_init(
            (result["result"].entry_id, SubentryType.PHONE),
            context=SubentryFlowContext(source=SOURCE_USER),
        )
        result["next_flow"] = (FlowType.CONFIG_SUBENTRIES_FLOW, flow["flow_id"])
        return result

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the account's data."""
        provider = self._get_reconfigure_entry().data.get(Conf.PROVIDER)
        self._provider = Provider(provider) if provider in PRESETS else Provider.GENERIC
        return await self.async_step_account()

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Ask for the password again: the registrar no longer takes it."""
        self._data = dict(entry_data)
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the new password and try it."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._data = self._data | user_input
            errors = form_errors(self._data)
            if not errors:
                return await self.async_step_register()
        elif self._trial.error:
            errors = {"base": self._trial.error}
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=PASSWORD_SCHEMA,
            errors=errors,
            description_placeholders=self._placeholders(),
        )

    def _account_form(
        self, suggested: dict[str, Any] | None, errors: dict[str, str]
    ) -> ConfigFlowResult:
        """Show the account's form with what is known."""
        return self.async_show_form(
            step_id="account",
            data_schema=self.add_suggested_values_to_schema(
                account_schema(self._provider), suggested
            ),
            errors=errors,
            description_placeholders=self._placeholders(),
        )

    def _placeholders(self) -> dict[str, str]:
        """Return what error texts may quote: the registrar's answer, the account's name."""
        return {
            "reason": self._trial.reason,
            "account": f"{self._data.get(Conf.USERNAME, '')}@{self._data.get(Conf.REGISTRAR, '')}",
        }

    def _abort_if_duplicate(self) -> None:
        """Stop when the same account is set up already; a reconfigured one may keep its name."""
        if self.source == SOURCE_RECONFIGURE:
            entry = self._get_reconfigure_entry()
            if entry.unique_id == self.unique_id:
                return
        self._abort_if_unique_id_configured()
