"""Where the history is kept and how much of it: one choice for all accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..const import DOMAIN, Conf

#: What is kept unless the user chose otherwise. A year of busy lines is far below both limits.
KEEP_DAYS: Final = 365
KEEP_CALLS: Final = 100_000
KEEP_MEGABYTES: Final = 1_000

#: The options that all accounts share.
SHARED: Final = (
    Conf.HISTORY_URL,
    Conf.HISTORY_COPY,
    Conf.KEEP_DAYS,
    Conf.KEEP_CALLS,
    Conf.KEEP_MEGABYTES,
    Conf.EVENT_LOG,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Options about records with their defaults filled in."""

    #: SQLAlchemy URL of a database; "" = SQLite in the configuration folder.
    url: str = ""
    #: Whether the calls are copied when another database is chosen.
    copy: bool = True
    days: int = KEEP_DAYS
    calls: int = KEEP_CALLS
    #: 1 MB = 10^6 bytes.
    megabytes: int = KEEP_MEGABYTES
    #: Whether each event of a call is also a JSON line in the log.
    event_log: bool = False

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Self:
        """Read an entry's options."""
        return cls(
            url=str(options.get(Conf.HISTORY_URL) or ""),
            copy=bool(options.get(Conf.HISTORY_COPY, True)),
            days=int(options.get(Conf.KEEP_DAYS, KEEP_DAYS)),
            calls=int(options.get(Conf.KEEP_CALLS, KEEP_CALLS)),
            megabytes=int(options.get(Conf.KEEP_MEGABYTES, KEEP_MEGABYTES)),
            event_log=bool(options.get(Conf.EVENT_LOG, False)),
        )


@callback
def shared_options(hass: HomeAssistant) -> dict[str, Any]:
    """Return the options all accounts share, of the first account that was given some."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        if found := {str(key): entry.options[key] for key in SHARED if key in entry.options}:
            return found
    return {}


@callback
def keeping_of(hass: HomeAssistant) -> Keeping:
    """Return what is kept where in this Home Assistant."""
    return Keeping.from_options(shared_options(hass))


@callback
def share_options(hass: HomeAssistant, source: ConfigEntry, options: Mapping[str, Any]) -> None:
    """Give all other accounts what was chosen in the form of one."""
    chosen = {key: options[key] for key in SHARED if key in options}
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.entry_id == source.entry_id:
            continue
        kept = {key: value for key, value in entry.options.items() if key not in SHARED}
        hass.config_entries.async_update_entry(entry, options=kept | chosen)
