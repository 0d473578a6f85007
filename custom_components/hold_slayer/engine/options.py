"""What the library wants to know about a call to make."""

import errno
from typing import Any

import pjsua2 as pj

from ..telephony.messages import AccountSettings, ErrorKind
from .identity import caller_address, identity_headers
from .refusal import RefusalError

#: PJSIP's status for more calls than it was built for.
_TOO_MANY = 70010
#: Errors of the system (PJ_ERRNO_START_SYS) and PJSIP's own for want of memory.
_EXHAUSTED = frozenset(
    {
        70007,
        *(120000 + number for number in (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS)),
    }
)


def call_options() -> Any:
    """Return call options: one audio stream, nothing else."""
    param = pj.CallOpParam(True)
    param.opt.audioCount = 1
    param.opt.videoCount = 0
    param.opt.textCount = 0
    return param


def dial_options(settings: AccountSettings, display_name: str, headers: dict[str, str]) -> Any:
    """Return call options of an INVITE; raises `RefusalError` for a header that cannot be sent."""
    param = call_options()
    param.txOption.localUri = caller_address(settings, display_name)
    for name, value in {**identity_headers(settings), **headers}.items():
        add_header(param, name, value)
    return param


def add_header(param: Any, name: str, value: str) -> None:
    """Add a SIP header; raises `RefusalError` for what would break the message."""
    if not name.replace("-", "").isalnum() or not value.isprintable():
        raise RefusalError(ErrorKind.BAD_MESSAGE, f"{name!r} cannot be a SIP header")
    header = pj.SipHeader()
    header.hName, header.hValue = name, value
    param.txOption.headers.append(header)


def dial_refusal(uri: str, error: pj.Error) -> RefusalError:
    """Return why the library does not even dial."""
    if error.status in _EXHAUSTED:
        text = f"the system has nothing left for another call ({error.reason}); end other calls"
        return RefusalError(ErrorKind.NO_RESOURCES, text)
    if error.status == _TOO_MANY:
        return RefusalError(ErrorKind.TOO_MANY_CALLS, "there are too many calls at once")
    return RefusalError(ErrorKind.INVALID_ADDRESS, f"{uri} cannot be called: {error.reason}")
