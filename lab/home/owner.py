"""The owner of a home: does over REST and websocket what a person does in the browser."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
from typing import Any, Self

import aiohttp

from .server import HomeError

type Json = dict[str, Any]

NAME = "Ada"
USERNAME = "ada"
PASSWORD = "hold-slayer"  # noqa: S105  a throw-away home on loopback


class Owner:
    """A logged-in owner of one Home Assistant."""

    def __init__(self, url: str) -> None:
        """Prepare for the Home Assistant at `url`; nothing is sent."""
        self.url = url
        self.tokens: Json = {}
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._listeners: dict[int, Callable[[Json], None]] = {}
        self._last_id = 0

    async def __aenter__(self) -> Self:
        """Open the session; log in is separate (`onboard`)."""
        self._session = aiohttp.ClientSession(self.url)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close everything."""
        if self._reader:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        if self._socket:
            await self._socket.close()
        if self._session:
            await self._session.close()

    async def onboard(self) -> None:
        """Create the owner's user and open the websocket."""
        client = f"{self.url}/"
        welcome = await self.post(
            "/api/onboarding/users",
            {
                "client_id": client,
                "name": NAME,
                "username": USERNAME,
                "password": PASSWORD,
                "language": "en",
            },
        )
        assert self._session is not None
        async with self._session.post(
            "/auth/token",
            data={
                "client_id": client,
                "grant_type": "authorization_code",
                "code": welcome["auth_code"],
            },
        ) as answer:
            self.tokens = await answer.json()
        await self._open_socket()
        # a port from configuration.yaml is on trial until somebody says that the page can be reached
        await self.command("http/config/promote")

    async def request(self, method: str, path: str, data: Json | None = None) -> Any:
        """Send a REST request and return the decoded answer; refusals raise `HomeError`."""
        assert self._session is not None
        headers = {}
        if self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens['access_token']}"
        async with self._session.request(method, path, json=data, headers=headers) as answer:
            if answer.status >= 400:
                raise HomeError(f"{method} {path}: {answer.status} {await answer.text()}")
            if answer.content_type == "application/json":
                return await answer.json()
            return await answer.text()

    async def post(self, path: str, data: Json) -> Any:
        """POST and return the decoded answer."""
        return await self.request("POST", path, data)

    async def _open_socket(self) -> None:
        """Open the websocket and log in on it."""
        assert self._session is not None
        self._socket = await self._session.ws_connect("/api/websocket", max_msg_size=0)
        await self._socket.receive_json()
        await self._socket.send_json({"type": "auth", "access_token": self.tokens["access_token"]})
        if (greeting := await self._socket.receive_json())["type"] != "auth_ok":
            raise HomeError(f"The websocket refused the token: {greeting}")
        self._reader = asyncio.create_task(self._read(), name="owner websocket")

    async def _read(self) -> None:
        """Hand answers to those who wait and events to those who subscribed."""
        assert self._socket is not None
        async for raw in self._socket:
            if raw.type is not aiohttp.WSMsgType.TEXT:
                break
            message = raw.json()
            if message["type"] == "event":
                if listener := self._listeners.get(message["id"]):
                    listener(message["event"])
            elif waiting := self._answers.pop(message["id"], None):
                if message.get("success"):
                    waiting.set_result(message.get("result"))
                else:
                    waiting.set_exception(HomeError(str(message.get("error"))))
        for waiting in self._answers.values():
            if not waiting.done():
                waiting.set_exception(HomeError("Home Assistant closed the websocket"))

    async def command(self, kind: str, **data: Any) -> Any:
        """Send a websocket command and return its result."""
        if self._socket is None:
            raise HomeError("Log in first (onboard)")
        self._last_id += 1
        number = self._last_id
        waiting = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "type": kind, **data})
        return await waiting

    async def subscribe(self, listener: Callable[[Json], None], kind: str, **data: Any) -> None:
        """Send a subscribing websocket command; `listener` gets every event from now on."""
        self._listeners[self._last_id + 1] = listener
        await self.command(kind, **data)

    @contextlib.asynccontextmanager
    async def events(self, kind: str) -> AsyncIterator[asyncio.Queue[Json]]:
        """Give a queue of the bus events of one type."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        await self.subscribe(queue.put_nowait, "subscribe_events", event_type=kind)
        yield queue

    async def act(self, action: str, data: Json | None = None, *, answer: bool = False) -> Any:
        """Run an action such as `hold_slayer.start_call`; return its response when asked for."""
        domain, service = action.split(".")
        result = await self.command(
            "call_service",
            domain=domain,
            service=service,
            service_data=data or {},
            return_response=answer,
        )
        return result.get("response") if answer else None

    async def dashboard(self, url_path: str, *cards: Json) -> str:
        """Make a dashboard with these cards and return its address."""
        await self.command(
            "lovelace/dashboards/create", url_path=url_path, title="Calls", mode="storage"
        )
        view = {"title": "Calls", "type": "sections", "sections": [{"cards": list(cards)}]}
        await self.command("lovelace/config/save", url_path=url_path, config={"views": [view]})
        return f"{self.url}/{url_path}"

    async def states(self) -> dict[str, Json]:
        """Return all entity states by entity id."""
        return {state["entity_id"]: state for state in await self.command("get_states")}

    async def flow(self, handler: str, *inputs: Json) -> Json:
        """Walk through an integration's set-up form by form and return the last step."""
        return await self._walk(
            "/api/config/config_entries/flow",
            {"handler": handler, "show_advanced_options": False},
            inputs,
        )

    async def subentry_flow(self, entry_id: str, kind: str, *inputs: Json) -> Json:
        """Walk through "Add phone", "Add contact" … of an entry and return the last step."""
        return await self._walk(
            "/api/config/config_entries/subentries/flow",
            {"handler": [entry_id, kind]},
            inputs,
        )

    async def options_flow(self, entry_id: str, *inputs: Json) -> Json:
        """Walk through the options of an entry and return the last step."""
        return await self._walk(
            "/api/config/config_entries/options/flow", {"handler": entry_id}, inputs
        )

    async def _walk(self, path: str, start: Json, inputs: tuple[Json, ...]) -> Json:
        """Start a flow and give it one input after the other, waiting out progress steps."""
        progressed = asyncio.Event()
        await self.subscribe(
            lambda _: progressed.set(),
            "subscribe_events",
            event_type="data_entry_flow_progressed",
        )
        step: Json = await self.post(path, start)
        for given in inputs:
            step = await self._settle(path, step, progressed)
            if step["type"] not in ("form", "menu"):
                raise HomeError(f"No form to fill in with {given}: {step}")
            step = await self.post(f"{path}/{step['flow_id']}", given)
        return await self._settle(path, step, progressed)

    async def _settle(self, path: str, step: Json, progressed: asyncio.Event) -> Json:
        """Wait until a progress step is through."""
        while step["type"] in ("progress", "progress_done"):
            if step["type"] == "progress":
                async with asyncio.timeout(60):
                    await progressed.wait()
                progressed.clear()
            step = await self.request("GET", f"{path}/{step['flow_id']}")
        return step
