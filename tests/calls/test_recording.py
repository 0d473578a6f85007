"""Recording a call: only when wanted, only after the other side was told, and never at its cost."""

import asyncio
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.call import Call
from custom_components.hold_slayer.const import DOMAIN, Conf, SubentryType
from custom_components.hold_slayer.hearing.heard import Hearing, Sound
from custom_components.hold_slayer.navigation.states import CallState
from custom_components.hold_slayer.recording import folder as places
from custom_components.hold_slayer.recording.sidecar import AnnouncedBy, RecordingFormat, Sidecar
from custom_components.hold_slayer.telephony.messages import (
    Done,
    ErrorKind,
    LegState,
    Play,
    Played,
    PlayTone,
    Record,
    RecordingEnded,
    RecordingKind,
    StopRecording,
)

from ..calling import act, company, hears, over, reaches, start, to_bridge, to_hold, to_person
from ..homes import DESK, INSURANCE, account_entry, leg_is, set_up, subentry
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations", "engine_records")
SWITCH = "switch.hold_slayer_line_1_recording"


async def bridged(hass: HomeAssistant, link: ScriptedLink) -> tuple[MockConfigEntry, Call]:
    """Set an account up that records with a beep, and take a call to the bridge."""
    entry = tone_entry(**{Conf.RECORD: True})
    await set_up(hass, entry)
    call = await start(hass, entry)
    await to_bridge(hass, link, call)
    return entry, call


async def told_of(queue: asyncio.Queue[Path]) -> Sidecar:
    """Wait for the next finished recording."""
    async with asyncio.timeout(20):
        return Sidecar.read(await queue.get())


async def hang_up(hass: HomeAssistant, link: ScriptedLink, call: Call) -> None:
    """Let the company hang up."""
    leg_is(link, company(call), LegState.DISCONNECTED)
    await over(hass, call)


def tone_entry(**options: Any) -> MockConfigEntry:
    """Return an account that announces by a beep, and keeps WAV."""
    chosen = {Conf.RECORD_ANNOUNCE: AnnouncedBy.TONE, Conf.RECORD_FORMAT: RecordingFormat.WAV}
    return account_entry(options={str(key): value for key, value in (chosen | options).items()})


async def test_off_by_default(hass: HomeAssistant, link: ScriptedLink, tmp_path: Path) -> None:
    """Nobody is recorded unless somebody asked for it."""
    entry = account_entry()
    await set_up(hass, entry)
    call = await start(hass, entry)
    await to_bridge(hass, link, call)
    await hang_up(hass, link, call)
    assert link.all(Record) == []
    assert not tmp_path.joinpath(*places.PLACE).exists()


async def test_a_beep_comes_first(
    hass: HomeAssistant, link: ScriptedLink, finished: asyncio.Queue[Path]
) -> None:
    """Not a byte before the beep has been heard; then the conversation until its end."""
    _, call = await bridged(hass, link)
    record = await link.until(Record)
    to_company = [each for each in link.requests if getattr(each, "leg", "") == company(call)]
    kinds = [type(each) for each in to_company if isinstance(each, PlayTone | Record)]
    assert kinds == [PlayTone, Record]
    assert (record.leg, record.kind) == (company(call), RecordingKind.STEREO)
    assert hass.states.is_state(SWITCH, "on")
    await hang_up(hass, link, call)
    told = await told_of(finished)
    assert (told.call_id, told.contact, told.announced_by) == (call.id, "Insurance", "tone")
    assert told.announced_at <= told.started
    assert told.duration_s == 1.0


# Home Assistant's own text-to-speech may still be cancelling what it loads when the test is over
@pytest.mark.parametrize("expected_lingering_tasks", [True])
@pytest.mark.usefixtures("voice")
async def test_words_come_first(
    hass: HomeAssistant, link: ScriptedLink, finished: asyncio.Queue[Path]
) -> None:
    """The sentence that greets the person names the recording, and has to be said to the end."""
    spoken: list[Play] = []

    def keep(message: Play) -> Done:
        spoken.append(message)
        return Done(request=0)

    link.answers[Play] = keep
    entry = account_entry(options={Conf.YOUR_NAME.value: "Alice"})
    await set_up(hass, entry)
    call = await start(hass, entry, record=True)
    await to_person(hass, link, call)
    await link.until(Play)
    assert link.all(Record) == []
    play = spoken[-1]
    link.tell(Played(leg=play.leg, playback=play.playback, completed=True))
    await link.until(Record)
    await hang_up(hass, link, call)
    told = await told_of(finished)
    assert "this call is being recorded" in told.announced
    assert (told.announced_by, told.format) == ("words", "opus")


@pytest.mark.parametrize(
    ("account", "contact", "action", "recorded"),
    [
        (True, "off", None, False),
        (False, "on", None, True),
        (False, "account", True, True),
        (True, "on", False, False),
        (True, "account", None, True),
    ],
)
async def test_who_decides(
    hass: HomeAssistant,
    link: ScriptedLink,
    account: bool,
    contact: str,
    action: bool | None,
    recorded: bool,
) -> None:
    """The action goes before the contact, the contact before the account."""
    entry = account_entry(
        subentry(SubentryType.PHONE, "desk", "Desk", DESK),
        subentry(
            SubentryType.CONTACT,
            "insurance",
            "Insurance",
            {**INSURANCE, Conf.RECORD.value: contact},
        ),
        options={Conf.RECORD.value: account, Conf.RECORD_ANNOUNCE.value: "tone"},
    )
    await set_up(hass, entry)
    call = await start(hass, entry, **({} if action is None else {"record": action}))
    assert call.recorder.wanted is recorded
    await hang_up(hass, link, call)


async def test_the_switch(
    hass: HomeAssistant, link: ScriptedLink, finished: asyncio.Queue[Path]
) -> None:
    """A call is recorded from now on, after a beep, and no longer than wanted."""
    entry = tone_entry()
    await set_up(hass, entry)
    assert hass.states.is_state(SWITCH, "unavailable")
    call = await start(hass, entry)
    await to_bridge(hass, link, call)
    assert hass.states.is_state(SWITCH, "off")
    await hass.services.async_call("switch", "turn_on", {"entity_id": SWITCH}, blocking=True)
    await link.until(Record)
    assert [tone.leg for tone in link.all(PlayTone)] == [company(call)]
    await hass.services.async_call("switch", "turn_off", {"entity_id": SWITCH}, blocking=True)
    assert (await told_of(finished)).call_id == call.id
    assert hass.states.is_state(SWITCH, "off")
    assert call.state is CallState.CONNECTED
    await hang_up(hass, link, call)


async def test_waiting_again_is_not_recorded(
    hass: HomeAssistant, link: ScriptedLink, finished: asyncio.Queue[Path]
) -> None:
    """Given back to waiting the recording ends; whoever comes next is told anew."""
    _, call = await bridged(hass, link)
    await link.until(Record)
    await act(hass, "resume_hold", False, call_id=call.id)
    await reaches(hass, call, CallState.ON_HOLD)
    await told_of(finished)
    assert not call.recorder.active
    assert call.recorder.wanted
    await hang_up(hass, link, call)


@pytest.mark.parametrize("how", ["no space", "engine refuses", "while recording"])
async def test_what_cannot_be_recorded_costs_no_call(
    hass: HomeAssistant,
    link: ScriptedLink,
    finished: asyncio.Queue[Path],
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    """The call goes on, and the user is told why it is not recorded."""
    if how == "no space":
        monkeypatch.setattr(places, "LEAST_FREE", 1 << 60)
    elif how == "engine refuses":
        link.refuse(Record, ErrorKind.FILE_ERROR, "cannot be made: Read-only file system")
    entry, call = await bridged(hass, link)
    if how == "while recording":
        record = await link.until(Record)
        error = "the recording could not be written: No space left on device"
        link.tell(RecordingEnded(leg=record.leg, path=record.path, seconds=1.0, error=error))
        assert (await told_of(finished)).error == error
    await hass.async_block_till_done(wait_background_tasks=True)
    assert call.state is CallState.CONNECTED
    assert not call.recorder.active
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"recording_failed_{entry.entry_id}")
    assert issue is not None
    await hang_up(hass, link, call)


async def test_the_engine_dies(
    hass: HomeAssistant, link: ScriptedLink, finished: asyncio.Queue[Path]
) -> None:
    """What was written before the engine died becomes a file."""
    _, call = await bridged(hass, link)
    await link.until(Record)
    link.lose(StopRecording)
    await hang_up(hass, link, call)
    assert (await told_of(finished)).duration_s == 1.0


async def test_a_recording_is_no_person(hass: HomeAssistant, link: ScriptedLink) -> None:
    """Nothing is recorded before a person is there: menus, music and announcements are not."""
    entry = tone_entry(**{Conf.RECORD: True})
    await set_up(hass, entry)
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    hears(link, company(call), Hearing(time=20.0, since=20.0, sound=Sound.SPEECH))
    await hang_up(hass, link, call)
    assert link.all(Record) == []
