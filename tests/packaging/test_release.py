"""The zip of a release: what HACS expects, nothing else, and the engine starts from it."""

from collections.abc import Iterator
import hashlib
import json
from pathlib import Path
import re
import subprocess
import sys
import zipfile

import pytest
import yaml

from custom_components.hold_slayer.telephony.messages import LegState
from tests.engine.station import Station, connect

ROOT = Path(__file__).parents[2]
RELEASE = ROOT / "packaging" / "release"
COMPONENT = ROOT / "custom_components" / "hold_slayer"
HACS = json.loads((ROOT / "hacs.json").read_text("utf-8"))


def make(out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Make a release without bundles."""
    command = [RELEASE, "--platforms", "", "--out", out, *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a release without bundles."""
    out = tmp_path_factory.mktemp("release") / "dist"
    done = make(out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture
def archive(dist: Path) -> Iterator[zipfile.ZipFile]:
    """Give its zip, by the name that hacs.json promises."""
    with zipfile.ZipFile(dist / HACS["filename"]) as opened:
        yield opened


def test_what_hacs_unpacks(archive: zipfile.ZipFile) -> None:
    """HACS unpacks into custom_components/hold_slayer: the content of that folder is at the root."""
    assert HACS["zip_release"] is True
    names = archive.namelist()
    assert {"manifest.json", "__init__.py", "translations/en.json", "engine/__main__.py"} <= set(
        names
    )
    assert archive.testzip() is None
    assert not [name for name in names if name.startswith(("/", "custom_components"))]
    assert not [name for name in names if ".." in Path(name).parts or "\\" in name]
    assert (
        json.loads(archive.read("manifest.json"))["version"]
        == json.loads((COMPONENT / "manifest.json").read_text("utf-8"))["version"]
    )


def test_all_of_the_component_and_nothing_else(archive: zipfile.ZipFile) -> None:
    """Every file that git knows, as it is; no compiled Python, no tests."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "."], cwd=COMPONENT, check=True, capture_output=True, text=True
    )
    wanted = {name for name in listed.stdout.split("\0") if name}
    assert set(archive.namelist()) == wanted | {"LICENSE"}
    for name in wanted:
        assert archive.read(name) == (COMPONENT / name).read_bytes()
    assert not [name for name in wanted if "__pycache__" in name or "/tests/" in name]


def test_same_bytes_each_time(dist: Path, tmp_path: Path) -> None:
    """Who makes the release of a commit again can compare the checksums."""
    assert make(tmp_path / "again").returncode == 0
    checksums = (dist / "SHA256SUMS").read_text("utf-8")
    assert (tmp_path / "again" / "SHA256SUMS").read_text("utf-8") == checksums
    for line in checksums.splitlines():
        checksum, name = line.split("  ")
        assert hashlib.sha256((dist / name).read_bytes()).hexdigest() == checksum


def test_wrong_tag(tmp_path: Path) -> None:
    """A tag that is not the version would be offered as an update for ever."""
    done = make(tmp_path / "dist", "--tag", "v99.1.2")
    assert done.returncode == 1
    assert "v99.1.2" in done.stderr
    assert not (tmp_path / "dist").exists()


def test_a_folder_with_other_things_is_kept(tmp_path: Path) -> None:
    """A slip with --out deletes nothing."""
    (tmp_path / "thesis.txt").write_text("years of work")
    assert make(tmp_path).returncode == 1
    assert (tmp_path / "thesis.txt").is_file()


async def test_the_engine_starts_from_it(dist: Path, tmp_path: Path) -> None:
    """Two engines of the unpacked zip call each other."""
    with zipfile.ZipFile(dist / HACS["filename"]) as opened:
        opened.extractall(tmp_path)
    command = [sys.executable, "-P", str(tmp_path / "engine" / "__main__.py")]
    async with Station("alice", command=command) as alice, Station("bob", command=command) as bob:
        await alice.face(bob)
        await bob.face(alice)
        _, other = await connect(alice, bob)
        await alice.link.stop()
        await bob.leg_is(other, LegState.DISCONNECTED)


def test_workflows_run_what_is_here() -> None:
    """The scripts that the workflows name exist, and every platform is built, proved and released."""
    steps = []
    for path in sorted((ROOT / ".github/workflows").glob("*.yaml")):
        workflow = yaml.safe_load(path.read_text("utf-8"))
        for job in workflow["jobs"].values():
            steps += [step.get("run", "") for step in job["steps"]]
    scripts = re.findall(r"(?:^|\s)((?:\.ci|scripts|packaging)/[\w/-]+)", "\n".join(steps))
    assert {".ci/run", "packaging/bundles/build", "packaging/prove", "packaging/release"} <= set(
        scripts
    )
    for script in scripts:
        assert (ROOT / script).stat().st_mode & 0o111, script
    release = yaml.safe_load((ROOT / ".github/workflows/release.yaml").read_text("utf-8"))
    platforms = release["jobs"]["bundle"]["strategy"]["matrix"]["platform"]
    shell = (ROOT / "packaging/bundles/compiler.sh").read_text("utf-8")
    assert f"\nPLATFORMS=({' '.join(platforms)})\n" in shell
    library = (COMPONENT / "engine/library.py").read_text("utf-8")
    assert f"SUPPORTED: Final = {tuple(platforms)}".replace("'", '"') in library
