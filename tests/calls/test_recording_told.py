"""Telling the other side that it is recorded: with words, with beeps, and when neither can be had."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.hold_slayer.const import DOMAIN, Conf
from custom_components.hold_slayer.navigation.states import CallState
from custom_components.hold_slayer.recording.sidecar import AnnouncedBy
from custom_components.hold_slayer.speech.speak import SpeechUnavailable, Voice
from custom_components.hold_slayer.telephony.messages import (
    Done,
    ErrorKind,
    KeyMethod,
    KeyReceived,
    Play,
    Played,
    PlayTone,
    Record,
    RecordingEnded,
)

from ..calling import reaches, start, to_bridge, to_phone
from ..homes import account_entry, set_up
from ..scripted_link import ScriptedLink
from .test_recording import SWITCH, hang_up, told_of, tone_entry

pytestmark = pytest.mark.usefixtures("enable_custom_integrations", "engine_records")


# Home Assistant's own text-to-speech may still be cancelling what it loads when the test is over
@pytest.mark.parametrize("expected_lingering_tasks", [True])
@pytest.mark.usefixtures("voice")
@pytest.mark.parametrize("cut_short", [False, True])
async def test_who_was_not_greeted_is_told_when_connected(
    hass: HomeAssistant, link: ScriptedLink, finished: asyncio.Queue[Path], cut_short: bool
) -> None:
    """Switched on in the conversation, the sentence is said first; cut short, a beep takes its place."""
    entry = account_entry()
    await set_up(hass, entry)
    call = await start(hass, entry)
    await to_bridge(hass, link, call)
    spoken = len(link.all(Play))
    playing: list[Play] = []

    def keep(message: Play) -> Done:
        playing.append(message)
        return Done(request=0)

    link.answers[Play] = keep
    await hass.services.async_call("switch", "turn_on", {"entity_id": SWITCH}, blocking=True)
    await link.until(Play, spoken + 1)
    assert link.all(Record) == []
    last = await last_piece(link, playing)
    link.tell(Played(leg=last.leg, playback=last.playback, completed=not cut_short))
    await link.until(Record)
    await hang_up(hass, link, call)
    told = await told_of(finished)
    assert told.announced_by is (AnnouncedBy.TONE if cut_short else AnnouncedBy.WORDS)
    assert bool(told.announced) is not cut_short


async def last_piece(link: ScriptedLink, playing: list[Play]) -> Play:
    """Wait until a sentence was handed over whole."""
    count = len(link.all(Play))
    while not any(each.last for each in playing):
        count += 1
        await link.until(Play, count)
    return next(each for each in playing if each.last)


async def test_a_voice_that_fails(
    hass: HomeAssistant,
    link: ScriptedLink,
    finished: asyncio.Queue[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Words that cannot be made are replaced by a beep, and that is what is written down."""

    async def silent(*_: object, **__: object) -> AsyncIterator[bytes]:
        raise SpeechUnavailable("the voice is gone")
        yield b""

    monkeypatch.setattr(Voice, "speak", silent)
    monkeypatch.setattr(Voice, "available", property(lambda _: True))
    entry = account_entry(options={Conf.RECORD.value: True})
    await set_up(hass, entry)
    call = await start(hass, entry)
    await to_bridge(hass, link, call)
    await link.until(Record)
    await hang_up(hass, link, call)
    assert (await told_of(finished)).announced_by is AnnouncedBy.TONE


async def test_an_engine_that_cannot_beep(
    hass: HomeAssistant, link: ScriptedLink, finished: asyncio.Queue[Path]
) -> None:
    """Nobody was told, so nothing is recorded; the user learns why."""
    entry = tone_entry(**{Conf.RECORD: True})
    await set_up(hass, entry)
    call = await start(hass, entry)
    phone = await to_phone(hass, link, call)
    link.refuse(PlayTone, ErrorKind.WRONG_STATE, "no media")
    link.tell(KeyReceived(leg=phone, key="1", method=KeyMethod.RFC4733))
    await reaches(hass, call, CallState.CONNECTED)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert link.all(Record) == []
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"recording_failed_{entry.entry_id}")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["reason"] == "no media"
    await hang_up(hass, link, call)


async def test_beeps_go_on(
    hass: HomeAssistant,
    link: ScriptedLink,
    finished: asyncio.Queue[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While a call is recorded with a beep it beeps again and again, and no more afterwards."""
    monkeypatch.setattr("custom_components.hold_slayer.calls.recorder.BEEP_S", 0.01)
    entry = tone_entry(**{Conf.RECORD: True})
    await set_up(hass, entry)
    call = await start(hass, entry)
    await to_bridge(hass, link, call)
    await link.until(Record)
    await link.until(PlayTone, len(link.all(PlayTone)) + 2)
    await hass.services.async_call("switch", "turn_off", {"entity_id": SWITCH}, blocking=True)
    await told_of(finished)
    heard = len(link.all(PlayTone))
    await hang_up(hass, link, call)
    assert len(link.all(PlayTone)) == heard


async def test_changed_their_mind_while_it_beeps(hass: HomeAssistant, link: ScriptedLink) -> None:
    """Switched off again before the beep was heard to its end, nothing is recorded."""
    entry = tone_entry()
    await set_up(hass, entry)
    call = await start(hass, entry)
    await to_bridge(hass, link, call)
    beeps: list[PlayTone] = []

    def keep(message: PlayTone) -> Done:
        beeps.append(message)
        return Done(request=0)

    link.answers[PlayTone] = keep
    for action in ("turn_on", "turn_off", "turn_on", "turn_off"):
        await hass.services.async_call("switch", action, {"entity_id": SWITCH}, blocking=True)
    await link.until(PlayTone, len(link.all(PlayTone)) + (not beeps))
    link.tell(Played(leg=beeps[0].leg, playback=beeps[0].playback, completed=True))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(beeps) == 1
    assert link.all(Record) == []
    assert call.state is CallState.CONNECTED
    await hang_up(hass, link, call)


async def test_a_beep_that_is_cut_short(hass: HomeAssistant, link: ScriptedLink) -> None:
    """A beep the other side did not hear to its end told them nothing: nothing is recorded."""
    entry = tone_entry()
    await set_up(hass, entry)
    call = await start(hass, entry)
    await to_bridge(hass, link, call)
    cut = len(link.all(PlayTone)) + 1
    link.answers[PlayTone] = lambda _: Done(request=0)
    await hass.services.async_call("switch", "turn_on", {"entity_id": SWITCH}, blocking=True)
    beep = await link.until(PlayTone, cut)
    link.tell(Played(leg=beep.leg, playback=beep.playback, completed=False))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert link.all(Record) == []
    assert not call.recorder.active
    await hang_up(hass, link, call)


async def test_the_end_of_another_recording(
    hass: HomeAssistant, link: ScriptedLink, finished: asyncio.Queue[Path]
) -> None:
    """A late report of another file does not end the one that is being made."""
    entry = tone_entry(**{Conf.RECORD: True})
    await set_up(hass, entry)
    call = await start(hass, entry)
    await to_bridge(hass, link, call)
    record = await link.until(Record)
    await hass.async_block_till_done()
    link.tell(RecordingEnded(leg=record.leg, path=f"{record.path}x", seconds=1.0, error="full"))
    await hass.async_block_till_done()
    assert call.recorder.active
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"recording_failed_{entry.entry_id}") is None
    await hang_up(hass, link, call)
    assert (await told_of(finished)).error == ""
