"""Whether and how a call is to be recorded, as account, contact and action say."""

from dataclasses import dataclass
from enum import StrEnum

from ..telephony.messages import RecordingKind
from .sidecar import AnnouncedBy, RecordingFormat


class ContactRecording(StrEnum):
    """What a contact says about recording."""

    ACCOUNT = "account"  # as the account
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingWish:
    """How recordings are made."""

    #: Whether calls are recorded unless contact or action say otherwise.
    always: bool = False
    kind: RecordingKind = RecordingKind.STEREO
    format: RecordingFormat = RecordingFormat.OPUS
    announce: AnnouncedBy = AnnouncedBy.WORDS

    def wanted(self, contact: ContactRecording, action: bool | None) -> bool:
        """Tell whether a call is to be recorded: the action goes before the contact."""
        if action is not None:
            return action
        return (
            self.always if contact is ContactRecording.ACCOUNT else contact is ContactRecording.ON
        )
