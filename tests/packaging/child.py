"""Runs a test in a process of its own: the native stack may take its process down, and never the test run."""

from collections.abc import Callable
import functools
import os
import subprocess
import sys

#: More than any of these tests needs; only a hang lasts so long.
LONGEST_S = 100


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
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        assert child.returncode == 0, f"exit code {child.returncode}\n{child.stdout[-6000:]}"

    # pytest must not look through the wrapper for fixtures
    run.__signature__ = None  # type: ignore[attr-defined]
    return run
