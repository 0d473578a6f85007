"""What is made of parts that are started one by one and stopped in the opposite order."""

from abc import ABC, abstractmethod
from contextlib import AsyncExitStack
from typing import Self


class Stacked(ABC):
    """An asynchronous context whose parts are entered into `_stack`; none is left when one cannot start."""

    def __init__(self) -> None:
        """Begin without parts."""
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start everything."""
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything."""
        await self._stack.aclose()

    @abstractmethod
    async def _start(self) -> None:
        """Enter the parts into the stack."""
