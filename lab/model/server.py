"""The HTTP server: the parts of Ollama's API that its Home Assistant integration uses."""

import asyncio
from collections.abc import Sequence
import contextlib
import json
from typing import Any, Self

from aiohttp import web

from .behaviour import Behaviour, Question, Script, read_question

_HOST = "127.0.0.1"
#: Name of the only model there is.
MODEL = "lab:latest"
#: An answer comes in pieces of so many characters.
_PIECE = 12
#: The tools that a model tries that has been talked into it.
_TOOL_CALLS = [
    {"function": {"name": "hold_slayer_call", "arguments": {"number": "+19005551234"}}},
    {"function": {"name": "HassTurnOn", "arguments": {"name": "front door"}}},
]


class ModelServer:
    """`async with ModelServer() as model:` answers at `model.url`; `model.script` may be changed at any time."""

    def __init__(self, script: Script | None = None, port: int = 0) -> None:
        """`port` 0 takes a free one."""
        self.script = script or Script()
        #: Every question so far.
        self.asked: list[Question] = []
        #: Ends the delay of a slow answer early.
        self.go_on = asyncio.Event()
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{_HOST}:{self._port}"

    async def __aenter__(self) -> Self:
        """Start to listen."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/api/tags", self._tags),
                web.get("/api/version", self._version),
                web.post("/api/chat", self._chat),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, _HOST, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""
        self.go_on.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _tags(self, _: web.Request) -> web.Response:
        """The models that are there."""
        return web.json_response({"models": [{"name": MODEL, "model": MODEL, "size": 0}]})

    async def _version(self, _: web.Request) -> web.Response:
        return web.json_response({"version": "0.0.0"})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        """Answer a chat in pieces, or do what the script says."""
        try:
            body = await request.json()
        except ValueError:
            return web.json_response({"error": "invalid JSON"}, status=400)
        if body.get("model") != MODEL:
            return web.json_response(
                {"error": f"model {body.get('model')!r} not found"}, status=404
            )
        question = read_question(body.get("messages", []), body.get("format"))
        self.asked.append(question)
        match self.script.behaviour:
            case Behaviour.ERROR:
                return web.json_response({"error": "out of memory"}, status=500)
            case Behaviour.OVERLOADED:
                return web.json_response({"error": "server busy"}, status=503)
            case Behaviour.SLOW:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.script.delay_s):
                        await self.go_on.wait()
        return await self._stream(request, self.script.answer(question))

    async def _stream(self, request: web.Request, text: str) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        behaviour = self.script.behaviour
        if behaviour is Behaviour.TOOLS:
            await response.write(_line(tool_calls=_TOOL_CALLS))
            text = ""
        pieces: Sequence[str] = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
        for number, piece in enumerate(pieces):
            if number and behaviour is Behaviour.BROKEN and request.transport is not None:
                request.transport.abort()
                return response
            mangled = behaviour is Behaviour.MANGLED
            await response.write(b"<html>502\n" if mangled else _line(content=piece))
        await response.write(_line(done=True))
        await response.write_eof()
        return response


def _line(*, done: bool = False, **message: Any) -> bytes:
    """One line of the stream."""
    body = {
        "model": MODEL,
        "created_at": "2026-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": "", **message},
        "done": done,
    }
    return json.dumps(body).encode() + b"\n"
