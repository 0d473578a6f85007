"""A bundle that would not run everywhere is refused when it is built."""

import importlib.util
from pathlib import Path
import subprocess
import sys
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
#: The wheel's module: right for this machine, but linked with Debian's libraries.
FIND = "import importlib.util; print(importlib.util.find_spec('_pjsua2').origin)"


@pytest.fixture(scope="module")
def describe() -> ModuleType:
    """Give packaging/bundles/describe.py."""
    path = ROOT / "packaging/bundles/describe.py"
    spec = importlib.util.spec_from_file_location("describe", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def module() -> Path:
    """Give the module of the wheel for this machine."""
    found = subprocess.run([sys.executable, "-c", FIND], check=True, capture_output=True, text=True)
    return Path(found.stdout.strip())


def compiled(folder: Path, code: str, *flags: str) -> Path:
    """Return a library made of a line of C."""
    (folder / "module.c").write_text(code)
    library = folder / "_pjsua2.abi3.so"
    command = ["gcc", "-shared", "-fPIC", *flags, folder / "module.c", "-o", library]
    subprocess.run(command, check=True)
    return library


def here(describe: ModuleType) -> str:
    """Return the platform of this machine."""
    machine = subprocess.run(["uname", "-m"], check=True, capture_output=True, text=True)
    assert machine.stdout.strip() in describe.MACHINES
    return f"{machine.stdout.strip()}-glibc"


def test_accepted(describe: ModuleType, tmp_path: Path) -> None:
    """One entry, nothing but the C library, hardened."""
    library = compiled(tmp_path, "void PyInit__pjsua2(void) {}\n", "-Wl,-z,relro,-z,now")
    assert set(describe.check(library, here(describe))) <= {"libc.so.6"}


def test_foreign_libraries(describe: ModuleType, module: Path) -> None:
    """A library that only this machine has is named."""
    with pytest.raises(describe.BundleError, match="libssl"):
        describe.check(module, here(describe))


def test_wrong_machine(describe: ModuleType, module: Path) -> None:
    """An ARM bundle with an Intel library, or the other way round."""
    other = "aarch64" if here(describe).startswith("x86_64") else "x86_64"
    with pytest.raises(describe.BundleError, match=f"not for {other}"):
        describe.check(module, f"{other}-glibc")


@pytest.mark.parametrize(
    ("code", "flags", "words"),
    [
        ("void PyInit__pjsua2(void) {}", ["-Wl,-z,lazy"], "relocations"),
        ("void PyInit__pjsua2(void) {} void SSL_new(void) {}", ["-Wl,-z,now"], "SSL_new"),
        (f'char PyInit__pjsua2[] = "{Path.home()}/x.c";', ["-Wl,-z,now"], "folder of the machine"),
    ],
)
def test_refused(
    describe: ModuleType, tmp_path: Path, code: str, flags: list[str], words: str
) -> None:
    """Lazy relocations, symbols that others could see, a path of the machine it was built on."""
    library = compiled(tmp_path, code + "\n", *flags)
    with pytest.raises(describe.BundleError, match=words):
        describe.check(library, here(describe))
