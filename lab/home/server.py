"""Start and stop a real Home Assistant in a configuration folder of its own."""

import asyncio
from collections import deque
from collections.abc import Callable
import contextlib
import json
import os
from pathlib import Path
import signal
import socket
import sys
from typing import Self

import yaml

COMPONENT = Path(__file__).resolve().parents[2] / "custom_components" / "hold_slayer"

#: What a usual installation has (`default_config`), less what needs hardware or a cloud.
INTEGRATIONS = (
    "assist_pipeline",
    "config",
    "conversation",
    "frontend",
    "history",
    "logbook",
    "media_source",
    "mobile_app",
    "recorder",
    "stt",
    "sun",
    "tts",
    "websocket_api",
)

ONBOARDING = {
    "version": 4,
    "minor_version": 1,
    "key": "onboarding",
    "data": {"done": ["core_config", "analytics", "integration"]},
}

READY = "Home Assistant initialized"
KEPT_LINES = 400


class HomeError(Exception):
    """Home Assistant did not start, or refused what it was asked."""


def free_port() -> int:
    """Return a TCP port on loopback that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class HomeServer:
    """One Home Assistant process.

    `folder` is its configuration folder; it is filled in when it has no configuration yet.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        extra: dict[str, object] | None = None,
        log_levels: dict[str, str] | None = None,
        on_line: Callable[[str], None] | None = None,
    ) -> None:
        """Prepare; nothing is started. `extra` goes into configuration.yaml."""
        self.folder = folder
        self.port = port or free_port()
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._extra = extra or {}
        self._log_levels = log_levels or {}
        self._on_line = on_line
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    @property
    def url(self) -> str:
        """The address of its web page."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process id; 0 when it is not running."""
        return self._process.pid if self._process else 0

    @property
    def log(self) -> str:
        """The last lines it logged."""
        return "\n".join(self.lines)

    def write_configuration(self) -> None:
        """Write configuration.yaml and link the integration into custom_components."""
        self.folder.mkdir(parents=True, exist_ok=True)
        configuration: dict[str, object] = dict.fromkeys(INTEGRATIONS)
        configuration |= {
            "homeassistant": {
                "name": "Home",
                "country": "US",
                "time_zone": "UTC",
                "unit_system": "metric",
            },
            "http": {"server_port": self.port, "server_host": "127.0.0.1"},
            "logger": {
                "default": "warning",
                "logs": {
                    "homeassistant.bootstrap": "info",
                    "custom_components.hold_slayer": "info",
                    **self._log_levels,
                },
            },
        }
        configuration |= self._extra
        (self.folder / "configuration.yaml").write_text(yaml.safe_dump(configuration))
        # The other welcome steps would set up integrations that ask the internet.
        onboarding = self.folder / ".storage" / "onboarding"
        if not onboarding.exists():
            onboarding.parent.mkdir(exist_ok=True)
            onboarding.write_text(json.dumps(ONBOARDING))
        link = self.folder / "custom_components" / "hold_slayer"
        link.parent.mkdir(exist_ok=True)
        if not link.exists():
            link.symlink_to(COMPONENT, target_is_directory=True)

    async def start(self, *, limit: float = 180.0) -> None:
        """Start it and return when it says that it is ready (at the latest after `limit` s)."""
        self.write_configuration()
        self._ready.clear()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "homeassistant",
            "--config",
            str(self.folder),
            "--skip-pip",
            "--log-no-color",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        self._reader = asyncio.create_task(self._read(), name="Home Assistant log")
        ready = asyncio.create_task(self._ready.wait())
        ended = asyncio.create_task(self._process.wait())
        done, pending = await asyncio.wait(
            {ready, ended}, timeout=limit, return_when=asyncio.FIRST_COMPLETED
        )
        for task in pending:
            task.cancel()
        if ready not in done:
            await self.stop()
            raise HomeError(f"Home Assistant did not start. Its last lines:\n{self.log}")

    async def stop(self, *, grace: float = 30.0) -> None:
        """Stop it as a system would (SIGTERM), or kill it after `grace` s."""
        if (process := self._process) is None:
            return
        self._process = None
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(grace):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._reader:
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader

    async def wait(self) -> int:
        """Wait until it ends by itself and return its exit code."""
        if self._process is None:
            raise HomeError("Home Assistant is not running")
        return await self._process.wait()

    async def _read(self) -> None:
        """Keep what it logs, and notice that it is ready."""
        assert self._process is not None
        assert self._process.stderr is not None
        async for raw in self._process.stderr:
            line = raw.decode(errors="replace").rstrip()
            self.lines.append(line)
            if READY in line:
                self._ready.set()
            if self._on_line:
                self._on_line(line)

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        await self.stop()
