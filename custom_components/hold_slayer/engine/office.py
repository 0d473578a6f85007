"""What a leg needs from its surroundings."""

from typing import TYPE_CHECKING, Protocol

from ..telephony.messages import Report
from .recorder import Disk

if TYPE_CHECKING:
    from .leg import Leg


class Office(Protocol):
    """What a leg needs from its surroundings."""

    disk: Disk

    def report(self, report: Report) -> None:
        """Tell Home Assistant; from any thread."""

    def far_side_known(self, leg: Leg, hosts: frozenset[str]) -> None:
        """The hosts are known that requests within the dialog go to."""

    def leg_ended(self, leg: Leg) -> None:
        """A leg is over for Home Assistant."""

    def dialog_over(self, leg: Leg) -> None:
        """A leg's dialog is over for the far side, too."""
