"""What Home Assistant is told about one leg."""

from ..hearing.heard import HeardEvent
from ..telephony.messages import (
    HeardOnLeg,
    KeyMethod,
    KeyReceived,
    LegChanged,
    LegHeld,
    LegState,
    LegStatistics,
    Played,
    RecordingEnded,
    Tombstone,
)
from .ending import Ending
from .office import Office


class LegReports:
    """Makes the reports of a leg."""

    def __init__(self, leg: str, office: Office) -> None:
        """Report on the leg of this name."""
        self._leg = leg
        self._office = office

    def entered(self, state: LegState, code: int, text: str) -> None:
        """Tell a new state."""
        self._office.report(LegChanged(leg=self._leg, state=state, sip_code=code, text=text))

    def ended(
        self,
        ending: Ending,
        code: int,
        reason: str,
        *,
        retry_after_s: int,
        media: LegStatistics | None,
    ) -> None:
        """Tell the end, with the last figures of the audio."""
        self._office.report(
            LegChanged(
                leg=self._leg,
                state=LegState.DISCONNECTED,
                failure=ending.failure,
                ended_by=ending.ended_by,
                sip_code=code,
                text=ending.text or reason,
                retry_after_s=retry_after_s,
                media=media,
            )
        )

    def held(self, held: bool) -> None:
        """Tell that the far side put us on hold, or came back."""
        self._office.report(LegHeld(leg=self._leg, held=held))

    def key(self, key: str, method: KeyMethod) -> None:
        """Pass on a key of the far side."""
        self._office.report(KeyReceived(leg=self._leg, key=key, method=method))

    def heard(self, event: HeardEvent) -> None:
        """Tell what the ears heard."""
        self._office.report(HeardOnLeg(leg=self._leg, heard=event))

    def played(self, number: int, completed: bool) -> None:
        """Tell the end of a playback."""
        self._office.report(Played(leg=self._leg, playback=number, completed=completed))

    def recorded(self, path: str, seconds: float, error: str) -> None:
        """Tell of a finished file; called on the disk's thread."""
        self._office.report(RecordingEnded(leg=self._leg, path=path, seconds=seconds, error=error))

    def buried(self, stone: Tombstone | None) -> None:
        """Tell how the leg could be ended should the engine die, if that is known."""
        if stone is not None:
            self._office.report(stone)
