"""REGISTER requests handed to Python, and what is left out of Allow and Supported."""

from typing import Any

import pjsua2 as pj
import pytest

from tests.packaging.callee import make_callee
from tests.packaging.child import in_child
from tests.packaging.peer import Peer, port_of
from tests.packaging.stack import running


class Registrar(pj.RegisterHandler):
    """Answers as it is told, and keeps what came."""

    def __init__(self, status: int, *headers: str) -> None:
        super().__init__()
        self.status = status
        self.headers = headers
        self.taken: list[tuple[str, str, str, str]] = []

    def onRegister(self, request: Any) -> None:
        """Fill in the answer."""
        self.taken.append(
            (request.wholeMsg, request.source, request.transport, request.localAddress)
        )
        request.statusCode, request.reason = self.status, "As told"
        for header in self.headers:
            request.headers.append(header)


@in_child
def test_request_and_answer() -> None:
    """Python sees the request and where it came from; the peer sees status, reason and headers."""
    with running(udp=True) as stack:
        registrar = Registrar(
            401, "WWW-Authenticate: one", "WWW-Authenticate: two", "bad", "X: a\r\nInjected: yes"
        )
        registrar.start()
        peer = Peer()
        peer.send(stack.udp_port, "REGISTER")
        answer = stack.until(peer.final, "an answer")
        assert answer.line == "SIP/2.0 401 As told"
        assert answer.headers["www-authenticate"] == ["one", "two"]
        assert "injected" not in answer.headers
        message, source, transport, local = registrar.taken[0]
        assert message.startswith("REGISTER sip:callee@127.0.0.1")
        assert source == f"127.0.0.1:{port_of(peer.sock)}"
        assert (transport, local) == ("UDP", f"127.0.0.1:{stack.udp_port}")
        registrar.stop()


@in_child
def test_no_answer() -> None:
    """Without a handler, undecided, or stopped: a REGISTER gets no answer, as from nobody."""
    with running(udp=True) as stack:
        make_callee(stack.udp_port)
        undecided = Registrar(0)
        for step in (lambda: None, undecided.start, undecided.stop):
            step()
            peer = Peer()
            peer.send(stack.udp_port, "REGISTER")
            # what comes later is answered, what came before it is not
            peer.send(stack.udp_port, "OPTIONS")
            answer = stack.until(peer.final, "an answer")
            assert answer.headers["cseq"][0].endswith("OPTIONS")
        assert len(undecided.taken) == 1


@in_child
def test_one_at_a_time() -> None:
    """A second handler is refused while one takes requests, and welcome after it stopped."""
    with running(udp=True):
        first, second = Registrar(200), Registrar(200)
        first.start()
        with pytest.raises(pj.Error):
            second.start()
        first.stop()
        second.start()
        second.stop()


@in_child
def test_retransmissions_are_answered_by_the_library() -> None:
    """The same request again gets the same answer, without asking again."""
    with running(udp=True) as stack:
        registrar = Registrar(200)
        registrar.start()
        peer = Peer()
        sent: list[bytes] = []
        plain = peer.sock.sendto
        peer.sock = _Keeping(peer.sock, sent)  # type: ignore[assignment]
        peer.send(stack.udp_port, "REGISTER")
        assert stack.until(peer.final, "an answer").status == 200
        plain(sent[0], ("127.0.0.1", stack.udp_port))
        assert stack.until(peer.final, "the answer again").status == 200
        assert len(registrar.taken) == 1
        registrar.stop()


class _Keeping:
    """A socket that keeps what is sent."""

    def __init__(self, sock: Any, sent: list[bytes]) -> None:
        self._sock = sock
        self._sent = sent

    def sendto(self, data: bytes, address: Any) -> None:
        """Send and keep."""
        self._sent.append(data)
        self._sock.sendto(data, address)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


@in_child
def test_what_is_told_of_us() -> None:
    """Methods and extensions that are refused anyway are not named; OPTIONS is answered."""
    with running(udp=True) as stack:
        make_callee(stack.udp_port)
        peer = Peer()
        peer.send(stack.udp_port, "OPTIONS")
        answer = stack.until(peer.final, "an answer")
        assert answer.status == 200
        allowed = {each.strip() for each in answer.headers["allow"][0].split(",")}
        assert {"INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE", "INFO", "OPTIONS"} <= allowed
        assert not allowed & {"SUBSCRIBE", "NOTIFY", "MESSAGE"}
        assert "replaces" not in answer.headers["supported"][0]
