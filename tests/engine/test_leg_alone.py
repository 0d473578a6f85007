"""A leg whose library refuses: errors that real SIP cannot cause at will, played by a dialog of the test."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pjsua2 as pj
import pytest

from custom_components.hold_slayer.engine import attempts as attempts_module, leg as leg_module
from custom_components.hold_slayer.engine.dialog import Turn
from custom_components.hold_slayer.engine.figures import leg_figures
from custom_components.hold_slayer.engine.leg import Leg
from custom_components.hold_slayer.engine.refusal import RefusalError
from custom_components.hold_slayer.telephony.messages import (
    AccountSettings,
    CallFailure,
    EndedBy,
    ErrorKind,
    LegChanged,
    LegState,
)

from .station import HOST


class Dialogs:
    """Makes the dialogs of a leg; the library refuses what is in `refused`."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.made: list[SimpleNamespace] = []

    def __call__(self, *_: object) -> SimpleNamespace:
        """Make one."""
        calls: list[str] = []

        def ask(what: str) -> Callable[..., None]:
            def asked(*_: object) -> None:
                calls.append(what)
                if what in self.refused:
                    raise pj.Error(171140, what, "no such luck", "file.c", 1)

            return asked

        async def transfer(_uri: str) -> tuple[int, str]:
            ask("transfer")()
            return 200, "OK"

        dialog = SimpleNamespace(
            **{name: ask(name) for name in ("makeCall", "answer", "hangup", "release")},
            transfer=transfer,
            state=lambda: None,
            stream=lambda: None,
            calls=calls,
        )
        self.made.append(dialog)
        return dialog


class Office:
    """What a leg tells."""

    disk = None

    def __init__(self) -> None:
        self.reports: list[Any] = []
        self.ended = self.gone = 0

    def report(self, report: Any) -> None:
        """Keep a report."""
        self.reports.append(report)

    def leg_ended(self, _leg: Leg) -> None:
        """Count an end."""
        self.ended += 1

    def dialog_over(self, _leg: Leg) -> None:
        """Count a dialog that is over."""
        self.gone += 1

    @property
    def ends(self) -> list[LegChanged]:
        """The ends that were reported."""
        return [each for each in self.reports if each.state is LegState.DISCONNECTED]


@pytest.fixture
def dialogs(monkeypatch: pytest.MonkeyPatch) -> Dialogs:
    """Let legs have dialogs of the test, and no audio."""
    dialogs = Dialogs()
    player = SimpleNamespace(tone_generator=None, close=lambda: None)
    monkeypatch.setattr(leg_module, "Dialog", dialogs)
    monkeypatch.setattr(attempts_module, "Dialog", dialogs)
    monkeypatch.setattr(leg_module, "Player", lambda *_, **__: player)
    return dialogs


def leg_of(office: Office, call_id: int | None = None) -> Leg:
    """Return a leg of an account with two servers."""
    account: Any = SimpleNamespace(
        settings=AccountSettings(id="line", registrar=HOST, username="a"),
        servers=("sip:one", "sip:two"),
        detour=lambda _server: None,
    )
    return Leg("leg", account, office, call_id)  # type: ignore[arg-type]


def turn(code: int, reason: str) -> Turn:
    """Return the news that a dialog ended."""
    return Turn(state=pj.PJSIP_INV_STATE_DISCONNECTED, code=code, reason=reason)


def dial(leg: Leg) -> None:
    """Call somebody."""
    leg.dial("sip:1234@one", display_name="", headers={}, ring_s=0)


async def test_an_answer_that_is_refused(dialogs: Dialogs) -> None:
    """The order says so; the call waits on."""
    leg = leg_of(Office(), call_id=1)
    dialogs.refused = {"answer"}
    with pytest.raises(RefusalError, match="cannot be answered: no such luck") as refused:
        leg.answer(200)
    assert refused.value.error is ErrorKind.WRONG_STATE
    assert leg.state is LegState.INCOMING


async def test_a_transfer_that_is_refused(dialogs: Dialogs) -> None:
    """The order says so."""
    leg = leg_of(Office(), call_id=1)
    dialogs.refused = {"transfer"}
    with pytest.raises(RefusalError, match="cannot be transferred: no such luck"):
        await leg.transfer("sip:5678@one")


async def test_hanging_up_what_is_gone(dialogs: Dialogs) -> None:
    """The leg ends at once, and once, whatever comes after."""
    office = Office()
    leg = leg_of(office)
    dial(leg)
    dialogs.refused = {"hangup"}
    leg.hang_up()
    assert leg.state is LegState.DISCONNECTED
    leg.turned(turn(200, "OK"))
    leg.hang_up()
    assert (len(office.ends), office.ended, office.gone) == (1, 1, 1)
    assert leg.over.is_set()


async def test_hung_up_between_two_servers(dialogs: Dialogs) -> None:
    """Whoever hangs up while the next server is about to be called calls nobody any more."""
    office = Office()
    leg = leg_of(office)
    dial(leg)
    leg.turned(turn(503, "Service Unavailable"))
    leg.hang_up()
    await leg.over.wait()
    assert [dialog.calls.count("makeCall") for dialog in dialogs.made] == [1]
    (end,) = office.ends
    assert end.ended_by is EndedBy.US


async def test_a_next_server_that_cannot_be_dialled(
    dialogs: Dialogs, caplog: pytest.LogCaptureFixture
) -> None:
    """The call fails with the reason why there was no other server."""
    office = Office()
    leg = leg_of(office)
    dial(leg)
    dialogs.refused = {"makeCall"}
    leg.turned(turn(503, "Service Unavailable"))
    await leg.over.wait()
    assert [dialog.calls.count("makeCall") for dialog in dialogs.made] == [1, 1]
    (end,) = office.ends
    assert end.failure is CallFailure.UNREACHABLE
    assert "no further server" in caplog.text


async def test_an_answer_of_whom_nothing_is_known(dialogs: Dialogs) -> None:
    """Without a dialog's state nothing is kept for a crash, and the call is up all the same."""
    office = Office()
    leg = leg_of(office)
    dial(leg)
    leg.turned(Turn(state=pj.PJSIP_INV_STATE_CONFIRMED, code=200, reason="OK"))
    assert [report.state for report in office.reports] == [LegState.CONFIRMED]
    leg.hang_up()
    leg.turned(turn(200, "OK"))
    assert len(office.ends) == 1


async def test_figures_of_a_leg_without_audio(dialogs: Dialogs) -> None:
    """They say how far the leg is, and nothing of a codec or packets."""
    leg = leg_of(Office())
    dial(leg)
    figures = leg_figures(7, leg)
    assert (figures.request, figures.leg, figures.state) == (7, "leg", LegState.CALLING)
    assert (figures.codec, figures.rx_packets, figures.unheard_s) == ("", 0, 0.0)
    leg.hang_up()
    leg.turned(turn(200, "OK"))
