"""Fixing what the repair issues complain of."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .calls.flow_files import store_flow
from .const import Conf, SubentryType
from .navigation.flow_format import read_flow
from .repair_choices import ExploreAgainFlow, PhonePortFlow, RecordingFlow, StaleFlow

#: What a lost speech entity was chosen by.
_SPEECH = {
    "stt_gone": (Conf.STT_ENGINE,),
    "tts_gone": (Conf.TTS_ENGINE, Conf.TTS_VOICE),
    "pipeline_gone": (Conf.PIPELINE,),
}

type IssueData = dict[str, str | int | float | None] | None


async def async_create_fix_flow(hass: HomeAssistant, issue_id: str, data: IssueData) -> RepairsFlow:
    """Return the flow that fixes an issue."""
    entry_id, key = str((data or {}).get("entry_id", "")), str((data or {}).get("key", ""))
    match key:
        case "port_in_use":
            return FreePortFlow(entry_id)
        case "dial_limit":
            return MoreCallsFlow(entry_id)
        case "no_phone":
            return PhoneAddedFlow(entry_id)
        case "engine_missing" | "engine_cannot_start" | "registration_lost":
            return TryAgainFlow(entry_id)
        case "stt_gone" | "tts_gone" | "pipeline_gone":
            return DefaultSpeechFlow(entry_id, _SPEECH[key])
        case "flow_learned" | "flow_changed":
            return LearnedFlow(entry_id, data or {})
        case "flow_stale":
            return StaleFlow(entry_id, str((data or {}).get("contact_id", "")))
        case "menu_not_explored":
            return ExploreAgainFlow(entry_id, str((data or {}).get("contact_id", "")))
        case "phone_port":
            return PhonePortFlow(entry_id)
        case "recording_failed":
            return RecordingFlow(entry_id)
    return ConfirmRepairFlow()


class _AccountRepairFlow(RepairsFlow):
    """A fix that asks once and then acts on an account."""

    def __init__(self, entry_id: str) -> None:
        """Remember the account."""
        self._entry_id = entry_id

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin by asking."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask, then act."""
        if user_input is not None:
            return await self.act()
        return self.async_show_form(step_id="confirm", description_placeholders=self._texts())

    async def act(self) -> RepairsFlowResult:
        """Fix it."""
        raise NotImplementedError

    def _texts(self) -> dict[str, str] | None:
        """Return what the issue's text quotes."""
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        return issue.translation_placeholders if issue else None


class TryAgainFlow(_AccountRepairFlow):
    """Starts the account again."""

    @override
    async def act(self) -> RepairsFlowResult:
        """Reload."""
        if self.hass.config_entries.async_get_entry(self._entry_id) is not None:
            self.hass.config_entries.async_schedule_reload(self._entry_id)
        return self.async_create_entry(data={})


class FreePortFlow(_AccountRepairFlow):
    """Lets the engine take any free port."""

    @override
    async def act(self) -> RepairsFlowResult:
        """Change the port and start again."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is not None:
            data: dict[str, Any] = {**entry.data, Conf.LOCAL_PORT: 0}
            self.hass.config_entries.async_update_entry(entry, data=data)
            self.hass.config_entries.async_schedule_reload(self._entry_id)
        return self.async_create_entry(data={})


class DefaultSpeechFlow(_AccountRepairFlow):
    """Uses Home Assistant's default in place of speech that is gone."""

    def __init__(self, entry_id: str, options: tuple[Conf, ...]) -> None:
        """Remember what was chosen."""
        super().__init__(entry_id)
        self._options = options

    @override
    async def act(self) -> RepairsFlowResult:
        """Take the choice back."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is not None:
            # what was not chosen by itself came with the pipeline
            chosen = [key for key in self._options if key in entry.options] or [Conf.PIPELINE]
            left = {key: each for key, each in entry.options.items() if key not in chosen}
            self.hass.config_entries.async_update_entry(entry, options=left)
        return self.async_create_entry(data={})


class MoreCallsFlow(_AccountRepairFlow):
    """Lets calls out again although a limit was reached."""

    @override
    async def act(self) -> RepairsFlowResult:
        """Count from nothing again."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is not None and entry.state is ConfigEntryState.LOADED:
            entry.runtime_data.dialling.forgive()
        return self.async_create_entry(data={})


class PhoneAddedFlow(_AccountRepairFlow):
    """Goes once the account has a phone."""

    @override
    async def act(self) -> RepairsFlowResult:
        """Look whether there is one."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        kinds = [each.subentry_type for each in entry.subentries.values()] if entry else []
        if entry is not None and SubentryType.PHONE not in kinds:
            return self.async_abort(reason="still_no_phone")
        return self.async_create_entry(data={})


class LearnedFlow(_AccountRepairFlow):
    """Stores the way through a menu that a call taught."""

    def __init__(self, entry_id: str, facts: Mapping[str, Any]) -> None:
        """Remember the contact and the flow."""
        super().__init__(entry_id)
        self._facts = facts

    @override
    async def act(self) -> RepairsFlowResult:
        """Store it with the contact."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is not None:
            flow = read_flow(str(self._facts["flow"]))
            store_flow(self.hass, entry, str(self._facts["contact_id"]), flow)
        return self.async_create_entry(data={})
