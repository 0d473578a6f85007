"""A link whose engine is a script: it keeps every request and answers as the test wants."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from custom_components.hold_slayer.telephony.errors import (
    EngineLost,
    EngineRefused,
    EngineStartError,
)
from custom_components.hold_slayer.telephony.messages import (
    AccountFacts,
    Done,
    ErrorKind,
    GetAccountFacts,
    GetPrint,
    GetPrintBook,
    GetStatistics,
    HangUp,
    LegChanged,
    LegState,
    LegStatistics,
    MarkPrint,
    Play,
    Played,
    PlayTone,
    PrintBookData,
    PrintMarked,
    Ready,
    Refused,
    RegistrationState,
    Request,
    StopTrace,
    TeachPrintBook,
    TraceData,
)
from custom_components.hold_slayer.telephony.supervision import LinkState


class ScriptedLink:
    """Stands where `EngineLink` does."""

    def __init__(
        self, *, on_event: Callable[[Any], None], on_state: Callable[[LinkState], None], **_: Any
    ) -> None:
        """Take the callbacks."""
        self.state = LinkState.STOPPED
        self.requests: list[Request[Any]] = []
        self.start_error: EngineStartError | None = None
        #: Request type -> error or a function that makes the answer.
        self.answers: dict[type, Any] = {}
        self.starts = 0
        self._on_event = on_event
        self._on_state = on_state
        self._waiting: dict[type, list[asyncio.Future[Any]]] = defaultdict(list)

    def attach(
        self, on_event: Callable[[Any], None], on_state: Callable[[LinkState], None]
    ) -> None:
        """Take over the callbacks of a new owner."""
        self._on_event = on_event
        self._on_state = on_state

    async def start(self) -> Ready:
        """Start, or fail as wanted."""
        if self.start_error is not None:
            raise self.start_error
        self.starts += 1
        self.enter(LinkState.RUNNING)
        return Ready(request=0, protocol=1, engine_version="1.0", pjsip_version="2.17", codecs=())

    async def stop(self) -> None:
        """Stop."""
        self.enter(LinkState.STOPPED)

    def enter(self, state: LinkState) -> None:
        """Change the state and say so."""
        self.state = state
        self._on_state(state)

    def tell(self, event: Any) -> None:
        """Report something from the engine."""
        self._on_event(event)

    def refuse(
        self, kind: type, error: ErrorKind, text: str = "no", sip_code: int = 0, rule: str = ""
    ) -> None:
        """Refuse requests of a kind from now on."""
        self.answers[kind] = EngineRefused(
            Refused(request=0, error=error, text=text, sip_code=sip_code, rule=rule)
        )

    def lose(self, kind: type) -> None:
        """Be lost at requests of a kind from now on."""
        self.answers[kind] = EngineLost("the engine ended")

    async def request(self, message: Request[Any]) -> Any:
        """Keep a request and answer it as a healthy engine would."""
        if self.state is not LinkState.RUNNING:
            raise EngineLost("the engine is not running")
        self.requests.append(message)
        for waiting in self._waiting.pop(type(message), []):
            if not waiting.done():
                waiting.set_result(message)
        answer = self.answers.get(type(message))
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(message)
        loop = asyncio.get_running_loop()
        match message:
            case Play(leg=leg, playback=playback, last=True) | PlayTone(leg=leg, playback=playback):
                loop.call_soon(self.tell, Played(leg=leg, playback=playback, completed=True))
            case HangUp(leg=leg):
                loop.call_soon(self.tell, LegChanged(leg=leg, state=LegState.DISCONNECTED))
            case GetStatistics(leg=leg):
                return LegStatistics(
                    request=0, leg=leg, state=LegState.CONFIRMED, codec="PCMA", clock_rate=8000
                )
            case GetAccountFacts():
                return AccountFacts(request=0, state=RegistrationState.REGISTERED)
            case StopTrace():
                return TraceData(request=0, messages=0)
            case GetPrintBook(leg=leg) | GetPrint(leg=leg):
                return PrintBookData(request=0, leg=leg)
            case TeachPrintBook():
                return PrintBookData(request=0)
            case MarkPrint(leg=leg):
                return PrintMarked(request=0, leg=leg)
        return Done(request=0)

    def all[T](self, kind: type[T]) -> list[T]:
        """Return the requests of a kind so far."""
        return [message for message in self.requests if isinstance(message, kind)]

    async def until[T](self, kind: type[T], count: int = 1) -> T:
        """Wait until there were so many requests of a kind; return the last of them."""
        async with asyncio.timeout(10):
            while len(found := self.all(kind)) < count:
                future = asyncio.get_running_loop().create_future()
                self._waiting[kind].append(future)
                await future
        return found[count - 1]
