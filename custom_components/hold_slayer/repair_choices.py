"""Fixing what can be put right in more than one way: the user chooses."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import NumberSelector, NumberSelectorConfig, NumberSelectorMode
import probatio

from .calls.account import Account
from .calls.flow_files import store_flow
from .calls.phone_places import serve_phones
from .const import DEFAULT_PHONE_PORT, Conf
from .menu_actions import USUAL_CALLS, explore
from .recording.files import recording_files

#: Ports for SIP phones, as in the options.
_PORT = NumberSelector(
    NumberSelectorConfig(min=1024, max=65535, step=1, mode=NumberSelectorMode.BOX)
)


class _AccountFix(RepairsFlow):
    """A fix that does something with an account."""

    def __init__(self, entry_id: str) -> None:
        """Remember the account."""
        self._entry_id = entry_id

    @property
    def account(self) -> Account | None:
        """The account, while it runs."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        account: Account = entry.runtime_data
        return account

    def done(self) -> RepairsFlowResult:
        """End; the issue goes."""
        return self.async_create_entry(data={})

    def still(self, err: Exception) -> RepairsFlowResult:
        """End with the reason; the issue stays."""
        return self.async_abort(reason="failed", description_placeholders={"reason": str(err)})

    def texts(self) -> dict[str, str] | None:
        """Return what the issue's text quotes."""
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        return issue.translation_placeholders if issue else None

    def explore(self, contact_id: str) -> RepairsFlowResult:
        """Find the way through a contact's menu with some calls; it is offered when it is found."""
        if self.hass.config_entries.async_get_entry(self._entry_id) is None:
            return self.done()
        if (account := self.account) is None:
            return self.async_abort(reason="not_running")
        if contact := account.contacts.get(contact_id):
            try:
                explore(account, contact, intent="", most_calls=USUAL_CALLS, context=None)
            except HomeAssistantError as err:
                return self.still(err)
        return self.done()


class _ChoiceFlow(_AccountFix):
    """A fix with several ways; each is a step that ends the flow."""

    choices: tuple[str, ...]

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Let the user choose."""
        return self.async_show_menu(
            step_id="init", menu_options=list(self.choices), description_placeholders=self.texts()
        )


class StaleFlow(_ChoiceFlow):
    """Brings a contact up to date whose stored call flow no longer fits its phone menu."""

    choices = ("explore", "read_menu")

    def __init__(self, entry_id: str, contact_id: str) -> None:
        """Remember the contact."""
        super().__init__(entry_id)
        self._contact_id = contact_id

    async def async_step_explore(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Find the way anew with some calls."""
        return self.explore(self._contact_id)

    async def async_step_read_menu(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Forget the stored flow: every call reads the menu."""
        if (entry := self.hass.config_entries.async_get_entry(self._entry_id)) is not None:
            store_flow(self.hass, entry, self._contact_id, None)
        return self.done()


class ExploreAgainFlow(_AccountFix):
    """Explores a menu again that could not be explored."""

    def __init__(self, entry_id: str, contact_id: str) -> None:
        """Remember the contact."""
        super().__init__(entry_id)
        self._contact_id = contact_id

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin by asking."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask, then dial."""
        if user_input is not None:
            return self.explore(self._contact_id)
        return self.async_show_form(step_id="confirm", description_placeholders=self.texts())


class PhonePortFlow(_AccountFix):
    """Lets SIP phones register at another port, once it is known to be free."""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin by asking."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, float] | None = None
    ) -> RepairsFlowResult:
        """Ask for a port and try it."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        options = dict(entry.options) if entry is not None else {}
        port = int(options.get(Conf.PHONE_PORT, DEFAULT_PHONE_PORT))
        texts = dict(self.texts() or {})
        errors = {}
        if user_input is not None:
            port = int(user_input[Conf.PHONE_PORT])
            account = self.account
            reason = await serve_phones(account, port) if account is not None else ""
            if entry is not None and not reason:
                options[Conf.PHONE_PORT] = port
                self.hass.config_entries.async_update_entry(entry, options=options)
            if not reason:
                return self.done()
            errors = {Conf.PHONE_PORT.value: "port_in_use"}
            texts |= {"port": str(port), "reason": reason}
        return self.async_show_form(
            step_id="confirm",
            data_schema=probatio.Schema({probatio.Required(Conf.PHONE_PORT, default=port): _PORT}),
            errors=errors,
            description_placeholders=texts,
        )


class RecordingFlow(_ChoiceFlow):
    """Gets recording going again, or ends it."""

    choices = ("try_again", "switch_off")

    async def async_step_try_again(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Look whether there is room and something can be written."""
        try:
            await recording_files(self.hass).probe()
        except OSError as err:
            return self.still(err)
        return self.done()

    async def async_step_switch_off(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Record no more calls unless a contact or an action asks for it."""
        if (entry := self.hass.config_entries.async_get_entry(self._entry_id)) is not None:
            options = {**entry.options, Conf.RECORD: False}
            self.hass.config_entries.async_update_entry(entry, options=options)
        return self.done()
