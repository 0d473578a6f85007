"""Quiet hours, in which messages make no sound."""

from datetime import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..calls.settings import Settings


def is_quiet(settings: Settings, now: time) -> bool:
    """Tell whether a local time lies in the quiet hours, which may span midnight."""
    start, end = settings.quiet_start, settings.quiet_end
    if start is None or end is None:
        return False
    if start <= end:
        return start <= now < end
    return now >= start or now < end
