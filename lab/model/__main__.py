"""Run the lab's model: `python -m lab.model --port 11434 --behaviour clever`."""

import argparse
import asyncio
import contextlib

from .behaviour import Behaviour, Script
from .server import MODEL, ModelServer


async def _run(given: argparse.Namespace) -> None:
    async with ModelServer(Script(behaviour=Behaviour(given.behaviour)), given.port) as server:
        print(f"{server.url}  model {MODEL}  {given.behaviour}; Ctrl+C ends it.", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Command line of `python -m lab.model`."""
    parser = argparse.ArgumentParser(prog="python -m lab.model", description=__doc__)
    parser.add_argument("--port", type=int, default=11434, help="0 takes a free port")
    parser.add_argument("--behaviour", choices=list(Behaviour), default=Behaviour.CLEVER)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
