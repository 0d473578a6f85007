"""The simulated company: takes calls, plays the scenario in each, calls back."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ..parties.leg import Leg
from ..parties.speaker import Exchange
from .call import CompanyCall
from .library import Library
from .scenario import Scenario


class Company:
    """Plays its scenario to every caller."""

    def __init__(
        self,
        scenario: Scenario,
        number: str,
        library: Library,
        exchange: Exchange,
        dial: Callable[[str], Leg],
    ) -> None:
        """`number` reaches the company; `dial(number)` places a call for it."""
        self.scenario = scenario
        self._number = number
        self._library = library
        self._exchange = exchange
        self._dial = dial
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, leg: Leg) -> None:
        """An incoming call."""
        leg.report(
            "call",
            call=leg.number,
            caller=leg.remote,
            dialled=leg.dialled,
            company=self._number,
        )
        self._play(leg, self.scenario.start, incoming=True)

    def place(self, number: str, scene: str) -> Leg:
        """Call somebody and play a scene once they answer."""
        leg = self._dial(number)
        leg.report("dials", call=leg.number, number=number, company=self._number)
        self._play(leg, scene, incoming=False)
        return leg

    def _play(self, leg: Leg, scene: str, *, incoming: bool) -> None:
        call = CompanyCall(leg, self.scenario, self._library, self._exchange, self._arrange)
        self._keep(run_until_ended(leg, call.run(scene, incoming=incoming)))

    def _arrange(self, number: str, after: float, scene: str) -> None:
        async def later() -> None:
            await asyncio.sleep(after)
            self.place(number, scene)

        self._keep(later())

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def run_until_ended(leg: Leg, script: Coroutine[Any, Any, None]) -> None:
    """Run a party's script until the call is over, then log how it ended."""
    task = asyncio.create_task(script)
    await leg.ended.wait()
    task.cancel()
    await asyncio.wait([task])
    leg.report("ended", call=leg.number, status=leg.status, text=leg.status_text)
