"""The bench of what waiting costs."""

import asyncio

from lab.bench.holding import measure, queue_of, wait_of
from lab.company.scenario import load
from lab.holdcalls.truth import Kind


def test_a_queue_is_rendered_with_its_words() -> None:
    """Announcements one after the other, positions falling, music between."""
    scenario = load("versicherung")
    hold = queue_of(scenario)
    assert hold is not None
    wait = asyncio.run(wait_of(scenario, hold, 0.04, 1))
    assert len(wait.samples) / 8000 == 144.0
    assert not wait.ask(1.0, 2.0)
    said = [one.words[0][2] for one in wait.truth.segments if one.words]
    assert len(said) >= 3
    assert len(set(said)) == len(said), "each place in the queue is another"
    assert any(one.kind is Kind.MUSIC for one in wait.truth.segments)


def test_what_was_heard_before_is_not_given_again() -> None:
    """The same announcement over and over costs less than reading it each time."""
    wait, caller = measure("bad_network", 0.06, 1)
    spoken = [one for one in wait.truth.segments if one.words]
    assert len(spoken) >= 4
    assert len({one.words[0][2] for one in spoken}) == 1
    used = sum(seconds for _, seconds in caller.given)
    assert 0 < used < 0.7 * sum(one.end - one.start + 0.5 for one in spoken)
    assert caller.read_after(0.0) == used


def test_a_company_without_announcements_has_no_queue() -> None:
    """Nothing to measure there."""
    assert queue_of(load("busy")) is None
