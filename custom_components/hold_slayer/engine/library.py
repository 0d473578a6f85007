"""Finds the native SIP library, `pjsua2`."""

import importlib
from pathlib import Path
import platform
import sys

#: Release zips carry the library here, one folder per platform.
BUNDLES = Path(__file__).parent / "lib"


class MissingLibraryError(Exception):
    """There is no `pjsua2` for this machine; the text says what to do."""


def platform_name() -> str:
    """Return the folder name of this machine: `x86_64-glibc`, `aarch64-musl`."""
    libc = "glibc" if platform.libc_ver()[0] == "glibc" else "musl"
    return f"{platform.machine()}-{libc}"


def load(bundles: Path = BUNDLES) -> None:
    """Make `import pjsua2` work, the bundled one first; raises `MissingLibraryError`."""
    bundle = bundles / platform_name()
    if bundle.is_dir():
        sys.path.insert(0, str(bundle))
    try:
        importlib.import_module("pjsua2")
    except ImportError as error:
        have = sorted(folder.name for folder in bundles.glob("*-*")) if bundles.is_dir() else []
        raise MissingLibraryError(
            f"The SIP library pjsua2 cannot be loaded on this machine ({platform_name()}, Python"
            f" {platform.python_version()}): {error}. Bundled for: {', '.join(have) or 'nothing'}."
            " Install a release of Hold Slayer for this platform, or the pjsua2 package."
        ) from error
