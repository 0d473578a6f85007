"""One call at the simulated company: goes through the scenes of the scenario."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from ..parties.leg import KeyPress, Leg
from ..parties.manners import manners
from ..parties.speaker import Exchange, say
from ..sounds import Samples, keys_tone, music, tone
from ..voices import Voice
from . import steps
from .agent import talk
from .caller_words import CallerWords
from .library import Library
from .scenario import Scenario, fill

#: Gain of music under an announcement.
_DUCKED = 0.2


class Hungup(Exception):
    """The company has ended the call."""


async def first[T](*candidates: Coroutine[Any, Any, T]) -> T:
    """Result of the first to finish; the others are cancelled."""
    tasks = [asyncio.create_task(candidate) for candidate in candidates]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        for task in tasks:
            task.cancel()


class CompanyCall:
    """Plays a scenario to one caller."""

    def __init__(
        self,
        leg: Leg,
        scenario: Scenario,
        library: Library,
        exchange: Exchange,
        call_back: Callable[[str, float, str], None],
    ) -> None:
        """`call_back(number, after_seconds, scene)` arranges a call to the caller."""
        self.leg = leg
        self._scenario = scenario
        self._library = library
        self._exchange = exchange
        self._call_back = call_back
        self._early = False
        self._music_on = False
        self._announcements = 0
        self._hold: steps.Hold | None = None
        self._keys = 0
        self._key_at = float("-inf")
        self._words = CallerWords(leg, scenario.language, self._log)

    async def run(self, scene: str, *, incoming: bool = True) -> None:
        """Go through the scenes until somebody hangs up."""
        try:
            if incoming:
                self.leg.respond(180)
                await asyncio.sleep(self._scenario.answer_after)
            else:
                await self.leg.answered.wait()
            following: str | None = scene
            while following:
                self._log("scene", scene=following)
                self.leg.stage = following
                following = await self._scene(following)
            self._hang_up()
        except Hungup:
            self._hang_up()
        except Exception as error:
            self._log("failed", error=repr(error))
            self.leg.hang_up(500)
            raise

    def _hang_up(self) -> None:
        if not self.leg.ended.is_set():
            self._log("hangs_up")
            self.leg.hang_up()

    def _log(self, event: str, **details: Any) -> None:
        self.leg.report(event, call=self.leg.number, **details)

    async def _scene(self, name: str) -> str | None:
        script = self._scenario.scenes[name]
        for step, after in zip(script, (*script[1:], None), strict=True):
            if following := await self._step(step, after):
                return following
        return None

    async def _step(self, step: steps.Step, after: steps.Step | None) -> str | None:
        """Do one step; returns the scene to go on with, if it says so."""
        match step:
            case steps.Ring():
                await asyncio.sleep(step.seconds)
                return None
            case steps.Reject():
                self._log("rejects", status=step.status)
                self.leg.respond(step.status)
                await self.leg.ended.wait()
                raise Hungup
            case steps.HangUp():
                raise Hungup
            case steps.EarlyMedia():
                self._early = True
                self.leg.respond(183)
                return None
            case steps.Go():
                return step.scene
            case steps.Answer():
                await self._answer()
                return None
        if not self._early:
            await self._answer()
        match step:
            case steps.Say() | steps.Play():
                await self._say(step, "announcement" if self._hold else "prompt")
                self._music(None, ducked=_is_ducked(after))
            case steps.Music():
                self._music(self._tune(step))
                await asyncio.sleep(step.seconds)
                self._music(None, ducked=_is_ducked(after))
            case steps.Silence():
                await asyncio.sleep(step.seconds)
            case steps.Tone():
                self._log("tone_started", kind=step.kind, seconds=step.seconds)
                await self.leg.player.play(tone(step.kind, step.seconds))
            case steps.TouchTones():
                self._log("plays_keys", keys=step.keys)
                await self.leg.player.play(keys_tone(step.keys))
            case steps.Menu():
                return await self._menu(step)
            case steps.Collect():
                return await self._collect(step)
            case steps.Hold():
                return await self._holding(step)
            case steps.Agent():
                voice = step.voice or self._scenario.agent_voice
                if not await talk(
                    self.leg, self._exchange, step, voice, manners(self._scenario.language)
                ):
                    raise Hungup
            case steps.Transfer():
                self._log("transfers", to=step.to)
                if step.say:
                    await self._say(step.say, "prompt")
                await self.leg.player.play(tone("ringback", step.ring))
                return step.to
            case steps.CallBack():
                self._call_back(step.number or self.leg.remote, step.after, step.scene)
                if step.say:
                    await self._say(step.say, "prompt")
                raise Hungup
        return None

    async def _answer(self) -> None:
        self._early = False
        if not self.leg.answered.is_set():
            self.leg.respond(200)
            await self.leg.answered.wait()

    # Sound

    async def _say(self, step: steps.Say | steps.Play, speaker: str) -> None:
        self.leg.player.duck = _DUCKED if step.over_music else 1.0
        if isinstance(step, steps.Play):
            samples = self._library.recording(step.file)
            if step.seconds:
                samples = samples[: round(step.seconds * 16000)]
            details = {"speaker": speaker, "file": step.file.name}
            self._log("speech_started", **details)
            await self.leg.player.play(samples)
            self._log("speech_ended", completed=True, **details)
            return
        text, numbers = step.text, dict[str, int]()
        if self._hold is not None and "{" in text:
            numbers = {
                "position": _nth(self._hold.positions, self._announcements),
                "wait": _nth(self._hold.waits, self._announcements),
            }
            text = fill(text, **numbers)
            self._announcements += 1
        voice: Voice = step.voice or self._scenario.prompt_voice
        await say(
            self.leg, self._exchange, text, voice, speaker, over_music=step.over_music, **numbers
        )

    def _tune(self, step: steps.Music) -> Samples:
        return self._library.recording(step.file) if step.file else music(step.tune)

    def _music(self, samples: Samples | None, *, ducked: bool = False) -> None:
        """Start or stop the music; it plays on under an announcement that is spoken over it."""
        if samples is None and (ducked or not self._music_on):
            return
        if samples is None or not self._music_on:
            self._log("music_ended" if samples is None else "music_started")
        self._music_on = samples is not None
        self.leg.player.background(samples)

    # Keys and words

    def _lost_keys(self) -> None:
        """Keys that came when nobody was listening for them."""
        while not self.leg.keys.empty():
            self._log("key_ignored", key=self.leg.keys.get_nowait().key)

    async def _key(self) -> KeyPress:
        """Wait for a key that the company's equipment takes."""
        keypad, clock = self._scenario.keypad, asyncio.get_running_loop()
        while True:
            pressed = await self.leg.keys.get()
            now, before = clock.time(), self._key_at
            self._key_at, self._keys = now, self._keys + 1
            lost = (
                pressed.method not in keypad.methods
                or self._keys <= keypad.lose
                or now - before < keypad.gap
            )
            if not lost:
                return pressed
            self._log("key_lost", key=pressed.key, method=pressed.method)

    async def _prompted(
        self,
        prompt: steps.Say | steps.Play,
        spoken: Callable[[], Coroutine[Any, Any, KeyPress]],
        timeout: float,
        *,
        barge_in: bool,
    ) -> KeyPress | None:
        """Play a prompt and wait for a key or words; None when the time is up."""
        self._lost_keys()

        async def prompt_then_wait() -> None:
            await self._say(prompt, "prompt")
            await asyncio.sleep(timeout)

        async def wait() -> None:
            # whoever begins to talk in time may finish
            await asyncio.sleep(timeout)
            await self._words.finished()

        if barge_in:
            return await first(prompt_then_wait(), self._key(), spoken())
        await self._say(prompt, "prompt")
        self._lost_keys()
        return await first(wait(), self._key(), spoken())

    async def _menu(self, step: steps.Menu) -> str | None:
        choices = step.keys | step.words
        failed = ""
        for _ in range(step.attempts):
            pressed = await self._prompted(
                step.prompt,
                partial(self._words.phrase, tuple(step.words)),
                step.timeout,
                barge_in=step.barge_in and not step.words,
            )
            if pressed is None:
                failed = "timeout"
                self._log("menu_timeout")
                if step.on_timeout:
                    return step.on_timeout
                continue
            if scene := choices.get(pressed.key):
                self._log("chosen", key=pressed.key, method=pressed.method, scene=scene)
                return scene
            failed = "wrong"
            self._log("wrong_choice", key=pressed.key, method=pressed.method)
            if step.wrong:
                await self._say(step.wrong, "prompt")
        if failed == "wrong" and step.on_wrong:
            return step.on_wrong
        raise Hungup

    async def _collect(self, step: steps.Collect) -> str | None:
        for _ in range(step.attempts):
            digits, pressed = (
                "",
                await self._prompted(
                    step.prompt,
                    self._words.digits if step.spoken else self._words.nothing,
                    step.timeout,
                    barge_in=not step.spoken,
                ),
            )
            while pressed is not None and pressed.key != "#":
                digits += pressed.key
                if pressed.method == "voice":
                    break
                if step.digits and len(digits) >= step.digits:
                    break
                try:
                    async with asyncio.timeout(step.timeout):
                        pressed = await self._key()
                except TimeoutError:
                    pressed = None
            right = bool(digits) and (not step.expect or digits == step.expect)
            self._log("collected", digits=digits, right=right)
            if right:
                if step.read_back:
                    await self._say(steps.Say(text=f"You entered {' '.join(digits)}."), "prompt")
                return None
            if step.wrong:
                await self._say(step.wrong, "prompt")
        if step.on_wrong:
            return step.on_wrong
        raise Hungup

    # Holding

    async def _holding(self, step: steps.Hold) -> str | None:
        self._hold, self._announcements = step, 0
        self.leg.stage = "hold"
        self._log("hold_started", seconds=step.seconds)
        try:
            return await first(self._hold_loop(step), self._hold_keys(step))
        finally:
            self._hold = None
            self._music(None)
            self._log("hold_ended")

    async def _hold_loop(self, step: steps.Hold) -> str | None:
        clock = asyncio.get_running_loop()
        until = clock.time() + step.seconds
        after = (*step.loop[1:], step.loop[0])
        while True:
            for part, following in zip(step.loop, after, strict=True):
                try:
                    async with asyncio.timeout_at(None if step.finish else until):
                        scene = await self._step(part, following)
                except TimeoutError:
                    return None
                if scene or clock.time() >= until:
                    return scene

    async def _hold_keys(self, step: steps.Hold) -> str | None:
        while True:
            pressed = await self._key()
            if scene := step.keys.get(pressed.key):
                self._log("chosen", key=pressed.key, method=pressed.method, scene=scene)
                return scene
            self._log("key_ignored", key=pressed.key)


def _is_ducked(step: steps.Step | None) -> bool:
    return isinstance(step, steps.Say | steps.Play) and step.over_music


def _nth(values: tuple[int, ...], index: int) -> int:
    """The value of that turn, the last one ever after; 1 when there are none."""
    return values[min(index, len(values) - 1)] if values else 1
