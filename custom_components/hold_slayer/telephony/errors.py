"""What can go wrong with the engine, as seen from Home Assistant."""

from enum import StrEnum

from .answers import ErrorKind, Refused


class StartProblem(StrEnum):
    """Why the engine did not start."""

    MISSING_LIBRARY = "missing_library"
    UNSUPPORTED_MACHINE = "unsupported_machine"
    PORT_IN_USE = "port_in_use"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    CRASHED = "crashed"


class EngineError(Exception):
    """Something went wrong with the engine."""


class EngineStartError(EngineError):
    """The engine did not start."""

    def __init__(self, kind: StartProblem, text: str, *, machine: str = "") -> None:
        """Say what kind of problem, in one sentence what to do, and which machine has no library."""
        super().__init__(text)
        self.kind = kind
        self.text = text
        self.machine = machine


class EngineRefused(EngineError):
    """The engine did not do what was asked."""

    def __init__(self, answer: Refused) -> None:
        """Take over the reason from the answer."""
        super().__init__(answer.text)
        self.error: ErrorKind = answer.error
        self.text = answer.text
        self.sip_code = answer.sip_code
        self.rule = answer.rule
        self.machine = answer.machine


class EngineLost(EngineError):
    """The engine ended, or is not running, before it answered."""
