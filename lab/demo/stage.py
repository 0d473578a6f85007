"""The whole simulated home: company and trunk, speech servers, and a Home Assistant set up by hand."""

import asyncio
from collections.abc import Callable
from pathlib import Path
import tempfile
from typing import Any, override

from ..company.scenario import Scenario
from ..home.mobile import DEVICE, Mobile
from ..home.owner import Owner
from ..home.server import HomeError, HomeServer
from ..model.behaviour import Script
from ..model.server import MODEL, ModelServer
from ..parties.plan import PhonePlan
from ..speech.servers import SpeechServers
from ..stacked import Stacked
from ..world import World

type Json = dict[str, Any]

PHONE = "Kitchen phone"
#: How long an integration may take to load, s.
_TO_LOAD = 60.0
#: Options that limit how much is dialled.
_CAPS = ("calls_per_hour", "calls_per_day", "minutes_per_day", "tries")


class Stage(Stacked):
    """`async with Stage("insurance") as stage:` has everything running and one contact to call.

    Account, phones and contacts are entered through the integration's own forms, unless `set_up` is
    False and somebody else does that. `flow` is a call flow
    (list of steps) for the first contact; without one the scenario's is stored, or the menu is read.
    `others` are further companies, each with a contact and a phone of its own. With a `model` there is a
    language model behind Home Assistant's Ollama integration that answers by that script. With `mobile`
    the owner's mobile has the app and gets the push messages of the first phone.
    """

    def __init__(
        self,
        scenario: str | Path,
        *others: str | Path,
        folder: Path | None = None,
        port: int = 0,
        phone: PhonePlan | None = None,
        flow: list[Json] | None = None,
        speech: bool = True,
        set_up: bool = True,
        model: Script | None = None,
        mobile: bool = False,
        lines: int = 2,
        configuration: Json | None = None,
        log_levels: dict[str, str] | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare; raises ScenarioError when `scenario` isn't one. `say` is told each step."""
        super().__init__()
        self.world = World(scenario, *others, phone=phone)
        #: Names of the contacts, in the order of the companies.
        self.contacts = [each.name for each in self.world.scenarios]
        self.contact = self.contacts[0]
        self.entry_id = ""
        self.home: HomeServer
        self.owner: Owner
        self.speech: SpeechServers | None = None
        #: What speech-to-text understood (`lab.speech.journal`).
        self.journal: Path
        self.model = ModelServer(model) if model else None
        self.mobile: Mobile | None = None
        self._with_mobile = mobile
        self._folder = folder
        self._port = port
        self._flow = flow
        self._with_speech = speech
        self._with_account = set_up
        self._lines = lines
        self._configuration = configuration
        self._log_levels = log_levels
        self._say = say

    @override
    async def _start(self) -> None:
        """Start the parts, then let the owner set the integration up."""
        stack = self._stack
        folder = self._folder
        if folder is None:
            temporary = tempfile.TemporaryDirectory(prefix="hold-slayer-home-")
            folder = Path(stack.enter_context(temporary))
        self.journal = folder / "understood.jsonl"
        self.home = HomeServer(
            folder, port=self._port, extra=self._configuration, log_levels=self._log_levels
        )
        self._say("Starting the simulated company, its trunk and your phone")
        starting = [stack.enter_async_context(self.world), stack.enter_async_context(self.home)]
        if self._with_speech:
            self._say("Starting speech servers (PocketSphinx, eSpeak NG)")
            self.speech = SpeechServers(*self.world.scenarios, journal=self.journal)
            starting.append(stack.enter_async_context(self.speech))
        if self.model:
            starting.append(stack.enter_async_context(self.model))
        self._say("Starting Home Assistant")
        await asyncio.gather(*starting)
        self.owner = await stack.enter_async_context(Owner(self.home.url))
        await self.owner.onboard()
        if self.speech:
            for server in (self.speech.stt_port, self.speech.tts_port):
                await self.owner.flow("wyoming", {"host": "127.0.0.1", "port": server})
        if self._with_mobile:
            self.mobile = await stack.enter_async_context(Mobile(self.owner.post))
        if self._with_account:
            await self._set_up()

    async def _set_up(self) -> None:
        """Enter account, phones and contacts, as a person would."""
        owner = self.owner
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
        if self.model:
            await self._add_model(self.model)
        await self._options()
        for index, scenario in enumerate(self.world.scenarios):
            self._say(f"Adding a phone and the contact {scenario.name}")
            await self._add_contact(index, scenario)

    async def _add_model(self, model: ModelServer) -> None:
        """Add the Ollama integration and its AI task entity, and wait until that is there."""
        entry = await self.owner.flow("ollama", {"url": model.url})
        async with asyncio.timeout(_TO_LOAD), self.owner.events("state_changed") as changes:
            await self.owner.subentry_flow(
                entry["result"]["entry_id"],
                "ai_task_data",
                {
                    "name": "Lab model",
                    "model": MODEL,
                    "num_ctx": 8192,
                    "max_history": 20,
                    "keep_alive": -1,
                },
            )
            while not any(each.startswith("ai_task.") for each in await self.owner.states()):
                await changes.get()

    async def _add_contact(self, index: int, scenario: Scenario) -> None:
        """Add a company as a contact, and the phone on which its calls ring."""
        phone = await self.owner.subentry_flow(
            self.entry_id,
            "phone",
            {
                "name": f"{PHONE} {index}" if index else PHONE,
                "kind": "extension",
                "address": self.world.extension(index),
                "availability": {},
                **(await self._push_to() if index == 0 else {}),
            },
            {"next": "save"},
        )
        flow = self._flow if index == 0 and self._flow is not None else list(scenario.flow)
        contact = await self.owner.subentry_flow(
            self.entry_id,
            "contact",
            {
                "name": scenario.name,
                "number": self.world.number(index),
                "intent": scenario.intent,
                "language": scenario.language,
                "call_flow": {"flow": flow},
                "secret_section": {
                    "secrets": [
                        {"secret_name": name, "secret_value": value}
                        for name, value in scenario.secrets.items()
                    ]
                },
                "hours": {
                    "call_back": scenario.call_back,
                    "call_back_minutes": scenario.call_back_minutes,
                },
            },
        )
        for step in (phone, contact):
            if step["type"] != "create_entry":
                raise HomeError(f"{scenario.name} was not accepted: {step.get('errors')}")

    async def _push_to(self) -> Json:
        """Return the field of a phone that names the mobile, when there is one."""
        if not self.mobile:
            return {}
        devices = await self.owner.command("config/device_registry/list")
        return {"push_device": next(each["id"] for each in devices if each["name"] == DEVICE)}

    async def _options(self) -> None:
        """Choose the speech entities and the model, when there are any."""
        speech: Json = {}
        fields = {"stt": "stt_engine", "tts": "tts_engine", "ai_task": "ai_task"}
        for entity in await self.owner.states():
            if field := fields.get(entity.split(".")[0]):
                speech[field] = entity
        if not self.model:
            speech.pop("ai_task", None)
        await self.owner.options_flow(
            self.entry_id,
            {
                "your_name": "Anna Smith",
                "lines": self._lines,
                "speech": speech,
                "reach": {},
                # nobody pays for these calls
                "limits": dict.fromkeys(_CAPS, 0),
            },
        )

    async def call(self, company: int = 0, **data: Any) -> Json:
        """Start the call to a company and return the action's response."""
        phone = f"{PHONE} {company}" if company else PHONE
        answer: Json = await self.owner.act(
            "hold_slayer.start_call",
            {"contact": self.contacts[company], "phone": [phone], **data},
            answer=True,
        )
        return answer
