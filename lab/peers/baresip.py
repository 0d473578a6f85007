"""baresip, a softphone of Debian: registers, answers by itself, presses keys, says a tone, keeps what it hears."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
import shutil
from tempfile import TemporaryDirectory
from typing import Self
import wave

import numpy as np

from lab.peers.asterisk import HOST, free_ports
from lab.peers.program import Program

PROGRAM = shutil.which("baresip")


@dataclass(slots=True, kw_only=True)
class Baresip:
    """A running telephone; as a context manager it registers and unregisters."""

    registrar: str
    user: str
    password: str = "open-sesame"  # noqa: S105 - of a test exchange on loopback
    #: Tone it says all the time, Hz.
    hertz: int = 1000
    #: Answer by itself.
    answers: bool = True
    #: How it speaks SIP: udp or tcp.
    transport: str = "udp"
    program: Program = field(init=False)
    folder: Path = field(init=False)
    _console: int = field(init=False, default=0)
    _temporary: TemporaryDirectory[str] = field(init=False, repr=False)

    async def __aenter__(self) -> Self:
        """Start and wait until it is registered."""
        assert PROGRAM is not None
        self._temporary = TemporaryDirectory()
        self.folder = Path(self._temporary.name)
        sip, self._console, rtp = free_ports(3)
        modules = Path(PROGRAM).parents[1] / "lib" / "baresip" / "modules"
        answering = ";answermode=auto" if self.answers else ""
        (self.folder / "config").write_text(
            _CONFIG.format(
                host=HOST,
                sip=sip,
                rtp=rtp // 2 * 2,
                rtp_end=rtp // 2 * 2 + 40,
                console=self._console,
                modules=modules,
                folder=self.folder,
            )
        )
        (self.folder / "accounts").write_text(
            f"<sip:{self.user}@{self.registrar};transport={self.transport}>"
            f";auth_pass={self.password};regint=600;audio_codecs=pcma,pcmu{answering}\n"
        )
        (self.folder / "contacts").write_text("")
        _write_tone(self.folder / "tone.wav", self.hertz)
        self.program = Program("baresip")
        await self.program.start(PROGRAM, "-4", "-f", str(self.folder))
        try:
            await self.program.said("200 OK")
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        await self.program.end()
        self._temporary.cleanup()

    async def press(self, keys: str) -> None:
        """Press keys in the running call."""
        _, writer = await asyncio.open_connection(HOST, self._console)
        for key in keys:
            writer.write(key.encode())
            await writer.drain()
            # a key is held for as long as nothing else is typed; 0x04 lets it go
            writer.write(b"\x04")
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def hang_up(self) -> None:
        """End the running call."""
        await self._command(b"b")

    async def quit(self) -> None:
        """Leave in good order: unregister and end."""
        await self._command(b"q")

    async def _command(self, key: bytes) -> None:
        """Type a command on its console."""
        _, writer = await asyncio.open_connection(HOST, self._console)
        writer.write(key)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    def heard(self) -> list[Path]:
        """Return the WAV files of what it heard, a file per call."""
        return sorted(self.folder.glob("dump-*-dec.wav"))


def _write_tone(path: Path, hertz: int) -> None:
    """Write two minutes of a tone at a quarter of full scale, 8 kHz mono."""
    time = np.arange(120 * 8000) / 8000
    pcm = (8000 * np.sin(2 * np.pi * hertz * time)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(pcm.tobytes())


_CONFIG = """sip_listen {host}:{sip}
net_interface {host}
audio_player aubridge,nobody
audio_source aufile,{folder}/tone.wav
audio_alert aubridge,nobody
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports {rtp}-{rtp_end}
rtp_timeout 0
jitter_buffer_delay 1-5
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module cons.so
module_tmp account.so
module_app menu.so
cons_listen {host}:{console}
snd_path {folder}
"""
