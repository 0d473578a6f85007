"""A mobile with Home Assistant's app: registers, receives push messages, taps their buttons."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self

from aiohttp import web

type Json = dict[str, Any]
#: Sends JSON to a path of Home Assistant and returns the decoded answer.
type Post = Callable[[str, Json], Awaitable[Any]]

DEVICE = "Pocket"
#: Longest wait for a message, s (a call that holds for minutes waits with its own limit).
PATIENCE_S = 10.0
#: What the push service tells of its limits.
_LIMITS = {
    "attempts": 1,
    "successful": 1,
    "errors": 0,
    "total": 1,
    "maximum": 500,
    "remaining": 499,
    "resetsAt": "2099-01-01T00:00:00.000Z",
}


class Mobile:
    """A mobile and its push service: `async with Mobile(owner.post) as mobile:`."""

    def __init__(self, post: Post) -> None:
        """Prepare; nothing is sent."""
        self._post = post
        self._webhook = ""
        self._runner: web.AppRunner | None = None
        self.pushes: asyncio.Queue[Json] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        """Start the push service and register with Home Assistant."""
        service = web.Application()
        service.router.add_post("/push", self._received)
        self._runner = web.AppRunner(service)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        try:
            await self._register(f"http://{host}:{port}/push")
        except BaseException:
            await self._runner.cleanup()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the push service."""
        if self._runner:
            await self._runner.cleanup()

    async def _register(self, push_url: str) -> None:
        """Register as the app does."""
        answer = await self._post(
            "/api/mobile_app/registrations",
            {
                "app_id": "io.robbie.HomeAssistant",
                "app_name": "Home Assistant",
                "app_version": "2026.10",
                "device_id": "pocket",
                "device_name": DEVICE,
                "manufacturer": "Apple",
                "model": "Phone",
                "os_name": "iOS",
                "os_version": "20",
                "supports_encryption": False,
                "app_data": {"push_token": "token", "push_url": push_url},
            },
        )
        self._webhook = answer["webhook_id"]

    async def _received(self, request: web.Request) -> web.Response:
        """Take a push as the push service does."""
        self.pushes.put_nowait(await request.json())
        return web.json_response({"rateLimits": _LIMITS}, status=201)

    async def push(self, title: str = "", *, patience: float = PATIENCE_S) -> Json:
        """Wait for the next push with a title that begins so."""
        async with asyncio.timeout(patience):
            while True:
                push = await self.pushes.get()
                if str(push.get("title", "")).startswith(title):
                    return push

    async def cleared(self) -> Json:
        """Wait until a message is taken away."""
        async with asyncio.timeout(PATIENCE_S):
            while (push := await self.pushes.get())["message"] != "clear_notification":
                pass
        return push

    async def tap(self, push: Json, button: str) -> None:
        """Tap a button of a push: the app posts the event to its webhook."""
        actions = push["data"]["actions"]
        action = next(each["action"] for each in actions if each["title"] == button)
        await self._post(
            f"/api/webhook/{self._webhook}",
            {
                "type": "fire_event",
                "data": {
                    "event_type": "mobile_app_notification_action",
                    "event_data": {"action": action, "tag": push["data"]["tag"]},
                },
            },
        )
