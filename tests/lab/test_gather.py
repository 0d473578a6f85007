"""Packages of recordings become a corpus; what is missing is said."""

from pathlib import Path
import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from lab import corpus
from lab.training import gather, sources
from lab.training.sources import Source

pytestmark = pytest.mark.skipif(
    not shutil.which("dpkg-deb") or not shutil.which("apt-get"), reason="needs Debian's tools"
)

_WORDS = Source(
    package="some-words",
    files=r"/words/(?P<who>[a-z]+)/[^/]*\.ogg$",
    label="live",
    group="home_{who}/words",
    language="{who}",
    licence="GPL-2",
)
_TUNES = Source(
    package="some-words",
    files=r"/tunes/[^/]*\.wav$",
    label="music",
    group="tunes/{track}",
    licence="CC0",
)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that holds a package of short words in two languages and a long tune."""
    tree = tmp_path / "tree"
    rng = np.random.default_rng(1)
    for language in ("da", "nl"):
        for number in range(12):
            path = tree / "words" / language / f"{number}.ogg"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, rng.uniform(-0.2, 0.2, 22050).astype(np.float32), 22050)
    (tree / "tunes").mkdir()
    soundfile.write(tree / "tunes" / "waltz.wav", rng.uniform(-0.2, 0.2, 8000 * 130), 8000)
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(
        "Package: some-words\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: words\n"
    )
    cache = tmp_path / "cache"
    (cache / "debs").mkdir(parents=True)
    subprocess.run(
        ["dpkg-deb", "-b", str(tree), str(cache / "debs" / "some-words_1_all.deb")],
        check=True,
        capture_output=True,
    )
    monkeypatch.setattr(gather, "CACHE", cache)
    monkeypatch.setattr(gather, "SOURCES", (_WORDS, _TUNES))
    monkeypatch.setattr("sys.argv", ["gather"])
    return cache


def test_a_package_becomes_a_corpus(cache: Path) -> None:
    """Short words of a speaker are joined, a long track is cut, and groups, languages and licences are kept."""
    assert gather.main() == 0
    made = corpus.load(cache / "corpus")
    live, music = made.having("live"), made.having("music")
    assert {(clip.group, clip.unit, clip.language) for clip in live} == {
        ("debian/home_da/words", "home_da", "da"),
        ("debian/home_nl/words", "home_nl", "nl"),
    }
    assert sum(clip.seconds for clip in live) == pytest.approx(18, abs=0.5)
    assert max(clip.seconds for clip in live) == pytest.approx(9, abs=1.1)
    assert [clip.unit for clip in music] == ["tunes"]
    assert music[0].seconds == pytest.approx(100)
    assert all(clip.may_train for clip in made.clips)
    assert not made.checked().left_out


def test_a_package_whose_files_have_moved_is_named(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An earlier corpus stays as it was."""
    assert gather.main() == 0
    gone = Source(package="some-words", files=r"/speech/", label="live", group="x", licence="CC0")
    monkeypatch.setattr(gather, "SOURCES", (gone,))
    assert gather.main() == 1
    assert "some-words holds no file like /speech/" in capsys.readouterr().err
    assert corpus.load(cache / "corpus").clips


def test_a_package_that_is_gone_is_named(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever apt-get complains about, the package's name and what to look at are said."""
    gone = Source(
        package="no-such-package-anywhere", files="x", label="live", group="x", licence="CC0"
    )
    monkeypatch.setattr(gather, "SOURCES", (gone,))
    assert gather.main() == 1
    assert "no-such-package-anywhere can't be downloaded" in capsys.readouterr().err


def test_every_listed_source_may_train_and_has_a_label() -> None:
    """The list itself: known labels, licences that permit training, units that name no other label's."""
    for source in sources.SOURCES:
        assert source.label in corpus.LABELS
        clip = corpus.Clip(
            path=Path("x"), label=source.label, group=source.group, licence=source.licence
        )
        assert clip.may_train, source
