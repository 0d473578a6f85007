"""Where the engine finds its native library, and what it says when there is none."""

import hashlib
import json
from pathlib import Path
import platform
import subprocess
import sys

import pytest

from custom_components.hold_slayer.engine import library

LIBRARY = Path(__file__).parents[2] / "custom_components/hold_slayer/engine/library.py"
#: Loads library.py by itself, as nothing else of the engine exists before it; then does as told.
PROGRAM = """
import importlib.util, logging, pathlib, platform, sys
logging.basicConfig(format="%(levelname)s %(message)s", stream=sys.stdout)
spec = importlib.util.spec_from_file_location("library", sys.argv[1])
library = importlib.util.module_from_spec(spec)
spec.loader.exec_module(library)
machine, installed = sys.argv[3], sys.argv[4]
if machine:
    platform.machine = lambda: machine
if installed == "gone":
    class Absent:
        def find_spec(self, name, path=None, target=None):
            bundled = any(pathlib.Path(sys.argv[2]) in pathlib.Path(each).parents for each in sys.path)
            if name == "pjsua2" and not bundled:
                raise ImportError("No module named pjsua2")
    sys.meta_path.insert(0, Absent())
try:
    library.load(pathlib.Path(sys.argv[2]))
except library.MissingLibraryError as error:
    print(type(error).__name__, error)
else:
    import pjsua2
    print("loaded", pjsua2.__file__)
"""


def loaded(bundles: Path, *, machine: str = "", installed: bool = True) -> str:
    """Return what a fresh process says about loading the library."""
    command = [sys.executable, "-c", PROGRAM, LIBRARY, bundles, machine]
    done = subprocess.run(
        [*command, "here" if installed else "gone"], check=True, capture_output=True, text=True
    )
    return done.stdout


def make_bundle(bundles: Path, code: str) -> Path:
    """Make a bundle for this machine whose module is a line of Python."""
    libc = "glibc" if platform.libc_ver()[0] == "glibc" else "musl"
    bundle = bundles / f"{platform.machine()}-{libc}"
    bundle.mkdir(parents=True)
    (bundle / "pjsua2.py").write_text(code)
    checksum = hashlib.sha256(code.encode()).hexdigest()
    (bundle / "bundle.json").write_text(json.dumps({"sha256": {"pjsua2.py": checksum}}))
    return bundle


def test_the_bundle_goes_first(tmp_path: Path) -> None:
    """A release brings its own library, whatever else is installed."""
    bundle = make_bundle(tmp_path, "")
    assert loaded(tmp_path).strip() == f"loaded {bundle / 'pjsua2.py'}"


def test_without_a_bundle_the_installed_one(tmp_path: Path) -> None:
    """A checkout has none; the wheel that scripts/setup has built is used."""
    assert "site-packages" in loaded(tmp_path / "nothing")


@pytest.mark.parametrize("damage", ["changed", "cut", "no list", "nonsense", "not loadable"])
def test_damaged_bundle(tmp_path: Path, damage: str) -> None:
    """It is not loaded, for it might crash; the installed one is, or the error says what is wrong."""
    bundle = make_bundle(tmp_path, "raise ImportError('odd')" if damage == "not loadable" else "")
    match damage:
        case "changed":
            (bundle / "pjsua2.py").write_text("print('changed')")
        case "cut":
            (bundle / "pjsua2.py").unlink()
        case "no list":
            (bundle / "bundle.json").unlink()
        case "nonsense":
            (bundle / "bundle.json").write_text("[]")
    said = loaded(tmp_path)
    assert "WARNING" in said
    assert "site-packages" in said

    said = loaded(tmp_path, installed=False)
    assert said.startswith("MissingLibraryError")
    assert "odd" in said or "damaged" in said or "cannot be read" in said
    assert bundle.name in said
    assert "Download Hold Slayer again" in said


@pytest.mark.parametrize(
    ("machine", "error"),
    [
        ("aarch64", "MissingLibraryError"),
        ("armv7l", "UnsupportedMachineError"),
        ("riscv64", "UnsupportedMachineError"),
    ],
)
def test_no_library(tmp_path: Path, machine: str, error: str) -> None:
    """The machine is named, and what to do: download again, or nothing would help."""
    said = loaded(tmp_path, machine=machine, installed=False)
    assert said.startswith(error)
    assert f"{machine}-" in said
    assert ("64-bit Linux" in said) is (error == "UnsupportedMachineError")


@pytest.mark.parametrize(
    ("machine", "bits", "system", "libc", "name"),
    [
        ("AMD64", 64, "linux", "glibc", "x86_64-glibc"),
        ("arm64", 64, "linux", "", "aarch64-musl"),
        ("aarch64", 32, "linux", "glibc", "armv7l-glibc"),
        ("x86_64", 32, "linux", "", "i686-musl"),
        ("arm64", 64, "darwin", "", "aarch64-darwin"),
    ],
)
def test_platform_names(
    monkeypatch: pytest.MonkeyPatch, machine: str, bits: int, system: str, libc: str, name: str
) -> None:
    """Machines go by many names; a 32-bit Python on a 64-bit kernel is a 32-bit machine."""
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "libc_ver", lambda: (libc, ""))
    monkeypatch.setattr(sys, "maxsize", 2 ** (bits - 1) - 1)
    monkeypatch.setattr(sys, "platform", system)
    assert library.platform_name() == name
