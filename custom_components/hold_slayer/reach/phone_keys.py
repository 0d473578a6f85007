"""Keys pressed on the user's phone while they talk: passed on to the company, but for star codes."""

import asyncio
from collections.abc import Callable

#: Star and this key: give the call back to be held.
GIVE_BACK_KEY = "4"
#: How long the key after a star is waited for, s.
CODE_S = 3.0
_STAR = "*"


class PhoneKeys:
    """Finds `*4` among keys; the company gets all others, in order."""

    def __init__(self, press: Callable[[str], None], give_back: Callable[[], None]) -> None:
        """Hand keys for the company to `press`; `give_back` is told of `*4`."""
        self._press = press
        self._give_back = give_back
        self._timer: asyncio.TimerHandle | None = None

    def key(self, key: str, *, audible: bool = False) -> None:
        """Take a key; the company has heard an `audible` one (a tone in the speech) already."""
        starred = self._timer is not None
        self.stop()
        if starred and key == GIVE_BACK_KEY:
            self._give_back()
            return
        if starred and not audible:
            self._press(_STAR)
        if key == _STAR:
            late = self.stop if audible else self._late
            self._timer = asyncio.get_running_loop().call_later(CODE_S, late)
        elif not audible:
            self._press(key)

    def stop(self) -> None:
        """Wait for no further key."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        """The star was meant for the company."""
        self._timer = None
        self._press(_STAR)
