"""Imports parts of the component without Home Assistant, the way the engine process does.

Importing `custom_components.hold_slayer` would run the integration's `__init__`, which needs Home
Assistant. Here an empty package `hold_slayer` with the component's folder as its path stands in, so
`hold_slayer.hearing.listener` loads numpy and scipy only. Classes loaded this way are other objects than
those under `custom_components.hold_slayer`: use one of the two names in one process, never both.
"""

import importlib
from pathlib import Path
import sys
from types import ModuleType

#: The component's folder.
FOLDER = Path(__file__).resolve().parent.parent / "custom_components" / "hold_slayer"
#: The name of the stand-in package.
PACKAGE = "hold_slayer"


def install() -> None:
    """Put the stand-in package into `sys.modules`; a second call does nothing."""
    if PACKAGE not in sys.modules:
        package = ModuleType(PACKAGE)
        package.__path__ = [str(FOLDER)]
        sys.modules[PACKAGE] = package


def module(name: str) -> ModuleType:
    """Import a module of the component by its dotted name below it, such as `hearing.listener`."""
    install()
    return importlib.import_module(f"{PACKAGE}.{name}")
