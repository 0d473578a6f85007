"""Writes made hold calls as WAV with their truth as JSON: `python -m lab.holdcalls --out DIR`."""

import argparse
from pathlib import Path
import sys

from lab import corpus
from lab.corpus import RATE, Split
from lab.holdcalls.maker import HoldCall
from lab.synth.homemade import make


def main(argv: list[str]) -> int:
    """Make calls; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m lab.holdcalls", description=__doc__)
    parser.add_argument(
        "--corpus",
        type=Path,
        help="folder with manifest.csv or sub-folders by label (default: the development recordings, else a small one of the lab's own)",
    )
    parser.add_argument("--split", choices=list(Split), help="only groups of this split")
    parser.add_argument(
        "--seed", type=int, default=1_000_000, help="seed of the first call (default %(default)s)"
    )
    parser.add_argument("--count", type=int, default=5, help="how many calls (default %(default)s)")
    parser.add_argument(
        "--minutes", type=float, default=4.0, help="mean time on hold (default %(default)s)"
    )
    parser.add_argument(
        "--hard", type=float, default=1.0, help="how bad lines may be, 0 to 1 (default %(default)s)"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    options = parser.parse_args(argv)
    import soundfile

    split = Split(options.split) if options.split else None
    try:
        sounds = corpus.load(options.corpus or corpus.default() or make()).only(split)
        options.out.mkdir(parents=True, exist_ok=True)
        for seed in range(options.seed, options.seed + options.count):
            call = HoldCall(sounds, seed, split=split, minutes=options.minutes, hard=options.hard)
            path = options.out / f"{seed}.wav"
            soundfile.write(path, call.samples, RATE, subtype="PCM_16")
            path.with_suffix(".json").write_text(call.truth.to_json(), "utf-8")
            who = (
                "nobody comes"
                if call.truth.first_word is None
                else f"agent ({call.truth.manner}) at {call.truth.first_word:.1f} s"
            )
            print(f"{path}  {call.truth.seconds:.0f} s, hold from {call.truth.hold:.1f} s, {who}")
    except (corpus.CorpusError, OSError) as problem:
        print(f"holdcalls: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
