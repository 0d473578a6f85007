"""Ringing the user's phones: who accepts, who does not, and what is left up."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.hold_slayer.calls.leg import Leg
from custom_components.hold_slayer.const import PhoneKind
from custom_components.hold_slayer.hearing.heard import (
    Hearing,
    Sound,
    UtteranceEnded,
    UtteranceStarted,
    Verdict,
    VerdictChange,
)
from custom_components.hold_slayer.navigation.moments import PhoneState
from custom_components.hold_slayer.reach import escalation as escalation_module, ringing, screening
from custom_components.hold_slayer.reach.escalation import Escalation, EscalationPlan
from custom_components.hold_slayer.reach.phone import Phone, Place
from custom_components.hold_slayer.reach.ringing import PhoneRing
from custom_components.hold_slayer.speech.speak import Voice
from custom_components.hold_slayer.telephony.messages import (
    CallFailure,
    EndedBy,
    ErrorKind,
    HangUp,
    HeardOnLeg,
    KeyMethod,
    KeyReceived,
    LegChanged,
    LegState,
    PlaceCall,
    PlayTone,
    StopPlaying,
)

from ..scripted_link import ScriptedLink


class Bench:
    """Phones on a scripted link."""

    def __init__(self, hass: HomeAssistant, link: ScriptedLink) -> None:
        """Start with nobody rung."""
        self.hass = hass
        self.link = link
        self.states: list[tuple[str, PhoneState]] = []
        self.escalation: Escalation | None = None

    async def run(self, *phones: Phone, together: bool = False, rounds: int = 1) -> None:
        """Begin to ring."""
        self.link.attach(self.handle, lambda _state: None)
        await self.link.start()
        self.escalation = Escalation(
            phones,
            EscalationPlan(together=together, rounds=rounds),
            make_ring=self.make_ring,
            places=self.places,
            on_state=self.note,
        )
        self.task = self.hass.async_create_background_task(self.escalation.run(), "ring")

    async def places(self, phone: Phone) -> tuple[Place, ...]:
        """Return where a phone is: as many places as its address has characters."""
        return tuple(Place(account_id="account", target=place) for place in phone.address)

    def make_ring(self, phone: Phone, attempt: int, place: Place) -> PhoneRing:
        """Build an attempt."""
        return PhoneRing(
            phone,
            Leg(self.link, f"c.{phone.name}{attempt}", place.account_id),  # type: ignore[arg-type]
            Voice(self.hass, None),
            prompt=lambda: "press one",
            language="en",
            on_state=self.note,
        )

    def note(self, phone: Phone | None, state: PhoneState) -> None:
        """Keep a state."""
        self.states.append((phone.name if phone else "", state))

    def handle(self, event: Any) -> None:
        """Hand an event on."""
        assert self.escalation is not None
        self.escalation.handle(event)

    def leg(self, leg: str, state: LegState, **more: Any) -> None:
        """Report a leg's state."""
        self.link.tell(LegChanged(leg=f"c.{leg}", state=state, **more))

    def hear(self, leg: str, heard: Any) -> None:
        """Report what the ears hear."""
        self.link.tell(HeardOnLeg(leg=f"c.{leg}", heard=heard))

    @property
    def hung_up(self) -> set[str]:
        """Legs that were hung up here."""
        return {message.leg.removeprefix("c.") for message in self.link.all(HangUp)}


@pytest.fixture
def bench(hass: HomeAssistant, link: ScriptedLink) -> Bench:
    """Give a bench."""
    return Bench(hass, link)


def phone(name: str, *, order: int = 1, trusted: bool = False, address: str = "2") -> Phone:
    """Return a phone."""
    return Phone(
        id=name,
        name=name,
        kind=PhoneKind.EXTENSION,
        address=address,
        order=order,
        trusted=trusted,
    )


async def test_press_one(bench: Bench) -> None:
    """Picking up is not enough; the key is."""
    await bench.run(phone("desk"))
    await bench.link.until(PlaceCall)
    bench.leg("desk1", LegState.CONFIRMED)
    await bench.link.until(PlayTone)
    bench.link.tell(KeyReceived(leg="c.desk1", key="5", method=KeyMethod.RFC4733))
    assert not bench.task.done()
    bench.link.tell(KeyReceived(leg="c.desk1", key="1", method=KeyMethod.RFC4733))
    await bench.task
    assert bench.states[-1] == ("desk", PhoneState.ACCEPTED)
    assert bench.hung_up == set()


async def test_key_heard_in_band(bench: Bench) -> None:
    """A key that comes as a tone counts as well."""
    await bench.run(phone("desk"))
    await bench.link.until(PlaceCall)
    bench.leg("desk1", LegState.CONFIRMED)
    bench.hear("desk1", Hearing(time=2.0, since=1.9, sound=Sound.DTMF, digit="1"))
    await bench.task
    assert bench.states[-1] == ("desk", PhoneState.ACCEPTED)


async def test_trusted(bench: Bench) -> None:
    """A trusted phone accepts by being picked up."""
    await bench.run(phone("desk", trusted=True))
    await bench.link.until(PlaceCall)
    bench.leg("desk1", LegState.CONFIRMED)
    await bench.task
    assert bench.states[-1] == ("desk", PhoneState.ACCEPTED)


async def test_accepted_elsewhere(bench: Bench) -> None:
    """After a tap on the push message, picking up is enough, before and after it."""
    await bench.run(phone("desk"))
    await bench.link.until(PlaceCall)
    assert bench.escalation is not None
    bench.escalation.vouch()
    bench.leg("desk1", LegState.CONFIRMED)
    await bench.task
    assert bench.states[-1] == ("desk", PhoneState.ACCEPTED)


async def test_accepted_elsewhere_while_being_asked(bench: Bench) -> None:
    """Picked up first, tapped then: nobody has to press a key any more."""
    await bench.run(phone("desk"))
    await bench.link.until(PlaceCall)
    bench.leg("desk1", LegState.CONFIRMED)
    await bench.link.until(PlayTone)
    assert bench.escalation is not None
    bench.escalation.vouch()
    await bench.task
    assert bench.states[-1] == ("desk", PhoneState.ACCEPTED)


async def test_a_prompt_that_cannot_be_played(bench: Bench) -> None:
    """The key is taken all the same, and nothing fails where the prompt cannot be stopped."""
    for kind in (PlayTone, StopPlaying):
        bench.link.refuse(kind, ErrorKind.WRONG_STATE)
    await bench.run(phone("desk"))
    await bench.link.until(PlaceCall)
    bench.leg("desk1", LegState.CONFIRMED)
    await bench.link.until(PlayTone)
    bench.link.tell(KeyReceived(leg="c.desk1", key="1", method=KeyMethod.RFC4733))
    await bench.task
    assert bench.states[-1] == ("desk", PhoneState.ACCEPTED)
    assert bench.escalation is not None
    await bench.escalation.end("sorry")
    assert bench.hung_up == {"desk1"}


async def test_sounds_before_the_answer_are_no_voicemail(bench: Bench) -> None:
    """A beep or a machine's voice in early media decides nothing."""
    await bench.run(phone("desk"))
    await bench.link.until(PlaceCall)
    bench.leg("desk1", LegState.RINGING)
    bench.hear("desk1", Hearing(time=1.0, since=0.9, sound=Sound.BEEP))
    bench.hear("desk1", MACHINE)
    bench.leg("desk1", LegState.CONFIRMED)
    await bench.link.until(PlayTone)
    assert not bench.task.done()
    bench.link.tell(KeyReceived(leg="c.desk1", key="1", method=KeyMethod.RFC4733))
    await bench.task
    assert bench.states[-1] == ("desk", PhoneState.ACCEPTED)


MACHINE = VerdictChange(time=3.0, verdict=Verdict.MACHINE, probability=0.01, since=1.0)


@pytest.mark.parametrize("before", [(), (MACHINE,)])
async def test_voicemail_is_skipped(bench: Bench, before: tuple[Any, ...]) -> None:
    """A mailbox is hung up on when it beeps, and the next phone is rung."""
    await bench.run(phone("mobile"), phone("desk", order=2))
    await bench.link.until(PlaceCall)
    bench.leg("mobile1", LegState.CONFIRMED)
    for heard in (*before, Hearing(time=3.0, since=2.8, sound=Sound.BEEP)):
        bench.hear("mobile1", heard)
    await bench.link.until(PlaceCall, 2)
    assert ("mobile", PhoneState.VOICEMAIL) in bench.states
    assert bench.hung_up == {"mobile1"}
    bench.leg("desk2", LegState.DISCONNECTED, failure=CallFailure.BUSY, ended_by=EndedBy.FAILURE)
    await bench.task
    assert bench.states[-2:] == [("desk", PhoneState.DECLINED), ("", PhoneState.UNREACHED)]


async def test_call_screening_is_answered(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What talks at length without a beep is told who calls, when it has spoken; the user may come."""
    monkeypatch.setattr(screening, "BEEP_S", 0.0)
    await bench.run(phone("mobile"))
    await bench.link.until(PlaceCall)
    bench.leg("mobile1", LegState.CONFIRMED)
    await bench.link.until(PlayTone)
    bench.hear("mobile1", UtteranceStarted(time=1.0, utterance=1, since=0.5))
    bench.hear("mobile1", MACHINE)
    await bench.link.until(StopPlaying)
    assert len(bench.link.all(PlayTone)) == 1
    bench.hear("mobile1", UtteranceEnded(time=6.0, utterance=1, since=0.5, until=5.5))
    await bench.link.until(PlayTone, 2)
    bench.link.tell(KeyReceived(leg="c.mobile1", key="1", method=KeyMethod.RFC4733))
    await bench.task
    assert bench.states[-1] == ("mobile", PhoneState.ACCEPTED)


async def test_call_screening_without_an_answer(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user who does not want to come is passed over."""
    monkeypatch.setattr(screening, "BEEP_S", 0.0)
    monkeypatch.setattr(ringing, "SCREENED_S", 0.01)
    await bench.run(phone("mobile"))
    await bench.link.until(PlaceCall)
    bench.leg("mobile1", LegState.CONFIRMED)
    bench.hear("mobile1", MACHINE)
    bench.hear("mobile1", UtteranceEnded(time=6.0, utterance=1, since=0.5, until=5.5))
    await bench.task
    assert ("mobile", PhoneState.VOICEMAIL) in bench.states
    assert bench.hung_up == {"mobile1"}


async def test_nobody_presses(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Call screening that never presses a key is taken for a machine."""
    monkeypatch.setattr(ringing, "ACCEPT_S", 0.01)
    await bench.run(phone("mobile"))
    await bench.link.until(PlaceCall)
    bench.leg("mobile1", LegState.CONFIRMED)
    await bench.task
    assert ("mobile", PhoneState.VOICEMAIL) in bench.states
    assert bench.hung_up == {"mobile1"}


async def test_never_picked_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that forgets to end the ringing is helped."""
    monkeypatch.setattr(ringing, "NETWORK_S", -24.99)
    await bench.run(phone("desk"))
    await bench.task
    assert bench.states == [
        ("desk", PhoneState.RINGING),
        ("desk", PhoneState.UNREACHED),
        ("", PhoneState.UNREACHED),
    ]
    assert bench.hung_up == {"desk1"}


async def test_first_to_accept_wins(bench: Bench) -> None:
    """Of phones rung together the first to accept stays, the others stop."""
    await bench.run(phone("desk"), phone("mobile", order=2), together=True)
    await bench.link.until(PlaceCall, 2)
    bench.leg("desk1", LegState.RINGING)
    bench.leg("mobile2", LegState.CONFIRMED)
    bench.link.tell(KeyReceived(leg="c.mobile2", key="1", method=KeyMethod.INFO))
    await bench.task
    assert bench.hung_up == {"desk1"}
    assert bench.escalation is not None
    assert bench.escalation.accepted is not None
    assert bench.escalation.accepted.phone.name == "mobile"


async def test_several_rounds(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """All phones are tried as often as wanted."""
    monkeypatch.setattr(escalation_module, "BETWEEN_ROUNDS_S", 0.0)
    await bench.run(phone("desk"), rounds=3)
    for attempt in (1, 2, 3):
        await bench.link.until(PlaceCall, attempt)
        bench.leg(
            f"desk{attempt}",
            LegState.DISCONNECTED,
            failure=CallFailure.NO_ANSWER,
            ended_by=EndedBy.FAILURE,
        )
    await bench.task
    assert bench.states[-1] == ("", PhoneState.UNREACHED)
    assert len(bench.link.all(PlaceCall)) == 3


async def test_phone_that_cannot_be_dialled(bench: Bench) -> None:
    """A refusal of the engine is like a declined call."""
    bench.link.refuse(PlaceCall, ErrorKind.TOO_MANY_CALLS)
    await bench.run(phone("desk"))
    await bench.task
    assert bench.states == [("desk", PhoneState.DECLINED), ("", PhoneState.UNREACHED)]


async def test_called_off_while_ringing(bench: Bench) -> None:
    """Calling it off leaves no phone ringing."""
    await bench.run(phone("desk"))
    await bench.link.until(PlaceCall)
    bench.task.cancel()
    await asyncio.gather(bench.task, return_exceptions=True)
    assert bench.hung_up == {"desk1"}


async def test_called_off_after_picking_up(bench: Bench) -> None:
    """Whoever picked up is told something before being hung up on."""
    await bench.run(phone("desk"))
    await bench.link.until(PlaceCall)
    bench.leg("desk1", LegState.CONFIRMED)
    await bench.link.until(PlayTone)
    bench.task.cancel()
    await asyncio.gather(bench.task, return_exceptions=True)
    assert bench.escalation is not None
    before = len(bench.link.all(PlayTone))
    await bench.escalation.end("sorry")
    assert len(bench.link.all(PlayTone)) == before + 1
    assert bench.hung_up == {"desk1"}


async def test_several_contacts_of_one_phone(bench: Bench) -> None:
    """A phone registered twice rings twice, and has declined only when the last one has."""
    await bench.run(phone("desk", address="23"))
    await bench.link.until(PlaceCall, 2)
    bench.leg("desk1", LegState.DISCONNECTED, ended_by=EndedBy.THEM)
    bench.leg("desk2", LegState.CONFIRMED)
    await bench.link.until(PlayTone)
    assert ("desk", PhoneState.DECLINED) not in bench.states
    bench.link.tell(KeyReceived(leg="c.desk2", key="1", method=KeyMethod.RFC4733))
    await bench.task
    assert bench.states[-1] == ("desk", PhoneState.ACCEPTED)


async def test_phone_that_is_not_there(bench: Bench) -> None:
    """A phone that is registered nowhere is passed over for the next one."""
    await bench.run(phone("away", address=""), phone("desk", order=2, trusted=True))
    await bench.link.until(PlaceCall)
    bench.leg("desk1", LegState.CONFIRMED)
    await bench.task
    assert bench.states[0] == ("away", PhoneState.UNREACHED)
    assert bench.states[-1] == ("desk", PhoneState.ACCEPTED)


async def test_whose_turn_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a recording talks it is not our turn; words of it after a pause take the turn back."""
    monkeypatch.setattr(screening, "BEEP_S", 0.05)
    followed = screening.Screening()
    followed.heard(VerdictChange(time=1.0, verdict=Verdict.MACHINE, probability=0.1, since=0.5))
    waiting = asyncio.create_task(followed.our_turn(), eager_start=True)
    followed.heard(UtteranceEnded(time=2.0, utterance=1, since=0.5, until=1.8, cut=True))
    assert followed.machine.is_set()
    for utterance in (1, 2):
        followed.heard(UtteranceStarted(time=2.0, utterance=utterance, since=2.0))
        followed.heard(UtteranceEnded(time=3.0, utterance=utterance, since=2.0, until=2.8))
    async with asyncio.timeout(10):
        await waiting


async def test_a_recording_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever for a recording to have spoken."""
    monkeypatch.setattr(screening, "SPOKEN_S", 0.05)
    followed = screening.Screening()
    followed.heard(UtteranceStarted(time=2.0, utterance=1, since=2.0))
    async with asyncio.timeout(10):
        await followed.our_turn()
    assert not followed.machine.is_set()
