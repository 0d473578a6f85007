"""The trunk: checks credentials, routes dialled numbers, stays in the path of every dialog.

A stateless SIP proxy (RFC 3261 section 16.11) with two Record-Route headers, one for each side
(RFC 5658), whose user part names both flows; so requests inside a dialog find their way back over
the very connection the peer has opened.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
import hashlib
from pathlib import Path
import re
import secrets

from .certificate import make_certificate
from .digest import Credentials, Digest
from .message import Message, Uri, header_parameters
from .registrar import Registrar
from .relay import Network, Relay
from .transport import Flow, Protocol, Transports


class Mood(StrEnum):
    """How the trunk feels today."""

    UP = "up"
    DOWN = "down"  # answers nothing at all
    SLOW = "slow"  # everything takes `slowness` longer
    BUSY = "busy"  # 503 Service Unavailable to calls
    REFUSING = "refusing"  # 403 Forbidden to everything that needs an account


@dataclass(slots=True, kw_only=True)
class TrunkSettings:
    """What a test may change, also while the trunk runs."""

    mood: Mood = Mood.UP
    #: Extra seconds per message in mood SLOW.
    slowness: float = 2.0
    #: Ask for credentials; False is a trunk that trusts the address.
    challenge: bool = True
    network: Network = field(default_factory=Network)
    #: Networks of single numbers; all others have `network`.
    networks: dict[str, Network] = field(default_factory=dict)


class Trunk:
    """Registrar and proxy in one; parties of the lab sit behind it on plain UDP."""

    def __init__(
        self,
        host: str,
        digest: Digest,
        settings: TrunkSettings,
        report: Callable[..., None],
        route: Callable[[str], bool],
    ) -> None:
        """`report(event, **details)` logs; `route(number)` tells whether a party of the lab has that number."""
        self.settings = settings
        self.transports = Transports(host, self._received)
        self.registrar = Registrar(report=report)
        self.certificate: Path | None = None
        self._digest = digest
        self._report = report
        self._route = route
        self._parties: Flow | None = None
        self._tag = "trunk-" + secrets.token_hex(4)
        self._relays: dict[str, tuple[Relay, Flow]] = {}

    async def open(self, folder: Path, port: int = 0) -> None:
        """Make a certificate in `folder` and listen on UDP, TCP and TLS."""
        self.certificate, context = make_certificate(folder, self.transports.host)
        await self.transports.open(context, port)

    def serve_parties(self, port: int) -> None:
        """Tell where the simulated company and phones listen (UDP)."""
        self._parties = self.transports.udp_flow((self.transports.host, port))

    def close(self) -> None:
        """Close all sockets and relays."""
        for relay, _ in self._relays.values():
            relay.close()
        self.transports.close()

    def _received(self, message: Message, flow: Flow) -> None:
        if self.settings.mood is Mood.DOWN:
            return
        if self.settings.mood is Mood.SLOW and flow is not self._parties:
            asyncio.get_running_loop().call_later(
                self.settings.slowness, self._handle, message, flow
            )
            return
        self._handle(message, flow)

    def _handle(self, message: Message, flow: Flow) -> None:
        try:
            if message.is_request:
                self._request(message, flow)
            else:
                self._response(message, flow)
        except ValueError as error:  # a MalformedMessageError, or no number where one belongs
            self._report("malformed", text=str(error))

    # Requests

    def _request(self, request: Message, flow: Flow) -> None:
        via = request.remove_first("Via")
        host, port = flow.peer
        via = re.sub(r";rport(?=;|$)", f";rport={port}", via)
        request.add_top("Via", f"{via};received={host}")
        ours = self._pop_routes(request)
        in_dialog = "tag" in header_parameters(request.get("To"))
        if request.method == "ACK" and header_parameters(request.get("To")).get("tag") == self._tag:
            return
        if ours:
            self._forward(request, flow, self._far_side(ours, flow))
        elif in_dialog:
            self._answer(request, flow, 481, "Call/Transaction Does Not Exist")
        elif request.method == "REGISTER":
            self._register(request, flow)
        elif request.method in ("INVITE", "CANCEL", "ACK"):
            self._call(request, flow)
        elif request.method == "OPTIONS":
            self._answer(request, flow, 200, "OK", ("Accept", "application/sdp"))
        else:
            self._answer(request, flow, 405, "Method Not Allowed")

    def _answer(
        self, request: Message, flow: Flow, status: int, reason: str, *extra: tuple[str, str]
    ) -> None:
        if request.method != "ACK":
            self.transports.send(request.reply(status, reason, self._tag, *extra), flow)

    def _authorised(self, request: Message, flow: Flow, header: str, status: int) -> str | None:
        """User name of good credentials; None when a challenge or refusal was sent instead."""
        if not self.settings.challenge:
            return Uri.parse(request.get("From")).user
        result, user = self._digest.check(next(iter(request.get_all(header)), ""), request.method)
        if self.settings.mood is Mood.REFUSING:
            result = Credentials.WRONG
        match result:
            case Credentials.GOOD:
                return user
            case Credentials.WRONG:
                self._report("refused", method=request.method, user=user)
                self._answer(request, flow, 403, "Forbidden")
            case Credentials.MISSING | Credentials.STALE:
                stale = result is Credentials.STALE
                self._report("challenged", method=request.method, stale=stale)
                name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
                reason = "Unauthorized" if status == 401 else "Proxy Authentication Required"
                challenge = self._digest.challenge(stale=stale)
                self._answer(request, flow, status, reason, (name, challenge))
        return None

    def _register(self, request: Message, flow: Flow) -> None:
        user = self._authorised(request, flow, "Authorization", 401)
        if user is not None:
            self.transports.send(self.registrar.register(request, flow, user, self._tag), flow)

    def _call(self, request: Message, flow: Flow) -> None:
        number = request.target.user
        invite = request.method == "INVITE"
        if flow is self._parties:
            bindings = self.registrar.bindings(number)
            if bindings:
                binding = bindings[-1]
                request.target = binding.contact
                self._forward(request, flow, binding.flow, record=True)
            elif self._route(number):
                self._forward(request, flow, self._parties, record=True)
            elif invite:
                self._answer(request, flow, 480, "Temporarily Unavailable")
            return
        if invite:
            user = self._authorised(request, flow, "Proxy-Authorization", 407)
            if user is None:
                return
            request.remove_first("Proxy-Authorization")
            self._report("call", user=user, number=number, transport=flow.protocol.value)
        if self.settings.mood is Mood.BUSY and invite:
            self._answer(request, flow, 503, "Service Unavailable", ("Retry-After", "30"))
        elif not self._route(number):
            if invite:
                self._report("unknown_number", number=number)
                self._answer(request, flow, 404, "Not Found")
        elif self._parties is not None:
            host, port = self._parties.peer
            request.target = f"sip:{number}@{host}:{port}"
            self._forward(request, flow, self._parties, record=True)

    def _forward(
        self, request: Message, came: Flow, goes: Flow | None, *, record: bool = False
    ) -> None:
        if goes is None:
            self._answer(request, came, 430, "Flow Failed")
            return
        hops = int(request.get("Max-Forwards") or 70)
        if hops <= 0:
            self._answer(request, came, 483, "Too Many Hops")
            return
        request.set("Max-Forwards", str(hops - 1))
        # the branch is a function of the incoming one, so CANCEL and retransmissions match
        branch = header_parameters(request.get("Via")).get("branch", "")
        mark = hashlib.sha256(f"{branch}{self._tag}".encode()).hexdigest()[:16]
        if record and request.method == "INVITE":
            self._answer(request, came, 100, "Trying")
            pair = f"{came.number}.{goes.number}"
            for side in (came, goes):
                request.add_top("Record-Route", self._own_uri(side, pair))
        host, port = self.transports.host, self.transports.ports[goes.protocol]
        via = f"SIP/2.0/{goes.protocol.upper()} {host}:{port};rport;branch=z9hG4bK{came.number}.{mark}"
        request.add_top("Via", via)
        self._through_relay(request, came, goes)
        if not self.transports.send(request, goes):
            request.remove_first("Via")
            self._answer(request, came, 480, "Temporarily Unavailable")

    def _own_uri(self, side: Flow, pair: str) -> str:
        host, port = self.transports.host, self.transports.ports[side.protocol]
        transport = "" if side.protocol is Protocol.UDP else f";transport={side.protocol}"
        return f"<sip:{pair}@{host}:{port}{transport};lr>"

    def _pop_routes(self, request: Message) -> str:
        """Take our own Route headers off the top; returns the pair of flows they named."""
        pair = ""
        while route := request.get("Route"):
            uri = Uri.parse(route)
            if uri.host != self.transports.host or uri.port not in self.transports.ports.values():
                break
            request.remove_first("Route")
            pair = uri.user or pair
        return pair

    def _far_side(self, pair: str, flow: Flow) -> Flow | None:
        first, _, second = pair.partition(".")
        other = second if int(first) == flow.number else first
        return self.transports.flow(int(other))

    # Responses

    def _response(self, response: Message, flow: Flow) -> None:
        branch = header_parameters(response.remove_first("Via")).get("branch", "")
        number = branch.removeprefix("z9hG4bK").partition(".")[0]
        back = self.transports.flow(int(number)) if number.isdigit() else None
        if back is None or not response.get("Via"):
            return
        self._through_relay(response, flow, back)
        self.transports.send(response, back)
        if response.method == "BYE" or (response.method == "INVITE" and response.status >= 300):
            self._close_relay(response.get("Call-ID"))

    # The bad network

    def _through_relay(self, message: Message, came: Flow, goes: Flow) -> None:
        """Put a relay between the two parties of the dialog if the network is to be bad."""
        sdp = "sdp" in message.get("Content-Type").lower()
        dialled = message.get("To").partition("sip:")[2].partition("@")[0]
        network = self.settings.networks.get(dialled, self.settings.network)
        if network.is_perfect or not sdp or came is goes:
            return
        call = message.get("Call-ID")
        if call not in self._relays:
            self._relays[call] = (Relay(network, self.transports.host), came)
        relay, caller = self._relays[call]
        message.body = relay.rewrite(message.body, 0 if came is caller else 1)

    def _close_relay(self, call: str) -> None:
        if call in self._relays:
            relay, _ = self._relays.pop(call)
            relay.close()
            self._report("relayed", call_id=call, packets=relay.received, lost=relay.lost)
