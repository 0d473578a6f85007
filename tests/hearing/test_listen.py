"""`scripts/listen`: any file in, a timeline, JSON lines or a picture out, or one clear sentence."""

import json
from pathlib import Path
import subprocess

import numpy as np
import pytest
import soundfile

from lab.listen.__main__ import main
from lab.listen.recording import RATE, RecordingError, read
from lab.listen.timeline import line
from lab.synth.tones import Tone, cadenced, key

ROOT = Path(__file__).parents[2]


def ringing(seconds: float = 7.0) -> np.ndarray:
    """Ringing, then digits."""
    digits = [part for digit in "42#" for part in (key(digit), np.zeros(800, np.float32))]
    ring = cadenced(Tone((440, 480), (2, 4)), seconds)
    return np.concatenate([ring, *digits, np.zeros(RATE, np.float32)]) * np.float32(0.4)


def write(path: Path, samples: np.ndarray, rate: int = RATE, **more: object) -> Path:
    """Write a sound file."""
    soundfile.write(path, samples, rate, **more)
    return path


def lines(text: str) -> list[dict[str, object]]:
    """Parse JSON lines, each of which must have the three fields."""
    records = [json.loads(one) for one in text.splitlines()]
    assert all({"t", "event", "kind"} <= set(record) for record in records)
    return records


@pytest.mark.parametrize(
    ("name", "rate", "channels", "more"),
    [
        ("a.wav", 8000, 1, {"subtype": "PCM_16"}),
        ("a.wav", 8000, 1, {"subtype": "ULAW"}),
        ("a.wav", 44100, 2, {"subtype": "FLOAT"}),
        ("a.wav", 48000, 2, {"subtype": "PCM_24"}),
        ("a.wav", 11025, 1, {"subtype": "PCM_U8"}),
        ("a.flac", 16000, 1, {}),
        ("a.ogg", 22050, 1, {}),
        ("a.mp3", 44100, 2, {}),
    ],
)
def test_every_format(
    name: str,
    rate: int,
    channels: int,
    more: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Rates, widths and channels make no difference to what is heard."""
    samples = ringing()
    place = np.arange(int(len(samples) * rate / RATE)) * RATE / rate
    samples = np.interp(place, np.arange(len(samples)), samples)
    path = write(tmp_path / name, np.stack([samples] * channels, axis=1), rate, **more)
    assert main([str(path), "--json"]) == 0
    records = lines(capsys.readouterr().out)
    heard = [record for record in records if record["event"] == "hearing"]
    assert "ringback" in [record["kind"] for record in heard]
    assert "".join(str(record.get("digit", "")) for record in heard) == "42#"
    times = [record["t"] for record in records]
    assert times == sorted(times)  # type: ignore[type-var]


def test_one_channel(tmp_path: Path) -> None:
    """A call with a party on each side can be heard one by one."""
    both = np.stack([ringing(), np.zeros(len(ringing()))], axis=1)
    path = write(tmp_path / "both.wav", both)
    assert np.abs(read(path, 1).samples).max() > 5_000
    assert np.abs(read(path, 2).samples).max() == 0
    with pytest.raises(RecordingError, match="no channel 3"):
        read(path, 3)


def test_what_is_no_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each gets one sentence, exit code 2, and a valid line in JSON mode."""
    empty, text, nothing = tmp_path / "empty.wav", tmp_path / "text.wav", tmp_path / "none.wav"
    empty.write_bytes(b"")
    text.write_text("this is no sound")
    write(nothing, np.zeros(0, np.float32))
    for path, word in (
        (tmp_path / "missing.wav", "no file"),
        (tmp_path, "no file"),
        (empty, "empty"),
        (text, "can't be read"),
        (nothing, "no audio"),
    ):
        assert main([str(path)]) == 2
        told = capsys.readouterr()
        assert word in told.err
        assert told.err.count("\n") == 1
        assert main([str(path), "--json"]) == 2
        told = capsys.readouterr()
        (record,) = lines(told.out)
        assert record["event"] == "error"


def test_truncated_files_are_heard_as_far_as_they_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half a WAV or FLAC is half a recording, and that is said."""
    for name in ("cut.wav", "cut.flac"):
        path = write(tmp_path / name, ringing())
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
        code = main([str(path), "--json"])
        records = lines(capsys.readouterr().out)
        assert code == 0
        notes = {record["kind"] for record in records if record["event"] == "note"}
        assert notes & {"truncated", "damaged"}
        assert "ringback" in {record["kind"] for record in records}


def test_poor_audio_is_told(tmp_path: Path) -> None:
    """Zeros, holes, clipping, offset and a wrong scale get a note each and do not stop anything."""
    ring = ringing()
    holes = ring.copy()
    holes[100:900] = np.nan
    holes[2000:2010] = np.inf
    cases = {
        "all_zero": np.zeros(RATE, np.float32),
        "not_a_number": holes,
        "clipped": np.clip(ring * 6, -0.9, 0.9),
        "offset": ring * 0.5 + 0.2,
        "scaled": ring * 32768,
    }
    for kind, samples in cases.items():
        path = write(tmp_path / f"{kind}.wav", samples.astype(np.float32), subtype="FLOAT")
        recording = read(path)
        assert kind in {name for name, _ in recording.notes}
        assert recording.samples.dtype == np.int16
        assert main([str(path), "--json"]) == 0


def test_a_picture_is_drawn(tmp_path: Path) -> None:
    """--png writes a PNG of some size."""
    path = write(tmp_path / "ring.wav", ringing())
    assert main([str(path), "--png", str(tmp_path / "out.png")]) == 0
    picture = (tmp_path / "out.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 10_000
    assert main([str(path), "--png", str(tmp_path / "no" / "out.png")]) == 2


def test_books(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A book is written and read; a damaged one is told and left out."""
    path, book = write(tmp_path / "ring.wav", ringing()), tmp_path / "company.prints"
    assert main([str(path), "--save-book", str(book)]) == 0
    capsys.readouterr()
    assert main([str(path), "--book", str(book), "--json"]) == 0
    assert "no_book" not in capsys.readouterr().out
    whole = bytearray(book.read_bytes())
    other = whole.copy()
    other[4] = 99
    for spoilt, reason in ((whole[:-3] + b"xyz", "checksum"), (other, "version 99")):
        book.write_bytes(spoilt)
        assert main([str(path), "--book", str(book), "--json"]) == 0
        records = lines(capsys.readouterr().out)
        (told,) = [record for record in records if record["kind"] == "no_book"]
        assert reason in str(told)
        assert "ringback" in {record["kind"] for record in records}


def test_lines_for_people() -> None:
    """Records read as sentences, reasons included."""
    assert (
        line(
            {
                "t": 12.4,
                "event": "suspected",
                "kind": "person",
                "since": 11.6,
                "probability": 0.62,
                "reasons": [{"cue": "room_noise", "weight": 0.84, "value": None}],
            }
        )
        == "    12.4 s  suspected 0.62: room noise +0.8"
    )
    assert (
        line(
            {
                "t": 95.0,
                "event": "repeat",
                "kind": "speech",
                "since": 94.5,
                "first_heard": 10.5,
                "score": 0.8,
                "loop_period": None,
                "source": "call",
            }
        )
        == "    95.0 s  heard before, 84.0 s ago (score 0.80)"
    )


def test_the_script_runs_from_anywhere(tmp_path: Path) -> None:
    """File names count from where the person stands."""
    write(tmp_path / "ring.wav", ringing())
    run = subprocess.run(
        [ROOT / "scripts" / "listen", "ring.wav", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "ringback" in {record["kind"] for record in lines(run.stdout)}
    run = subprocess.run(
        [ROOT / "scripts" / "listen", "gone.wav"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
