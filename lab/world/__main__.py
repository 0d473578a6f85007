"""Run the simulated world in the foreground, to try it by hand with any softphone: `python -m lab.world insurance`."""

import argparse
import asyncio
import contextlib
from datetime import UTC, datetime
import sys

from ..company.scenario import SCENARIOS, ScenarioError
from ..process import LabError
from .world import World


async def _run(options: argparse.Namespace) -> None:
    async with World(
        options.scenario, port=options.port, users={options.user: options.password}
    ) as world:
        account = world.account
        print(f"Company     {world.scenario.name}: dial {', '.join(world.scenario.numbers)}")
        print(f"Phones      {', '.join(world.facts['extensions'])}")
        print(
            f"Registrar   {account.host}, "
            + ", ".join(f"{t} {p}" for t, p in account.ports.items())
        )
        print(f"User        {account.user}   password {account.password}   realm {account.realm}")
        print(f"Certificate {account.certificate}")
        print(f"Recordings  {world.folder}\nCtrl+C ends it.", flush=True)
        async for entry in world.follow():
            clock = datetime.fromtimestamp(entry.time, UTC).astimezone()
            print(clock.strftime("%H:%M:%S.%f")[:-3], entry, flush=True)


def main() -> int:
    """Command line of `python -m lab.world`."""
    parser = argparse.ArgumentParser(prog="python -m lab.world", description=__doc__)
    known = ", ".join(sorted(file.stem for file in SCENARIOS.glob("*.yaml")))
    parser.add_argument("scenario", help=f"a scenario file, or one of: {known}")
    parser.add_argument(
        "--port", type=int, default=5080, help="SIP port; TLS is one above (default 5080)"
    )
    parser.add_argument("--user", default="alice")
    parser.add_argument("--password", default="wonderland")
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_run(parser.parse_args()))
    except (ScenarioError, LabError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
