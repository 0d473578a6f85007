"""The course of a call as lines a person enjoys reading, and as data."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
import json
from pathlib import Path
from typing import Any

from ..process import LogEvent

type Json = dict[str, Any]

#: Terminal colours by side (SGR codes).
_COLOURS = {"hold slayer": "1;36", "company": "33", "phone": "35"}

STATES = {
    "dialing": ("📞", "dials {number}"),
    "ringing": ("🔔", "it rings"),
    "navigating": ("🧭", "a menu: listening"),
    "on_hold": ("🎵", "on hold"),
    "person_suspected": ("🤔", "that may be a person"),
    "person_detected": ("🙋", "a person! asks them to wait a moment"),
    "ringing_you": ("📲", "rings you"),
    "connected": ("🤝", "you are connected"),
    "ended": ("✅", "the call is over"),
    "failed": ("❌", "the call failed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of the timeline."""

    #: Unix time, s.
    time: float
    #: "hold slayer", "company" or "phone".
    who: str
    event: str
    icon: str
    text: str
    details: Json = field(default_factory=dict)


class Timeline:
    """Collects what Home Assistant and the simulated world report, and prints it as it comes."""

    def __init__(self, show: Callable[[str], None] | None = None, *, colour: bool = True) -> None:
        """`show` prints a line; None keeps quiet."""
        self.moments: list[Moment] = []
        self._show = show
        self._colour = colour
        self._start: float | None = None

    def from_home(self, event: Json) -> None:
        """Take an event of Home Assistant's bus (`hold_slayer_call`, `hold_slayer_call_ended`)."""
        data = event["data"]
        time = datetime.fromisoformat(event["time_fired"]).timestamp()
        if event["event_type"] == "hold_slayer_call_ended":
            text = f"outcome: {data['outcome']}" + (
                f" ({data['reason']})" if data["reason"] else ""
            )
            self._add(time, "hold slayer", "outcome", "🏁", text, data)
            return
        icon, text = STATES.get(data["state"], ("•", data["state"]))
        self._add(time, "hold slayer", data["state"], icon, text.format(**data), data)

    def from_transcript(self, time: float, speaker: str, text: str) -> None:
        """Take a line that speech-to-text read or that was said."""
        icon = "👂" if speaker == "company" else "💬"
        self._add(time, "hold slayer", "words", icon, f"“{text}”", {"speaker": speaker})

    def from_world(self, event: LogEvent) -> None:
        """Take an event of the simulated world; most are for tests and are left out."""
        details = event.details
        match event.source, event.event:
            case (("company" | "phone"), "speech_started"):
                icon = "📣" if details.get("speaker") in ("prompt", "announcement") else "🗣 "
                self._add(event.time, event.source, "speech", icon, f"“{details['text']}”", details)
            case "company", "music_started":
                self._add(event.time, "company", "music", "🎶", "music", details)
            case "company", "caller_said":
                said = details.get("phrase") or details.get("digits") or ""
                self._add(
                    event.time, "company", "understood", "👂", f"understood: “{said}”", details
                )
            case "company", "key":
                text = f"got the key {details['key']} ({details['method']})"
                self._add(event.time, "company", "key", "⌨ ", text, details)
            case "phone", "ringing":
                self._add(event.time, "phone", "ringing", "🔔", "rings", details)
            case "phone", "answered":
                self._add(event.time, "phone", "answered", "📱", "picked up", details)
            case "phone", "presses":
                self._add(event.time, "phone", "presses", "⌨ ", "presses a key", details)
            case (("company" | "phone"), "heard"):
                other = "you" if event.source == "company" else "the agent"
                text = f"hears {other}: “{details.get('text', '')}”"
                self._add(event.time, event.source, "heard", "👂", text, details)

    def first(self, event: str, who: str = "") -> float | None:
        """Unix time of the first such moment; None when there was none."""
        times = [m.time for m in self.moments if m.event == event and who in ("", m.who)]
        return min(times, default=None)

    def write(self, file: Path, **summary: Any) -> None:
        """Write the timeline as JSON, times in s since the call began."""
        start = self._start or 0.0
        moments = [
            {
                "t": round(m.time - start, 3),
                "who": m.who,
                "event": m.event,
                "text": m.text,
                **m.details,
            }
            for m in sorted(self.moments, key=lambda moment: moment.time)
        ]
        file.write_text(json.dumps({**summary, "timeline": moments}, indent=1, ensure_ascii=False))

    def _add(self, time: float, who: str, event: str, icon: str, text: str, details: Json) -> None:
        """Keep and print a moment."""
        if self._start is None:
            self._start = time
        self.moments.append(
            Moment(time=time, who=who, event=event, icon=icon, text=text, details=details)
        )
        if self._show:
            minutes, seconds = divmod(max(time - self._start, 0.0), 60)
            name = f"{who:>11}"
            if self._colour:
                name = f"\033[{_COLOURS[who]}m{name}\033[0m"
            self._show(f"{int(minutes):2}:{seconds:04.1f}  {name}  {icon} {text}")
