"""Corpora are read, refused and split as stated."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import soundfile

from lab import corpus
from lab.corpus import Clip, CorpusError, Split


def _clip(label: str, group: str, licence: str = "CC0-1.0") -> Clip:
    return Clip(path=Path("x.wav"), label=label, group=group, licence=licence)


def _write(path: Path, rate: int = 8000, channels: int = 1, seconds: float = 0.5) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(
        path, np.full((int(rate * seconds), channels), 0.25, np.float32), rate, subtype="FLOAT"
    )


def test_a_manifest_is_read(tmp_path: Path) -> None:
    _write(tmp_path / "a" / "one.wav")
    (tmp_path / "manifest.csv").write_text(
        "file,label,group,licence,seconds\na/one.wav,live,anna,MIT,0.5\n"
    )
    (clip,) = corpus.load(tmp_path).clips
    assert (clip.label, clip.group, clip.seconds, clip.may_train) == ("live", "anna", 0.5, True)


def test_folders_named_by_label_are_read_without_a_manifest(tmp_path: Path) -> None:
    _write(tmp_path / "live" / "anna" / "one.wav")
    _write(tmp_path / "live" / "bert.wav")
    _write(tmp_path / "music" / "waltz.wav")
    found = {(c.label, c.group) for c in corpus.load(tmp_path).clips}
    assert found == {("live", "live/anna"), ("live", "live/bert"), ("music", "music/waltz")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("file,group\nx.wav,a\n", "no column label"),
        ("file,label\nx.wav,live\n", "lists x.wav, which is not there"),
        ("file,label\nx.wav,people\n", "holds no sound"),
        ("file,label\n", "holds no sound"),
    ],
)
def test_a_bad_manifest_is_refused_with_the_reason(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "manifest.csv").write_text(text)
    with pytest.raises(CorpusError, match=says):
        corpus.load(tmp_path)


def test_files_that_cannot_be_used_are_left_out_and_named(tmp_path: Path) -> None:
    _write(tmp_path / "good.wav")
    soundfile.write(tmp_path / "silent.wav", np.zeros(8000), 8000)
    soundfile.write(tmp_path / "nan.wav", np.full(8000, np.nan, np.float32), 8000, subtype="FLOAT")
    soundfile.write(tmp_path / "short.wav", np.full(80, 0.1), 8000)
    (tmp_path / "empty.wav").touch()
    (tmp_path / "broken.flac").write_bytes(b"fLaC" + bytes(range(256)) * 8)
    names = (
        "good.wav",
        "silent.wav",
        "nan.wav",
        "short.wav",
        "empty.wav",
        "broken.flac",
        "gone.wav",
    )
    (tmp_path / "manifest.csv").write_text("file,label\n" + "".join(f"{n},live\n" for n in names))
    checked = corpus.load(tmp_path).checked()
    assert [clip.path.name for clip in checked.clips] == ["good.wav"]
    problems = dict(checked.left_out)
    assert set(problems) == set(names[1:])
    assert problems["gone.wav"] == "it is not there"
    assert problems["nan.wav"] == problems["silent.wav"] == "it is silent"
    assert "shorter" in problems["short.wav"]
    assert "decoded" in problems["empty.wav"]
    assert "decoded" in problems["broken.flac"]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="not a folder"):
        corpus.load(tmp_path / "none")


def test_sound_of_any_rate_and_width_becomes_mono_8_khz(tmp_path: Path) -> None:
    _write(tmp_path / "s.wav", rate=44100, channels=2, seconds=1)
    samples = corpus.read(tmp_path / "s.wav")
    assert samples.dtype == np.float32
    assert len(samples) == 8000
    assert samples[4000] == pytest.approx(0.25, abs=0.01)


def test_broken_samples_become_silence(tmp_path: Path) -> None:
    soundfile.write(
        tmp_path / "n.wav", np.array([0.5, np.nan, np.inf, 0.5], np.float32), 8000, subtype="FLOAT"
    )
    assert corpus.read(tmp_path / "n.wav").tolist() == [0.5, 0.0, 0.0, 0.5]


@pytest.mark.parametrize(
    "licence", ["CC-BY-NC-4.0", "CC BY-ND 3.0", "research only", "", "all rights reserved"]
)
def test_some_licences_forbid_training(licence: str) -> None:
    assert not _clip("live", "a", licence).may_train


@pytest.mark.parametrize(
    "licence", ["CC0-1.0", "MIT", "CC BY-SA 3.0", "Public domain", "Apache-2.0", "GPL-3.0"]
)
def test_free_licences_permit_training(licence: str) -> None:
    assert _clip("live", "a", licence).may_train


def test_splits_are_stable_and_about_60_20_20() -> None:
    clips = [_clip("live", f"speaker {n}") for n in range(1000)]
    split = corpus.split_of(clips)
    assert split == corpus.split_of(reversed(clips))
    shares = [list(split.values()).count(s) / 1000 for s in Split]
    assert shares == pytest.approx([0.6, 0.2, 0.2], abs=0.04)
    fewer = corpus.split_of(clips[:300])
    assert all(split[key] is which for key, which in fewer.items())


@pytest.mark.parametrize("number", [3, 4, 7])
def test_every_label_has_groups_in_every_split(number: int) -> None:
    for label in corpus.LABELS:
        split = corpus.split_of([_clip(label, f"{label} {n}") for n in range(number)])
        assert set(split.values()) == set(Split)


def test_groups_that_share_a_voice_stay_together() -> None:
    for groups in (
        ("ami_fixtures/ami_EN2002a", "pyannote_ami/dev00"),
        ("aws_lca/Auto_Repairs_40_UTC_agent", "aws_lca/Auto_Repairs_40_UTC_caller"),
        (
            "ibm_watson_stt/ibm_en-US_Broadband_sample1",
            "ibm_watson_stt/ibm_en-US_Broadband_sample2",
        ),
        ("azure_speech_sdk/azure_steve", "azure_speech_sdk/azure_katie_steve"),
    ):
        assert len({_clip("live", group).unit for group in groups}) == 1


@pytest.mark.skipif(
    corpus.default() is None, reason="the development recordings are not beside the repository"
)
def test_no_unit_of_the_development_recordings_is_in_two_splits() -> None:
    root = corpus.default()
    assert root is not None
    whole = corpus.load(root)
    where = defaultdict(set)
    for split in Split:
        for clip in whole.only(split).clips:
            where[clip.label, clip.unit].add(split)
    assert all(len(splits) == 1 for splits in where.values())
    assert sum(len(whole.only(split).clips) for split in Split) == len(whole.clips)
    for label in corpus.LABELS:
        assert all(whole.only(split).having(label) for split in Split)
