"""G.711 A-law and mu-law as look-up tables over all 16-bit values."""

from functools import cache

import numpy as np
from numpy.typing import NDArray


def _mu_decoded() -> NDArray[np.int16]:
    """Value of each mu-law code, int16 (256); ITU-T G.711 table 2, scaled to 16 bit."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent, mantissa = (code >> 4) & 7, code & 15
    value = (((mantissa << 3) + 0x84) << exponent) - 0x84
    return np.where(code & 0x80, -value, value).astype(np.int16)


def _a_decoded() -> NDArray[np.int16]:
    """Value of each A-law code, int16 (256); ITU-T G.711 table 1, scaled to 16 bit."""
    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    value = np.where(
        exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0)
    )
    return np.where(code & 0x80, value, -value).astype(np.int16)


@cache
def _round_trip(law: str) -> NDArray[np.int16]:
    """What each int16 becomes after coding and decoding, indexed by value + 32768."""
    levels = np.unique(_mu_decoded() if law == "mu" else _a_decoded()).astype(np.int32)
    borders = (levels[1:] + levels[:-1] + 1) // 2
    return levels[np.searchsorted(borders, np.arange(-32768, 32768), side="right")].astype(np.int16)


def g711(samples: NDArray[np.float32], law: str) -> NDArray[np.float32]:
    """Through G.711 and back; `law` is "mu" or "a"; float32 in −1..1 in and out."""
    values = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype(np.int32)
    return np.asarray(_round_trip(law)[values + 32768] / np.float32(32768.0), np.float32)


def a_law(samples: NDArray[np.float32]) -> bytes:
    """Return the A-law codes of float32 samples in −1..1, a byte each."""
    decoded = _a_decoded().astype(np.int32)
    order = np.argsort(decoded)
    levels = decoded[order]
    borders = (levels[1:] + levels[:-1] + 1) // 2
    values = np.clip(np.rint(samples * 32768.0), -32768, 32767)
    codes = order[np.searchsorted(borders, values, side="right")].astype(np.uint8)
    return bytes(codes.tobytes())
