"""A small company on a real Asterisk: menu, queue with music on hold, an agent, an echo."""

from pathlib import Path
import wave

import numpy as np
import pytest
from scipy.signal import resample_poly

from lab.channel.laws import g711
from lab.peers.asterisk import Asterisk, Extension, asterisk_root
from lab.peers.baresip import PROGRAM as BARESIP
from lab.sounds import RATE
from lab.synth.music import music
from lab.voices import Voice, speak

ROOT = asterisk_root()
needs_asterisk = pytest.mark.skipif(
    ROOT is None, reason="Asterisk is not unpacked: run scripts/get-asterisk"
)
needs_baresip = pytest.mark.skipif(
    BARESIP is None, reason="baresip is not installed: apt-get install baresip"
)

#: Users by what is special about them.
EXTENSIONS = (
    Extension(name="alice"),
    Extension(name="info", dtmf="info"),
    Extension(name="inband", dtmf="inband"),
    Extension(name="secret", encrypted=True),
    Extension(name="desk"),
    Extension(name="timers", more=("timers=always", "timers_min_se=90", "timers_sess_expires=90")),
)
_DIALPLAN = """
exten => 100,1,Answer()
 same => n,Read(digit,{folder}/menu,1,,1,20)
 same => n,Verbose(1,PRESSED ${{digit}})
 same => n,Playback({folder}/thanks)
 same => n,Hangup()
exten => 200,1,Answer()
 same => n,Queue(line,,,,60)
 same => n,Hangup()
exten => 300,1,Answer()
 same => n,Echo()
exten => 400,1,Busy(1)
exten => 500,1,Dial(PJSIP/desk,20)
 same => n,Hangup()
exten => alice,1,Dial(PJSIP/alice,20)
 same => n,Hangup()
exten => agent,1,Wait(6)
 same => n,Answer()
 same => n,Playback({folder}/agent)
 same => n,Wait(30)
"""
_QUEUES = """
[line]
musicclass=hold
strategy=ringall
timeout=40
ringinuse=yes
joinempty=yes
leavewhenempty=no
member => Local/agent@calls/n
"""
_MUSIC = """
[hold]
mode=files
directory={folder}/music
"""
MENU = "Welcome to Northern Light. For claims, press two. For all other questions, press three."
AGENT = "Good morning, Northern Light, this is Martin speaking, how can I help you today?"


def write_wav(path: Path, samples: np.ndarray) -> None:
    """Write float32 samples at the lab's rate as the 8 kHz WAV that Asterisk plays."""
    pcm = np.clip(resample_poly(samples, 8000, RATE) * 32767, -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(pcm.tobytes())


async def make_company(folder: Path) -> Asterisk:
    """Return the exchange, its sounds made in `folder`; entering it starts it."""
    assert ROOT is not None
    (folder / "music").mkdir()
    write_wav(folder / "music" / "piece.wav", g711(music(3_000_042, 60.0), "a"))
    for name, text in (("menu", MENU), ("agent", AGENT), ("thanks", "Thank you. Goodbye.")):
        write_wav(folder / f"{name}.wav", await speak(text, Voice(name="en-us+m3")))
    return Asterisk(
        root=ROOT,
        extensions=EXTENSIONS,
        dialplan=_DIALPLAN.format(folder=folder),
        queues=_QUEUES,
        music=_MUSIC.format(folder=folder),
    )
