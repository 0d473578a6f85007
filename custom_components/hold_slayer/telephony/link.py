"""The link to the engine: starts it, watches it, restarts it, talks to it."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
import contextlib
import dataclasses
from itertools import count
import logging
from time import monotonic
from typing import cast

from .errors import EngineLost, EngineRefused, EngineStartError, StartProblem
from .ledger import Ledger
from .messages import (
    PROTOCOL_VERSION,
    Answer,
    BrokenFrameError,
    Done,
    EngineEvent,
    ErrorKind,
    Goodbye,
    Hello,
    LogLine,
    Message,
    MessageError,
    Ping,
    Ready,
    Refused,
    Report,
    Request,
    frame_of,
    read_message,
)
from .orphans import SAME_PORT_S, end_calls
from .process import GRACE, EngineProcess, how_it_ended
from .redaction import Redactor
from .supervision import LinkState, Pulse, Restarts, Timings

#: Lines of the engine's log kept for the day it crashes.
KEPT_LINES = 512
#: Start problems the engine itself reports when it answers `Hello`.
_PROBLEMS = {
    ErrorKind.MISSING_LIBRARY: StartProblem.MISSING_LIBRARY,
    ErrorKind.UNSUPPORTED_MACHINE: StartProblem.UNSUPPORTED_MACHINE,
    ErrorKind.PORT_IN_USE: StartProblem.PORT_IN_USE,
    ErrorKind.PROTOCOL_VERSION: StartProblem.PROTOCOL,
}


class EngineLink:
    """One engine process, shared by all accounts."""

    def __init__(
        self,
        *,
        on_event: Callable[[EngineEvent], None],
        on_state: Callable[[LinkState], None],
        log: logging.Logger,
        integration_version: str = "",
        timings: Timings | None = None,
        command: Sequence[str] | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        """Prepare; `start` does the rest. Both callbacks run in the event loop.

        `command` and `environment` replace and extend the child's own.
        """
        self.state = LinkState.STOPPED
        self._on_event = on_event
        self._on_state = on_state
        self._log = log
        self._version = integration_version
        self._timings = timings or Timings()
        self._command = command
        self._environment = environment
        self._redact = Redactor()
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._ledger = Ledger(self._redact)
        self._restarts = Restarts(self._timings)
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._process: EngineProcess | None = None
        self._reading: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._adding: list[asyncio.Task[None]] = []
        self._ending_orphans: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Return the process id of the engine, None when there is none."""
        return self._process.pid if self._process else None

    async def start(self) -> Ready:
        """Start the engine and keep it running; raises `EngineStartError`."""
        if self._watching is not None:
            raise EngineStartError(StartProblem.PROTOCOL, "the engine is already started")
        self._restarts.forget()
        self._enter(LinkState.STARTING)
        try:
            ready = await self._start_process()
        except BaseException:
            self._enter(LinkState.STOPPED)
            raise
        self._enter(LinkState.RUNNING)
        self._watching = asyncio.create_task(self._watch(), name="hold_slayer engine")
        return ready

    async def stop(self) -> None:
        """Hang up everything and end the engine."""
        if (watching := self._watching) is not None:
            self._watching = None
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
        if (process := self._process) is not None:
            try:
                await asyncio.wait_for(self.request(Goodbye()), self._timings.goodbye)
            except EngineLost, EngineRefused:
                pass
            except TimeoutError:
                process.kill()  # it hangs: nothing is gained by asking again
        await self._end_process("the engine was stopped")
        # what it could not hang up itself
        await end_calls(self._ledger.orphans())
        if self._ending_orphans is not None:
            await self._ending_orphans
        self._enter(LinkState.STOPPED)

    async def request[A: Answer](self, message: Request[A]) -> A:
        """Send a request and return its answer; raises `EngineRefused` or `EngineLost`."""
        if (process := self._process) is None:
            raise EngineLost("the engine is not running")
        number = next(self._numbers)
        self._ledger.sent(message)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            process.writer.write(frame_of(dataclasses.replace(message, request=number).event()))
            await process.writer.drain()
            result = await asyncio.wait_for(answer, self._timings.request)
        except (OSError, TimeoutError) as error:
            raise EngineLost(f"the engine did not answer {message.wire_type()}") from error
        finally:
            self._waiting.pop(number, None)
        refused = result if isinstance(result, Refused) else None
        self._ledger.answered(message, refused)
        if refused is not None:
            raise EngineRefused(refused)
        return cast(A, result)

    # --- one process -------------------------------------------------------------------------

    async def _start_process(self) -> Ready:
        """Start a child and shake hands."""
        try:
            self._process = await EngineProcess.start(
                self._printed, command=self._command, environment=self._environment
            )
        except OSError as error:
            text = f"the engine's process cannot be started: {error}"
            raise EngineStartError(StartProblem.CRASHED, text) from error
        self._reading = asyncio.create_task(self._read(self._process), name="hold_slayer link")
        hello = Hello(integration_version=self._version, log_level=self._log.getEffectiveLevel())
        try:
            ready = await asyncio.wait_for(self.request(hello), self._timings.start)
        except EngineRefused as error:
            await self._end_process("the engine did not start")
            kind = _PROBLEMS.get(error.error, StartProblem.CRASHED)
            raise EngineStartError(kind, error.text, machine=error.machine) from error
        except TimeoutError as error:
            self._process.kill()
            await self._end_process("the engine did not start")
            text = f"the engine did not get ready within {self._timings.start:g} s"
            raise EngineStartError(StartProblem.TIMEOUT, text) from error
        except EngineLost as error:
            code = await self._end_process("the engine did not start")
            raise self._crashed_at_start(code) from error
        except BaseException:
            self._process.kill()
            await self._end_process("the engine did not start")
            raise
        if ready.protocol != PROTOCOL_VERSION:
            await self._end_process("the engine did not start")
            text = f"the engine speaks protocol {ready.protocol}, not {PROTOCOL_VERSION}"
            raise EngineStartError(StartProblem.PROTOCOL, text)
        return ready

    def _crashed_at_start(self, code: int) -> EngineStartError:
        """Return what to tell about a child that ended before it was ready."""
        last = next((line for line in reversed(self._lines) if line.strip()), "")
        kind = StartProblem.CRASHED
        if "ModuleNotFoundError" in last or "ImportError" in last:
            kind = StartProblem.MISSING_LIBRARY
        return EngineStartError(kind, f"the engine ended with {how_it_ended(code)}: {last}")

    async def _end_process(self, why: str) -> int:
        """Make sure the child is gone, and everybody who waited for it knows."""
        if (process := self._process) is None:
            return 0
        self._process = None
        code = await process.end()
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
            self._reading = None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(EngineLost(why))
        for event in self._ledger.lost():
            self._tell(event)
        return code

    async def _read(self, process: EngineProcess) -> None:
        """Take in what the engine says until it ends."""
        while True:
            try:
                message = await read_message(process.reader)
            except BrokenFrameError as error:
                self._log.warning("Lost the thread of what the engine says: %s", error)
                break
            except MessageError as error:
                self._log.warning("The engine said something unknown: %s", self._redact(str(error)))
                continue
            except OSError:
                break
            if message is None:
                break
            self._take(message)
        # Whoever waits must not wait for the time-out.
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(EngineLost("the engine ended"))
        try:
            await asyncio.wait_for(process.wait(), GRACE)
        except TimeoutError:
            # Without the link it is of no use; the watch does the rest.
            process.kill()

    def _take(self, message: Message) -> None:
        """Handle one message of the engine."""
        match message:
            case LogLine():
                text = self._redact(message.text)
                self._lines.append(f"{message.logger}: {text}")
                self._log.getChild(message.logger).log(message.level, "%s", text)
            case Answer():
                answer = self._waiting.get(message.request)
                if answer is not None and not answer.done():
                    answer.set_result(message)
            case Report():
                if self._ledger.happened(message):
                    self._tell(cast(EngineEvent, message))

    def _printed(self, line: str) -> None:
        """Keep what the child printed; native libraries print there."""
        line = self._redact(line)
        self._lines.append(line)
        self._log.debug("%s", line)

    def _tell(self, event: EngineEvent) -> None:
        """Hand an event on."""
        try:
            self._on_event(event)
        except Exception:  # noqa: BLE001 - a bug over there must not cut the link
            self._log.exception("Handling %s failed", event.wire_type())

    def _enter(self, state: LinkState) -> None:
        """Change the state and say so."""
        if state is self.state:
            return
        self.state = state
        try:
            self._on_state(state)
        except Exception:  # noqa: BLE001 - as above
            self._log.exception("Handling the link's state %s failed", state)

    # --- supervision -------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Wait for the end of the engine, again and again, and start it anew."""
        while True:
            await self._wait_for_end()
            self._enter(LinkState.RESTARTING)
            code = await self._end_process("the engine crashed")
            self._ending_orphans = asyncio.create_task(
                end_calls(self._ledger.orphans(), self._ledger.credentials)
            )
            self._log.warning(
                "The engine ended with %s; the last of its %d lines:\n%s",
                how_it_ended(code),
                len(self._lines),
                "\n".join(self._lines),
            )
            self._lines.clear()
            if not await self._restart():
                self._enter(LinkState.FAILED)
                self._watching = None
                return
            self._enter(LinkState.RUNNING)

    async def _restart(self) -> bool:
        """Start the engine again, with pauses; False when it crashed too often."""
        while (pause := self._restarts.pause(monotonic())) is not None:
            await asyncio.sleep(pause)
            try:
                await self._start_process()
            except EngineStartError as error:
                self._log.warning("The engine cannot be started again: %s", error.text)
                continue
            if self._ending_orphans is not None:
                # The ends of lost calls may still go out from the port that an account wants.
                await asyncio.wait({self._ending_orphans}, timeout=SAME_PORT_S)
            self._adding = [
                asyncio.create_task(self._ask_again(message)) for message in self._ledger.again()
            ]
            return True
        self._log.error(
            "The engine crashed more than %d times in %d s; giving up",
            self._timings.most_restarts,
            self._timings.window,
        )
        return False

    async def _ask_again(self, message: Request[Done]) -> None:
        """Ask a fresh engine what the last one was asked."""
        try:
            await self.request(message)
        except (EngineRefused, EngineLost) as error:
            self._log.warning("%s after the restart failed: %s", message.wire_type(), error)

    async def _wait_for_end(self) -> None:
        """Return when the engine is dead, or hung and therefore killed."""
        process = self._process
        if process is None:
            return
        ended = asyncio.create_task(process.wait())
        pulse = Pulse(self._timings)
        try:
            pause = self._timings.heartbeat
            while not (await asyncio.wait({ended}, timeout=pause))[0]:
                pause = self._timings.heartbeat
                known = self._ledger.legs
                try:
                    pong = await asyncio.wait_for(self.request(Ping()), self._timings.heartbeat)
                except TimeoutError:
                    pulse.miss()
                    pause = 0  # the wait for the answer was one already
                except EngineLost, EngineRefused:
                    continue
                else:
                    pulse.beat(pong)
                    for event in self._ledger.reconcile(known, pong):
                        self._tell(event)
                if pulse.stopped:
                    self._log.warning("The engine hangs: %s; killing it", pulse.reason)
                    process.kill()
                    await ended
                    return
        finally:
            ended.cancel()
