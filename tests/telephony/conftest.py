"""A link to a child that does what a test says."""

from collections.abc import AsyncIterator, Iterator
import logging
from pathlib import Path
import sys
from textwrap import dedent
from typing import Any

import pytest

from custom_components.hold_slayer.telephony.link import EngineLink
from custom_components.hold_slayer.telephony.supervision import Timings

from .children import CHILD, Lines


@pytest.fixture
async def child(tmp_path: Path) -> AsyncIterator[Any]:
    """Give a function that makes a link to a child of the given body."""
    links: list[EngineLink] = []

    def make(body: str, **options: Any) -> EngineLink:
        path = tmp_path / f"child{len(links)}.py"
        path.write_text(CHILD + dedent(body))
        link = EngineLink(
            on_event=options.pop("on_event", lambda _: None),
            on_state=options.pop("on_state", lambda _: None),
            log=logging.getLogger("child"),
            command=[sys.executable, str(path)],
            timings=Timings(**{"start": 20.0, "heartbeat": 60.0, **options}),
        )
        links.append(link)
        return link

    yield make
    for link in links:
        await link.stop()


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Give what is logged about the child, line by line."""
    handler = Lines()
    logger = logging.getLogger("child")
    before = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(before)
