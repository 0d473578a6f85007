"""SIP status codes in words: what kind of failure, and one sentence for a person."""

from ..telephony.messages import CallFailure, ErrorKind

#: Status code -> failure; codes not named here fall to their class.
_FAILURES: dict[int, CallFailure] = {
    401: CallFailure.UNAUTHORISED,
    403: CallFailure.REJECTED,
    404: CallFailure.NOT_FOUND,
    407: CallFailure.UNAUTHORISED,
    408: CallFailure.TIMEOUT,
    410: CallFailure.NOT_FOUND,
    415: CallFailure.CODEC_MISMATCH,
    416: CallFailure.NOT_FOUND,
    480: CallFailure.NO_ANSWER,
    484: CallFailure.NOT_FOUND,
    485: CallFailure.NOT_FOUND,
    486: CallFailure.BUSY,
    487: CallFailure.NO_ANSWER,
    488: CallFailure.CODEC_MISMATCH,
    502: CallFailure.UNREACHABLE,
    503: CallFailure.UNREACHABLE,
    504: CallFailure.TIMEOUT,
    600: CallFailure.BUSY,
    603: CallFailure.REJECTED,
    604: CallFailure.NOT_FOUND,
    606: CallFailure.CODEC_MISMATCH,
    607: CallFailure.REJECTED,
    608: CallFailure.REJECTED,
}

_SENTENCES: dict[CallFailure, str] = {
    CallFailure.BUSY: "The line is busy",
    CallFailure.NO_ANSWER: "Nobody answered",
    CallFailure.REJECTED: "The call was refused",
    CallFailure.NOT_FOUND: "The number does not exist, or is not complete",
    CallFailure.UNAUTHORISED: "The provider did not accept the user name and password",
    CallFailure.UNREACHABLE: "The provider's server cannot be reached, or has no way to the number",
    CallFailure.TIMEOUT: "The provider's server did not answer in time",
    CallFailure.CODEC_MISMATCH: "The two sides found no codec or encryption both have",
    CallFailure.FAILED: "The call failed",
}

_REGISTRATION: dict[int, ErrorKind] = {
    401: ErrorKind.UNAUTHORISED,
    403: ErrorKind.FORBIDDEN,
    404: ErrorKind.NOT_FOUND,
    407: ErrorKind.UNAUTHORISED,
    408: ErrorKind.TIMEOUT,
    502: ErrorKind.UNREACHABLE,
    503: ErrorKind.UNREACHABLE,
    504: ErrorKind.TIMEOUT,
}

_REGISTRATION_SENTENCES: dict[ErrorKind, str] = {
    ErrorKind.UNAUTHORISED: "The provider did not accept the user name and password",
    ErrorKind.FORBIDDEN: "The provider refuses this account",
    ErrorKind.NOT_FOUND: "The provider does not know this user name",
    ErrorKind.TIMEOUT: "The provider's server did not answer; check host, port and transport",
    ErrorKind.UNREACHABLE: "The provider's server cannot be reached; check host and network",
    ErrorKind.REJECTED: "The provider did not accept the registration",
    ErrorKind.TLS_FAILED: "The encrypted connection to the provider's server failed",
}


def call_failure(code: int, *, rang: bool = False) -> CallFailure:
    """Return the failure a final status means; `rang` = the far side was already ringing."""
    if code == 408 and rang:
        return CallFailure.NO_ANSWER
    if code in _FAILURES:
        return _FAILURES[code]
    return CallFailure.REJECTED if 600 <= code < 700 else CallFailure.FAILED


def call_sentence(failure: CallFailure, code: int, reason: str) -> str:
    """Return what to tell about a failed call, e.g. "The line is busy (486 Busy Here)"."""
    if 300 <= code < 400:
        sentence = "The call was diverted to another number, which is not followed"
    else:
        sentence = _SENTENCES.get(failure, _SENTENCES[CallFailure.FAILED])
    return f"{sentence} ({code} {reason})" if code else f"{sentence} ({reason})"


def registration_error(code: int) -> ErrorKind:
    """Return what a final answer to REGISTER means."""
    return _REGISTRATION.get(code, ErrorKind.REJECTED)


def registration_sentence(error: ErrorKind, code: int, reason: str) -> str:
    """Return what to tell about a failed registration."""
    sentence = _REGISTRATION_SENTENCES.get(error, _REGISTRATION_SENTENCES[ErrorKind.REJECTED])
    return f"{sentence} ({code} {reason})" if code else f"{sentence} ({reason})"
