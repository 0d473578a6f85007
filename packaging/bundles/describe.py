"""Checks a bundle that was just built and writes what it is made of into its bundle.json.

python describe.py FOLDER PLATFORM VERSION RECORD LINK-FLAG…
"""

import hashlib
import json
from pathlib import Path
import re
import subprocess
import sys

MODULE = "_pjsua2.abi3.so"
#: What ELF calls the machines.
MACHINES = {"x86_64": "Advanced Micro Devices X86-64", "aarch64": "AArch64"}
#: Part of every system with that C library; anything else would be missing somewhere.
SYSTEM = {
    "musl": {"libc.so"},
    "glibc": {
        "ld-linux-aarch64.so.1",
        "ld-linux-x86-64.so.2",
        "libc.so.6",
        "libdl.so.2",
        "libm.so.6",
        "libpthread.so.0",
        "libresolv.so.2",
        "librt.so.1",
    },
}
#: Oldest glibc a bundle may ask for; GLIBC in the build script.
GLIBC = (2, 28)


class BundleError(Exception):
    """A bundle that would not run where it should; the text says why."""


def _readelf(module: Path, *what: str) -> str:
    """Return what readelf prints; it reads the binaries of any machine."""
    command = ["readelf", "--wide", *what, str(module)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def check(module: Path, platform: str) -> list[str]:
    """Return what the library needs from the system; raises `BundleError`."""
    machine, libc = platform.split("-")
    found = re.search(r"Machine:\s+(.+)", _readelf(module, "--file-header"))
    if found is None or found[1].strip() != MACHINES[machine]:
        raise BundleError(f"{module} is for {found and found[1]}, not for {machine}")
    dynamic = _readelf(module, "--dynamic")
    needed = sorted(set(re.findall(r"\(NEEDED\).*\[([^\]]+)\]", dynamic)))
    if strange := set(needed) - SYSTEM[libc]:
        raise BundleError(
            f"{module} needs {', '.join(sorted(strange))}, which not every {libc} system has"
        )
    if "BIND_NOW" not in dynamic and "NOW" not in dynamic:
        raise BundleError(f"{module} is not hardened: its relocations stay writable")
    exported = {
        line.split()[7].partition("@")[0]
        for line in _readelf(module, "--dyn-syms").splitlines()
        if len(line.split()) > 7
        and line.split()[4] in {"GLOBAL", "WEAK"}
        and line.split()[6].isdecimal()
    }
    if exported != {"PyInit__pjsua2"}:
        raise BundleError(
            f"{module} shows {sorted(exported)[:5]} to other libraries, not just PyInit__pjsua2"
        )
    versions = {
        tuple(map(int, each))
        for each in re.findall(r"GLIBC_(\d+)\.(\d+)", _readelf(module, "--version-info"))
    }
    if versions and max(versions) > GLIBC:
        raise BundleError(f"{module} asks for glibc {'.'.join(map(str, max(versions)))}")
    if (home := str(Path.home()).encode()) != b"/" and home + b"/" in module.read_bytes():
        raise BundleError(f"{module} names a folder of the machine it was built on")
    return needed


def main() -> int:
    """Run from the build script."""
    folder, platform, version, record = Path(sys.argv[1]), *sys.argv[2:5]
    module = folder / MODULE
    try:
        needed = check(module, platform)
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    # -lpj… is PJSIP itself, the others have to be in the bill of materials
    links = {
        flag[2:] for flag in sys.argv[5:] if flag.startswith("-l") and not flag.startswith("-lpj")
    }
    facts = {
        "platform": platform,
        "version": version,
        "record": record,
        "linked": sorted(links),
        "needs": needed,
        "sha256": {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in (MODULE, "pjsua2.py", "licenses.txt")
        },
    }
    (folder / "bundle.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
