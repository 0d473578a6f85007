"""Who of the SIP phones is registered where (RFC 3261, section 10), without any network."""

from collections.abc import Callable
from dataclasses import dataclass, field
import time
from typing import override

from ..telephony.messages import PhoneServer, Transport
from .digest import Credentials, Digest
from .sip_text import SipText, bare_uri, parameters, user_of, with_address

#: Most contacts of one user; the oldest gives way.
MOST_CONTACTS = 5
#: Life of a registration that does not ask for one, s.
USUAL_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One contact of a user."""

    #: The contact as the phone wrote it, and the URI that reaches it from here.
    contact: str
    target: str
    transport: Transport
    #: `address:port` it registered from.
    source: str
    #: Monotonic time at which it lapses, s.
    until: float
    call_id: str
    cseq: int
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to a REGISTER."""

    status: int
    reason: str
    headers: list[str] = field(default_factory=list)

    @override
    def __str__(self) -> str:
        """Return the status line's end, e.g. `200 OK`."""
        return f"{self.status} {self.reason}"


class Registrar:
    """Checks REGISTER requests and keeps the bindings."""

    def __init__(
        self,
        server: PhoneServer,
        changed: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Serve the users of `server`; `changed` is told whose bindings are others now."""
        self._server = server
        self._changed = changed
        self._clock = clock
        self.digest = Digest(server.realm, server.users, clock)
        self._bindings: dict[str, dict[str, Binding]] = {}

    def use(self, server: PhoneServer) -> None:
        """Serve other users; those that are still known with the same password stay registered."""
        gone = set(self._server.users) - set(server.users)
        self._server = server
        self.digest = Digest(server.realm, server.users, self._clock)
        for user in gone:
            if self._bindings.pop(user.username, None):
                self._changed(user.username)

    def bindings(self, username: str) -> list[Binding]:
        """Return the live bindings of a user, the newest first."""
        now = self._clock()
        live = [each for each in self._bindings.get(username, {}).values() if each.until > now]
        return live[::-1]

    def user_at(self, source: str) -> str:
        """Return who is registered from `address:port`, "" when nobody is."""
        for username in self._bindings:
            if any(each.source == source for each in self.bindings(username)):
                return username
        return ""

    def lapse(self) -> None:
        """Forget what has lapsed; called every now and then."""
        now = self._clock()
        for username, bindings in self._bindings.items():
            gone = [uri for uri, each in bindings.items() if each.until <= now]
            for uri in gone:
                del bindings[uri]
            if gone:
                self._changed(username)

    def register(self, message: str, source: str, transport: Transport) -> Verdict:
        """Carry out a REGISTER that came from `source`."""
        request = SipText(message)
        username = user_of(request.first("To"))
        credentials, claimed = self.digest.check(
            request.every("Authorization"), "REGISTER", request.target
        )
        match credentials:
            case Credentials.MISSING | Credentials.STALE:
                return self._challenge(stale=credentials is Credentials.STALE)
            case Credentials.WRONG:
                return Verdict(status=403, reason="Wrong user name or password")
        if claimed != username:
            return Verdict(status=403, reason="Only your own address can be registered")
        return self._carry_out(request, username, source, transport)

    def _challenge(self, *, stale: bool) -> Verdict:
        """Return what asks for credentials."""
        headers = [f"WWW-Authenticate: {each}" for each in self.digest.challenges(stale=stale)]
        return Verdict(status=401, reason="Unauthorized", headers=headers)

    def _carry_out(
        self, request: SipText, username: str, source: str, transport: Transport
    ) -> Verdict:
        """Change the bindings of a user who has proved who they are."""
        contacts = request.every("Contact")
        try:
            usual = int(request.first("Expires") or USUAL_S)
            cseq = int(request.first("CSeq").split()[0])
            wanted = {
                bare_uri(contact): (contact, int(parameters(contact).get("expires") or usual))
                for contact in contacts
                if contact != "*"
            }
        except ValueError, IndexError:
            return Verdict(status=400, reason="Expires and CSeq must be numbers")
        if "*" in contacts and (wanted or usual != 0):
            return Verdict(status=400, reason="Contact * stands alone, with Expires 0")
        server = self._server
        if any(0 < seconds < server.shortest_s for _, seconds in wanted.values()):
            minimum = [f"Min-Expires: {server.shortest_s}"]
            return Verdict(status=423, reason="Interval Too Brief", headers=minimum)
        if not all(uri.lower().startswith(("sip:", "sips:")) for uri in wanted):
            return Verdict(status=400, reason="Contact must be a SIP address")
        mine = self._bindings.setdefault(username, {})
        call_id = request.first("Call-ID")
        touched = [mine[uri] for uri in (mine if "*" in contacts else wanted) if uri in mine]
        if any(each.call_id == call_id and cseq <= each.cseq for each in touched):
            return Verdict(status=500, reason="A later request was carried out before")
        before = set(mine)
        if "*" in contacts:
            mine.clear()
        for uri, (_, seconds) in wanted.items():
            mine.pop(uri, None)
            if seconds > 0:
                mine[uri] = Binding(
                    contact=uri,
                    target=with_address(uri, source, transport),
                    transport=transport,
                    source=source,
                    until=self._clock() + min(seconds, server.longest_s),
                    call_id=call_id,
                    cseq=cseq,
                    agent=request.first("User-Agent"),
                )
        for uri in list(mine)[:-MOST_CONTACTS]:
            del mine[uri]
        if set(mine) != before:
            self._changed(username)
        return Verdict(status=200, reason="OK", headers=self._listed(username))

    def _listed(self, username: str) -> list[str]:
        """Return the bindings of a user as headers."""
        now = self._clock()
        return [
            f"Contact: <{each.contact}>;expires={max(1, round(each.until - now))}"
            for each in self.bindings(username)
        ]
