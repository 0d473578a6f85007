"""What holds for every committed file: its length, and no trace of the machine it was written on."""

from pathlib import Path
import re
import shutil
import subprocess
import sys

ROOT = Path(__file__).parent.parent
MOST_LINES = 400


def _committed() -> list[Path]:
    """Return the files git knows, that are still there."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def _text(file: Path) -> str:
    """Return a file's text; nothing for binary ones."""
    data = file.read_bytes()
    return "" if b"\0" in data[:8000] else data.decode("utf-8", "replace")


def _output(*command: str) -> str:
    """Return what a program prints; nothing where it is missing or fails."""
    if not shutil.which(command[0]):
        return ""
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def _registry_hosts() -> set[str]:
    """Ask this machine's package managers for the hosts they use."""
    addresses = _output("apt-get", "indextargets", "--format", "$(REPO_URI)")
    addresses += "\n" + _output("npm", "config", "get", "registry")
    # pip knows its own registry; a copy of it comes with Python
    addresses += "\n" + _output(
        sys.executable,
        "-c",
        "import ensurepip, pathlib, sys\n"
        "sys.path[:0] = map(str, pathlib.Path(ensurepip.__file__).parent.glob('_bundled/*.whl'))\n"
        "from pip._internal.models.index import PyPI\n"
        "print('//' + PyPI.netloc, '//' + PyPI.file_storage_domain, sep='\\n')",
    )
    return set(re.findall(r"//([A-Za-z0-9.-]+\.[A-Za-z]+)", addresses))


def test_no_registry_hosts_and_no_paths_of_this_machine() -> None:
    """Addresses are asked of the machine a script runs on; paths are relative to the checkout."""
    forbidden = _registry_hosts()
    forbidden |= {f"{folder}/" for folder in (ROOT.parent, Path.home())} - {"//", "/tmp/", "/"}
    assert forbidden
    found = [
        f"{file.relative_to(ROOT)}: {word}"
        for file in _committed()
        for word in sorted(forbidden)
        if word in _text(file)
    ]
    assert not found, "Registry hosts or machine paths in committed files:\n" + "\n".join(found)


def test_files_are_short_enough_to_read() -> None:
    """One noun per file: longer than 400 lines means two of them."""
    kinds = {".py", ".js", ".cpp", ".hpp", ".sh"}
    long = [
        f"{file.relative_to(ROOT)}: {lines} lines"
        for file in _committed()
        if file.suffix in kinds and (lines := _text(file).count("\n")) > MOST_LINES
    ]
    assert not long, "\n".join(long)
