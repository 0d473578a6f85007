"""Compiles the binding and packs it as an abi3 wheel; run by the build script next to it, which sets the environment."""

import os
from pathlib import Path
import shlex

from setuptools import Extension, setup

HERE = Path(__file__).parent


def words(name: str) -> list[str]:
    """Return the shell words of an environment variable."""
    return shlex.split(os.environ[name])


setup(
    name="hold-slayer-pjsua2",
    version=os.environ["WHEEL_VERSION"],
    description="PJSUA2 2.17 with the media ports, the source filter and the dialog export of Hold Slayer",
    long_description=os.environ["WHEEL_RECORD"],
    license="GPL-3.0-or-later",
    python_requires=">=3.12",
    py_modules=["pjsua2"],
    packages=["pjsua2-stubs"] if (HERE / "pjsua2-stubs").is_dir() else [],
    package_data={"pjsua2-stubs": ["*.pyi"]},
    ext_modules=[
        Extension(
            "_pjsua2",
            sources=["pjsua2_wrap.cpp", *sorted(str(path) for path in Path("src").glob("*.cpp"))],
            include_dirs=["src"],
            define_macros=[("Py_LIMITED_API", "0x030c0000")],
            extra_compile_args=words("WHEEL_CXXFLAGS"),
            extra_link_args=words("WHEEL_LDFLAGS"),
            py_limited_api=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp312"}},
)
