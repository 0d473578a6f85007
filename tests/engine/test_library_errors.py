"""What the library cannot do, in words of ours: dialling, sockets, connections that are lost."""

import errno
from importlib import import_module
from typing import Any

import pjsua2 as pj
import pytest

from custom_components.hold_slayer.engine.audio_orders import carry_out_audio
from custom_components.hold_slayer.engine.dialog import Turn
from custom_components.hold_slayer.engine.ending import how_it_ended
from custom_components.hold_slayer.engine.options import dial_refusal
from custom_components.hold_slayer.engine.refusal import RefusalError
from custom_components.hold_slayer.engine.transports import Transports
from custom_components.hold_slayer.telephony.messages import (
    AccountSettings,
    CallFailure,
    EndedBy,
    ErrorKind,
    Hello,
    LegState,
)

from .station import HOST

#: Where PJSIP begins to number errors of the system (PJ_ERRNO_START_SYS).
SYSTEM = 120000


def failure(status: int) -> pj.Error:
    """Return an error of the library."""
    return pj.Error(status, "call", "no such luck", "file.c", 1)


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [
        (70007, ErrorKind.NO_RESOURCES, "end other calls"),
        (SYSTEM + errno.EMFILE, ErrorKind.NO_RESOURCES, "end other calls"),
        (70010, ErrorKind.TOO_MANY_CALLS, "too many calls"),
        (171039, ErrorKind.INVALID_ADDRESS, "sip:x cannot be called: no such luck"),
    ],
)
def test_what_cannot_be_dialled(status: int, kind: ErrorKind, text: str) -> None:
    """A machine that is full is told from an address that is wrong."""
    refusal = dial_refusal("sip:x", failure(status))
    assert refusal.error is kind
    assert text in refusal.text


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [
        (SYSTEM + errno.EADDRINUSE, ErrorKind.PORT_IN_USE, "used by another program"),
        (SYSTEM + errno.EADDRNOTAVAIL, ErrorKind.INVALID_ADDRESS, f"'{HOST}' is not an address"),
        (SYSTEM + errno.EACCES, ErrorKind.PORT_IN_USE, "udp port 5060 may not be opened"),
        (SYSTEM + errno.EIO, ErrorKind.ENGINE_ERROR, "cannot be opened: no such luck"),
    ],
)
def test_sockets_that_do_not_open(status: int, kind: ErrorKind, text: str) -> None:
    """Each reason says what to do, and the next attempt opens a socket anew."""

    class Endpoint:
        tried = 0

        def transportCreate(self, kind: int, config: Any) -> int:
            """Refuse once."""
            self.tried += 1
            if self.tried == 1:
                raise failure(status)
            return 7

    transports = Transports(Endpoint())
    settings = AccountSettings(
        id="line", registrar=HOST, username="a", bind_address=HOST, local_port=5060
    )
    with pytest.raises(RefusalError) as refused:
        transports.for_account(settings)
    assert refused.value.error is kind
    assert text in refused.value.text
    assert transports.for_account(settings) == 7


def test_a_connection_that_is_lost() -> None:
    """An answered call that our own side gave up after a silence is a failure, not a hang-up."""
    turn = Turn(state=pj.PJSIP_INV_STATE_DISCONNECTED, code=408, reason="Request Timeout")
    ending = how_it_ended(turn, LegState.CONFIRMED, was_up=True, rang=True)
    assert (ending.failure, ending.ended_by) == (CallFailure.UNREACHABLE, EndedBy.FAILURE)
    assert "was lost (408 Request Timeout)" in ending.text


def test_an_order_nobody_knows() -> None:
    """It is named, and no leg is looked for."""
    with pytest.raises(RefusalError, match="is not for the engine") as refused:
        carry_out_audio(Hello(), lambda name: pytest.fail(name))
    assert refused.value.error is ErrorKind.UNKNOWN_MESSAGE


def test_importing_starts_nothing() -> None:
    """The start of the process is one only when it is run."""
    module = import_module("custom_components.hold_slayer.engine.__main__")
    assert callable(module.main)
