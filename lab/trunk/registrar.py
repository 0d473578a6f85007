"""Who is registered where: the location service of the trunk (RFC 3261 section 10)."""

from collections.abc import Callable
from dataclasses import dataclass, field
import re
import time

from .message import Message, header_parameters
from .transport import Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One contact of a user and the flow to reach it."""

    contact: str
    flow: Flow
    #: time.monotonic() at which it lapses.
    until: float


@dataclass(slots=True, kw_only=True)
class Registrar:
    """Keeps bindings; authentication happened before."""

    #: Reports "registered" or "unregistered" with the user's name and details.
    report: Callable[..., None]
    #: Bounds for the lifetime of a binding in s; shorter is refused with 423, longer is cut.
    shortest: int = 1
    longest: int = 3600
    _bindings: dict[str, dict[str, Binding]] = field(default_factory=dict)

    def bindings(self, user: str) -> list[Binding]:
        """Live bindings of a user, the newest last."""
        now = time.monotonic()
        return [b for b in self._bindings.get(user, {}).values() if b.until > now]

    def register(self, request: Message, flow: Flow, user: str, tag: str) -> Message:
        """Carry out a REGISTER and make its answer."""
        contacts = request.get_all("Contact")
        default = request.get("Expires") or str(self.longest)
        mine = self._bindings.setdefault(user, {})
        wanted = [
            (contact, int(header_parameters(contact).get("expires") or default))
            for contact in contacts
            if contact != "*"
        ]
        if any(0 < seconds < self.shortest for _, seconds in wanted):
            return request.reply(
                423, "Interval Too Brief", tag, ("Min-Expires", str(self.shortest))
            )
        if "*" in contacts:
            wanted = [(f"<{uri}>", 0) for uri in mine]
        for contact, seconds in wanted:
            uri = _uri(contact)
            if seconds == 0:
                mine.pop(uri, None)
                self.report("unregistered", user=user, contact=uri)
                continue
            granted = min(seconds, self.longest)
            refreshed = uri in mine
            mine.pop(uri, None)
            mine[uri] = Binding(contact=uri, flow=flow, until=time.monotonic() + granted)
            self.report(
                "registered",
                user=user,
                contact=uri,
                expires=granted,
                transport=flow.protocol.value,
                refreshed=refreshed,
            )
        now = time.monotonic()
        listed = [
            ("Contact", f"<{b.contact}>;expires={round(b.until - now)}")
            for b in self.bindings(user)
        ]
        return request.reply(200, "OK", tag, *listed)


def _uri(contact: str) -> str:
    """The bare URI of a Contact value, without header parameters."""
    match = re.search(r"<([^>]*)>", contact)
    return match[1] if match else contact.partition(";")[0].strip()
