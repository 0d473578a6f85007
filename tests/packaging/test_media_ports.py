"""The tap and the feed of the wheel, on the media clock of a real bridge with the null sound device."""

import gc
import random
from typing import Any

import pjsua2 as pj
import pytest

from tests.packaging.callee import AnsweredCall, make_callee
from tests.packaging.child import in_child
from tests.packaging.stack import FRAME_BYTES, FRAME_MS, RATE, make_feed, make_tap, running


def noise(frames: int, seed: int = 1) -> bytes:
    """Return random PCM without a zero sample, so that silence is recognisable."""
    return bytes(random.Random(seed).choices(range(1, 256), k=frames * FRAME_BYTES))


@in_child
def test_feed_to_tap_is_bit_exact() -> None:
    """At the bridge's rate nothing touches the samples, and end marks are counted once played."""
    with running() as stack:
        feed, tap = make_feed(), make_tap()
        feed.startTransmit(tap)
        pcm = noise(40)
        assert feed.write(pcm) == len(pcm)
        feed.markEnd()
        heard = bytearray()
        stack.until(lambda: heard.extend(tap.read(1 << 20)) or feed.endsReached(), "end mark")
        heard += stack.frames(tap, 3)
        start = heard.find(pcm[:32])
        assert heard[start : start + len(pcm)] == pcm
        assert set(heard[:start]) <= {0}
        assert set(heard[start + len(pcm) :]) <= {0}
        assert feed.playedBytes() == len(pcm)
        assert feed.queued() == 0
        assert feed.underruns() == 0
        assert tap.droppedBytes() == 0


@in_child
def test_tap_keeps_time_without_a_source() -> None:
    """NONE frames become silence, are counted, and bytes tell the time."""
    with running() as stack:
        tap = make_tap()
        pcm = stack.frames(tap, 10)
        assert len(pcm) == tap.frames() * FRAME_BYTES
        assert tap.noneFrames() == tap.frames() >= 10
        assert not any(pcm)


@in_child
def test_full_tap_drops_whole_new_frames() -> None:
    """A reader that is late loses the newest frames, and is told how many bytes."""
    with running() as stack:
        feed = make_feed()
        tap = pj.AudioTap()
        tap.createTap("small", RATE, FRAME_MS, 5 * FRAME_BYTES)
        tap.read(1 << 20)
        pcm = noise(30)
        feed.write(pcm)
        feed.startTransmit(tap)
        stack.until(lambda: feed.playedBytes() == len(pcm), "all played")
        assert tap.available() == 5 * FRAME_BYTES
        assert tap.droppedBytes() == (tap.frames() - 5) * FRAME_BYTES
        held = tap.read(1 << 20)
        assert len(held) == 5 * FRAME_BYTES
        # room again: the next frames arrive
        assert len(stack.frames(tap, 3)) >= 3 * FRAME_BYTES


@in_child
def test_read_gives_no_more_than_asked() -> None:
    """Whole samples only, in order, and nothing from an object that was never created."""
    assert pj.AudioTap().read(100) == b""
    with running() as stack:
        tap = make_tap()
        stack.until(lambda: tap.available() >= 4 * FRAME_BYTES, "four frames")
        assert len(tap.read(101)) == 100
        assert tap.read(0) == b""


@in_child
def test_running_dry_before_the_mark_is_an_underrun() -> None:
    """Without an end mark short frames are counted; after it, and before the first byte, they are not."""
    with running() as stack:
        feed, tap = make_feed(), make_tap()
        feed.startTransmit(tap)
        stack.frames(tap, 5)
        assert feed.underruns() == 0
        feed.write(noise(2) + b"\1\1" * 10)
        stack.until(feed.underruns, "underrun")
        feed.markEnd()
        stack.until(feed.endsReached, "mark behind the last byte")
        counted = feed.underruns()
        stack.frames(tap, 10)
        assert feed.underruns() == counted


@in_child
def test_discard_drops_what_is_queued() -> None:
    """Barge-in: the clock forgets everything queued, marks included, and plays what comes after."""
    with running() as stack:
        feed, tap = make_feed(), make_tap()
        feed.startTransmit(tap)
        feed.write(noise(100))
        feed.markEnd()
        stack.until(feed.playedBytes, "first frame")
        feed.discard()
        assert feed.queued() == 0
        after = bytes([7, 7]) * (FRAME_BYTES // 2) * 3
        feed.write(after)
        feed.markEnd()
        stack.until(feed.endsReached, "second utterance")
        assert feed.endsDiscarded() == 1
        assert feed.endsReached() == 1
        assert feed.underruns() == 0
        assert feed.playedBytes() < 100 * FRAME_BYTES
        heard = tap.read(1 << 20) + stack.frames(tap, 3)
        assert after in heard


@in_child
def test_feed_accepts_what_fits() -> None:
    """Nothing is lost silently: the writer learns how much was taken."""
    with running():
        feed = make_feed(seconds=1)
        size = RATE * 2
        assert feed.space() == size
        assert feed.write(bytes(size - 100)) == size - 100
        assert feed.write(bytearray(300)) == 100
        assert feed.write(memoryview(b"\0\0")) == 0
        assert feed.space() == 0
        assert feed.queued() == size


@in_child
def test_wrong_use_is_refused_in_words() -> None:
    """Each mistake gets an error that names it, and leaves the port as it was."""
    with pytest.raises(pj.Error) as refusal:
        pj.AudioFeed().write(b"\0\0")
    assert "createFeed" in refusal.value.info()
    with running():
        feed = make_feed()
        with pytest.raises(pj.Error) as refusal:
            feed.write(b"\0\0\0")
        assert "even" in refusal.value.info()
        with pytest.raises(TypeError):
            feed.write("text")
        with pytest.raises(pj.Error) as refusal:
            feed.createFeed("again", RATE, FRAME_MS, 64000)
        assert "before" in refusal.value.info()
        for rate, frame_ms, ring in [
            (0, 20, 64000),
            (16000, 0, 64000),
            (22050, 1, 64000),
            (16000, 20, 100),
            (16000, 20, 64001),
        ]:
            with pytest.raises(pj.Error):
                pj.AudioTap().createTap("bad", rate, frame_ms, ring)
        for _ in range(256):
            feed.markEnd()
        with pytest.raises(pj.Error) as refusal:
            feed.markEnd()
        assert "256" in refusal.value.info()


@in_child
def test_other_rates_are_resampled() -> None:
    """A tap at 8 kHz on a 16 kHz bridge hears half as many samples a second."""
    with running() as stack:
        feed, tap = make_feed(), make_tap(rate=8000)
        feed.startTransmit(tap)
        feed.write(noise(60))
        pcm = stack.frames(tap, 20)
        assert len(pcm) == tap.frames() * FRAME_BYTES // 2
        assert any(pcm)


@in_child
def test_calls_may_outlive_the_library() -> None:
    """Python destroys objects when it likes; after the shutdown nothing of them is touched."""
    left: list[Any] = []
    with running(udp=True) as stack:
        callee = make_callee(stack.udp_port)
        caller = AnsweredCall(callee)
        caller.makeCall(f"sip:callee@127.0.0.1:{stack.udp_port}", pj.CallOpParam(True))
        stack.until(lambda: callee.calls and callee.calls[0].audio and caller.audio, "both legs")
        generator = pj.ToneGenerator()
        generator.createToneGenerator(RATE, 1)
        left += [caller, *callee.calls, generator]
    while left:
        left.pop()
        gc.collect()


@in_child
def test_ports_may_go_at_any_time() -> None:
    """Connected ports destroyed in the middle of play, and ports that outlive the library, harm nobody."""
    left: list[Any] = []
    for _ in range(3):
        with running() as stack:
            witness = make_tap("witness")
            for number in range(40):
                feed, tap = make_feed(f"feed {number}"), make_tap(f"tap {number}")
                feed.startTransmit(tap)
                feed.write(noise(5))
                if number % 4 == 0:
                    stack.frames(witness, 1)
                del feed, tap
                gc.collect()
            # the last removals happen on the clock
            stack.frames(witness, 3)
            left.append(make_tap("outlives"))
            del witness
    assert len(left[0].read(10)) <= 10
    left.clear()
    gc.collect()
