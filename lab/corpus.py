"""Corpora of sounds on disk: what lies in a folder, what may train a model, and who belongs to which split.

A corpus is a folder with a `manifest.csv` (columns file, label, group, language, seconds, licence, source,
note), or one whose sub-folders are named by label. Labels: music, song (music with a singing voice),
recorded (prompts), live (people talking), noise, tone.

The split is stated here and nowhere else: `train` 60 %, `dev` 20 %, `test` 20 % of the *units* of a label, a
unit being everything that may share a voice, a track or a room. A model trains on `train`, thresholds are
chosen on `dev`, figures are reported on `test`.
"""

from collections.abc import Iterable, Sequence
import csv
from dataclasses import dataclass, replace
from enum import StrEnum
import hashlib
from pathlib import Path
import re
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

#: Sample rate of everything in the lab, Hz.
RATE = 8000
LABELS = ("music", "song", "recorded", "live", "noise", "tone")
#: Shorter files, s, and quieter ones, of full scale 1, are of no use.
_SHORTEST, _SILENT = 0.1, 1e-4
SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".mp3", ".opus", ".aiff", ".au"})


class Split(StrEnum):
    """The part of a corpus that a unit belongs to."""

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"


#: Upper ends of the hash range of each split.
_SHARES = ((Split.TRAIN, 0.6), (Split.DEV, 0.8), (Split.TEST, 1.0))

#: Groups of the development recordings that share a speaker or a room, as patterns on "group", and the unit
#: they make. The first pattern that matches wins; any other group is a unit of its own.
_UNITS = (
    (r".*(ami_fixtures|pyannote_ami)/", "ami"),  # one set of meeting speakers
    (r"aws_lca/Auto_Repairs", "aws_lca"),  # two sides of one call
    (r"azure_speech_sdk/azure_(katie_)?steve", "azure_steve"),
    (r"azure_tts/", "azure_tts"),
    (r"google_java_samples/", "google_java_samples"),
    (r"everythingisfree/", "everythingisfree"),  # one band
    (r"vocadito/", "vocadito"),
    (r"ibm_watson_stt/(ibm_.*?)_?(Sample_|sample|spk)?\d+(_8khz|\.g712)?$", r"\1"),
    (r"debian/([^/]+)", r"\1"),  # what `lab.training.gather` fetches: unit, then speaker or track
)

#: Units placed by hand where a label has so few that a hash would leave a split empty or tiny.
_PLACED: dict[str, dict[Split, tuple[str, ...]]] = {
    "recorded": {
        Split.TRAIN: (
            "asterisk_en",
            "gcompris_voices/gcompris_gd",
            "google_tts/google_tts",
            "asterisk_it_carlo",
            "asterisk_it_menardi",
            "asterisk_ru",
            "fillets_nl",
            "klettres_de",
            "klettres_fr",
        ),
        Split.DEV: (
            "jitsi_jigasi/jigasi_voice",
            "freeswitch_richard",
            "asterisk_fr_armelle",
            "klettres_en_GB",
        ),
        Split.TEST: ("asterisk_en_AU", "azure_tts", "asterisk_fr_june", "asterisk_es_co"),
    },
    "song": {
        Split.TRAIN: ("everythingisfree",),
        Split.DEV: ("ultrastar_cc/joshua_morin_on_the_run", "vocadito"),
        Split.TEST: (
            "jamendolyrics/Fantasma_-_Los_Rombos",
            "librosa_data/Karissa_Hobbs_-_Lets_Go_Fishin",
        ),
    },
    "music": {
        Split.TRAIN: (
            "freegish/boss",
            "freegish/cave",
            "freegish/church",
            "freegish/egypt",
            "freegish/hell",
            "mdn_webaudio/viper",
            "librosa_data/sorohanro_-_solo-trumpet-06",
        ),
        Split.DEV: ("freegish/versus", "librosa_data/Kevin_MacLeod_-_Vibe_Ace"),
        Split.TEST: (
            "librosa_data/Hungarian_Dance_number_5_-_Allegro_in_F_sharp_minor_(string_orchestra)",
            "librosa_data/Kevin_MacLeod_-_P_I_Tchaikovsky_Dance_of_the_Sugar_Plum_Fairy",
            "mdn_webaudio/outfoxing",
        ),
    },
    "noise": {
        Split.TRAIN: ("speechbrain_noise/noise1", "speechbrain_noise/noise5"),
        Split.DEV: ("speechbrain_noise/noise3",),
        Split.TEST: ("speechbrain_noise/noise2", "speechbrain_noise/noise4"),
    },
    # clips whose speaker is unknown may hold anybody of that set: neither trained on nor reported
    "live": {Split.DEV: ("picovoice_s2i/pv_unknown",)},
}

#: Words in a licence that forbid training a model that is then passed on.
_FORBIDDING = re.compile(
    r"\b(nc|nd|noncommercial|non-commercial|noderiv\w*|research only|all rights)\b", re.IGNORECASE
)
_KNOWN = re.compile(
    r"cc0|cc[ -]by|public domain|mit|apache|bsd|gpl|isc|unlicen[cs]e|0bsd", re.IGNORECASE
)


class CorpusError(ValueError):
    """A corpus can't be used as it is; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One sound file."""

    path: Path
    label: str
    group: str
    language: str = ""
    #: As the manifest says; 0 when it doesn't.
    seconds: float = 0.0
    licence: str = ""

    @property
    def unit(self) -> str:
        """What must never be divided between splits: the group, or several that share a voice."""
        for pattern, unit in _UNITS:
            if match := re.match(pattern, self.group):
                return match.expand(unit)
        return self.group

    @property
    def may_train(self) -> bool:
        """Whether the licence is known and lets a model learn from this and be passed on."""
        return bool(_KNOWN.search(self.licence)) and not _FORBIDDING.search(self.licence)


@dataclass(frozen=True, slots=True)
class Corpus:
    """The clips of a folder."""

    root: Path
    clips: tuple[Clip, ...]
    #: Labels of the manifest that mean nothing here.
    ignored: tuple[str, ...] = ()
    #: Files that can't be used, and why.
    left_out: tuple[tuple[str, str], ...] = ()

    def having(self, label: str) -> tuple[Clip, ...]:
        """The clips of one label."""
        return tuple(clip for clip in self.clips if clip.label == label)

    def only(self, split: Split | str | None) -> Corpus:
        """The clips of one split; None keeps all."""
        if split is None:
            return self
        splits = split_of(self.clips)
        wanted = Split(split)
        return replace(
            self,
            clips=tuple(clip for clip in self.clips if splits[clip.label, clip.unit] is wanted),
        )

    def joined(self, other: Corpus) -> Corpus:
        """The clips of both; the folder stays this one's."""
        return replace(self, clips=self.clips + other.clips)

    def trainable(self) -> Corpus:
        """The clips whose licence lets a model learn from them."""
        return replace(self, clips=tuple(clip for clip in self.clips if clip.may_train))

    def checked(self) -> Corpus:
        """The clips that can be decoded and hold some sound; the others are named in `left_out`."""
        whole: list[Clip] = []
        odd = list(self.left_out)
        for clip in self.clips:
            problem = _problem(clip.path)
            if problem:
                odd.append((str(clip.path.relative_to(self.root)), problem))
            else:
                whole.append(clip)
        return replace(self, clips=tuple(whole), left_out=tuple(odd))


def _problem(path: Path) -> str:
    """Why a file can't be used, or nothing."""
    try:
        samples = read(path)
    except (RuntimeError, OSError) as problem:  # what libsndfile and the disk complain with
        return f"it can't be decoded ({str(problem).strip().splitlines()[-1][-80:]})"
    if len(samples) < _SHORTEST * RATE:
        return f"it is shorter than {_SHORTEST:g} s"
    if float(np.max(np.abs(samples))) < _SILENT:
        return "it is silent"
    return ""


def _share(label: str, unit: str) -> float:
    """A number in 0..1 that depends on the names alone."""
    return int.from_bytes(hashlib.sha256(f"{label}|{unit}".encode()).digest()[:8]) / 2**64


def split_of(clips: Iterable[Clip]) -> dict[tuple[str, str], Split]:
    """The split of each (label, unit): by hand where stated, else by hash, with no split of a label left empty.

    When hashing leaves a split of a label empty, the unit nearest to its range moves there (from a split
    that keeps at least one).
    """
    units: dict[str, set[str]] = {}
    for clip in clips:
        units.setdefault(clip.label, set()).add(clip.unit)
    found: dict[tuple[str, str], Split] = {}
    for label, names in units.items():
        placed = {unit: split for split, some in _PLACED.get(label, {}).items() for unit in some}
        split = {
            name: placed.get(name) or next(s for s, end in _SHARES if _share(label, name) < end)
            for name in names
        }
        middles = {Split.TRAIN: 0.3, Split.DEV: 0.7, Split.TEST: 0.9}
        for empty in (s for s in Split if s not in split.values()):
            counts = {s: list(split.values()).count(s) for s in Split}
            movable = sorted(n for n in names if counts[split[n]] > 1 and n not in placed)
            if movable:
                split[min(movable, key=lambda n: abs(_share(label, n) - middles[empty]))] = empty
        found.update({(label, name): s for name, s in split.items()})
    return found


def load(root: Path | str) -> Corpus:
    """Read a corpus folder: its manifest.csv, or its sub-folders named by label."""
    root = Path(root)
    if not root.is_dir():
        raise CorpusError(
            f"{root} is not a folder. Give --corpus a folder with manifest.csv or sub-folders {', '.join(LABELS)}."
        )
    manifest = root / "manifest.csv"
    ignored: set[str] = set()
    gone: list[tuple[str, str]] = []
    found = manifest.is_file()
    clips = _from_manifest(root, manifest, ignored, gone) if found else _from_folders(root)
    if not clips and gone:
        raise CorpusError(f"{manifest} lists {gone[0][0]}, which is not there, and no other sound.")
    if not clips:
        raise CorpusError(
            f"{root} holds no sound. It needs manifest.csv or sub-folders named {', '.join(LABELS)}."
        )
    return Corpus(root, tuple(clips), tuple(sorted(ignored)), tuple(gone))


def _from_manifest(
    root: Path, manifest: Path, ignored: set[str], gone: list[tuple[str, str]]
) -> list[Clip]:
    clips = []
    with manifest.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        missing = {"file", "label"} - set(rows.fieldnames or ())
        if missing:
            raise CorpusError(f"{manifest} has no column {' or '.join(sorted(missing))}.")
        for row in rows:
            path = root / row["file"]
            if row["label"] not in LABELS:
                ignored.add(row["label"])
                continue
            if not path.is_file():
                gone.append((row["file"], "it is not there"))
                continue
            clips.append(
                Clip(
                    path=path,
                    label=row["label"],
                    group=row.get("group") or row["file"],
                    language=row.get("language") or "",
                    seconds=_number(row.get("seconds")),
                    licence=row.get("licence") or "",
                )
            )
    return clips


def _number(text: str | None) -> float:
    """A length as a manifest gives it; 0 when it gives none."""
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _from_folders(root: Path) -> list[Clip]:
    """Label = sub-folder; group = the folder below it, or the file itself."""
    clips = []
    for label in LABELS:
        for path in sorted((root / label).rglob("*")):
            if path.suffix.lower() in SUFFIXES:
                inner = path.relative_to(root / label)
                group = inner.parts[0] if len(inner.parts) > 1 else inner.stem
                clips.append(Clip(path=path, label=label, group=f"{label}/{group}"))
    return clips


def read(path: Path, rate: int = RATE) -> NDArray[np.float32]:
    """Decode a file to mono float32 (−1 to 1) at `rate` Hz; NaN and infinities become 0."""
    return decode(path, rate)


def decode(source: Path | BinaryIO, rate: int = RATE) -> NDArray[np.float32]:
    """Like `read`, for an open file too."""
    import soundfile

    samples, found = soundfile.read(source, dtype="float32", always_2d=True)
    mono = np.nan_to_num(samples.mean(axis=1), posinf=0.0, neginf=0.0)
    if found != rate and len(mono):
        divisor = np.gcd(int(found), rate)
        mono = resample_poly(mono, rate // divisor, int(found) // divisor)
    return np.asarray(mono, np.float32)


def default() -> Path | None:
    """The development recordings, when they lie beside the repository (`../shared/audio`); else None."""
    path = Path(__file__).resolve().parent.parent.parent / "shared" / "audio"
    return path if (path / "manifest.csv").is_file() else None


def hours(clips: Sequence[Clip]) -> float:
    """How much sound the clips hold by their manifest, hours."""
    return sum(clip.seconds for clip in clips) / 3600
