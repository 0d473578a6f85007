"""Keeps Python exceptions out of the SIP library: it would print and forget them."""

import asyncio
from collections.abc import Callable
from functools import wraps
import logging
from typing import Any

_LOGGER = logging.getLogger("engine")


def callback[**P](function: Callable[P, None]) -> Callable[P, None]:
    """Wrap a callback of the SIP library: what it raises is logged, and the call goes on."""

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except Exception:
            _LOGGER.exception("%s%r failed", function.__qualname__, args)

    return guarded


def soon(step: Callable[..., None], *details: Any) -> None:
    """Do something after the library's callback: it needs its call until that is over."""
    asyncio.get_running_loop().call_soon(callback(step), *details)
