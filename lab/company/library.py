"""The sounds a company plays, made or read before the first call."""

import asyncio
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly
import soundfile

from ..sounds import RATE, Samples, music
from ..voices import speak
from .recogniser import prepare, prepare_digits
from .scenario import Scenario, ScenarioError, texts, walk
from .steps import Collect, Menu, Music, Play


class Library:
    """Recordings by file; spoken texts are kept by `voices` itself."""

    def __init__(self) -> None:
        """Start empty."""
        self._files: dict[Path, Samples] = {}

    async def prepare(self, scenario: Scenario) -> None:
        """Speak every text and read every file of a scenario; raises ScenarioError or VoiceError."""
        for steps in scenario.scenes.values():
            for step in walk(steps):
                if isinstance(step, Menu) and step.words:
                    await asyncio.to_thread(prepare, tuple(step.words), scenario.language)
                if isinstance(step, Collect) and step.spoken:
                    await asyncio.to_thread(prepare_digits, scenario.language)
                if isinstance(step, Music) and step.file is None:
                    await asyncio.to_thread(music, step.tune)
                for thing in (step, getattr(step, "prompt", None), getattr(step, "wrong", None)):
                    if isinstance(thing, Play | Music) and thing.file is not None:
                        self._files[thing.file] = read_sound(thing.file)
        spoken = texts(scenario)
        for plan in scenario.phones.values():
            spoken += [
                (text, plan.voice) for text in (plan.hello, plan.greeting, *plan.says) if text
            ]
        await asyncio.gather(*(speak(text, voice) for text, voice in spoken))

    def recording(self, file: Path) -> Samples:
        """Samples of a file that was prepared."""
        return self._files[file]


def read_sound(file: Path) -> Samples:
    """Any sound file as mono at `RATE`; raises ScenarioError when it isn't one."""
    try:
        samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise ScenarioError(f"{file} is not a sound file that can be read: {error}") from error
    mono = samples.mean(axis=1)
    if not len(mono):
        raise ScenarioError(f"{file} has no sound in it")
    if rate != RATE:
        common = int(np.gcd(rate, RATE))
        mono = resample_poly(mono, RATE // common, rate // common)
    return np.asarray(mono, np.float32)
