"""Ringing one phone: from the INVITE until somebody accepts, declines or nobody is there."""

import asyncio
from collections.abc import AsyncIterator, Callable
import logging
from typing import Any

from ..calls.leg import Leg
from ..hearing.heard import HeardEvent, Hearing, Phase, Sound
from ..navigation.moments import PhoneState
from ..sentences import phrase
from ..speech.speak import SpeechUnavailable, Voice
from ..telephony.errors import EngineError
from ..telephony.messages import HeardOnLeg, KeyReceived, LegChanged, LegState, Played, Tone
from .phone import Phone
from .screening import SCREENED_S, Screening

_LOGGER = logging.getLogger(__name__)

#: The key that accepts.
ACCEPT_KEY = "1"
#: How long a picked-up phone is asked before it is taken for a machine, s.
ACCEPT_S = 25.0
#: What the network may need on top of the ring time before it reports no answer, s.
NETWORK_S = 5.0
#: Longest explanation on hanging up, s.
GOODBYE_S = 8.0
#: Pause between two askings, s.
ASK_AGAIN_S = 3.0

type PhoneEvent = LegChanged | KeyReceived | HeardOnLeg | Played


class PhoneRing:
    """One attempt at one phone; `run` returns how it went."""

    def __init__(
        self,
        phone: Phone,
        leg: Leg,
        voice: Voice,
        *,
        prompt: Callable[[], str],
        language: str,
        on_state: Callable[[Phone, PhoneState], None],
    ) -> None:
        """Prepare the attempt; `prompt` gives the words that ask for the key."""
        self.phone = phone
        self.leg = leg
        self._voice = voice
        self._prompt = prompt
        self._language = language
        self._on_state = on_state
        self._answered = asyncio.Event()
        #: Set once it is decided how the attempt went.
        self._result: asyncio.Future[PhoneState] = asyncio.get_running_loop().create_future()
        self._vouched = False
        self._screening = Screening()

    async def run(self, target: str) -> PhoneState:
        """Ring the phone; ACCEPTED keeps the leg up, everything else leaves it down."""
        if self.leg.up:
            # It listens already.
            self._picked_up()
        else:
            try:
                await self.leg.place(target, phase=Phase.PHONE, ring_s=self.phone.ring_s)
            except EngineError as err:
                _LOGGER.warning("Cannot ring %s: %s", self.phone.name, err)
                return PhoneState.DECLINED
            self._on_state(self.phone, PhoneState.RINGING)
        try:
            async with asyncio.timeout(self.phone.ring_s + NETWORK_S):
                await self._wait_for_answer()
            result = self._result.result() if self._result.done() else await self._ask()
        except TimeoutError:
            result = PhoneState.UNREACHED
        except asyncio.CancelledError:
            # Whoever picked up is told why before their leg ends (`say_goodbye`).
            if not self.answered:
                await self.leg.hang_up()
            raise
        if result is not PhoneState.ACCEPTED:
            await self.leg.hang_up()
        return result

    @property
    def answered(self) -> bool:
        """Tell whether somebody or something picked up and is still there."""
        return self._answered.is_set() and self.leg.up

    async def say_goodbye(self, text: str) -> None:
        """Say why this ends; never raises and never takes long."""
        try:
            async with asyncio.timeout(GOODBYE_S):
                await self.leg.stop_playing()
                await self.say(text)
        except (EngineError, TimeoutError) as err:
            _LOGGER.debug("No goodbye on %s: %s", self.phone.name, err)

    def vouch(self) -> None:
        """The user said elsewhere (push message) that they take this: picking up is enough."""
        self._vouched = True
        if self._answered.is_set():
            self._decide(PhoneState.ACCEPTED)

    def handle(self, event: PhoneEvent) -> None:
        """Take an event of this leg."""
        match event:
            case LegChanged():
                self._leg_changed(event)
            case KeyReceived(key=key):
                self._key(key)
            case HeardOnLeg(heard=heard):
                self._heard(heard)
            case Played():
                self.leg.played(event)

    def _leg_changed(self, event: LegChanged) -> None:
        """Follow the dialog."""
        self.leg.changed(event)
        if event.state is LegState.CONFIRMED:
            self._picked_up()
        elif event.state is LegState.DISCONNECTED:
            failed = event.failure is not None and event.failure in _NOBODY
            self._decide(PhoneState.UNREACHED if failed else PhoneState.DECLINED)

    def _picked_up(self) -> None:
        """Somebody or something is there."""
        self._answered.set()
        self._on_state(self.phone, PhoneState.ANSWERED)
        if self.phone.trusted or self._vouched:
            self._decide(PhoneState.ACCEPTED)

    def _key(self, key: str) -> None:
        """A key was pressed on the phone."""
        if key == ACCEPT_KEY:
            self._decide(PhoneState.ACCEPTED)

    def _heard(self, heard: HeardEvent) -> None:
        """The ears reported something: keys in the tone band, or a machine."""
        if self._answered.is_set():
            self._screening.heard(heard)
        match heard:
            case Hearing(sound=Sound.DTMF, digit=digit):
                self._key(digit)
            case Hearing(sound=Sound.BEEP | Sound.FAX) if self._answered.is_set():
                self._decide(PhoneState.VOICEMAIL)

    def _decide(self, state: PhoneState) -> None:
        """Fix how the attempt went; the first decision counts."""
        if not self._result.done():
            self._result.set_result(state)

    async def _wait_for_answer(self) -> None:
        """Wait until somebody or something picks up, or the leg ends."""
        answered = asyncio.ensure_future(self._answered.wait())
        waiting: set[asyncio.Future[Any]] = {answered, self._result}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            answered.cancel()

    async def _ask(self) -> PhoneState:
        """Ask for the key again and again until there is a decision; answer call screening."""
        asking = asyncio.ensure_future(self._ask_again_and_again(self._prompt))
        machine = asyncio.ensure_future(self._screening.machine.wait())
        waiting: set[asyncio.Future[Any]] = {self._result, machine}
        try:
            async with asyncio.timeout(ACCEPT_S) as limit:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                if not self._result.done():
                    limit.reschedule(None)
                    await _end(asking)
                    await self._fall_silent()
                    asking = asyncio.ensure_future(self._answer_machine(limit))
                result = await asyncio.shield(self._result)
        except TimeoutError:
            # Nobody pressed anything: that is how voicemail and call screening behave.
            result = PhoneState.VOICEMAIL
        finally:
            machine.cancel()
            await _end(asking)
        await self._fall_silent()
        return result

    async def _answer_machine(self, limit: asyncio.Timeout) -> None:
        """Let a recording speak; if it does not turn out to be a mailbox, tell it who is calling."""
        await self._screening.our_turn()
        limit.reschedule(asyncio.get_running_loop().time() + SCREENED_S)
        await self._ask_again_and_again(self._who_calls)

    def _who_calls(self) -> str:
        """Return who we are, and what call screening should tell the user."""
        introduction = phrase(self._language, "phone", "screened")
        return f"{introduction} {self._prompt()}"

    async def _fall_silent(self) -> None:
        """Say nothing more."""
        if not self.leg.up:
            return
        try:
            await self.leg.stop_playing()
        except EngineError as err:
            _LOGGER.debug("Cannot stop the prompt: %s", err)

    async def _ask_again_and_again(self, prompt: Callable[[], str]) -> None:
        """Say the prompt, pause, say it again."""
        while True:
            try:
                await self.say(prompt())
            except EngineError as err:
                _LOGGER.debug("Cannot ask for the key: %s", err)
                return
            await asyncio.sleep(ASK_AGAIN_S)

    async def say(self, text: str) -> None:
        """Say something to the user; with no voice, a tone stands for it."""
        try:
            await self.leg.play(self._speech(text))
        except SpeechUnavailable as err:
            _LOGGER.info("Playing a tone instead of speaking: %s", err)
            await self.leg.play_tone(Tone.CONFIRM)

    async def _speech(self, text: str) -> AsyncIterator[bytes]:
        """Yield a text as audio."""
        async for chunk in self._voice.speak(text, self._language):
            yield chunk


async def _end(task: asyncio.Future[None]) -> None:
    """Cancel a task and wait until it is over."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


#: Failures that mean nobody was there, rather than "not now".
_NOBODY = frozenset({"no_answer", "timeout", "unreachable", "not_found"})
