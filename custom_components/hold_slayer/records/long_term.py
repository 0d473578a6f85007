"""Hold times in the recorder's long-term statistics, for Home Assistant's own graph cards."""

from collections.abc import Iterable
from datetime import UTC, datetime
import re
import statistics

from homeassistant.components.recorder.const import DOMAIN as RECORDER
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.const import UnitOfTime
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.recorder import get_instance

from ..const import DOMAIN
from .announcements import PastWait


def statistic_id(contact_id: str) -> str:
    """Return the id of a contact's series; such ids have small letters and digits only."""
    return f"{DOMAIN}:hold_time_{re.sub(r'[^a-z0-9]+', '_', contact_id.lower()).strip('_')}"


@callback
def add_hold_times(
    hass: HomeAssistant, contact_id: str, name: str, past: Iterable[PastWait]
) -> None:
    """Hand the hourly mean, shortest and longest hold time of a contact to the recorder."""
    if RECORDER not in hass.config.components:
        return
    metadata = StatisticMetaData(
        mean_type=StatisticMeanType.ARITHMETIC,
        has_sum=False,
        name=name,
        source=DOMAIN,
        statistic_id=statistic_id(contact_id),
        unit_class="duration",
        unit_of_measurement=UnitOfTime.SECONDS,
    )
    async_add_external_statistics(hass, metadata, hourly(past))


def hourly(past: Iterable[PastWait]) -> list[StatisticData]:
    """Return the figures of each hour in which calls that reached a person began (UTC)."""
    hours: dict[datetime, list[float]] = {}
    for wait in past:
        if wait.reached:
            hour = wait.started.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            hours.setdefault(hour, []).append(wait.hold_s)
    return [
        StatisticData(start=hour, mean=statistics.fmean(holds), min=min(holds), max=max(holds))
        for hour, holds in sorted(hours.items())
    ]


@callback
def clear_hold_times(hass: HomeAssistant, contact_ids: Iterable[str]) -> None:
    """Have the recorder forget contacts."""
    if RECORDER in hass.config.components and (ids := [statistic_id(each) for each in contact_ids]):
        get_instance(hass).async_clear_statistics(ids)
