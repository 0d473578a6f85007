"""Runs a test in a process of its own: the native stack may take its process down, and never the test run."""

from collections.abc import Callable
import functools
import os
import subprocess
import sys

#: More than any of these tests needs, s; only a hang lasts so long.
LONGEST_S = 600 if "HOLD_SLAYER_SANITIZED_WHEEL" in os.environ else 100


def sanitized() -> dict[str, str]:
    """Return what makes a child load the sanitized wheel, if test_sanitized.py asks for it."""
    wheel = os.environ.get("HOLD_SLAYER_SANITIZED_WHEEL")
    if not wheel:
        return {}
    # the sanitizers' library has to be there before Python is
    return {"PYTHONPATH": wheel, "LD_PRELOAD": os.environ["HOLD_SLAYER_SANITIZER"]}


def in_child(test: Callable[[], None]) -> Callable[[], None]:
    """Make a test without arguments run in a fresh interpreter; its output becomes the failure's text."""

    @functools.wraps(test)
    def run() -> None:
        code = f"from {test.__module__} import {test.__name__} as test; test.__wrapped__()"
        child = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", code],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST_S,
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | sanitized(),
        )
        assert child.returncode == 0, f"exit code {child.returncode}\n{child.stdout[-6000:]}"

    # pytest must not look through the wrapper for fixtures
    run.__signature__ = None  # type: ignore[attr-defined]
    return run
