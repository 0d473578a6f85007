"""Starting the simulated world, and talking with it."""

from dataclasses import asdict, dataclass
from pathlib import Path
import secrets
import tempfile
from typing import Any, Self, override

from ..company.scenario import Scenario, load
from ..parties.plan import PhonePlan
from ..process import Child, LabError
from ..trunk.relay import Network

#: Seconds that it may take to start: with one company, and for every further one whose texts are spoken in advance.
_START, _START_EACH = 120.0, 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What one needs to register at the trunk."""

    host: str
    #: Ports by transport: udp, tcp, tls.
    ports: dict[str, int]
    user: str
    password: str
    realm: str
    #: Self-signed certificate of the trunk's TLS, PEM.
    certificate: Path

    def registrar(self, transport: str = "udp") -> str:
        """`host:port` for a transport."""
        return f"{self.host}:{self.ports[transport]}"


class World(Child):
    """`async with World("insurance") as world:` starts trunk, company and phones; `world.log` tells all.

    Sources in the log: trunk, company, phone (with `extension`), lab.
    """

    def __init__(
        self,
        scenario: str | Path,
        *others: str | Path,
        phone: PhonePlan | None = None,
        phones: dict[str, PhonePlan] | None = None,
        users: dict[str, str] | None = None,
        network: Network | None = None,
        port: int = 0,
        folder: Path | None = None,
        srtp: str = "optional",
    ) -> None:
        """`scenario` is a file or the name of one of the lab's; raises ScenarioError when it isn't one.

        `others` are further companies at the same trunk, each with a number and a phone of its own
        (`number`, `extension`); network and codecs are those of the first. `phone` is the plan for extension 200; `users` are account names and passwords (one is made up
        by default); `network` overrides the scenario's; recordings go to `folder` (default: temporary).
        """
        #: All companies, the first one first.
        self.scenarios: tuple[Scenario, ...] = tuple(load(file) for file in (scenario, *others))
        self.scenario: Scenario = self.scenarios[0]
        self._temporary = None
        if folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="hold-slayer-lab-")
            folder = Path(self._temporary.name)
        #: Recordings of what every party heard, PJSIP's log, the trunk's certificate.
        self.folder = folder
        self.users = users or {"alice": secrets.token_urlsafe(9)}
        plans = {**self.scenario.phones, **(phones or {})} | ({"200": phone} if phone else {})
        for index, other in enumerate(self.scenarios[1:], start=1):
            plans[self.extension(index)] = other.phones["200"]
        super().__init__(
            "lab.world.child",
            {
                "do": "start",
                "scenarios": {
                    self.number(index): str(file) for index, file in enumerate((scenario, *others))
                },
                "phones": {extension: _plain(plan) for extension, plan in plans.items()},
                "users": self.users,
                "network": asdict(network) if network else None,
                "port": port,
                "folder": str(folder),
                "srtp": srtp,
            },
            start_s=_START + _START_EACH * len(others),
        )

    @override
    async def __aenter__(self) -> Self:
        await super().__aenter__()
        return self

    @override
    async def stop(self) -> None:
        """End the process and delete the temporary folder."""
        await super().stop()
        if self._temporary:
            self._temporary.cleanup()
            self._temporary = None

    @property
    def account(self) -> Account:
        """The first account."""
        return self.accounts[0]

    @property
    def accounts(self) -> list[Account]:
        """All accounts."""
        return [
            Account(
                host=self.facts["host"],
                ports=self.facts["ports"],
                user=user,
                password=password,
                realm=self.facts["realm"],
                certificate=Path(self.facts["certificate"]),
            )
            for user, password in self.users.items()
        ]

    @property
    def company_number(self) -> str:
        """The number to dial for the company."""
        return self.scenario.numbers[0]

    def number(self, index: int) -> str:
        """The number to dial for the company at that place of `scenarios`."""
        first = self.scenario.numbers[0]
        return first if index == 0 else f"{first[:-2]}{index + int(first[-2:]):02}"

    def extension(self, index: int) -> str:
        """The extension of the phone that goes with the company at that place of `scenarios`."""
        return str(200 + index)

    async def trunk(self, **settings: Any) -> None:
        """Change the trunk: mood (up, down, slow, busy, refusing), slowness, challenge, drop_connections."""
        await self.order("trunk", **settings)

    async def set_phone(self, plan: PhonePlan, extension: str = "200") -> None:
        """Change how a phone behaves from its next call on."""
        await self.order("phone", extension=extension, plan=_plain(plan))

    async def register_phone(
        self, registrar: str, user: str, password: str, extension: str = "200"
    ) -> None:
        """Let a phone register somewhere else too (`host:port`), as a SIP phone of the house would."""
        await self.order(
            "register_phone", registrar=registrar, user=user, password=password, extension=extension
        )

    async def dial(self, number: str, scene: str = "") -> int:
        """Let the company call a number or account; a scene is played on answer. Returns the call's number."""
        return int(await self.order("dial", number=number, scene=scene))

    async def phone_dials(self, number: str, extension: str = "200") -> int:
        """Let a phone call somebody; `number` may be a SIP URI."""
        return int(await self.order("phone_dials", number=number, extension=extension))

    async def hang_up(self, call: int) -> None:
        """Let the lab's end of a call hang up."""
        await self.order("hang_up", call=call)

    async def press(self, call: int, keys: str, method: str = "rfc4733") -> None:
        """Let the lab's end of a call press keys."""
        await self.order("press", call=call, keys=keys, method=method)

    async def say(self, call: int, text: str) -> None:
        """Let the lab's end of a call say something; returns when it has been said."""
        await self.order("say", call=call, text=text)

    async def transcribe(self, call: int, seconds: float = 30.0) -> str:
        """Words that the lab's end of a call has heard in the last seconds (English telephone phrases)."""
        return str(await self.order("transcribe", call=call, seconds=seconds))

    async def sip_hold(self, call: int, on: bool) -> None:
        """Let the lab's end of a call put the other on hold by re-INVITE, or back."""
        await self.order("sip_hold", call=call, on=on)

    def recording(self, call: int) -> Path:
        """WAV of what the lab's end of that call heard (complete after its end)."""
        return self.folder / f"heard-{call}.wav"


def _plain(plan: PhonePlan) -> dict[str, Any]:
    return asdict(plan)


__all__ = ["Account", "LabError", "World"]
