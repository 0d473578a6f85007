"""A program that runs beside a test: started, read line by line, ended whatever happens."""

import asyncio
import ctypes
import signal

#: Longest wait for an expected line, s.
PATIENCE = 60.0
_PR_SET_PDEATHSIG = 1


class ProgramEndedError(RuntimeError):
    """It ended before it said what was expected; the text is the last it said."""


class Program:
    """A child process and what it says."""

    def __init__(self, name: str) -> None:
        """Name it for messages; `start` does the rest."""
        self.lines: list[str] = []
        self._name = name
        self._changed = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def log(self) -> str:
        """Return all it said."""
        return "\n".join(self.lines)

    async def start(self, *command: str, environment: dict[str, str] | None = None) -> None:
        """Start it."""
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
            preexec_fn=_end_with_parent,
        )
        self._reading = asyncio.create_task(self._read())

    async def end(self) -> None:
        """Kill it."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    async def type(self, text: str) -> None:
        """Write to its standard input."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        await self._process.stdin.drain()

    async def said(self, words: str, *, times: int = 1) -> str:
        """Wait until so many lines hold these words; return the last of them."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = [line for line in self.lines if words in line]
                if len(found) >= times:
                    return found[times - 1]
                if self._reading is None or self._reading.done():
                    raise ProgramEndedError(f"{self._name} ended:\n{self.log[-3000:]}")
                self._changed.clear()
                await self._changed.wait()

    async def _read(self) -> None:
        """Take in what it says."""
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            self.lines.append(line.decode(errors="replace").rstrip())
            self._changed.set()
        self._changed.set()


def _end_with_parent() -> None:
    """Have the kernel end this process when its parent is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
