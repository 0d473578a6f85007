"""What the progress steps of all forms have in common."""

import asyncio
from collections.abc import Awaitable

#: Shortest progress, s. Dialogs listen for its end only once they show it: one that ended before
#: would be shown for ever.
LEAST_S = 0.7


async def shown[T](work: Awaitable[T]) -> T:
    """Return what `work` returns, once a dialog has had the time to show that it goes on."""
    result, _ = await asyncio.gather(work, asyncio.sleep(LEAST_S))
    return result
