"""Starting a scripted caller, and telling it what to do."""

from pathlib import Path
import tempfile
from typing import Any, override

from ..process import Child
from ..world.world import Account


class Caller(Child):
    """`async with Caller(world.account) as caller:` is a softphone in a process of its own; log source: caller."""

    def __init__(
        self,
        account: Account,
        *,
        transport: str = "udp",
        srtp: str = "off",
        codecs: tuple[str, ...] = (),
        password: str | None = None,
        answer: bool = False,
    ) -> None:
        """`transport`: udp, tcp, tls; `srtp`: off, optional, required; `answer` picks up incoming calls."""
        self._temporary = tempfile.TemporaryDirectory(prefix="hold-slayer-caller-")
        self.folder = Path(self._temporary.name)
        super().__init__(
            "lab.caller.child",
            {
                "do": "start",
                "folder": str(self.folder),
                "host": account.host,
                "port": account.ports[transport],
                "transport": transport,
                "user": account.user,
                "password": account.password if password is None else password,
                "certificate": str(account.certificate),
                "srtp": srtp,
                "codecs": list(codecs),
                "answer": answer,
            },
        )

    @override
    async def stop(self) -> None:
        """End the process and delete its recordings."""
        await super().stop()
        self._temporary.cleanup()

    async def register(self) -> dict[str, Any]:
        """Register; answers {status, text} of the REGISTER, whatever it is."""
        answer: dict[str, Any] = await self.order("register")
        return answer

    async def dial(self, number: str) -> int:
        """Place a call; returns its number at once."""
        return int(await self.order("dial", number=number))

    async def press(self, call: int, keys: str, method: str = "rfc4733") -> None:
        """Press keys: rfc4733, info or inband."""
        await self.order("press", call=call, keys=keys, method=method)

    async def say(self, call: int, text: str) -> None:
        """Say something; returns when it has been said."""
        await self.order("say", call=call, text=text)

    async def hang_up(self, call: int) -> None:
        """End the call, or give up calling."""
        await self.order("hang_up", call=call)

    async def bridge(self, first: int, second: int) -> None:
        """Let the two calls hear each other instead of us."""
        await self.order("bridge", first=first, second=second)

    async def heard(self, call: int, text: str, voice: dict[str, Any] | None = None) -> float:
        """How well a text spoken by the lab is found in what was heard, -1 to 1 (0.6 is sure)."""
        return float(await self.order("heard", call=call, text=text, voice=voice or {}))
