"""What is told about a recording in the JSON file beside it."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
import json
import os
from pathlib import Path
from typing import Any, Final, Self

from ..telephony.messages import RecordingKind

#: Sent with the path (str) of the JSON file of every recording that was finished.
SIGNAL_RECORDING_FINISHED: Final = "hold_slayer_recording_finished"
#: Raised when a field changes its meaning.
VERSION: Final = 1

#: Whom each channel of a kind of recording holds.
CHANNELS: Final = {
    RecordingKind.COMPANY: ("company",),
    RecordingKind.USER: ("user",),
    RecordingKind.MIXED: ("mixed",),
    RecordingKind.STEREO: ("company", "user"),
}


class SidecarError(ValueError):
    """A JSON file is not what is told about a recording."""


class RecordingFormat(StrEnum):
    """What a finished recording is."""

    OPUS = "opus"  # in an Ogg container (RFC 7845)
    WAV = "wav"  # PCM16


class AnnouncedBy(StrEnum):
    """How the other side was told that it is recorded."""

    WORDS = "words"
    TONE = "tone"  # a beep, again every 15 s


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """A recording: of which call, of whom, since when, and how it was announced."""

    call_id: str
    entry_id: str
    #: Subentry id and name of the contact; "" for a number that is no contact.
    contact_id: str = ""
    contact: str = ""
    #: First sample, UTC.
    started: datetime
    kind: RecordingKind
    format: RecordingFormat
    #: Samples per second and channel.
    rate: int
    language: str = ""
    announced_by: AnnouncedBy
    #: What was said; "" for a tone.
    announced: str = ""
    #: When that had been said, UTC; never later than `started`.
    announced_at: datetime
    duration_s: float = 0.0
    #: Of the finished file, bytes.
    size: int = 0
    #: True when Home Assistant or the engine ended while recording.
    repaired: bool = False
    #: Why it ended early; "" when it did not.
    error: str = ""

    @property
    def channels(self) -> tuple[str, ...]:
        """Return whom each channel holds."""
        return CHANNELS[self.kind]

    def finished(self, **changes: Any) -> Self:
        """Return it with what is known at the end."""
        return replace(self, **changes)

    def write(self, path: Path) -> None:
        """Write the JSON file at once, readable by the owner alone; raises `OSError`."""
        fields = asdict(self)
        for name in ("announced_by", "announced", "announced_at"):
            del fields[name]
        fields |= {
            "version": VERSION,
            "channels": list(self.channels),
            "started": self.started.astimezone(UTC).isoformat(),
            "announced": {
                "how": self.announced_by,
                "text": self.announced,
                "at": self.announced_at.astimezone(UTC).isoformat(),
            },
        }
        part = path.with_name(f"{path.name}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(fields, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the JSON file; raises `SidecarError`, or `OSError` when it is not there."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            if fields.pop("version") != VERSION:
                raise SidecarError(f"{path.name} is of another version")
            fields.pop("channels")
            announced = fields.pop("announced")
            fields |= {
                "started": _moment(fields["started"]),
                "kind": RecordingKind(fields["kind"]),
                "format": RecordingFormat(fields["format"]),
                "announced_by": AnnouncedBy(announced["how"]),
                "announced": str(announced["text"]),
                "announced_at": _moment(announced["at"]),
            }
            return cls(**fields)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SidecarError(f"{path.name} cannot be read: {error}") from error


def _moment(text: str) -> datetime:
    """Read a time; raises `ValueError` when it has no zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment
