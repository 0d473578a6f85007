"""The process in which the simulated world lives: `python -m lab.world.child`, started by `World`."""

import asyncio
import contextlib
from functools import partial
import os
from pathlib import Path
from typing import Any

from ..company.company import Company, run_until_ended
from ..company.library import Library
from ..company.recogniser import prepare
from ..company.scenario import calls_back, load
from ..parties.leg import Leg
from ..parties.phone import pick_up
from ..parties.plan import PhonePlan, Reaction
from ..parties.softphone import DEFAULT_CODECS, Softphone
from ..parties.speaker import Exchange, say
from ..process import report, serve
from ..trunk.digest import Digest
from ..trunk.proxy import Mood, Trunk, TrunkSettings
from ..trunk.relay import Network
from ..trunk.transport import Protocol
from ..voices import Voice

_HOST = "127.0.0.1"
_REALM = "trunk.lab"


class WorldProcess:
    """Trunk, company and phones on one event loop."""

    def __init__(self) -> None:
        """Nothing runs before the order to start."""
        self._plans: dict[str, PhonePlan] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        #: Companies by number, and the accounts from which they call.
        self._companies: dict[str, Company] = {}
        self._accounts: list[Any] = []

    async def handle(self, do: str, details: dict[str, Any]) -> Any:
        """Carry out an order of the parent."""
        return await getattr(self, f"do_{do}")(**details)

    async def do_start(
        self,
        scenarios: dict[str, str],
        phones: dict[str, dict[str, Any]],
        users: dict[str, str],
        network: dict[str, float] | None,
        port: int,
        folder: str,
        srtp: str,
    ) -> dict[str, Any]:
        """Start everything; answers with ports and certificate."""
        loaded = {number: load(file) for number, file in scenarios.items()}
        self._scenario = next(iter(loaded.values()))
        self._plans = {extension: _plan(fields) for extension, fields in phones.items()}
        library = Library()
        for each in loaded.values():
            await library.prepare(each)
        settings = TrunkSettings(
            network=Network(**network) if network else self._scenario.network,
            networks={
                number: each.network
                for number, each in loaded.items()
                if each is not self._scenario
            },
        )
        self._trunk = Trunk(
            _HOST,
            Digest(realm=_REALM, passwords=users),
            settings,
            partial(report, "trunk"),
            lambda number: number in self._companies or number in self._plans,
        )
        try:
            await self._trunk.open(Path(folder), port)
        except OSError as error:
            raise RuntimeError(
                f"port {port} on {_HOST} cannot be used: {error.strerror}"
            ) from error
        self._phone = Softphone(Path(folder), _HOST)
        self._phone.start(self._scenario.codecs or DEFAULT_CODECS)
        self._phone.on_incoming = self._incoming
        self._trunk.serve_parties(self._phone.ports["udp"])
        domain = f"{_HOST}:{self._trunk.transports.ports[Protocol.UDP]}"
        self._proxy = f"sip:{domain};lr"
        self._domain = domain
        self._exchange = Exchange(self._phone.legs)
        for number, each in loaded.items():
            # pjsua2 has few accounts: only companies that call somebody get one of their own
            if not self._accounts or calls_back(each):
                account = self._phone.account(
                    f"sip:{number}@{domain}", partial(report, "lab"), proxy=self._proxy, srtp=srtp
                )
                self._accounts.append(account)
            dial = partial(self._dial, self._accounts[-1])
            company = Company(each, number, library, self._exchange, dial)
            self._companies |= dict.fromkeys((number, *each.numbers[1:]), company)
        self._own, self._company = self._accounts[0], self._companies[next(iter(loaded))]
        return {
            "host": _HOST,
            "ports": {name.value: port for name, port in self._trunk.transports.ports.items()},
            "realm": _REALM,
            "extensions": list(self._plans),
            "certificate": str(self._trunk.certificate),
        }

    async def do_trunk(self, drop_connections: bool = False, **settings: Any) -> None:
        """Change the mood of the trunk."""
        makers: dict[str, Any] = {"mood": Mood, "network": lambda fields: Network(**fields)}
        for name, value in settings.items():
            make = makers.get(name)
            setattr(self._trunk.settings, name, make(value) if make else value)
        if drop_connections:
            self._trunk.transports.drop_connections()

    async def do_phone(self, extension: str, plan: dict[str, Any]) -> None:
        """Change a phone."""
        self._plans[extension] = _plan(plan)

    async def do_register_phone(
        self, registrar: str, user: str, password: str, extension: str
    ) -> None:
        """Register a phone at another registrar and wait until it is."""
        account = self._phone.account(
            f"sip:{user}@{registrar.partition(':')[0]}",
            partial(report, "phone", extension=extension),
            registrar=f"sip:{registrar}",
            user=user,
            password=password,
        )
        account.extension = extension
        async with asyncio.timeout(15):
            await account.registered.wait()
        self._registered = account

    async def do_dial(self, number: str, scene: str) -> int:
        """The company calls somebody."""
        return self._company.place(number, scene or self._scenario.start).number

    async def do_phone_dials(self, number: str, extension: str) -> int:
        """A phone calls somebody and talks as planned."""
        uri = number if number.startswith("sip") else f"sip:{number}@{self._domain}"
        leg = self._phone.dial(self._own, uri)
        leg.report = partial(report, "phone", extension=extension)
        leg.report("dials", call=leg.number, number=number)
        self._keep(run_until_ended(leg, _silent(leg)))
        return leg.number

    async def do_hang_up(self, call: int) -> None:
        """End a call."""
        self._leg(call).hang_up()

    async def do_press(self, call: int, keys: str, method: str) -> None:
        """Press keys in a call."""
        await self._leg(call).press(keys, method)

    async def do_say(self, call: int, text: str) -> None:
        """Say something in a call."""
        await say(self._leg(call), self._exchange, text, Voice(), "lab")

    async def do_transcribe(self, call: int, seconds: float) -> str:
        """Understand what was heard in a call."""
        heard = self._leg(call).ear.last(seconds)
        language = self._scenario.language
        return await asyncio.to_thread(lambda: prepare((), language).transcribe(heard))

    async def do_sip_hold(self, call: int, on: bool) -> None:
        """Hold or take back by re-INVITE."""
        self._leg(call).hold(on)

    async def close(self) -> None:
        """Hang up and end."""
        for task in self._tasks:
            task.cancel()
        if hasattr(self, "_phone"):
            await self._phone.close()
        if hasattr(self, "_trunk"):
            self._trunk.close()

    def _incoming(self, leg: Leg) -> None:
        """Give a call to the party that was dialled."""
        if company := self._companies.get(leg.dialled):
            leg.report = partial(report, "company")
            company.take(leg)
            return
        extension = leg.dialled if leg.dialled in self._plans else next(iter(self._plans), "")
        plan = self._plans.get(extension, PhonePlan(reaction=Reaction.BUSY))
        leg.report = partial(report, "phone", extension=extension)
        self._keep(run_until_ended(leg, pick_up(leg, self._exchange, plan)))

    def _dial(self, account: Any, number: str) -> Leg:
        leg = self._phone.dial(account, f"sip:{number}@{self._domain}")
        leg.report = partial(report, "company")
        return leg

    def _leg(self, call: int) -> Leg:
        if (leg := self._phone.legs.get(call)) is None:
            raise RuntimeError(f"there is no call {call} now; there are {sorted(self._phone.legs)}")
        return leg

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _silent(leg: Leg) -> None:
    await leg.answered.wait()
    leg.stage = "person"


def _plan(fields: dict[str, Any]) -> PhonePlan:
    voice = Voice(**fields.pop("voice"))
    return PhonePlan(
        **{**fields, "reaction": Reaction(fields["reaction"]), "says": tuple(fields["says"])},
        voice=voice,
    )


async def _main() -> None:
    world = WorldProcess()
    try:
        await serve(world.handle)
    finally:
        with contextlib.suppress(Exception):
            await world.close()


if __name__ == "__main__":
    asyncio.run(_main())
    # what pjsua2 still holds must not be torn down in Python's own order
    os._exit(0)
