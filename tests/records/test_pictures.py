"""The picture of a call's timeline, and recordings whose files are not as the recorder leaves them."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hold_slayer.calls.progress import SegmentKind
from custom_components.hold_slayer.const import DOMAIN
from custom_components.hold_slayer.records import recording_access
from custom_components.hold_slayer.records.history import history_of
from custom_components.hold_slayer.records.picture import COLOURS, clock, timeline_svg
from custom_components.hold_slayer.records.recording_access import clear_recordings
from custom_components.hold_slayer.records.recordings import Catalogue, Limits

from .made import MONDAY, writing
from .test_recordings import STARTED, entry, record, root  # noqa: F401 - fixtures

BEGIN = datetime.fromtimestamp(MONDAY, UTC)


def segment(kind: str, start: float | None, end: float | None) -> dict[str, Any]:
    """Return a segment of so many seconds after the beginning, as the history tells it."""

    def moment(seconds: float | None) -> str | None:
        return None if seconds is None else (BEGIN + timedelta(seconds=seconds)).isoformat()

    return {"kind": kind, "start": moment(start), "end": moment(end), "repeat": False}


def bars(picture: str) -> list[dict[str, str]]:
    """Return the bars of a timeline: all rectangles but the background."""
    name = "{http://www.w3.org/2000/svg}rect"
    return [each.attrib for each in ET.fromstring(picture).iter(name)][1:]


def test_the_timeline_is_drawn_to_scale() -> None:
    """Each stretch has its colour and length; what still lasts goes to the end."""
    picture = timeline_svg(
        [
            segment("ringing", 0, 10),
            segment("music", 10, 90),
            segment("nothing we know", None, None),
            segment("person", 90, 100),
            segment("later kind", 100, None),
        ],
        "A company with a very long <name>",
        "1:40",
    )
    drawn = bars(picture)
    assert [each["fill"] for each in drawn] == [
        COLOURS[SegmentKind.RINGING],
        COLOURS[SegmentKind.MUSIC],
        COLOURS[SegmentKind.PERSON],
        "#9e9e9e",
    ]
    widths = [float(each["width"]) for each in drawn]
    assert widths[1] == pytest.approx(8 * widths[0], abs=0.1)
    assert float(drawn[1]["x"]) == pytest.approx(float(drawn[0]["x"]) + widths[0], abs=0.1)
    assert widths[3] == 0.5
    texts = [each.text for each in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["A company with …", "1:40"]


@pytest.mark.parametrize(
    "segments", [[], [segment("music", 0, None)], [segment("music", 5, 5)]], ids=len
)
def test_nothing_to_draw(segments: list[dict[str, Any]]) -> None:
    """A call of which nothing is known has a grey bar."""
    assert [each["fill"] for each in bars(timeline_svg(segments, "X", ""))] == ["#9e9e9e"]


def test_clock() -> None:
    """Durations read as on a player."""
    assert [clock(each) for each in (0, 59.6, 3599, 3723)] == ["0:00", "1:00", "59:59", "1:02:03"]


def test_files_that_are_no_recordings(root: Path) -> None:  # noqa: F811
    """What somebody put beside the recordings is neither shown, nor followed, nor deleted."""
    good = record(root, "good")
    day = good.parent
    (day / "has blanks.wav").write_bytes(b"RIFF")
    (day / "notes.txt").write_text("mine")
    (day / "link.wav").symlink_to(good)
    (day / "folder.wav").mkdir()
    (root / "not-a-day").mkdir()
    (root / "2026-03-03").symlink_to(day, target_is_directory=True)
    outside = root.parent / "outside.wav"
    outside.write_bytes(b"RIFF")
    catalogue = Catalogue(root)
    assert [each.call_id for each in catalogue.all()] == ["good"]
    for key in (
        "2026-03-02/link",
        "2026-03-03/good",
        "2026-03-02/../../outside",
        "2026-03-02/has blanks",
        "../outside",
        "2026-03-02/",
        "",
        "2026-03-02/" + "x" * 300,
        "2026-03-02/none",
    ):
        assert catalogue.find(key) is None, key
    assert catalogue.clear(dt_util.utcnow(), {}, Limits(days=1, megabytes=0)) == 1
    assert (day / "notes.txt").exists()
    assert not good.exists()
    assert Catalogue(root.parent / "never").all() == []


def test_when_it_began_is_read_from_the_file(root: Path) -> None:  # noqa: F811
    """Without the JSON file and with a name of somebody's own the file's time counts."""
    file = record(root, "x", told=False)
    own = file.with_name("grandma.wav")
    file.rename(own)
    os.utime(own, (MONDAY, MONDAY))
    [found] = Catalogue(root).all()
    assert found.started == BEGIN
    assert (found.entry_id, found.contact) == ("", "")


def test_deleted_while_it_is_listed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """A file that goes away between two looks is left out."""
    file = record(root, "gone", told=False)
    stat = Path.stat

    def vanishing(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if self == file:
            file.unlink(missing_ok=True)
        return stat(self, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", vanishing)
    assert Catalogue(root).find(f"2026-03-02/{file.stem}") is None


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_when_the_history_is_away(
    hass: HomeAssistant,
    root: Path,  # noqa: F811
    entry: MockConfigEntry,  # noqa: F811
    hass_client: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Sound is heard without it by administrators, the picture is plain; nobody else hears anything."""
    await history_of(hass).write(writing("c1", account_id=entry.entry_id))
    place = f"/api/{DOMAIN}/recording/2026-03-02/{record(root, 'c1').stem}"
    client = await hass_client()

    async def away(_work: object) -> None:
        raise HomeAssistantError("away")

    monkeypatch.setattr(history_of(hass), "read", away)
    assert (await client.get(f"{place}/audio")).status == HTTPStatus.OK
    picture = await client.get(f"{place}/timeline")
    assert "Insurance" in await picture.text()
    monkeypatch.setattr(
        "custom_components.hold_slayer.records.recording_view.visible_to",
        lambda _hass, _user: {entry.entry_id: frozenset({1})},
    )
    assert (await client.get(f"{place}/audio")).status == HTTPStatus.NOT_FOUND
    monkeypatch.setattr(recording_access, "find_history", lambda _hass: None)
    assert (await client.get(f"{place}/audio")).status == HTTPStatus.NOT_FOUND

    def broken(*_: object) -> int:
        raise PermissionError("read-only")

    monkeypatch.setattr(Catalogue, "clear", broken)
    assert await clear_recordings(hass) == 0
    assert "could not be deleted" in caplog.text


async def test_started_is_what_the_name_says(hass: HomeAssistant, root: Path) -> None:  # noqa: F811
    """Names tell local time."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    record(root, "x", told=False)
    [found] = Catalogue(root).all()
    assert found.started == STARTED - timedelta(hours=1)
