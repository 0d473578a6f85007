"""The process of a scripted caller: `python -m lab.caller.child`, started by `Caller`."""

import asyncio
import contextlib
from functools import partial
import os
from pathlib import Path
from typing import Any

from ..parties.leg import Leg
from ..parties.matching import best_match
from ..parties.softphone import DEFAULT_CODECS, Softphone
from ..parties.speaker import Exchange, say
from ..process import report, serve
from ..voices import Voice, speak

_report = partial(report, "caller")


class CallerProcess:
    """One account and its calls."""

    def __init__(self) -> None:
        """Nothing runs before the order to start."""
        self._phone: Softphone | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle(self, do: str, details: dict[str, Any]) -> Any:
        """Carry out an order of the parent."""
        return await getattr(self, f"do_{do}")(**details)

    async def do_start(
        self,
        folder: str,
        host: str,
        port: int,
        transport: str,
        user: str,
        password: str,
        certificate: str,
        srtp: str,
        codecs: list[str],
        *,
        answer: bool,
    ) -> dict[str, Any]:
        """Start the SIP stack; nothing is registered yet."""
        self._answers = answer
        self._phone = Softphone(Path(folder), host)
        self._phone.start(tuple(codecs) or DEFAULT_CODECS, (transport,), Path(certificate))
        self._phone.on_incoming = self._incoming
        self._exchange = Exchange(self._phone.legs)
        self._suffix = f"@{host}:{port}" + ("" if transport == "udp" else f";transport={transport}")
        self._settings: dict[str, Any] = {"user": user, "password": password, "srtp": srtp}
        self._account = self._phone.account(
            f"sip:{user}@{host}", _report, proxy=f"sip:{self._suffix[1:]};lr", **self._settings
        )
        self._user = user
        return {"ports": self._phone.ports}

    async def do_register(self) -> dict[str, Any]:
        """Register and answer what came back."""
        results: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

        def result(event: str, **details: Any) -> None:
            _report(event, **details)
            if event == "registration":
                results.put_nowait({"status": details["status"], "text": details["text"]})

        assert self._phone is not None
        self._phone.account(
            f"sip:{self._user}{self._suffix.partition(':')[0]}",
            result,
            registrar=f"sip:{self._suffix[1:]}",
            **self._settings,
        )
        async with asyncio.timeout(20):
            return await results.get()

    async def do_dial(self, number: str) -> int:
        """Place a call."""
        assert self._phone is not None
        uri = number if number.startswith("sip:") else f"sip:{number}{self._suffix}"
        leg = self._phone.dial(self._account, uri)
        leg.report = _report
        self._watch(leg)
        return leg.number

    async def do_press(self, call: int, keys: str, method: str) -> None:
        """Press keys."""
        await self._leg(call).press(keys, method)

    async def do_say(self, call: int, text: str) -> None:
        """Say something."""
        await say(self._leg(call), self._exchange, text, Voice(name="en-us+m2"), "caller")

    async def do_hang_up(self, call: int) -> None:
        """End a call."""
        self._leg(call).hang_up()

    async def do_bridge(self, first: int, second: int) -> None:
        """Connect the audio of two calls with each other."""
        self._leg(first).bridge(self._leg(second))

    async def do_heard(self, call: int, text: str, voice: dict[str, Any]) -> float:
        """Look for an utterance in all that a call has heard."""
        leg = self._leg(call)
        score, _ = best_match(await speak(text, Voice(**voice)), leg.ear.last(leg.ear.seconds))
        return score

    async def close(self) -> None:
        """Hang up and end."""
        if self._phone is not None:
            await self._phone.close()

    def _incoming(self, leg: Leg) -> None:
        leg.report = _report
        _report("ringing", call=leg.number, caller=leg.remote)
        self._watch(leg)
        leg.respond(200 if self._answers else 180)

    def _watch(self, leg: Leg) -> None:
        async def follow() -> None:
            async def state(event: asyncio.Event, name: str) -> None:
                await event.wait()
                _report(name, call=leg.number)

            others = [
                asyncio.create_task(state(event, name))
                for event, name in ((leg.ringing, "remote_rings"), (leg.early, "early_media"))
            ]
            await leg.ended.wait()
            for other in others:
                other.cancel()
            _report("ended", call=leg.number, status=leg.status, text=leg.status_text)

        task = asyncio.create_task(follow())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _leg(self, call: int) -> Leg:
        assert self._phone is not None
        if (leg := self._phone.legs.get(call)) is None:
            raise RuntimeError(f"there is no call {call} now; there are {sorted(self._phone.legs)}")
        return leg


async def _main() -> None:
    caller = CallerProcess()
    try:
        await serve(caller.handle)
    finally:
        with contextlib.suppress(Exception):
            await caller.close()


if __name__ == "__main__":
    asyncio.run(_main())
    # what pjsua2 still holds must not be torn down in Python's own order
    os._exit(0)
