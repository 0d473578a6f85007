"""A real Home Assistant with an account at a sink, whose event loop and process are watched."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import tempfile
from typing import Any, override

from lab.bench.sink import HOST, Sink
from lab.home.owner import Owner
from lab.home.server import HomeError, HomeServer
from lab.stacked import Stacked

PROBE = Path(__file__).with_name("loop_probe")
CONTACT = "Insurance"
PHONE = "Desk"
#: Longest wait for anything, s.
PATIENCE = 60.0
#: Options that limit how much is dialled.
_CAPS = ("calls_per_hour", "calls_per_day", "minutes_per_day", "tries")
#: Debug mode of asyncio and with it of Home Assistant.
_DEBUG = "PYTHONASYNCIODEBUG"


class ProbedHome(Stacked):
    """`async with ProbedHome() as home:` has a registered account with one contact and one phone."""

    def __init__(self, *, debug: bool = False) -> None:
        """Prepare; `debug` runs Home Assistant and asyncio in debug mode."""
        super().__init__()
        self.sink = Sink()
        self.entry_id = ""
        #: What was logged about slow callbacks (over 100 ms) and blocking calls.
        self.slow: list[str] = []
        self.blocking: list[str] = []
        #: How often Home Assistant has said that the account is registered.
        self._registered = 0
        self._changed = asyncio.Event()
        self._debug = debug

    @override
    async def _start(self) -> None:
        """Start Home Assistant with the probe in it."""
        folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix="hold-slayer-home-"))
        )
        link = folder / "custom_components" / PROBE.name
        link.parent.mkdir()
        # a package beats the one in the current folder, which has no probe
        (link.parent / "__init__.py").touch()
        link.symlink_to(PROBE, target_is_directory=True)
        await self._stack.enter_async_context(self.sink)
        self._home = HomeServer(folder, extra={PROBE.name: None}, on_line=self._note)
        with _environment(**({_DEBUG: "1"} if self._debug else {})):
            await self._stack.enter_async_context(self._home)
        self.owner = await self._stack.enter_async_context(Owner(self._home.url))
        await self.owner.onboard()
        await self._set_up()

    async def _set_up(self) -> None:
        """Add the account, a phone and a contact."""
        entry = await self.owner.flow(
            "hold_slayer",
            {"provider": "generic"},
            {
                "registrar": f"{HOST}:{self.sink.port}",
                "username": "bench",
                "password": "none",
                "advanced": {},
            },
        )
        if entry["type"] != "create_entry":
            raise HomeError(f"The account was not accepted: {entry.get('errors')}")
        self.entry_id = entry["result"]["entry_id"]
        await self._until_registered(1)
        await self.owner.options_flow(
            self.entry_id,
            {
                "your_name": "Anna Smith",
                "lines": 2,
                "speech": {},
                "reach": {},
                "limits": dict.fromkeys(_CAPS, 0),
            },
        )
        await self.owner.subentry_flow(
            self.entry_id,
            "phone",
            {"name": PHONE, "kind": "extension", "address": "200", "availability": {}},
            {"next": "save"},
        )
        await self.owner.subentry_flow(
            self.entry_id,
            "contact",
            {
                "name": CONTACT,
                "number": "+442079460000",
                "intent": "a question",
                "call_flow": {"flow": []},
                "secret_section": {"secrets": []},
                "hours": {},
            },
        )

    def _note(self, line: str) -> None:
        """Keep what is said about the event loop."""
        if "Executing <" in line and " took " in line:
            self.slow.append(line)
        elif "Detected blocking call" in line:
            self.blocking.append(line)
        elif line.endswith(" is registered"):
            self._registered += 1
            self._changed.set()

    @property
    def engines(self) -> list[int]:
        """The process ids of Home Assistant's engines."""
        return [pid for pid in _children(self._home.pid) if b"engine/__main__.py" in _command(pid)]

    async def late(self) -> dict[str, float]:
        """Return how late the loop was since the last question (`Probe.late`)."""
        return dict(await self.owner.act("loop_probe.late", answer=True))

    async def held(self) -> dict[str, int]:
        """Return what the process holds (`Probe.held`)."""
        return dict(await self.owner.act("loop_probe.held", answer=True))

    async def reload(self) -> None:
        """Reload the account, which stops the engine and starts another, until that is registered."""
        before = self._registered
        await self.owner.post(f"/api/config/config_entries/entry/{self.entry_id}/reload", {})
        await self._until_registered(before + 1)

    async def _until_registered(self, count: int) -> None:
        """Wait until Home Assistant has said so often that the account is registered."""
        async with asyncio.timeout(PATIENCE):
            while self._registered < count:
                self._changed.clear()
                await self._changed.wait()

    async def call(self) -> None:
        """Start the call to the contact and return when it is answered."""
        before = self.sink.requests["INVITE"]
        await self.owner.act(
            "hold_slayer.start_call", {"contact": CONTACT, "phone": [PHONE]}, answer=True
        )
        async with asyncio.timeout(PATIENCE):
            await self.sink.until("INVITE", before + 1)

    async def end_engine(self, signal: int) -> None:
        """Send a signal to the engine in a call and wait until another one is registered."""
        await self.call()
        before = self._registered
        async with self.owner.events("hold_slayer_call_ended") as endings:
            os.kill(self.engines[0], signal)
            async with asyncio.timeout(PATIENCE):
                ended: Any = await endings.get()
        if (outcome := ended["data"]["outcome"]) != "engine_lost":
            raise HomeError(f"The call of a lost engine ended as {outcome}")
        await self._until_registered(before + 1)


def _children(pid: int) -> list[int]:
    """Return the child processes of a process, of all its threads."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text("ascii").split())
    return found


def _command(pid: int) -> bytes:
    """Return a process's command line, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@contextmanager
def _environment(**more: str) -> Iterator[None]:
    """Set variables for processes started meanwhile."""
    before = {name: os.environ.get(name) for name in more}
    os.environ.update(more)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
