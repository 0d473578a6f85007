"""Fetches freely licensed recordings from Debian's archive: `python -m lab.training.gather [--into DIR]`.

Needs apt-get and dpkg-deb; nothing is installed. The folder becomes a corpus (manifest.csv and 16-bit WAV files,
mono, 16 kHz) for `scripts/bench hearing --corpus DIR` and for training. Packages stay in the cache.
"""

import argparse
import csv
import hashlib
from itertools import groupby
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
from zipfile import ZipFile

import av
import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly
import soundfile

from lab.training.sources import SOURCES, Source

#: Where packages and the corpus are kept.
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hold-slayer" / "gathered"
RATE = 16000
#: Sounds of words shorter than this are joined until they last as long as the second, s.
_SHORT, _JOINED = 3.0, 9.0
#: Most of a speaker and of a track, s, where a track is begun when it is longer, and the most tracks of a source.
_MOST, _TRACK, _BEGIN, _TRACKS = 240.0, 100.0, 10.0, 14
#: Quieter ones hold nothing, of full scale 1.
_SILENT = 1e-3


class GatherError(RuntimeError):
    """Something can't be fetched or decoded; the text says what to do."""


def _run(command: list[str], folder: Path, what: str) -> bytes:
    """Run a program; its complaint becomes the error."""
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise GatherError(f"{what}: {why[0]}")
    return done.stdout


def fetch(package: str) -> Path:
    """Download and unpack a package unless that was done before; return its files' folder."""
    there = CACHE / "raw" / package
    if there.is_dir():
        return there
    debs = CACHE / "debs"
    debs.mkdir(parents=True, exist_ok=True)
    if not list(debs.glob(f"{package}_*.deb")):
        _run(
            ["apt-get", "download", package],
            debs,
            f"The package {package} can't be downloaded (Debian 12's main archive has it; is there a network, has apt-get update run?)",
        )
    part = there.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    deb = max(debs.glob(f"{package}_*.deb"))
    _run(["dpkg-deb", "-x", str(deb), str(part)], debs, f"{deb.name} can't be unpacked")
    part.replace(there)
    return there


def _files(source: Source) -> list[Path]:
    """The package's files that the source means, in an order that depends on their names alone."""
    root = fetch(source.package)
    if source.archive:
        opened = root / "opened"
        for path in root.rglob("*"):
            if re.search(source.archive, str(path)) and not opened.is_dir():
                with ZipFile(path) as archive:
                    archive.extractall(opened)
        root = opened
    found = [p for p in root.rglob("*") if p.is_file() and re.search(source.files, p.as_posix())]
    if not found:
        raise GatherError(
            f"{source.package} holds no file like {source.files}: it has changed; mend lab/training/sources.py."
        )
    ordered = sorted(found, key=lambda p: hashlib.sha256(p.name.encode()).digest())
    return ordered[:_TRACKS] if source.label == "music" else ordered


def _decoded(path: Path, raw: str) -> NDArray[np.float32]:
    """Decode any file to mono at 16 kHz; `raw` is the coding of a file without a header."""
    if raw == "g722":
        coder = av.CodecContext.create("g722", "r")
        coder.sample_rate, coder.layout = RATE, "mono"
        frames = coder.decode(av.Packet(path.read_bytes()))
        pcm = np.concatenate([frame.to_ndarray().ravel() for frame in frames])
        return (pcm / 32768).astype(np.float32)
    try:
        if raw == "gsm":
            gsm = {"samplerate": 8000, "channels": 1, "format": "RAW", "subtype": "GSM610"}
            samples, _ = soundfile.read(path, dtype="float32", **gsm)
            return np.asarray(resample_poly(samples, 2, 1), np.float32)
        with soundfile.SoundFile(path) as sound:
            rate = sound.samplerate
            if sound.frames > (_BEGIN + _TRACK) * rate:
                sound.seek(int(_BEGIN * rate))
            samples = sound.read(int(_TRACK * rate), dtype="float32", always_2d=True).mean(axis=1)
        divisor = np.gcd(rate, RATE)
        return np.asarray(resample_poly(samples, RATE // divisor, rate // divisor), np.float32)
    except soundfile.SoundFileError as problem:
        raise GatherError(f"{path.name} can't be decoded: {problem}") from problem


def _joined(pieces: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Short sounds one after another, 10 ms of each faded in and out."""
    ramp = np.linspace(0, 1, RATE // 100, dtype=np.float32)
    out = []
    for piece in pieces:
        some = piece.copy()
        some[: len(ramp)] *= ramp
        some[-len(ramp) :] *= ramp[::-1]
        out.append(some)
    return np.concatenate(out)


def _clips(source: Source, paths: list[Path]) -> list[tuple[str, NDArray[np.float32]]]:
    """The named sounds of one group, short words of a speaker joined."""
    clips: list[tuple[str, NDArray[np.float32]]] = []
    waiting: list[NDArray[np.float32]] = []
    total = 0.0
    for path in paths:
        if source.label != "music" and total > _MOST:
            break
        try:
            samples = _decoded(path, source.raw)
        except GatherError as problem:
            print(f"Left out: {problem}", file=sys.stderr)
            continue
        if len(samples) < 0.15 * RATE or float(np.max(np.abs(samples))) < _SILENT:
            continue
        total += len(samples) / RATE
        if source.label == "music" or len(samples) >= _SHORT * RATE:
            clips.append((path.stem, samples))
            continue
        waiting.append(samples)
        if sum(map(len, waiting)) >= _JOINED * RATE:
            clips.append((f"{path.stem}-joined", _joined(waiting)))
            waiting = []
    if waiting and (sum(map(len, waiting)) > _SHORT * RATE or not clips):
        clips.append(("rest-joined", _joined(waiting)))
    return clips


def gather(source: Source, into: Path) -> list[dict[str, str]]:
    """Convert one source's files; return their rows of the manifest."""

    def group_of(path: Path) -> tuple[str, str]:
        match = re.search(source.files, path.as_posix())
        names = {**(match.groupdict() if match else {}), "track": path.stem}
        return source.group.format(**names), source.language.format(**names)

    rows: list[dict[str, str]] = []
    paths = sorted(_files(source), key=group_of)
    for (group, language), some in groupby(paths, group_of):
        folder = into / re.sub(r"[^\w/-]", "_", group)
        folder.mkdir(parents=True, exist_ok=True)
        for name, samples in _clips(source, list(some)):
            path = folder / (re.sub(r"[^\w-]", "_", name) + ".wav")
            if path.exists():
                path = folder / f"{path.stem}_{len(rows)}.wav"
            soundfile.write(path, np.clip(samples, -1, 1), RATE, subtype="PCM_16")
            rows.append(
                {
                    "file": str(path.relative_to(into)),
                    "label": source.label,
                    "group": f"debian/{group}",
                    "language": language,
                    "seconds": f"{len(samples) / RATE:.2f}",
                    "licence": source.licence,
                    "source": f"Debian package {source.package}",
                    "note": "",
                }
            )
    return rows


def main() -> int:
    """Gather everything; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--into", type=Path, default=CACHE / "corpus")
    into: Path = parser.parse_args().into
    missing = [name for name in ("apt-get", "dpkg-deb") if not shutil.which(name)]
    if missing:
        print(f"gather: {', '.join(missing)} is not installed.", file=sys.stderr)
        return 1
    part = into.with_name(into.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    rows: list[dict[str, str]] = []
    try:
        for source in SOURCES:
            more = gather(source, part)
            rows += more
            minutes = sum(float(row["seconds"]) for row in more) / 60
            print(
                f"{source.package}: {len(more)} {source.label}, {minutes:.0f} minutes", flush=True
            )
    except GatherError as problem:
        print(f"gather: {problem}", file=sys.stderr)
        return 1
    with (part / "manifest.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    shutil.rmtree(into, ignore_errors=True)
    part.replace(into)
    print(f"{into}: {len(rows)} sounds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
