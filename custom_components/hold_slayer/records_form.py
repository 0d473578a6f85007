"""The part of the options about records: where the history is kept and how much of it."""

import asyncio
from collections.abc import Mapping
import re
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio
from sqlalchemy.exc import SQLAlchemyError

from .const import Conf
from .records.database import CONNECT_WAIT_S, DriverMissing, SchemaTooNew, UnknownKind, probe
from .records.keeping import KEEP_CALLS, KEEP_DAYS, KEEP_MEGABYTES

SECTION_RECORDS: Final = "records"
RECORDS_KEYS: Final = (
    Conf.HISTORY_URL,
    Conf.HISTORY_COPY,
    Conf.KEEP_DAYS,
    Conf.KEEP_CALLS,
    Conf.KEEP_MEGABYTES,
    Conf.EVENT_LOG,
)
RECORDS_WHOLE: Final = (Conf.KEEP_DAYS, Conf.KEEP_CALLS, Conf.KEEP_MEGABYTES)


def _box(least: int, most: int, unit: str | None = None) -> NumberSelector:
    """Return a number field."""
    config = NumberSelectorConfig(min=least, max=most, step=1, mode=NumberSelectorMode.BOX)
    if unit:
        config["unit_of_measurement"] = unit
    return NumberSelector(config)


RECORDS_SCHEMA: Final = probatio.Schema(
    {
        probatio.Optional(Conf.KEEP_DAYS, default=KEEP_DAYS): _box(1, 36_500, "d"),
        probatio.Optional(Conf.KEEP_CALLS, default=KEEP_CALLS): _box(1, 1_000_000),
        probatio.Optional(Conf.KEEP_MEGABYTES, default=KEEP_MEGABYTES): _box(1, 1_000_000, "MB"),
        # it holds a password
        probatio.Optional(Conf.HISTORY_URL): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
        ),
        probatio.Optional(Conf.HISTORY_COPY, default=True): BooleanSelector(),
        probatio.Optional(Conf.EVENT_LOG, default=False): BooleanSelector(),
    }
)


async def records_problem(
    hass: HomeAssistant, options: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """Try the database; return error keys by field and what their texts fill in."""
    url = str(options.get(Conf.HISTORY_URL) or "")
    if not url:
        return {}, {}
    try:
        async with asyncio.timeout(CONNECT_WAIT_S + 5):
            await hass.async_add_executor_job(probe, url)
    except UnknownKind as err:
        return {SECTION_RECORDS: "history_url_unknown"}, {"reason": str(err)}
    except DriverMissing as err:
        return {SECTION_RECORDS: "history_driver_missing"}, {"driver": err.driver}
    except (SQLAlchemyError, SchemaTooNew, OSError) as err:
        return {SECTION_RECORDS: "history_connection"}, {"reason": _readable(err, url)}
    return {}, {}


def _readable(error: Exception, url: str) -> str:
    """Return an error in one line, without anything of the URL's password."""
    cause = getattr(error, "orig", None) or error
    text = " ".join(str(cause).split())[:300] or type(cause).__name__
    if found := re.search(r"://[^:/@]*:([^@]+)@", url):
        text = text.replace(found[1], "***")
    return text
