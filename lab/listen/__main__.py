"""Command line of `scripts/listen`."""

import argparse
from dataclasses import dataclass, field
import json
from pathlib import Path
import sys
from typing import Any, NoReturn

from lab.component import module
from lab.listen.recording import RATE, Recording, RecordingError, read
from lab.listen.timeline import Record, Timeline, line

heard = module("hearing.heard")
listener_module = module("hearing.listener")
printbook = module("hearing.printbook")

#: Audio goes to the ears in blocks of this many samples (100 ms), as on a call.
BLOCK = RATE // 10


@dataclass(slots=True)
class Findings:
    """What came of a recording."""

    records: list[Record] = field(default_factory=list)
    #: (time in s, probability of a person).
    curve: list[tuple[float, float]] = field(default_factory=list)
    #: Stretches heard before, (begin, end) in s.
    repeating: list[tuple[float, float]] = field(default_factory=list)


def listen(recording: Recording, listener: Any, *, show: Any) -> Findings:
    """Feed a recording to the ears in blocks of 100 ms; `show` gets each record as it comes."""
    timeline = Timeline()
    findings = Findings()

    def take(events: list[Any]) -> None:
        for event in events:
            record = timeline.record(event)
            findings.records.append(record)
            show(record)

    for begin in range(0, len(recording.samples), BLOCK):
        take(listener.hear(recording.samples[begin : begin + BLOCK].tobytes()))
        time = min(begin + BLOCK, len(recording.samples)) / RATE
        findings.curve.append((time, float(listener.probability)))
        current = listener.prints.current
        if current is not None:
            last = findings.repeating[-1] if findings.repeating else (-1.0, -1.0)
            if current.since <= last[1]:
                findings.repeating[-1] = (last[0], time)
            else:
                findings.repeating.append((current.since, time))
    take(listener.close())
    return findings


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 2 when the recording can't be listened to."""
    options = _parser().parse_args(arguments)

    def show(record: Record) -> None:
        print(json.dumps(record) if options.json else line(record), flush=True)

    try:
        recording = read(options.file, options.channel)
    except RecordingError as error:
        if options.json:
            show({"t": 0.0, "event": "error", "kind": "unreadable", "text": str(error)})
        print(f"listen: {error}", file=sys.stderr)
        return 2
    notes = [
        {"t": 0.0, "event": "note", "kind": kind, "text": text} for kind, text in recording.notes
    ]
    book, note = _book(options.book)
    for record in [*notes, *note]:
        show(record)
    listener = listener_module.Listener(RATE, phase=heard.Phase(options.phase), book=book)
    findings = listen(recording, listener, show=show)
    if options.save_book is not None:
        kept = listener.prints.to_book()
        merged = book.merged(kept) if book is not None else kept
        options.save_book.write_bytes(merged.to_bytes())
    if options.png is not None:
        from lab.listen.picture import draw

        title = f"{options.file.name}, {recording.seconds:.1f} s"
        try:
            draw(
                options.png,
                title,
                recording.samples,
                findings.records,
                findings.curve,
                findings.repeating,
            )
        except (OSError, ValueError) as error:
            print(f"listen: the picture {options.png} can't be written ({error}).", file=sys.stderr)
            return 2
    if not options.json:
        _summary(recording, findings)
    return 0


def _book(path: Path | None) -> tuple[Any, list[Record]]:
    """Read a print book; a bad one is told and counts as empty."""
    if path is None:
        return None, []
    try:
        return printbook.PrintBook.from_bytes(path.read_bytes()), []
    except (OSError, printbook.PrintBookError) as error:
        text = f"the print book {path} is not used: {error}"
        return None, [{"t": 0.0, "event": "note", "kind": "no_book", "text": text}]


def _summary(recording: Recording, findings: Findings) -> None:
    """Close the timeline with one line."""
    events = [record["event"] for record in findings.records]
    again = sum(end - begin for begin, end in findings.repeating)
    print(
        f"{recording.seconds:8.1f} s  end: {events.count('suspected')} suspected,"
        f" {events.count('detected')} detected, {events.count('cancelled')} cancelled;"
        f" {again:.0f} s heard before"
    )


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say in one sentence what is wrong."""
        self.exit(2, f"listen: {message}; scripts/listen --help shows what it takes.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="scripts/listen",
        description="Runs the ears over a recording and prints what they heard, when and why.",
    )
    parser.add_argument("file", type=Path, help="WAV, FLAC, OGG or MP3, any rate and width")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--png", type=Path, metavar="OUT.png", help="draw the call")
    parser.add_argument(
        "--phase",
        choices=[phase.value for phase in heard.Phase],
        default=heard.Phase.UNKNOWN.value,
        help="what the call is doing (default: unknown, anything may come)",
    )
    parser.add_argument("--book", type=Path, help="print book of the company")
    parser.add_argument(
        "--save-book", type=Path, metavar="FILE", help="write the print book after this call"
    )
    parser.add_argument(
        "--channel", type=int, help="listen to this channel only, from 1 (default: all mixed)"
    )
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        sys.stderr.close()
        sys.exit(0)
