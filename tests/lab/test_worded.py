"""Made calls whose words are known, and a navigator that hears them."""

import pytest

from lab import corpus
from lab.bench import worded
from lab.bench.events import Level
from lab.bench.scoring import score
from lab.corpus import Corpus
from lab.holdcalls.cache import MadeCall
from lab.holdcalls.maker import HoldCall
from lab.holdcalls.truth import Kind, Truth
from lab.synth import homemade, voice

pytestmark = pytest.mark.skipif(not voice.installed(), reason="espeak-ng is not installed")


@pytest.fixture(scope="module")
def sounds() -> Corpus:
    """The corpus that the lab makes itself."""
    return corpus.load(homemade.make())


@pytest.fixture(scope="module")
def call(sounds: Corpus) -> HoldCall:
    """A short call to which an agent comes."""
    for seed in range(50):
        made = HoldCall(sounds, seed, minutes=0.8, hard=0.0, spoken=True)
        if made.truth.agent is not None:
            return made
    raise AssertionError("no agent came in fifty calls")


def test_everything_said_has_words(call: HoldCall) -> None:
    """In the language of the call, each where it is said."""
    truth = call.truth
    spoken = [s for s in truth.segments if s.kind in (Kind.ANNOUNCEMENT, Kind.AGENT)]
    assert spoken
    assert truth.language
    for segment in spoken:
        assert segment.words
        for begin, end, text in segment.words:
            assert segment.start <= begin < end <= segment.end + 0.1
            assert truth.text(begin, end) == " ".join(text.split())
    assert Truth.from_json(truth.to_json()) == truth


def test_an_agent_is_known_by_the_words(sounds: Corpus, call: HoldCall) -> None:
    """Greeting words detect somebody sooner than waiting for a wait."""
    made = MadeCall(call.samples, call.truth, lambda: call)
    heard = worded.listen(made, ask=False)
    assert [change for change in heard.changes if change.level is Level.DETECTED]
    met = score(call.truth, heard).met
    assert met is not None
    assert not met.missed
    assert not met.undetected
