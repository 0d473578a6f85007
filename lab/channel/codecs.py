"""Lossy speech codecs of real libraries, round trip at 8 kHz, aligned with what went in.

GSM full rate and MP3 come from libsndfile, Opus (narrowband), G.722 and G.723.1 from PyAV, Speex from the ffmpeg
program. AMR has no free encoder in any of them: GSM full rate and G.723.1 stand for mobile coders. A codec that a
machine lacks is replaced by GSM full rate, so a seed draws the same names everywhere.
"""

from functools import cache
import io
import shutil
import subprocess
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

RATE = 8000
type Samples = NDArray[np.float32]

#: Delay of each round trip, samples at 8 kHz, measured on speech; the others have less than two.
_DELAYS = {"g722": 11, "g7231": 60, "speex": 79}

#: Every codec that a channel may draw; `opus8` is Opus at 8 kbit/s.
NAMES = ("gsm", "opus8", "opus12", "opus24", "g722", "g7231", "mp3", "speex")


@cache
def available() -> frozenset[str]:
    """Names of the codecs that work on this machine."""
    import soundfile

    missing = set()
    if "MP3" not in soundfile.available_formats():
        missing.add("mp3")
    if not shutil.which("ffmpeg"):
        missing.add("speex")
    return frozenset(NAMES) - missing


def transcode(samples: Samples, name: str) -> Samples:
    """Code and decode; the same length, delay removed. Raises ValueError for an unknown name."""
    if name not in NAMES:
        raise ValueError(f"Unknown codec {name!r}; known are {', '.join(NAMES)}.")
    if len(samples) < RATE // 10:
        return samples
    if name not in available():
        name = "gsm"
    pcm = np.clip(np.rint(samples * 32767.0), -32768, 32767).astype(np.int16)
    if name == "gsm":
        out = _sndfile(pcm, "WAV", "GSM610")
    elif name == "mp3":
        out = _sndfile(pcm, "MP3", "MPEG_LAYER_III")
    elif name == "speex":
        out = _ffmpeg(pcm, ["-c:a", "libspeex", "-b:a", "8k", "-f", "ogg"])
    elif name == "g722":
        wide = (
            np.rint(resample_poly(pcm.astype(np.float32), 2, 1))
            .clip(-32768, 32767)
            .astype(np.int16)
        )
        out = resample_poly(_av(wide, "g722", 16000, 64000), 1, 2).astype(np.float32)
    elif name == "g7231":
        out = _av(pcm, "g723_1", RATE, 6300)
    else:
        out = _av(pcm, "libopus", RATE, int(name.removeprefix("opus")) * 1000)
    return _aligned(out, _DELAYS.get(name, 0), len(samples))


def _aligned(out: Samples, delay: int, count: int) -> Samples:
    """Take `delay` samples off the front and give it a length of `count`."""
    part = out[delay : delay + count]
    return np.concatenate([part, np.zeros(count - len(part), np.float32)])


def _sndfile(pcm: NDArray[np.int16], container: str, subtype: str) -> Samples:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, pcm, RATE, format=container, subtype=subtype)
    buffer.seek(0)
    return np.asarray(soundfile.read(buffer, dtype="float32")[0], np.float32)


def _av(pcm: NDArray[np.int16], codec: str, rate: int, bitrate: int) -> Samples:
    """Packets straight from a PyAV encoder into the decoder of the same codec, no container."""
    import av

    encoder: Any = av.CodecContext.create(
        codec, "w"
    )  # an audio codec: the stubs only know the base class
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = (
        rate,
        "mono",
        "s16",
        bitrate,
    )
    if codec == "libopus":
        encoder.options = {"application": "voip", "frame_duration": "20"}
    encoder.open()
    decoder: Any = av.CodecContext.create("opus" if codec == "libopus" else codec, "r")
    decoder.sample_rate, decoder.layout = rate, "mono"
    if encoder.extradata:
        decoder.extradata = encoder.extradata
    size = encoder.frame_size or 160
    padded = np.concatenate([pcm, np.zeros(-len(pcm) % size + 4 * size, np.int16)])
    parts: list[NDArray[np.float32]] = []
    out_rate = rate

    def take(packets: list[Any]) -> None:
        nonlocal out_rate
        for packet in packets:
            for frame in decoder.decode(packet):
                out_rate = frame.sample_rate
                data = frame.to_ndarray().reshape(-1)
                parts.append(
                    data.astype(np.float32) / 32768
                    if data.dtype == np.int16
                    else data.astype(np.float32)
                )

    for start in range(0, len(padded), size):
        frame = av.AudioFrame.from_ndarray(padded[None, start : start + size], "s16", "mono")
        frame.sample_rate = rate
        frame.pts = start
        take(encoder.encode(frame))
    take(encoder.encode(None))
    out = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    if out_rate != rate:
        divisor = int(np.gcd(out_rate, rate))
        out = resample_poly(out, rate // divisor, out_rate // divisor).astype(np.float32)
    return out


def _ffmpeg(pcm: NDArray[np.int16], options: list[str]) -> Samples:
    """Round trip through the ffmpeg program."""
    quiet = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin"]
    raw = ["-f", "s16le", "-ar", str(RATE), "-ac", "1"]
    coded = subprocess.run(
        [*quiet[:-1], *raw, "-i", "-", *options, "-"],
        input=pcm.tobytes(),
        capture_output=True,
        check=True,
    )
    plain = subprocess.run(
        [*quiet[:-1], "-i", "-", *raw, "-"], input=coded.stdout, capture_output=True, check=True
    )
    return np.frombuffer(plain.stdout, np.int16).astype(np.float32) / np.float32(32768)
