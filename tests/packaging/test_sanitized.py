"""The wheel's tests once more with assertions and sanitizers: what a release build survives by luck ends here."""

import os
from pathlib import Path
import subprocess
import sys
import zipfile

import pytest

ROOT = Path(__file__).parent.parent.parent
#: Longest build of the sanitized wheel on a busy machine, s.
BUILD_S = 3600


@pytest.mark.slow
@pytest.mark.timeout(2 * BUILD_S)
def test_everything_under_sanitizers(tmp_path: Path) -> None:
    """No assertion fails, nothing is read or written outside its bounds or after it was freed."""
    built = subprocess.run(
        [ROOT / "packaging/pjsua2/build", "--flavour", "sanitized"],
        check=False,
        capture_output=True,
        text=True,
        timeout=BUILD_S,
    )
    assert built.returncode == 0, built.stderr[-3000:]
    with zipfile.ZipFile(built.stdout.strip().splitlines()[-1]) as wheel:
        wheel.extractall(tmp_path)
    # without libstdc++ beside it the sanitizer does not see exceptions being thrown
    libraries = [
        subprocess.run(
            ["gcc", f"-print-file-name={name}"], check=True, capture_output=True, text=True
        ).stdout.strip()
        for name in ("libasan.so", "libstdc++.so")
    ]
    tests = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-o", f"timeout={BUILD_S}", Path(__file__).parent),
        ],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        timeout=BUILD_S,
        env=os.environ
        | {
            "HOLD_SLAYER_SANITIZED_WHEEL": str(tmp_path),
            "HOLD_SLAYER_SANITIZER": ":".join(libraries),
            # Python keeps memory until the end of the process on purpose
            "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1",
            "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
        },
    )
    assert tests.returncode == 0, tests.stdout[-6000:]
