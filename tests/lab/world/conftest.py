"""A simulated world and a scripted caller for each test, with the shortest scenario that shows the point."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from lab.caller import Caller
from lab.world import World

type MakeWorld = Callable[..., Awaitable[World]]
type MakeCaller = Callable[..., Awaitable[Caller]]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """Ends every process at the end of the test."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def make_world(stack: AsyncExitStack, tmp_path: Path) -> MakeWorld:
    """Start a world whose scenario is given by its scenes in YAML (or other top-level fields)."""

    async def make(scenes: str, **settings: Any) -> World:
        file = tmp_path / "test.yaml"
        text = scenes if "scenes:" in scenes else f"scenes:\n  start:\n{scenes}"
        file.write_text(
            f"name: Test\n{text}"
            if "answer_after" in text
            else f"name: Test\nanswer_after: 0.1\n{text}"
        )
        return await stack.enter_async_context(World(file, **settings))

    return make


@pytest.fixture
def make_caller(stack: AsyncExitStack) -> MakeCaller:
    """Start a caller with the world's account."""

    async def make(world: World, **settings: Any) -> Caller:
        return await stack.enter_async_context(Caller(world.account, **settings))

    return make
