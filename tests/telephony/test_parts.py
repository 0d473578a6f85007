"""Redaction, restarts, pulse and ledger."""

from dataclasses import replace

from custom_components.hold_slayer.telephony.challenge import Credentials
from custom_components.hold_slayer.telephony.ledger import Ledger
from custom_components.hold_slayer.telephony.messages import (
    AccountSettings,
    AddAccount,
    CallFailure,
    DialPolicy,
    ErrorKind,
    IncomingCall,
    LegChanged,
    LegState,
    PlaceCall,
    Pong,
    Refused,
    Registration,
    RemoveAccount,
    SetDialPolicy,
    SetPhoneServer,
    TestAccount,
    Tombstone,
    Transport,
)
from custom_components.hold_slayer.telephony.redaction import HIDDEN, Redactor
from custom_components.hold_slayer.telephony.supervision import Pulse, Restarts, Timings

SETTINGS = AccountSettings(id="line", registrar="host", username="me", password="canary")


def test_redaction() -> None:
    """Passwords, digest credentials and media keys are blackened, the rest stays."""
    redact = Redactor()
    redact.add("canary")
    redact.add("a")
    text = (
        "INVITE sip:a@host\r\nAuthorization: Digest username=me, response=abc\r\n"
        "proxy-authorization: Digest nonce=1\r\nVia: x canary y\r\n"
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwg+/==|2^20\r\n"
    )
    found = redact(text)
    for secret in ("canary", "response", "nonce", "WVNf"):
        assert secret not in found
    assert found.count(HIDDEN) == 4
    assert "INVITE sip:a@host" in found


def test_restarts_slow_down_and_end() -> None:
    """The pauses grow, too many restarts are given up, and an hour later all is forgiven."""
    restarts = Restarts(Timings())
    pauses = [restarts.pause(float(second)) for second in range(6)]
    assert pauses == [0.25, 1.0, 2.0, 5.0, 15.0, None]
    assert restarts.pause(3600.0) == 0.25


def test_pulse() -> None:
    """Three misses, or a media clock that stands still, mean hung; one miss does not."""
    pulse = Pulse(Timings())
    for frames in (10, 110, 210):
        pulse.beat(Pong(request=1, loop_ms=1, media_frames=frames))
    pulse.miss()
    pulse.miss()
    assert not pulse.stopped
    pulse.beat(Pong(request=1, loop_ms=1, media_frames=310))
    for _ in range(3):
        assert not pulse.stopped
        pulse.beat(Pong(request=1, loop_ms=1, media_frames=310))
    assert pulse.stopped
    assert "310" in pulse.reason


def test_ledger_remembers_accounts() -> None:
    """Only accounts that work, or are to be kept, come back; passwords become known secrets."""
    redact = Redactor()
    ledger = Ledger(redact)
    message = AddAccount(account=SETTINGS)
    ledger.sent(message)
    assert "canary" not in redact("canary")
    ledger.answered(message, Refused(request=1, error=ErrorKind.TIMEOUT, text=""))
    assert ledger.again() == []
    ledger.answered(message, None)
    assert ledger.again() == [AddAccount(account=SETTINGS, keep=True)]
    assert [event.account_id for event in ledger.lost() if isinstance(event, Registration)] == [
        "line"
    ]
    ledger.sent(RemoveAccount(account_id="line"))
    assert ledger.again() == []


def test_ledger_reports_lost_legs_once() -> None:
    """Legs that are up are lost with the engine; those that ended before are not."""
    ledger = Ledger(Redactor())
    call = PlaceCall(leg="a", account_id="line", target="1")
    ledger.sent(call)
    # The engine may not know it yet.
    assert not ledger.legs
    ledger.answered(call, None)
    assert ledger.legs == {"a"}
    ledger.happened(IncomingCall(leg="b", account_id="line", caller="sip:x@y"))
    ledger.happened(IncomingCall(leg="c", account_id="line", caller="sip:x@y"))
    ended = LegChanged(leg="a", state=LegState.DISCONNECTED)
    assert ledger.happened(ended)
    assert not ledger.happened(ended)
    lost = list(
        ledger.reconcile(
            ledger.legs, Pong(request=1, loop_ms=0, media_frames=1, legs={"c": LegState.CONFIRMED})
        )
    )
    assert [event.leg for event in lost if isinstance(event, LegChanged)] == ["b"]
    (rest,) = ledger.lost()
    assert isinstance(rest, LegChanged)
    assert (rest.leg, rest.failure) == ("c", CallFailure.ENGINE_LOST)
    assert list(ledger.lost()) == []


def test_a_refused_call_is_no_leg() -> None:
    """A refused call is forgotten, unless the leg was there before."""
    ledger = Ledger(Redactor())
    call = PlaceCall(leg="a", account_id="line", target="1")
    ledger.sent(call)
    ledger.answered(call, Refused(request=1, error=ErrorKind.LEG_EXISTS, text=""))
    ledger.answered(call, None)
    assert ledger.legs == {"a"}
    ledger.answered(call, Refused(request=1, error=ErrorKind.INVALID_NUMBER, text=""))
    assert not ledger.legs
    assert list(ledger.lost()) == []


def test_ledger_learns_every_password() -> None:
    """The password of an account that is only tried out is a secret as well."""
    redact = Redactor()
    ledger = Ledger(redact)
    ledger.sent(TestAccount(account=SETTINGS))
    assert "canary" not in redact("canary")
    assert ledger.again() == []


def test_ledger_brings_back_rules_first() -> None:
    """A fresh engine knows what may be dialled, and whom it serves, before any account."""
    ledger = Ledger(Redactor())
    account = AddAccount(account=SETTINGS, keep=True)
    phones = SetPhoneServer(server=None)
    old, policy = (SetDialPolicy(policy=DialPolicy(home_country=it)) for it in ("DE", "FR"))
    for message in (account, phones, old, policy):
        ledger.sent(message)
        ledger.answered(message, None)
    assert ledger.again() == [policy, phones, account]


def test_ledger_keeps_a_refused_account_that_is_to_be_kept() -> None:
    """An account that keeps trying comes back although its first try failed."""
    ledger = Ledger(Redactor())
    account = AddAccount(account=SETTINGS, keep=True)
    ledger.sent(account)
    ledger.answered(account, Refused(request=1, error=ErrorKind.TIMEOUT, text=""))
    assert ledger.again() == [account]


def test_ledger_proves_who_we_are() -> None:
    """Credentials are the account's; who has no password, or is unknown, has none."""
    ledger = Ledger(Redactor())
    for account in (
        SETTINGS,
        replace(SETTINGS, id="other name", auth_username="auth", realm="trunk"),
        replace(SETTINGS, id="open", password=""),
    ):
        ledger.sent(AddAccount(account=account, keep=True))
    assert ledger.credentials("line") == Credentials(username="me", password="canary", realm="")
    assert ledger.credentials("other name") == Credentials(
        username="auth", password="canary", realm="trunk"
    )
    assert ledger.credentials("open") is None
    assert ledger.credentials("nobody") is None


def test_ledger_hands_out_what_is_left_once() -> None:
    """Only calls that are still up when the engine dies are ended, and only once."""
    ledger = Ledger(Redactor())
    stones = [
        Tombstone(
            leg=leg, host="h", port=5060, transport=Transport.UDP, verify_tls=True, request=request
        )
        for leg, request in (("a", "CANCEL"), ("b", "BYE"), ("a", "BYE"))
    ]
    for stone in stones:
        ledger.happened(IncomingCall(leg=stone.leg, account_id="line", caller="sip:x@y"))
        assert not ledger.happened(stone)
    assert ledger.happened(LegChanged(leg="b", state=LegState.CONFIRMED))
    assert ledger.happened(LegChanged(leg="b", state=LegState.DISCONNECTED))
    assert ledger.orphans() == [stones[2]]
    assert ledger.orphans() == []
