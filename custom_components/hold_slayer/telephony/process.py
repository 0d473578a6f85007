"""The engine's process: command, environment, socket, what it prints."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable, Mapping, Sequence
import contextlib
from importlib.util import find_spec
import os
from pathlib import Path
import signal
import socket
import sys
from typing import Self

#: The child's first file.
MAIN = Path(__file__).parent.parent / "engine" / "__main__.py"
#: Python packages of the child that may be installed beside Home Assistant's own.
REQUIRED = ("wyoming", "numpy", "phonenumbers")
#: What of our environment the child gets; never tokens or passwords.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
#: Kept out of the way of the audio: no thread pools in numpy, few heaps, tracebacks of crashes.
SET = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "PYTHONFAULTHANDLER": "1",
    "PYTHONUNBUFFERED": "1",
}
#: Seconds a child gets to end by itself before it is killed.
GRACE = 2.0


def default_command() -> list[str]:
    """Return the command of the child; the descriptor of its socket comes behind it."""
    return [sys.executable, "-P", str(MAIN)]


def library_paths() -> list[str]:
    """Return the folders in which the child finds its requirements.

    Home Assistant may have put them into `<config>/deps`, which the child's Python does not know.
    """
    folders: dict[str, None] = {}
    for name in REQUIRED:
        if (spec := find_spec(name)) is not None and spec.origin:
            folders[str(Path(spec.origin).parent.parent)] = None
    for entry in sys.path:
        if Path(entry).name in ("deps", "site-packages") and Path(entry).is_dir():
            folders[entry] = None
    return list(folders)


class EngineProcess:
    """One child with its end of the socket."""

    def __init__(
        self, process: Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Take over a started child."""
        self._process = process
        self.reader = reader
        self.writer = writer
        self._printed: asyncio.Task[None] | None = None

    @classmethod
    async def start(
        cls,
        on_line: Callable[[str], None],
        *,
        command: Sequence[str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """Start the child; every line it prints goes to `on_line`. Raises `OSError`."""
        ours, theirs = socket.socketpair()
        paths = await asyncio.get_running_loop().run_in_executor(None, library_paths)
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    *(command or default_command()),
                    str(theirs.fileno()),
                    *paths,
                    stdin=DEVNULL,
                    stdout=PIPE,
                    stderr=STDOUT,
                    pass_fds=(theirs.fileno(),),
                    # A Ctrl-C meant for Home Assistant must not tear calls down before it does.
                    start_new_session=True,
                    env={
                        **{key: os.environ[key] for key in KEPT if key in os.environ},
                        **SET,
                        **(environment or {}),
                    },
                )
            except BaseException:
                ours.close()
                raise
        reader, writer = await asyncio.open_connection(sock=ours)
        child = cls(process, reader, writer)
        child._printed = asyncio.create_task(child._read_printed(on_line))
        return child

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    async def wait(self) -> int:
        """Wait for the end; return the exit code, negative for a signal."""
        code = await self._process.wait()
        if self._printed is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._printed), 1)
        return code

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> int:
        """Close the socket, ask it to end, then make it; return the exit code."""
        self.writer.close()
        try:
            return await asyncio.wait_for(self.wait(), GRACE)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
        try:
            return await asyncio.wait_for(self.wait(), GRACE)
        except TimeoutError:
            self.kill()
            return await self.wait()

    async def _read_printed(self, on_line: Callable[[str], None]) -> None:
        """Pass on what the child prints, line by line."""
        assert self._process.stdout is not None
        while True:
            try:
                line = await self._process.stdout.readline()
            except ValueError:
                continue  # longer than the buffer: dropped
            if not line:
                return
            on_line(line.decode(errors="replace").rstrip())


def how_it_ended(code: int) -> str:
    """Return an exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
