"""Hold Slayer: places calls, waits on hold and rings you when a person answers."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .announce import CallAnnouncer
from .calls.account import Account, HoldSlayerConfigEntry
from .calls.engine import shared_engine
from .calls.leftovers import remove_leftovers
from .calls.worries import Worries
from .card import async_register_card
from .const import DOMAIN
from .devices import register_devices, update_devices
from .entry_errors import setup_error
from .issues import withdraw_all, withdraw_issue
from .reach.home import HomeReach
from .reach.push import Push
from .recording.files import recording_files
from .records.scribe import record_calls
from .sentences import warm_up
from .services import async_setup_services
from .telephony.errors import EngineError
from .voice_assistants import async_setup_sentences
from .websocket_api import async_setup_websocket

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TODO,
]
CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register what exists once, whatever the number of accounts."""
    await hass.async_add_executor_job(warm_up)
    async_setup_services(hass)
    async_setup_websocket(hass)
    async_setup_sentences(hass)
    await async_register_card(hass)
    recording_files(hass).repair()
    return True


async def async_setup_entry(hass: HomeAssistant, entry: HoldSlayerConfigEntry) -> bool:
    """Start the engine if need be and register the account."""
    engine = shared_engine(hass)
    try:
        await engine.acquire()
    except EngineError as err:
        raise setup_error(hass, entry, err) from err
    account = Account(hass, entry, engine)
    try:
        await account.start()
    except EngineError as err:
        await engine.release()
        raise setup_error(hass, entry, err) from err
    except BaseException:
        await engine.release()
        raise
    withdraw_issue(
        hass, entry, "engine_missing", "engine_unsupported", "engine_cannot_start", "port_in_use"
    )
    entry.runtime_data = account
    register_devices(hass, entry)
    update_devices(hass, entry)
    entry.async_on_unload(await record_calls(hass, account))
    entry.async_on_unload(CallAnnouncer(hass, entry).start())
    entry.async_on_unload(Push(hass, account).start())
    entry.async_on_unload(HomeReach(hass, account).start())
    entry.async_on_unload(Worries(hass, account).start())
    entry.async_on_unload(entry.add_update_listener(_async_updated))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: HoldSlayerConfigEntry) -> bool:
    """End the calls, unregister and stop the engine with its last account."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    account = entry.runtime_data
    await account.stop("The account was unloaded")
    await account.engine.release()
    return True


async def _async_updated(hass: HomeAssistant, entry: HoldSlayerConfigEntry) -> None:
    """Take over changes while calls go on."""
    entry.runtime_data.apply_changes()
    update_devices(hass, entry)


async def async_remove_entry(hass: HomeAssistant, entry: HoldSlayerConfigEntry) -> None:
    """Remove what was stored for an account."""
    withdraw_all(hass, entry)
    await remove_leftovers(hass, entry)
