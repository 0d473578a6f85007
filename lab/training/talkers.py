"""Speech for the scenes: clips of the corpus, and announcements read by eSpeak NG in many voices."""

from functools import cache
import io
import subprocess

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve, resample_poly

from lab.channel.level import frame_levels
from lab.corpus import RATE, Clip, read

type Samples = NDArray[np.float32]

_TEXTS = {
    "en": (
        "Thank you for calling. All of our representatives are currently busy. Please stay on the line.",
        "Your call is important to us and will be answered in the order it was received.",
        "You are number four in the queue. The estimated waiting time is six minutes.",
        "For sales, press one. For technical support, press two. For all other questions, press nine.",
        "Did you know that you can find answers to many questions on our website?",
        "This call may be recorded for training purposes.",
    ),
    "de": (
        "Vielen Dank für Ihren Anruf. Im Moment sind alle Leitungen belegt. Bitte haben Sie etwas Geduld.",
        "Sie werden mit dem nächsten freien Mitarbeiter verbunden. Bitte bleiben Sie am Apparat.",
        "Die voraussichtliche Wartezeit beträgt weniger als drei Minuten.",
    ),
    "fr": (
        "Tous nos conseillers sont actuellement en ligne. Merci de bien vouloir patienter.",
        "Votre temps d'attente est estimé à cinq minutes. Pour être rappelé, tapez deux.",
    ),
    "es": (
        "En este momento todos nuestros agentes están ocupados. Por favor, permanezca a la espera.",
        "Su llamada es muy importante para nosotros. Le atenderemos lo antes posible.",
    ),
    "it": ("Tutti i nostri operatori sono occupati. La preghiamo di rimanere in linea per non perdere la priorità.",),
    "nl": ("Al onze medewerkers zijn in gesprek. Een ogenblik geduld alstublieft, u wordt zo spoedig mogelijk geholpen.",),
    "pt": ("Todos os nossos atendentes estão ocupados no momento. Por favor, aguarde na linha.",),
}  # fmt: skip


@cache
def load(clip: Clip) -> Samples:
    """Read a clip of the corpus once."""
    return read(clip.path)


@cache
def _spoken(language: str, text: str, variant: str, speed: int, pitch: int) -> Samples:
    """Let eSpeak NG read a text."""
    import soundfile

    command = [
        "espeak-ng",
        "-v",
        language + variant,
        "-s",
        str(speed),
        "-p",
        str(pitch),
        "--stdout",
        text,
    ]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    samples, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    divisor = int(np.gcd(rate, RATE))
    return np.asarray(resample_poly(samples, RATE // divisor, rate // divisor), np.float32)


def synthetic(rng: np.random.Generator) -> Samples:
    """Return an announcement or two read by a machine."""
    language = str(rng.choice(list(_TEXTS), p=[0.4, 0.2, 0.12, 0.12, 0.06, 0.06, 0.04]))
    texts = _TEXTS[language]
    variant = str(rng.choice(["", "+m1", "+m3", "+m7", "+f1", "+f2", "+f4"]))
    speed, pitch = int(rng.choice([130, 150, 170, 190])), int(rng.choice([35, 50, 65]))
    return _spoken(language, texts[int(rng.integers(len(texts)))], variant, speed, pitch)


def respeed(rng: np.random.Generator, samples: Samples, most: float = 0.12) -> Samples:
    """Play faster or slower by up to `most`: another voice, another tempo."""
    rate = float(rng.uniform(1 - most, 1 + most))
    at = np.arange(0, len(samples) - 1, rate)
    return np.asarray(np.interp(at, np.arange(len(samples)), samples), np.float32)


def in_room(rng: np.random.Generator, samples: Samples) -> Samples:
    """Put the talker into a small to middling room."""
    time = np.arange(int(rng.uniform(0.1, 0.5) * RATE)) / RATE
    room = rng.standard_normal(len(time)) * 10 ** (-3 * time / time[-1])
    room *= rng.uniform(0.05, 0.35) / np.sqrt(np.sum(room**2))
    room[0] += 1
    return np.asarray(fftconvolve(samples, room)[: len(samples)], np.float32)


def activity(samples: Samples, count: int) -> NDArray[np.bool_]:
    """Tell for `count` steps of 50 ms whether somebody talks in a fairly clean clip; short gaps are filled."""
    levels = frame_levels(samples)
    if not len(levels):
        return np.zeros(count, bool)
    loud = np.percentile(levels, 95)
    floor = np.percentile(levels, 5)
    threshold = max(loud - 32, min(floor + 8, loud - 12))
    on = levels > threshold
    edges = np.flatnonzero(np.diff(np.concatenate([[1], on.astype(np.int8), [1]])))
    for begin, end in zip(edges[::2], edges[1::2], strict=False):
        if end - begin <= 10 and begin > 0 and end < len(on):  # 200 ms
            on[begin:end] = True
    at = np.minimum((np.arange(count) * 2.5).astype(int), len(on) - 1)
    return np.asarray(on[at] | on[np.minimum(at + 1, len(on) - 1)]) & (
        np.arange(count) * 2.5 < len(on)
    )
