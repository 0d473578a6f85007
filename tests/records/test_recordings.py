"""Recordings: found by day and contact, heard by those who may, deleted with their calls."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
import json
from pathlib import Path
import struct
from typing import Any

from homeassistant.auth.models import User
from homeassistant.auth.permissions import PolicyPermissions
from homeassistant.auth.permissions.models import PermissionLookup
from homeassistant.components.media_player.errors import BrowseError
from homeassistant.components.media_source import (
    Unresolvable,
    async_browse_media,
    async_resolve_media,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.hold_slayer.calls.print_books import PrintBooks, StoredBook
from custom_components.hold_slayer.const import DOMAIN
from custom_components.hold_slayer.recording import files
from custom_components.hold_slayer.recording.sidecar import (
    SIGNAL_RECORDING_FINISHED,
    AnnouncedBy,
    RecordingFormat,
    Sidecar,
)
from custom_components.hold_slayer.records.history import history_of
from custom_components.hold_slayer.records.recordings import Catalogue, Limits
from custom_components.hold_slayer.telephony.messages import RecordingKind

from ..calling import act
from ..homes import account_entry, set_up
from ..scripted_link import ScriptedLink
from .made import MONDAY, writing

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

STARTED = datetime.fromtimestamp(MONDAY, UTC)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give recordings a folder of this test's own."""
    monkeypatch.setattr(files.places, "PLACE", (str(tmp_path / "recordings"),))
    return tmp_path / "recordings"


@pytest.fixture
async def entry(hass: HomeAssistant, root: Path, link: ScriptedLink) -> MockConfigEntry:
    """Set an account up, with the media browser."""
    await async_setup_component(hass, "media_source", {})
    entry = account_entry()
    await set_up(hass, entry)
    return entry


def record(
    root: Path,
    call_id: str,
    *,
    started: datetime = STARTED,
    contact: str = "Insurance",
    entry_id: str = "account",
    seconds: int = 2,
    told: bool = True,
) -> Path:
    """Make a recording as the recorder leaves it: a WAV file and what is told about it."""
    day = root / f"{started:%Y-%m-%d}"
    day.mkdir(parents=True, exist_ok=True)
    file = day / f"{started:%H-%M-%S}_{contact.lower() or 'call'}_{call_id}.wav"
    pcm = bytes(2 * 8000 * seconds)
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + len(pcm), b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data"),
        len(pcm),
    )
    file.write_bytes(header + pcm)
    if told:
        Sidecar(
            call_id=call_id,
            entry_id=entry_id,
            contact_id="insurance" if contact else "",
            contact=contact,
            started=started,
            kind=RecordingKind.MIXED,
            format=RecordingFormat.WAV,
            rate=8000,
            announced_by=AnnouncedBy.WORDS,
            announced="This call is recorded.",
            announced_at=started,
            duration_s=float(seconds),
            size=len(pcm),
        ).write(file.with_suffix(".json"))
    return file


async def test_browsing(
    hass: HomeAssistant, root: Path, entry: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    """Days and contacts lead to recordings with readable titles, which can be played."""
    await hass.config.async_set_time_zone("UTC")
    record(root, "c1", seconds=125)
    record(root, "c2", started=STARTED + timedelta(days=1), contact="")
    record(root, "c3", started=STARTED + timedelta(days=1, hours=1), contact="Bank")
    home = f"media-source://{DOMAIN}"
    top = await async_browse_media(hass, home)
    assert [each.title for each in top.children or []] == ["By day", "By contact"]
    days = await async_browse_media(hass, f"{home}/day")
    assert [each.title for each in days.children or []] == ["2026-03-03", "2026-03-02"]
    contacts = await async_browse_media(hass, f"{home}/contact")
    assert [each.title for each in contacts.children or []] == [
        "Not a contact",
        "Bank",
        "Insurance",
    ]
    nobody = await async_browse_media(hass, (contacts.children or [])[0].media_content_id)
    assert [each.title for each in nobody.children or []] == [
        "Not a contact · 2026-03-03 09:00 · 0:02"
    ]
    day = await async_browse_media(hass, f"{home}/day/2026-03-02")
    assert [each.title for each in day.children or []] == ["Insurance · 2026-03-02 09:00 · 2:05"]
    found = (day.children or [])[0]
    assert found.thumbnail is not None
    media = await async_resolve_media(hass, found.media_content_id, None)
    assert media.mime_type == "audio/wav"
    # as a browser does it: resolved over the websocket, fetched by a signed address
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {"type": "media_source/resolve_media", "media_content_id": found.media_content_id}
    )
    assert "authSig=" in (await client.receive_json())["result"]["url"]
    one = await async_browse_media(hass, found.media_content_id)
    assert one.title == found.title


@pytest.mark.parametrize(
    "key",
    [
        "../secrets",
        "2026-03-02/../../secrets",
        "2026-03-02/..%2f..%2fsecrets",
        "2026-03-02/link",
        "2026-03-02/",
        "/etc/passwd",
        "2026-03-02/none",
        "2026-03-02\\none",
        "2026-03-02/no\x00ne",
        "x" * 5000,
    ],
)
async def test_paths_lead_nowhere_else(
    hass: HomeAssistant,
    root: Path,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    key: str,
) -> None:
    """What is no key of a recording is refused, and a link out of the folder is none."""
    secret = root.parent / "secrets.wav"
    secret.write_bytes(b"secret")
    record(root, "c1")
    (root / "2026-03-02" / "link.wav").symlink_to(secret)
    assert Catalogue(root).find(key) is None
    assert [each.call_id for each in Catalogue(root).all()] == ["c1"]
    with pytest.raises(Unresolvable):
        await async_resolve_media(hass, f"media-source://{DOMAIN}/recording/{key}", None)
    with pytest.raises(BrowseError):
        await async_browse_media(hass, f"media-source://{DOMAIN}/recording/{key}")
    client = await hass_client()
    if key.isprintable():
        answer = await client.get(f"/api/{DOMAIN}/recording/{key}/audio")
        # Home Assistant itself refuses some of these
        assert answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST)
        assert b"secret" not in await answer.read()


async def test_sound_and_picture(
    hass: HomeAssistant,
    root: Path,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """The sound is served in parts, the picture shows the timeline; neither without a login."""
    file = record(root, "c1", seconds=3723)
    await history_of(hass).write(writing("c1", name="<Insurance> & Co"))
    client = await hass_client()
    place = f"/api/{DOMAIN}/recording/2026-03-02/{file.stem}"
    answer = await client.get(f"{place}/audio", headers={"Range": "bytes=0-3"})
    assert (answer.status, await answer.read()) == (HTTPStatus.PARTIAL_CONTENT, b"RIFF")
    assert answer.content_type == "audio/wav"
    answer = await client.get(f"{place}/timeline")
    picture = await answer.text()
    assert answer.content_type == "image/svg+xml"
    assert "&lt;Insurance&gt;" in picture
    assert "1:02:03" in picture
    stranger = await hass_client_no_auth()
    assert (await stranger.get(f"{place}/audio")).status == HTTPStatus.UNAUTHORIZED


async def test_only_who_sees_the_call_hears_it(
    hass: HomeAssistant,
    root: Path,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_user: User,
    hass_read_only_access_token: str,
) -> None:
    """A user with one line hears its calls alone, and never what no call is known of."""
    for line, call_id in ((1, "c1"), (2, "c2")):
        await history_of(hass).write(writing(call_id, line=line, account_id=entry.entry_id))
    places = {
        call_id: f"recording/2026-03-02/{record(root, call_id).stem}"
        for call_id in ("c1", "c2", "c3")
    }
    entity_id = er.async_get(hass).async_get_entity_id(
        "sensor", DOMAIN, f"{entry.entry_id}_line2_call_state"
    )
    assert entity_id
    hass_read_only_user.permissions = PolicyPermissions(
        {"entities": {"entity_ids": {entity_id: {"read": True}}}},
        PermissionLookup(er.async_get(hass), dr.async_get(hass)),
    )
    client = await hass_client(hass_read_only_access_token)
    for call_id, place in places.items():
        answer = await client.get(f"/api/{DOMAIN}/{place}/audio")
        expected = HTTPStatus.OK if call_id == "c2" else HTTPStatus.NOT_FOUND
        assert answer.status == expected, call_id
    socket = await hass_ws_client(hass, hass_read_only_access_token)
    browse = {"type": "media_source/browse_media"}
    day = f"media-source://{DOMAIN}/day/2026-03-02"
    await socket.send_json_auto_id(browse | {"media_content_id": day})
    children = (await socket.receive_json())["result"]["children"]
    assert [each["media_content_id"].rpartition("_")[2] for each in children] == ["c2"]
    await socket.send_json_auto_id(
        {
            "type": "media_source/resolve_media",
            "media_content_id": f"media-source://{DOMAIN}/{places['c1']}",
        }
    )
    assert not (await socket.receive_json())["success"]


async def test_deleted_with_the_call(
    hass: HomeAssistant, root: Path, entry: MockConfigEntry
) -> None:
    """A call that is deleted takes its recordings along, the last one of a contact its prints."""
    books = PrintBooks(hass)
    await books.save("insurance", StoredBook(data=b"book", announcements=3))
    history = history_of(hass)
    for call_id in ("c1", "c2"):
        await history.write(writing(call_id))
        record(root, call_id)
    call = (await act(hass, "get_call_history", call_id="c1"))["calls"][0]
    told = call["recordings"][0]
    assert told["consent"]["text"] == "This call is recorded."
    assert told["duration"] == 2.0
    assert told["media_content_id"].startswith(f"media-source://{DOMAIN}/recording/2026-03-02/")
    answer = await act(hass, "delete_calls", call_id="c1")
    assert answer == {"deleted": 1, "recordings": 1, "prints": 0}
    assert [each.call_id for each in Catalogue(root).all()] == ["c2"]
    assert (await books.load("insurance")).announcements == 3
    answer = await act(hass, "delete_calls", contact="insurance")
    assert answer == {"deleted": 1, "recordings": 1, "prints": 1}
    assert not root.exists() or not any(root.iterdir())
    assert (await books.load("insurance")).data == b""
    with pytest.raises(ServiceValidationError):
        await act(hass, "get_call_history", call_id="c1")


async def test_limits(hass: HomeAssistant, root: Path, entry: MockConfigEntry) -> None:
    """Old recordings go, and the oldest when an account has too many; other accounts' stay."""
    now = dt_util.utcnow()
    for age in (40, 20, 10, 1):
        record(root, f"c{age}", started=now - timedelta(days=age), entry_id=entry.entry_id)
    record(root, "other", started=now - timedelta(days=20), entry_id="other")
    hass.config_entries.async_update_entry(
        entry, options={"recording_days": 30, "recording_quota_mb": 0}
    )
    async_dispatcher_send(hass, SIGNAL_RECORDING_FINISHED, "x.json")
    await hass.async_block_till_done()
    catalogue = Catalogue(root)
    assert {each.call_id for each in catalogue.all()} == {"c20", "c10", "c1", "other"}
    size = catalogue.all()[0].size / 1e6
    limits = {entry.entry_id: Limits(days=0, megabytes=0)}
    assert catalogue.clear(now, limits, Limits(days=30, megabytes=100)) == 0
    tight = Limits(days=0, megabytes=2 * size + 0.001)  # type: ignore[arg-type]
    assert catalogue.clear(now, {entry.entry_id: tight}, Limits(days=15, megabytes=0)) == 2
    assert {each.call_id for each in catalogue.all()} == {"c10", "c1"}


async def test_what_is_told_is_lost(
    hass: HomeAssistant, root: Path, entry: MockConfigEntry
) -> None:
    """A recording whose JSON file is gone or damaged is listed by its name, and can be deleted."""
    await hass.config.async_set_time_zone("UTC")
    record(root, "01AA", told=False)
    damaged = record(root, "01BB", started=STARTED + timedelta(hours=1)).with_suffix(".json")
    damaged.write_text(json.dumps({"version": 1}))
    stray = root / "2026-03-02" / "gone.json"
    stray.write_text("{}")
    (root / "2026-03-02" / "x_01CC.recording").mkdir()
    found = Catalogue(root).all()
    assert [(each.call_id, each.started) for each in found] == [
        ("01BB", STARTED + timedelta(hours=1)),
        ("01AA", STARTED),
    ]
    later = dt_util.utcnow() + timedelta(days=2)
    Catalogue(root).clear(later, {}, Limits(days=0, megabytes=0))
    assert not stray.exists()
    assert damaged.exists()
    day: Any = await async_browse_media(hass, f"media-source://{DOMAIN}/day/2026-03-02")
    assert [each.title for each in day.children] == [
        "Not a contact · 2026-03-02 10:00",
        "Not a contact · 2026-03-02 09:00",
    ]
    assert Catalogue(root).remove(found) == 2
