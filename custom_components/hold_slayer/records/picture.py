"""A call's timeline as a small picture (SVG), for the media browser."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from xml.sax.saxutils import escape

from ..calls.progress import SegmentKind

#: The colours of the card (frontend/styles.js).
COLOURS: Final = {
    SegmentKind.RINGING: "#90a4ae",
    SegmentKind.MENU: "#7e57c2",
    SegmentKind.MUSIC: "#42a5f5",
    SegmentKind.ANNOUNCEMENT: "#ffa726",
    SegmentKind.SILENCE: "#cfd8dc",
    SegmentKind.TONE: "#90a4ae",
    SegmentKind.PERSON: "#43a047",
    SegmentKind.YOU: "#8d6e63",
    SegmentKind.CONNECTED: "#1b5e20",
}
#: Width and height, the middle bar's top and height, in the picture's own units.
_SIDE, _TOP, _HIGH = 240, 92, 56


def timeline_svg(segments: Sequence[Mapping[str, Any]], title: str, length: str) -> str:
    """Return a square picture: the name above, the timeline in the middle, the length below."""
    drawn = []
    spans = [(each["kind"], _seconds(each["start"]), _seconds(each["end"])) for each in segments]
    ends = [end for _, _, end in spans if end is not None]
    if spans and ends and (whole := max(ends) - (spans[0][1] or 0.0)) > 0:
        begin = spans[0][1] or 0.0
        for kind, start, end in spans:
            if start is None:
                continue
            left = 12 + (start - begin) / whole * (_SIDE - 24)
            wide = ((end if end is not None else begin + whole) - start) / whole * (_SIDE - 24)
            colour = COLOURS.get(kind, "#9e9e9e")
            drawn.append(
                f'<rect x="{left:.2f}" y="{_TOP}" width="{max(wide, 0.5):.2f}" height="{_HIGH}" '
                f'fill="{colour}"/>'
            )
    else:
        drawn.append(
            f'<rect x="12" y="{_TOP}" width="{_SIDE - 24}" height="{_HIGH}" fill="#9e9e9e"/>'
        )
    text = 'text-anchor="middle" font-family="Roboto, sans-serif" fill="#eceff1"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {_SIDE}">'
        f'<rect width="{_SIDE}" height="{_SIDE}" fill="#263238"/>'
        f'<text x="{_SIDE // 2}" y="60" font-size="24" {text}>{escape(_short(title))}</text>'
        f"{''.join(drawn)}"
        f'<text x="{_SIDE // 2}" y="196" font-size="28" {text}>{escape(length)}</text></svg>'
    )


def clock(seconds: float) -> str:
    """Return a duration as people write it: 1:02:03 or 2:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _seconds(moment: str | None) -> float | None:
    """Return a time as seconds since the epoch."""
    return datetime.fromisoformat(moment).timestamp() if moment else None


def _short(text: str) -> str:
    """Return what fits into the picture."""
    return text if len(text) <= 16 else f"{text[:15]}…"
