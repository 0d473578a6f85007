"""Opus by the ffmpeg that Home Assistant brings, in a process of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
import os
from pathlib import Path
import shutil
from typing import Final

from homeassistant.components.ffmpeg import get_ffmpeg_manager
from homeassistant.core import HomeAssistant

#: Bit rate of each channel, bit/s: RFC 7587 section 3.1.1 names 16 to 20 kbit/s for wideband speech.
BIT_RATE: Final = 20_000
#: Encoding gives way to everything else.
NICENESS: Final = 10


class EncoderError(Exception):
    """A recording could not be encoded; the text says why."""


def encoder(hass: HomeAssistant) -> str | None:
    """Return the ffmpeg to use; None when there is none."""
    if "ffmpeg" in hass.config.components:
        return get_ffmpeg_manager(hass).binary
    return shutil.which("ffmpeg")


async def encode(
    program: str, read: Callable[[], Awaitable[bytes]], path: Path, *, rate: int, channels: int
) -> None:
    """Encode PCM16 that `read` gives until it gives nothing; raises `EncoderError`."""
    try:
        path.touch(mode=0o600)
        process = await asyncio.create_subprocess_exec(
            program,
            *("-hide_banner", "-loglevel", "error", "-y"),
            *("-f", "s16le", "-ar", str(rate), "-ac", str(channels), "-i", "pipe:0"),
            *("-c:a", "libopus", "-application", "voip", "-b:a", str(BIT_RATE * channels)),
            *("-map_metadata", "-1", "-f", "ogg", str(path)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise EncoderError(f"{program} cannot be started: {error.strerror}") from error
    try:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        complaint = await _feed(process, read)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        text = complaint.decode(errors="replace").strip()
        raise EncoderError(text or f"ffmpeg ended with {process.returncode}")


async def _feed(process: asyncio.subprocess.Process, read: Callable[[], Awaitable[bytes]]) -> bytes:
    """Write until there is nothing more, and wait for the end; return what it complained of."""
    assert process.stdin is not None
    assert process.stderr is not None
    reading = asyncio.create_task(process.stderr.read())
    try:
        while chunk := await read():
            process.stdin.write(chunk)
            await process.stdin.drain()
        process.stdin.close()
    except ConnectionError:
        pass  # it ended before: its exit code tells
    await process.wait()
    return await reading
