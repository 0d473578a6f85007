"""Answers to requests: done, or refused with a reason."""

from dataclasses import dataclass
from enum import StrEnum

from .message import Answer


class ErrorKind(StrEnum):
    """Why a request was refused."""

    # the message
    BAD_MESSAGE = "bad_message"
    UNKNOWN_MESSAGE = "unknown_message"
    PROTOCOL_VERSION = "protocol_version"
    NOT_READY = "not_ready"  # before Hello
    # what it names
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_LEG = "unknown_leg"
    LEG_EXISTS = "leg_exists"
    WRONG_STATE = "wrong_state"
    INVALID_NUMBER = "invalid_number"
    INVALID_ADDRESS = "invalid_address"
    INVALID_KEYS = "invalid_keys"
    UNSUPPORTED = "unsupported"
    # resources
    PORT_IN_USE = "port_in_use"
    TOO_MANY_CALLS = "too_many_calls"
    NO_RESOURCES = "no_resources"  # files, memory
    FILE_ERROR = "file_error"
    # the far side
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS_FAILED = "tls_failed"
    # rules
    REFUSED_BY_POLICY = "refused_by_policy"
    # the engine
    MISSING_LIBRARY = "missing_library"
    UNSUPPORTED_MACHINE = "unsupported_machine"
    ENGINE_ERROR = "engine_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Answer):
    """The request was carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Answer):
    """The request was not carried out."""

    error: ErrorKind
    #: One sentence a person can act on.
    text: str
    #: Final SIP status that led to it; 0 when there was none.
    sip_code: int = 0
    #: The rule of the dial policy, for `REFUSED_BY_POLICY` only.
    rule: str = ""
    #: The machine that has no library, for `MISSING_LIBRARY` and `UNSUPPORTED_MACHINE` only.
    machine: str = ""
