"""The bill of materials names everything that the wheel is made of."""

import json
from pathlib import Path
import re
import subprocess
import zipfile

import pytest

ROOT = Path(__file__).parent.parent.parent
SBOM = ROOT / "packaging" / "sbom"


@pytest.fixture(scope="module")
def wheel() -> Path:
    """Give the release wheel, which set-up has built."""
    built = subprocess.run(
        [ROOT / "packaging/pjsua2/build"], check=True, capture_output=True, text=True
    )
    return Path(built.stdout.strip().splitlines()[-1])


def test_everything_linked_is_named(wheel: Path) -> None:
    """Each library has a version and a licence; the source has its checksum, the patches are listed."""
    printed = subprocess.run([SBOM, wheel], check=True, capture_output=True, text=True)
    bill = json.loads(printed.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    names = {each["name"] for each in bill["components"]}
    assert {"pjproject", "openssl", "libsrtp", "opus"} <= names
    assert all(each["version"] and each["licenses"] for each in bill["components"])
    source = next(each for each in bill["components"] if each["name"] == "pjproject")
    build = (ROOT / "packaging/pjsua2/pjproject.sh").read_text("utf-8")
    assert source["hashes"][0]["content"] in build
    patches = list((ROOT / "packaging/pjsua2/patches").glob("*.patch"))
    assert len(source["pedigree"]["patches"]) == len(patches)


def test_an_unknown_library_is_an_error(wheel: Path, tmp_path: Path) -> None:
    """Nothing is left out in silence."""
    with zipfile.ZipFile(wheel) as old:
        name = next(name for name in old.namelist() if name.endswith(".so"))
        other = re.sub(rb"libopus\.so", b"libwrong.so"[: len(b"libopus.so")], old.read(name))
        odd = tmp_path / wheel.name
        with zipfile.ZipFile(odd, "w") as new:
            new.writestr(name, other)
    printed = subprocess.run([SBOM, odd], check=False, capture_output=True, text=True)
    assert printed.returncode == 1
    assert "not in the table" in printed.stderr
