"""Call flows written by hand for the lab's companies."""

from pathlib import Path

import pytest

from lab.bench.written import clause, with_flows, write_flow
from lab.company.scenario import SCENARIOS, load


@pytest.mark.parametrize(
    ("prompt", "key", "expected"),
    [
        ("Welcome. For sales, press 1. For claims, press 2.", "2", "For claims, press 2."),
        ("Invoices? Press 1. Claims? Press 2.", "2", "Claims? Press 2."),
        ("Hello. To hear this again, press *.", "*", "To hear this again, press *."),
        ("Nothing to press here.", "3", "Nothing to press here."),
    ],
)
def test_the_sentence_that_names_the_key(prompt: str, key: str, expected: str) -> None:
    """No more than what a person would note down."""
    assert clause(prompt, key) == expected


def test_a_flow_presses_what_leads_to_a_person() -> None:
    """One step for each key of the shortest way, then the wait."""
    steps = write_flow(load("insurance"))
    assert "".join(step.get("keys", "") for step in steps) == "21"
    assert [step["action"] for step in steps] == ["press", "press", "hold"]


def test_companies_that_ask_for_more_than_keys_get_none(tmp_path: Path) -> None:
    """An account number, a word to be said, no menu at all; nor is a stored flow replaced."""
    names = ["bank", "direct", "stored_flow", "insurance"]
    files = with_flows(names, tmp_path)
    assert [Path(file).stem for file in files] == ["insurance"]
    assert load(files[0]).flow == tuple(write_flow(load("insurance")))


def test_enough_companies_have_one(tmp_path: Path) -> None:
    """So that figures over them mean something."""
    names = sorted(file.stem for file in SCENARIOS.glob("*.yaml"))
    assert len(with_flows(names, tmp_path)) >= 30
