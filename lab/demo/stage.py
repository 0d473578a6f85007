"""The whole simulated home: company and trunk, speech servers, and a Home Assistant set up by hand."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
import tempfile
from types import TracebackType
from typing import Any, Self

from ..home.owner import Owner
from ..home.server import HomeError, HomeServer
from ..parties.plan import PhonePlan
from ..speech.servers import SpeechServers
from ..world import World

type Json = dict[str, Any]

PHONE = "Kitchen phone"


class Stage:
    """`async with Stage("insurance") as stage:` has everything running and one contact to call.

    The account, the phone and the contact are entered through the integration's own forms. `flow` is
    a call flow (list of steps) for the contact; without one the menu is read.
    """

    def __init__(
        self,
        scenario: str | Path,
        *,
        folder: Path | None = None,
        port: int = 0,
        phone: PhonePlan | None = None,
        flow: list[Json] | None = None,
        speech: bool = True,
        configuration: Json | None = None,
        log_levels: dict[str, str] | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare; raises ScenarioError when `scenario` isn't one. `say` is told each step."""
        self.world = World(scenario, phone=phone)
        self.contact = self.world.scenario.name
        self.entry_id = ""
        self.home: HomeServer
        self.owner: Owner
        self.speech: SpeechServers | None = None
        self._folder = folder
        self._port = port
        self._flow = flow
        self._with_speech = speech
        self._configuration = configuration
        self._log_levels = log_levels
        self._say = say
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start everything."""
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything."""
        await self._stack.aclose()

    async def _start(self) -> None:
        """Start the parts, then let the owner set the integration up."""
        stack = self._stack
        folder = self._folder
        if folder is None:
            temporary = tempfile.TemporaryDirectory(prefix="hold-slayer-home-")
            folder = Path(stack.enter_context(temporary))
        self.home = HomeServer(
            folder, port=self._port, extra=self._configuration, log_levels=self._log_levels
        )
        self._say("Starting the simulated company, its trunk and your phone")
        starting = [stack.enter_async_context(self.world), stack.enter_async_context(self.home)]
        if self._with_speech:
            self._say("Starting speech servers (PocketSphinx, eSpeak NG)")
            self.speech = SpeechServers(self.world.scenario)
            starting.append(stack.enter_async_context(self.speech))
        self._say("Starting Home Assistant")
        await asyncio.gather(*starting)
        self.owner = await stack.enter_async_context(Owner(self.home.url))
        await self.owner.onboard()
        await self._set_up()

    async def _set_up(self) -> None:
        """Enter speech servers, account, phone and contact, as a person would."""
        owner = self.owner
        if self.speech:
            for port in (self.speech.stt_port, self.speech.tts_port):
                await owner.flow("wyoming", {"host": "127.0.0.1", "port": port})
        self._say("Adding the SIP account (it registers before it is accepted)")
        account = self.world.account
        entry = await owner.flow(
            "hold_slayer",
            {"provider": "generic"},
            {
                "registrar": account.registrar(),
                "username": account.user,
                "password": account.password,
                "advanced": {},
            },
        )
        if entry["type"] != "create_entry":
            raise HomeError(f"The account was not accepted: {entry.get('errors')}")
        self.entry_id = entry["result"]["entry_id"]
        await self._options()
        self._say(f"Adding a phone and the contact {self.contact}")
        await owner.subentry_flow(
            self.entry_id,
            "phone",
            {"name": PHONE, "kind": "extension", "address": "200", "availability": {}},
            {"next": "save"},
        )
        await owner.subentry_flow(
            self.entry_id,
            "contact",
            {
                "name": self.contact,
                "number": self.world.company_number,
                "intent": self.world.scenario.intent,
                "call_flow": {"flow": self._flow or []},
                "secret_section": {
                    "secrets": [
                        {"secret_name": name, "secret_value": value}
                        for name, value in self.world.scenario.secrets.items()
                    ]
                },
                "hours": {"call_back": self.world.scenario.call_back},
            },
        )

    async def _options(self) -> None:
        """Choose the speech entities, when there are any."""
        speech: Json = {}
        for entity in await self.owner.states():
            domain = entity.split(".")[0]
            if domain in ("stt", "tts"):
                speech[f"{domain}_engine"] = entity
        await self.owner.options_flow(
            self.entry_id, {"your_name": "Anna Smith", "speech": speech, "reach": {}}
        )

    async def call(self, **data: Any) -> Json:
        """Start the call and return the action's response."""
        answer: Json = await self.owner.act(
            "hold_slayer.start_call", {"contact": self.contact, **data}, answer=True
        )
        return answer
