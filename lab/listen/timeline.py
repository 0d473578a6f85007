"""What the ears report, as plain records (one JSON object each) and as lines for people.

A record has at least `t` (s, when it was reported), `event` and `kind`:

| event | kind |
|---|---|
| hearing | a sound: speech, music, song, ringback, busy, dtmf, beep … |
| suspected, detected | person |
| cancelled | the reason: music, repeat, the strongest cue against a person, or nobody |
| verdict | nobody or machine, when no person was suspected before |
| repeat | the sound that repeats |
| utterance | started, paused or ended |
| audio | stopped or resumed |
| note | what was odd about the file |
| error | unreadable |
"""

from typing import Any

from lab.component import module

heard = module("hearing.heard")

type Record = dict[str, Any]

#: Cues in words, for people.
CUES = {
    "new_speech": "speech not heard before",
    "repeated": "heard before",
    "over_music": "speech over music",
    "music": "music",
    "room_noise": "room noise",
    "bandwidth": "sounds unlike the announcements",
    "hesitation": "hesitates",
    "waited": "waits for an answer",
    "answered_us": "answered us",
    "talked_through": "talked on while we asked",
    "short_greeting": "short greeting",
    "long_monologue": "long steady reading",
}
#: Cues against a person by the name that a cancelled suspicion gets.
_CANCELLED = {"repeated": "repeat", "music": "music", "over_music": "music"}


class Timeline:
    """Turns events into records; remembers whether a person is suspected."""

    def __init__(self) -> None:
        """Nobody is there yet."""
        self._person = False

    def record(self, event: Any) -> Record:
        """One record of an event of `heard.HeardEvent`."""
        if isinstance(event, heard.Hearing):
            return _hearing(event)
        if isinstance(event, heard.VerdictChange):
            return self._verdict(event)
        if isinstance(event, heard.Repeated):
            return _head(event, "repeat", event.sound.value) | {
                "since": _seconds(event.since),
                **_repeat(event.repeat),
                "loop_period": event.loop_period and round(event.loop_period, 2),
            }
        if isinstance(event, heard.UtteranceStarted):
            return _head(event, "utterance", "started") | {
                "utterance": event.utterance,
                "since": _seconds(event.since),
            }
        if isinstance(event, heard.UtterancePaused):
            return _head(event, "utterance", "paused") | {
                "utterance": event.utterance,
                "since": _seconds(event.since),
                "until": _seconds(event.until),
            }
        if isinstance(event, heard.UtteranceEnded):
            record = _head(event, "utterance", "ended") | {
                "utterance": event.utterance,
                "since": _seconds(event.since),
                "until": _seconds(event.until),
                "cut": event.cut,
            }
            return record | {"repeat": _repeat(event.repeat) if event.repeat else None}
        if isinstance(event, heard.AudioStopped):
            return _head(event, "audio", "stopped") | {"since": _seconds(event.since)}
        return _head(event, "audio", "resumed")

    def _verdict(self, event: Any) -> Record:
        verdict = event.verdict
        names = {heard.Verdict.SUSPECTED: "suspected", heard.Verdict.PERSON: "detected"}
        if verdict in names:
            record = _head(event, names[verdict], "person")
            self._person = True
        elif self._person:
            record = _head(event, "cancelled", _against(event.reasons))
            self._person = False
        else:
            record = _head(event, "verdict", verdict.value)
        return record | {
            "since": _seconds(event.since),
            "probability": round(event.probability, 3),
            "reasons": [
                {
                    "cue": reason.cue.value,
                    "weight": round(reason.weight, 2),
                    "value": None if reason.value is None else round(reason.value, 2),
                }
                for reason in event.reasons
            ],
        }


def _head(event: Any, name: str, kind: str) -> Record:
    return {"t": _seconds(event.time), "event": name, "kind": kind}


def _seconds(time: float) -> float:
    return round(float(time), 3)


def _repeat(repeat: Any) -> Record:
    first = repeat.first_heard
    return {
        "source": repeat.source.value,
        "first_heard": None if first is None else _seconds(first),
        "score": round(float(repeat.score), 3),
    }


def _hearing(event: Any) -> Record:
    record = _head(event, "hearing", event.sound.value) | {
        "since": _seconds(event.since),
        "confidence": round(float(event.confidence), 3),
    }
    if event.digit:
        record["digit"] = event.digit
    if event.network:
        record["network"] = event.network
    return record


def _against(reasons: Any) -> str:
    """Name the strongest cue against a person."""
    against = [reason for reason in reasons if reason.weight < 0]
    if not against:
        return "nobody"
    cue = min(against, key=lambda reason: reason.weight).cue.value
    return _CANCELLED.get(cue, str(cue))


def line(record: Record) -> str:
    """One line for people: `   12.4 s  suspected 0.62: speech not heard before, room noise`."""
    return f"{record['t']:8.1f} s  {_words(record)}"


def _words(record: Record) -> str:
    event, kind = record["event"], record["kind"]
    if event == "hearing":
        text = kind.replace("_", " ")
        if "digit" in record:
            text += f" {record['digit']}"
        if "network" in record:
            text += f" as in {record['network'].replace(',', ', ')}"
        return f"{text} (since {record['since']:.1f} s)"
    if event in {"suspected", "detected", "cancelled", "verdict"}:
        name = {
            "detected": "PERSON",
            "cancelled": f"cancelled ({kind.replace('_', ' ')})",
            "verdict": f"verdict {kind}",
        }.get(event, event)
        return f"{name} {record['probability']:.2f}{_why(record['reasons'])}"
    if event == "repeat":
        if record["first_heard"] is None:
            where = "in the print book"
        else:
            where = f"{record['since'] - record['first_heard']:.1f} s ago"
        loop = f", loop of {record['loop_period']:.1f} s" if record["loop_period"] else ""
        return f"heard before, {where} (score {record['score']:.2f}{loop})"
    if event == "utterance":
        if kind == "started":
            return f"utterance {record['utterance']} began at {record['since']:.1f} s"
        again = ", heard before" if record["repeat"] else ""
        return (
            f"utterance {record['utterance']} ended, {record['since']:.1f} to"
            f" {record['until']:.1f} s{again}"
        )
    if event == "audio":
        return f"audio {kind}"
    return f"{event}: {record.get('text', kind)}"


def _why(reasons: list[Record]) -> str:
    if not reasons:
        return ""
    strongest = sorted(reasons, key=lambda reason: -abs(reason["weight"]))
    words = []
    for reason in strongest:
        text = CUES.get(reason["cue"], reason["cue"].replace("_", " "))
        value = "" if reason["value"] is None else f" {reason['value']:g}"
        words.append(f"{text}{value} {reason['weight']:+.1f}")
    return ": " + ", ".join(words)
