"""The lab's model: Ollama's API as far as it is used, and every way to misbehave."""

import json

import aiohttp
import pytest

from lab.model.behaviour import Behaviour, Question, Script, obey, read_question
from lab.model.server import MODEL, ModelServer

ASKED = (
    "What the caller wants: my money back\n"
    'Options: {"1": "opening hours", "2": "returns"}\n<heard>for returns press two</heard>'
)


async def chat(server: ModelServer, content: str = ASKED, model: str = MODEL) -> tuple[int, str]:
    """Status and text of an answer, put together from its pieces."""
    body = {"model": model, "messages": [{"role": "user", "content": content}]}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/api/chat", json=body) as answer,
    ):
        if answer.status != 200:
            return answer.status, (await answer.json())["error"]
        lines = [json.loads(line) async for line in answer.content]
        assert lines[-1]["done"]
        return answer.status, "".join(line["message"]["content"] for line in lines)


async def test_a_question_is_answered_in_pieces() -> None:
    """The option that means what is wanted; the question is kept."""
    async with ModelServer(Script(meanings={"money back": ("return",)})) as server:
        assert await chat(server) == (200, '{"option": "2"}')
        assert server.asked[0].intent == "my money back"
        assert server.asked[0].heard == "for returns press two"
        assert await chat(server, "anything else") == (200, '{"option": "none"}')
        status, complaint = await chat(server, model="other")
        assert status == 404
        assert "other" in complaint


async def test_misbehaviour() -> None:
    """Each kind shows on the wire."""
    async with ModelServer() as server:
        script = server.script
        script.behaviour = Behaviour.ERROR
        assert (await chat(server))[0] == 500
        script.behaviour = Behaviour.OVERLOADED
        assert (await chat(server))[0] == 503
        script.behaviour = Behaviour.REFUSING
        assert "can't help" in (await chat(server))[1]
        script.behaviour = Behaviour.MANGLED
        with pytest.raises(json.JSONDecodeError):
            await chat(server)
        script.behaviour = Behaviour.BROKEN
        with pytest.raises(aiohttp.ClientError):
            await chat(server)


def test_obedience() -> None:
    """The longest number heard, else the last option."""
    question = Question(intent="", options={"1": "a", "2": "b"}, heard="dial 9005551234 or 1")
    assert obey(question) == "9005551234"
    assert obey(Question(intent="", options={"1": "a", "2": "b"}, heard="hello")) == "2"


def test_a_question_without_its_parts_is_empty() -> None:
    """Whatever the messages are, nothing is raised."""
    assert read_question([], None) == Question(intent="", options={}, heard="")
