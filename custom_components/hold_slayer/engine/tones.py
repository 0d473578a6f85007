"""Tones the engine plays (after ITU-T E.180) and the keys' tones (ITU-T Q.23)."""

from dataclasses import dataclass

from ..telephony.messages import Tone

#: Amplitude of a tone, of 32767: about -12 dBm0 each, within what exchanges send.
LOUDNESS = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class TonePart:
    """A stretch of one or two frequencies (Hz) and the pause after it (ms)."""

    first: int
    second: int = 0
    on_ms: int
    off_ms: int = 0


PLANS: dict[Tone, tuple[TonePart, ...]] = {
    # The European cadences of E.180; 425 Hz is its recommended frequency.
    Tone.RINGBACK: (TonePart(first=425, on_ms=1000, off_ms=4000),),
    Tone.BUSY: (TonePart(first=425, on_ms=480, off_ms=480),),
    # The tone of recorded calls is 1400 Hz everywhere.
    Tone.BEEP: (TonePart(first=1400, on_ms=200),),
    Tone.CONFIRM: (TonePart(first=660, on_ms=100, off_ms=30), TonePart(first=880, on_ms=140)),
    Tone.ERROR: (
        TonePart(first=660, on_ms=120, off_ms=30),
        TonePart(first=520, on_ms=120, off_ms=30),
        TonePart(first=400, on_ms=200),
    ),
}

#: Key -> its two frequencies, Hz (ITU-T Q.23).
KEY_TONES: dict[str, tuple[int, int]] = {
    key: (low, high)
    for low, row in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)
    for high, key in zip((1209, 1336, 1477, 1633), row, strict=True)
}
