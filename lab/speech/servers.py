"""Starting the speech servers in a process of their own."""

import asyncio
import os
from pathlib import Path
import re
import sys
from typing import Self

from ..company.scenario import Scenario
from ..process import LabError

#: Seconds to load the models on a slow machine.
_START = 60.0


class SpeechServers:
    """`async with SpeechServers("insurance") as speech:` gives `speech.stt_port` and `speech.tts_port`."""

    host = "127.0.0.1"

    def __init__(self, *scenarios: str | Path | Scenario, journal: Path | None = None) -> None:
        """`scenarios` are those whose words must be understood; none takes all of the lab's.

        What is understood is noted in the file `journal`.
        """
        self._journal = journal
        self.stt_port = 0
        self.tts_port = 0
        self._scenarios = scenarios
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start both; raises LabError."""
        files = [s.file if isinstance(s, Scenario) else s for s in self._scenarios]
        named = [part for file in files for part in ("--scenario", str(file))]
        if self._journal:
            named += ["--journal", str(self._journal)]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "lab.speech", "--stt-port", "0", "--tts-port", "0", "--until-eof", *named),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(_START):
                lines = [await self._process.stdout.readline() for _ in range(2)]
        except TimeoutError:
            lines = []
        ports = [int(match[1]) for line in lines if (match := re.search(rb":(\d+)\s*$", line))]
        if len(ports) != 2:
            await self.stop()
            raise LabError("the speech servers did not start; see their messages above")
        self.stt_port, self.tts_port = ports

    async def stop(self) -> None:
        """End the process."""
        if (process := self._process) is None:
            return
        self._process = None
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
