"""A whole call that is recorded: announced to the agent, one Opus file with both, kept and found again."""

import asyncio
from functools import partial
import io
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
import soundfile

from custom_components.hold_slayer.recording.folder import PLACE, UNFINISHED
from custom_components.hold_slayer.recording.sidecar import AnnouncedBy, Sidecar
from lab.demo.placing import place_call
from lab.demo.stage import Stage
from lab.demo.timeline import Timeline

#: Set-up, the call and some slack on a slow machine, s.
LIMIT = 400
#: Longest time for making the file after the call, s.
MAKING_S = 60

pytestmark = [pytest.mark.timeout(LIMIT), pytest.mark.slow]


async def test_a_recorded_call(tmp_path: Path) -> None:
    """The agent hears that the call is recorded; afterwards both sides are in the file, left and right."""
    timeline = Timeline()
    root = tmp_path.joinpath(*PLACE)
    async with Stage("direct", folder=tmp_path) as home:
        home.call = partial(home.call, record=True)  # type: ignore[method-assign]
        assert await place_call(home, timeline, None)
        async with asyncio.timeout(MAKING_S):
            while not (found := list(root.glob("*/*.json"))):
                await home.owner.states()
        assert len(found) == 1
        told = Sidecar.read(found[0])
        await is_kept(home, told)
        sound = await is_found_and_heard(home, told)
    assert told.announced_by is AnnouncedBy.WORDS
    assert "recorded" in told.announced
    assert told.error == ""
    assert sound == found[0].with_suffix(".opus").read_bytes()
    samples, rate = soundfile.read(io.BytesIO(sound))
    assert len(samples) / rate == pytest.approx(told.duration_s, abs=0.2)
    loudness = 20 * np.log10(np.sqrt((samples**2).mean(axis=0)) + 1e-9)
    assert all(loudness > -60), loudness
    assert list(root.glob(f"*/*{UNFINISHED}")) == []


async def is_kept(home: Stage, told: Sidecar) -> None:
    """The history has the call with both legs and what their media were like."""
    call = await home.owner.command("hold_slayer/history/get", call_id=told.call_id)
    async with asyncio.timeout(MAKING_S):
        # a leg is over a moment after the call
        while len(call["legs"]) < 2:
            call = await home.owner.command("hold_slayer/history/get", call_id=told.call_id)
    company, phone = sorted(call["legs"], key=lambda leg: str(leg["leg"]))
    assert (company["leg"], phone["leg"], phone["phone"]) == ("company", "phone", "Kitchen phone")
    for leg in (company, phone):
        assert leg["codec"] in ("PCMA", "PCMU", "G722", "opus")
        assert leg["packets_received"] > 100
        assert leg["packets_sent"] > 100
        assert 0 <= leg["loss"] < 0.05
        assert leg["jitter"] >= 0
        assert leg["duration"] > 1
    assert company["duration"] <= call["cost_time"] + 1
    assert (call["outcome"], call["contact"]) == ("connected", home.contact)
    assert call["engine_version"]
    assert call["version"]
    assert len(call["ears_version"]) == 16
    assert {each["kind"] for each in call["events"]} >= {"state", "verdict", "phone", "ended"}
    [recording] = call["recordings"]
    assert recording["consent"]["text"] == told.announced
    assert recording["duration"] == pytest.approx(told.duration_s, abs=0.1)


async def is_found_and_heard(home: Stage, told: Sidecar) -> bytes:
    """The media browser leads to the recording by day and by contact; returns its sound as played."""
    owner = home.owner

    async def browse(item: str) -> list[dict[str, Any]]:
        answer = await owner.command("media_source/browse_media", media_content_id=item)
        children: list[dict[str, Any]] = answer["children"]
        return children

    source = "media-source://hold_slayer"
    titles = set()
    for way in ("day", "contact"):
        [folder] = await browse(f"{source}/{way}")
        [item] = await browse(folder["media_content_id"])
        titles.add(item["title"])
    [title] = titles
    assert title.startswith(f"{home.contact} · ")
    picture = await owner.request("GET", item["thumbnail"])
    assert picture.startswith("<svg")
    assert home.contact[:10] in picture
    played = await owner.command(
        "media_source/resolve_media", media_content_id=item["media_content_id"]
    )
    assert played["mime_type"] == "audio/ogg"
    # signed: a media player has no token of its own
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{home.home.url}{played['url']}") as answer,
    ):
        assert answer.status == 200
        sound: bytes = await answer.read()
        return sound
