"""Runs a benchmark by name: `scripts/bench NAME [arguments]`."""

import importlib
import sys

#: Name → what it measures; each is a module `lab.bench.NAME` with `main(argv) -> int`.
BENCHMARKS = {
    "hearing": "missed agents, false alarms per hour of hold, delays, speed and memory of the ears",
    "prints": "repeats found and invented by the acoustic prints alone",
    "plans": "recognition and talk-off of network tones and keys alone",
    "calls": "success of whole calls over many scenarios, time from an agent's first word to the bridge",
    "holding": "speech-to-text that hours on hold use",
    "load": "legs per core, memory, packet timing",
    "speech": "word errors of the lab's speech-to-text in seven languages",
    "history": "pages, searches and writes of a history of 100,000 calls",
    "forecast": "how well waiting times are foretold",
    "taught": "how often the ears were right in exported traces of judged calls",
    "resilience": "what happens when parts of a call break",
    "soak": "a call that holds for hours, in real time",
}


def main(argv: list[str]) -> int:
    """Run the benchmark named first; returns the exit code."""
    if not argv or argv[0] in ("-h", "--help"):
        print("usage: scripts/bench NAME [arguments]; scripts/bench NAME --help says more\n")
        for name, what in BENCHMARKS.items():
            print(f"  {name:<12}{what}")
        return 0 if argv else 2
    name, *rest = argv
    if name not in BENCHMARKS:
        print(
            f"bench: there is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}",
            file=sys.stderr,
        )
        return 2
    wanted = f"lab.bench.{name}"
    try:
        module = importlib.import_module(wanted)
    except ModuleNotFoundError as missing:
        if missing.name != wanted:
            raise
        print(f"bench: {name} is not in this checkout", file=sys.stderr)
        return 2
    return int(module.main(rest))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
