"""Start of the engine's process: `python -P __main__.py DESCRIPTOR [FOLDER …]`.

DESCRIPTOR is the open socket to Home Assistant, each FOLDER holds Python packages. The component
is made known under a name of its own, so that neither its `__init__` nor its `select.py` is imported.
"""

from importlib import import_module
import os
from pathlib import Path
import sys
from types import ModuleType


def main() -> None:
    """Prepare the imports and hand over to the server; never returns."""
    component = ModuleType("hold_slayer")
    component.__path__ = [str(Path(__file__).resolve().parent.parent)]
    sys.modules["hold_slayer"] = component
    sys.path.extend(folder for folder in sys.argv[2:] if folder not in sys.path)

    server = import_module("hold_slayer.engine.server")
    code = server.run(int(sys.argv[1]))
    sys.stdout.flush()
    sys.stderr.flush()
    # Native threads and destructors after libDestroy have nothing left to do but harm.
    os._exit(code)


if __name__ == "__main__":
    main()
