"""The option for a database of one's own: why it cannot be used, in words that hold no password."""

from pathlib import Path

from homeassistant.core import HomeAssistant
import pytest

from custom_components.hold_slayer import records_form
from custom_components.hold_slayer.records.database import DriverMissing
from custom_components.hold_slayer.records_form import SECTION_RECORDS, records_problem


async def test_a_driver_that_is_missing(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name is told, so that it can be installed."""

    def probe(_url: str) -> None:
        raise DriverMissing("psycopg2")

    monkeypatch.setattr(records_form, "probe", probe)
    errors, words = await records_problem(hass, {"history_url": "postgresql://here/db"})
    assert errors == {SECTION_RECORDS: "history_driver_missing"}
    assert words == {"driver": "psycopg2"}


async def test_a_place_that_cannot_be_opened(hass: HomeAssistant, tmp_path: Path) -> None:
    """The reason is the database's own."""
    errors, words = await records_problem(hass, {"history_url": f"sqlite:///{tmp_path}"})
    assert errors == {SECTION_RECORDS: "history_connection"}
    assert "unable to open" in words["reason"]
