"""An engine with busy Python threads in it: `python hogged.py THREADS MAIN DESCRIPTOR [FOLDER …]`."""

import runpy
import sys
import threading


def _hog() -> None:
    """Keep the interpreter lock as busy as Python code can."""
    number = 0
    while True:
        number = (number * 3 + 1) % 1_000_003


def main() -> None:
    """Start the threads, then be the engine."""
    threads, engine, *rest = sys.argv[1:]
    for _ in range(int(threads)):
        threading.Thread(target=_hog, daemon=True).start()
    sys.argv = [engine, *rest]
    runpy.run_path(engine, run_name="__main__")


if __name__ == "__main__":
    main()
