"""Fails when a module of the integration is covered too little by what coverage has just measured.

Called by `scripts/test --coverage`; the figures are those of `coverage report`: lines and branches together.
"""

import json
from pathlib import Path
import subprocess
import sys

#: Least share of each module's lines and branches that tests have to run through, %.
FLOOR = 95.0
COMPONENT = "custom_components/hold_slayer/"


def measured() -> dict[str, float]:
    """Return how much of each module was run, % by path."""
    done = subprocess.run(
        [sys.executable, "-m", "coverage", "json", "-q", "-o", "-"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"There is no coverage to look at: {done.stdout}{done.stderr}")
    files = json.loads(done.stdout)["files"]
    return {
        path: each["summary"]["percent_covered"]
        for path, each in files.items()
        if path.startswith(COMPONENT)
    }


def main() -> None:
    """Print what is below the floor, the least covered first."""
    modules = measured()
    never = {
        str(path) for path in Path(COMPONENT).rglob("*.py") if path.stat().st_size
    } - modules.keys()
    modules |= dict.fromkeys(never, 0.0)
    low = sorted((share, path) for path, share in modules.items() if share <= FLOOR)
    for share, path in low:
        print(f"{share:5.1f} %  {path}")
    print(
        f"{len(modules) - len(low)} of {len(modules)} modules are covered by more than {FLOOR:g} %"
    )
    if low:
        sys.exit("The others need tests.")


if __name__ == "__main__":
    main()
