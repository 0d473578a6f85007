"""Finds the native SIP library, `pjsua2`."""

import hashlib
import importlib
import json
import logging
from pathlib import Path
import platform
import sys
from typing import Final

_LOGGER = logging.getLogger(__name__)

#: Release zips carry the library here, one folder per platform.
BUNDLES = Path(__file__).parent / "lib"
#: Machines that releases have a library for; 32-bit ones are no longer supported by Home Assistant.
SUPPORTED: Final = ("x86_64-glibc", "x86_64-musl", "aarch64-glibc", "aarch64-musl")
#: The same machines by the names other systems give them.
_MACHINES: Final = {"amd64": "x86_64", "arm64": "aarch64"}
#: What a 32-bit Python runs as on a 64-bit kernel, as Raspberry Pi OS has it.
_HALF: Final = {"x86_64": "i686", "aarch64": "armv7l"}


class MissingLibraryError(Exception):
    """There is no `pjsua2` for this machine; the text says what to do."""


class UnsupportedMachineError(MissingLibraryError):
    """There will be none either: no release has a library for such machines."""


def platform_name() -> str:
    """Return the name of this machine's bundle: `x86_64-glibc`, `aarch64-musl`, `armv7l-musl`."""
    machine = platform.machine().lower()
    machine = _MACHINES.get(machine, machine)
    if sys.maxsize < 2**32:
        machine = _HALF.get(machine, machine)
    if sys.platform != "linux":
        return f"{machine}-{sys.platform}"
    return f"{machine}-{'glibc' if platform.libc_ver()[0] == 'glibc' else 'musl'}"


def load(bundles: Path = BUNDLES) -> None:
    """Make `import pjsua2` work, the bundled one first, then the environment's.

    Raises `MissingLibraryError`, or `UnsupportedMachineError` where no release helps.
    """
    name = platform_name()
    bundle = bundles / name
    failure = _load_from(bundle) if bundle.is_dir() else ""
    if bundle.is_dir() and not failure:
        return
    try:
        importlib.import_module("pjsua2")
    except ImportError as error:
        here = f"this machine ({name}, Python {platform.python_version()})"
        if name not in SUPPORTED:
            raise UnsupportedMachineError(
                f"There is no SIP library for {here}: {error}. Hold Slayer runs on 64-bit Linux on"
                f" Intel, AMD and ARM ({', '.join(SUPPORTED)})."
            ) from error
        have = sorted(folder.name for folder in bundles.glob("*-*")) if bundles.is_dir() else []
        raise MissingLibraryError(
            f"The SIP library pjsua2 cannot be loaded on {here}: {failure or error}."
            f" Bundled for: {', '.join(have) or 'nothing'}."
            " Download Hold Slayer again, as a release and not as the source code."
        ) from error
    if failure:
        _LOGGER.warning("The bundled SIP library is not used, but the installed one: %s", failure)


def _load_from(bundle: Path) -> str:
    """Load the library of a bundle; return why that is not possible, "" when it was."""
    try:
        # a damaged library would end the process instead of raising
        if damaged := _damaged(bundle):
            return f"{', '.join(damaged)} in {bundle} is damaged"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"{bundle / 'bundle.json'} cannot be read ({error})"
    sys.path.insert(0, str(bundle))
    try:
        importlib.import_module("pjsua2")
    except ImportError as error:
        sys.path.remove(str(bundle))
        sys.modules.pop("_pjsua2", None)
        return str(error)
    return ""


def _damaged(bundle: Path) -> list[str]:
    """Return the files of a bundle that are not what they were when it was built."""
    checksums = json.loads((bundle / "bundle.json").read_text("utf-8"))["sha256"]
    return [
        name
        for name, checksum in checksums.items()
        if not (bundle / name).is_file()
        or hashlib.sha256((bundle / name).read_bytes()).hexdigest() != checksum
    ]
