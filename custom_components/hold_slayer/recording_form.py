"""The part of the options about recording calls."""

from typing import Final

from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
)
import probatio

from .const import Conf
from .recording.sidecar import AnnouncedBy, RecordingFormat
from .telephony.messages import RecordingKind

SECTION_RECORDING: Final = "recording"
RECORDING_KEYS: Final = (
    Conf.RECORD,
    Conf.RECORD_KIND,
    Conf.RECORD_FORMAT,
    Conf.RECORD_ANNOUNCE,
    Conf.RECORDING_DAYS,
    Conf.RECORDING_QUOTA_MB,
)
RECORDING_WHOLE: Final = (Conf.RECORDING_DAYS, Conf.RECORDING_QUOTA_MB)
#: Days and megabytes (10^6 bytes) kept unless the user chose otherwise; 0 = without limit.
RECORDING_DAYS: Final = 30
RECORDING_QUOTA_MB: Final = 2_000


def _choice(options: list[str], key: str) -> SelectSelector:
    """Return a choice of translated options."""
    return SelectSelector(SelectSelectorConfig(options=options, translation_key=key))


def _box(most: int, unit: str) -> NumberSelector:
    """Return a number field."""
    return NumberSelector(
        NumberSelectorConfig(
            min=0, max=most, step=1, mode=NumberSelectorMode.BOX, unit_of_measurement=unit
        )
    )


RECORDING_SCHEMA: Final = probatio.Schema(
    {
        probatio.Optional(Conf.RECORD, default=False): BooleanSelector(),
        probatio.Optional(Conf.RECORD_KIND, default=RecordingKind.STEREO): _choice(
            list(RecordingKind), "record_kind"
        ),
        probatio.Optional(Conf.RECORD_FORMAT, default=RecordingFormat.OPUS): _choice(
            list(RecordingFormat), "record_format"
        ),
        probatio.Optional(Conf.RECORD_ANNOUNCE, default=AnnouncedBy.WORDS): _choice(
            list(AnnouncedBy), "record_announce"
        ),
        probatio.Optional(Conf.RECORDING_DAYS, default=RECORDING_DAYS): _box(3650, "d"),
        probatio.Optional(Conf.RECORDING_QUOTA_MB, default=RECORDING_QUOTA_MB): _box(
            1_000_000, "MB"
        ),
    }
)
