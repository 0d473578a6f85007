"""The child's process: what it is given, what it prints, and how it is made to end."""

import asyncio
import os
from pathlib import Path
import signal
import sys
from textwrap import dedent

import pytest

from custom_components.hold_slayer.telephony import process
from custom_components.hold_slayer.telephony.process import (
    EngineProcess,
    default_command,
    how_it_ended,
    library_paths,
)

from .children import PATIENCE


class Printed:
    """Collects what a child prints."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[str] = asyncio.Queue()

    async def line(self) -> str:
        """Wait for the next line."""
        async with asyncio.timeout(PATIENCE):
            return await self.queue.get()


async def start(body: str, printed: Printed) -> EngineProcess:
    """Start a child with that script."""
    script = "import os, signal, sys, time\n" + dedent(body)
    return await EngineProcess.start(
        printed.queue.put_nowait, command=[sys.executable, "-u", "-c", script]
    )


@pytest.mark.parametrize(
    ("reaction", "code"),
    [
        pytest.param("os.read(int(sys.argv[1]), 1)\nos._exit(7)", 7, id="by itself"),
        pytest.param("time.sleep(600)", -signal.SIGTERM, id="when asked"),
        pytest.param(
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf')\ntime.sleep(600)",
            -signal.SIGKILL,
            id="when killed",
        ),
    ],
)
async def test_end(reaction: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child ends when its socket does, else when it is asked, else when it is killed."""
    if code > 0:
        monkeypatch.setattr(process, "GRACE", PATIENCE)
    printed = Printed()
    child = await start("print('awake')\n" + reaction, printed)
    for word in ("awake", "deaf")[: 1 + ("deaf" in reaction)]:
        assert await printed.line() == word
    pid = child.pid
    assert await child.end() == code
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    # Once more does no harm.
    child.kill()
    assert await child.end() == code


async def test_prints_more_than_anybody_reads() -> None:
    """A line beyond the buffer is dropped; what is no UTF-8 is marked; the rest arrives."""
    printed = Printed()
    child = await start(
        """
        print("first")
        print("x" * 300_000)
        sys.stdout.buffer.write(b"J\\xc3rg\\n")
        sys.stdout.buffer.flush()
        print("last")
        """,
        printed,
    )
    found = [await printed.line()]
    assert found == ["first"]
    while found[-1] != "last":
        found.append(await printed.line())
    assert found[-2:] == ["J\ufffdrg", "last"]
    assert all(len(line) < 300_000 for line in found)
    assert await child.wait() == 0
    await child.end()


async def test_a_grandchild_that_keeps_the_output() -> None:
    """A program the child left behind, with its output still open, does not hold up the end."""
    printed = Printed()
    child = await start(
        """
        if (pid := os.fork()) == 0:
            time.sleep(600)
        print(pid)
        os._exit(4)
        """,
        printed,
    )
    grandchild = int(await printed.line())
    try:
        async with asyncio.timeout(PATIENCE):
            assert await child.wait() == 4
    finally:
        os.kill(grandchild, signal.SIGKILL)
    await child.end()


async def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child gets paths and language, no tokens, and what keeps numpy from making threads."""
    monkeypatch.setenv("SUPERVISOR_TOKEN", "canary")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    printed = Printed()
    child = await start(
        """
        print(os.environ.get("SUPERVISOR_TOKEN"), os.environ["TZ"], os.environ["OMP_NUM_THREADS"])
        print(os.getsid(0) == os.getpid())
        """,
        printed,
    )
    assert await printed.line() == "None Europe/Berlin 1"
    assert await printed.line() == "True"
    await child.wait()
    await child.end()


async def test_no_such_program(tmp_path: Path) -> None:
    """A program that is missing is the system's error, and no descriptor stays open."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(FileNotFoundError):
        await EngineProcess.start(lambda _: None, command=[str(tmp_path / "nothing")])
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def test_default_command() -> None:
    """Our own Python runs the engine's first file, which is there."""
    python, *options, main = default_command()
    assert python == sys.executable
    assert options == ["-P"]
    assert Path(main).is_file()


def test_library_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folders of what the child needs, and Home Assistant's own; a missing package has none."""
    deps = tmp_path / "deps"
    deps.mkdir()
    monkeypatch.syspath_prepend(str(deps))
    found = library_paths()
    assert str(deps) in found
    assert any((Path(folder) / "wyoming").is_dir() for folder in found)
    assert len(set(found)) == len(found)
    monkeypatch.setattr(process, "REQUIRED", ("no_such_package",))
    monkeypatch.setattr(sys, "path", [str(deps), str(tmp_path / "missing" / "site-packages")])
    assert library_paths() == [str(deps)]


@pytest.mark.parametrize(
    ("code", "text"),
    [(0, "exit code 0"), (3, "exit code 3"), (-11, "signal SIGSEGV"), (-99, "signal 99")],
)
def test_how_it_ended(code: int, text: str) -> None:
    """Signals have names, as far as the system knows them."""
    assert how_it_ended(code) == text
