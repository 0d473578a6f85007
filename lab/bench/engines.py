"""Engine processes to measure: each with its link, its legs, and what it used."""

import asyncio
from itertools import count
import logging
import os
from pathlib import Path
import re
import socket
from typing import Any, Self, override

from lab.component import module

messages = module("telephony.messages")
link = module("telephony.link")
heard = module("hearing.heard")

HOST = "127.0.0.1"
#: What sanitizers and assertions say when something is wrong.
REPORT = re.compile(r"runtime error:|ERROR: AddressSanitizer|Assert failed:|Assertion .* failed")
#: Longest wait for anything, s.
PATIENCE = 60.0
#: Calls of a stack that are kept with a report.
CALLS = 12


def free_port() -> int:
    """Return a UDP port nobody uses at the moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HOST, 0))
        return int(sock.getsockname()[1])


class _Attentive(link.EngineLink):  # type: ignore[name-defined]
    """A link that keeps what sanitizers print."""

    @override
    def __init__(self, *, reports: list[str], **options: Any) -> None:
        """Put the reports into the list."""
        super().__init__(**options)
        self._reports = reports
        self._calls = 0

    @override
    def _printed(self, line: str) -> None:
        """Look at a line; the calls that led there follow it."""
        if REPORT.search(line):
            self._reports.append(line)
            self._calls = CALLS
        elif self._calls and line.lstrip().startswith("#"):
            self._reports.append(line)
            self._calls -= 1
        super()._printed(line)


class _Errors(logging.Handler):
    """Keeps the assertions a release build reports as errors."""

    def __init__(self, reports: list[str]) -> None:
        """Put them into the list."""
        super().__init__(logging.ERROR)
        self._reports = reports

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Look at a record."""
        if REPORT.search(text := record.getMessage()):
            self._reports.append(text.partition("\n")[0])


class BenchEngine:
    """One engine; answers every call by itself."""

    def __init__(
        self,
        name: str,
        *,
        command: list[str] | None = None,
        environment: dict[str, str] | None = None,
        timings: Any = None,
    ) -> None:
        """Prepare; entering the context starts it. `command` replaces the engine's own."""
        self.name = name
        self.port = free_port()
        #: Legs that are up.
        self.legs: list[str] = []
        #: Reports about registrations so far.
        self.registrations = 0
        #: Hearing events so far.
        self.heard = 0
        #: Leg -> verdicts of its ears so far.
        self.verdicts: dict[str, list[str]] = {}
        #: Playback number -> legs that have played it.
        self._played: dict[int, int] = {}
        self._answers: set[asyncio.Task[Any]] = set()
        self._changed = asyncio.Event()
        self._numbers = count(1)
        #: What sanitizers and assertions said.
        self.reports: list[str] = []
        log = logging.getLogger(name)
        log.setLevel(logging.ERROR)
        log.propagate = False
        log.handlers = [_Errors(self.reports)]
        self.link = _Attentive(
            reports=self.reports,
            on_event=self._take,
            on_state=lambda _: None,
            log=log,
            command=command,
            environment=environment,
            timings=timings,
        )

    async def __aenter__(self) -> Self:
        """Start the engine."""
        await self.link.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        await self.link.stop()

    async def call(self, leg: str, other: BenchEngine, **options: Any) -> None:
        """Call another engine and wait until both sides are up."""
        before = len(other.legs)
        await self.link.request(
            messages.PlaceCall(leg=leg, account_id="line", target="1", **options)
        )
        await self.until(lambda: leg in self.legs)
        await other.until(lambda: len(other.legs) > before)

    async def played(self, number: int) -> None:
        """Wait until every leg has played a playback."""
        await self.until(lambda: self._played.get(number, 0) >= len(self.legs))

    async def call_sink(self, leg: str, sink: Any, *, ears: bool = False) -> None:
        """Use an account that registers at a sink, unless it is there, and call it."""
        if not self.registrations:
            account = messages.AccountSettings(
                id="line", registrar=f"{HOST}:{sink.port}", username="bench", bind_address=HOST
            )
            await self.link.request(messages.AddAccount(account=account))
        hearing = messages.HearingSettings() if ears else None
        await self.link.request(
            messages.PlaceCall(leg=leg, account_id="line", target="1", hearing=hearing)
        )
        await self.until(lambda: leg in self.legs)

    async def until(self, condition: Any, patience: float = PATIENCE) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(patience):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def hang_up_all(self) -> None:
        """End every leg."""
        for leg in list(self.legs):
            await self.link.request(messages.HangUp(leg=leg))
        await self.until(lambda: not self.legs)

    async def statistics(self) -> dict[str, tuple[float, Any]]:
        """Return the figures of every leg, each with the time (s) at which it was asked for."""
        now = asyncio.get_running_loop().time
        return {
            leg: (now(), await self.link.request(messages.GetStatistics(leg=leg)))
            for leg in self.legs
        }

    def cpu_seconds(self) -> float:
        """Return the processor time the engine has used so far, s."""
        fields = Path(f"/proc/{self.link.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _take(self, event: Any) -> None:
        """Follow what the engine reports."""
        match event:
            case messages.HeardOnLeg():
                self.heard += 1
                if isinstance(event.heard, heard.VerdictChange):
                    self.verdicts.setdefault(event.leg, []).append(str(event.heard.verdict))
                return
            case messages.IncomingCall():
                request = self.link.request(messages.AnswerCall(leg=event.leg))
                task = asyncio.create_task(request)
                self._answers.add(task)
                task.add_done_callback(self._answers.discard)
            case messages.LegChanged(state=messages.LegState.CONFIRMED):
                self.legs.append(event.leg)
            case messages.LegChanged(state=messages.LegState.DISCONNECTED):
                if event.leg in self.legs:
                    self.legs.remove(event.leg)
            case messages.Registration():
                self.registrations += 1
            case messages.Played():
                self._played[event.playback] = self._played.get(event.playback, 0) + 1
        self._changed.set()


async def facing(first: BenchEngine, second: BenchEngine) -> None:
    """Give two engines accounts that call each other directly."""
    for here, there in ((first, second), (second, first)):
        account = messages.AccountSettings(
            id="line",
            registrar=f"{HOST}:{there.port}",
            username=here.name,
            register=False,
            keep_alive_s=0,
            bind_address=HOST,
            local_port=here.port,
            max_calls=120,
        )
        await here.link.request(messages.AddAccount(account=account))
