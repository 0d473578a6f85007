"""Call flows as YAML and JSON, and what is refused."""

import pytest

from custom_components.hold_slayer.navigation.flow import Action, CallFlow, OnTimeout, Prompt, Step
from custom_components.hold_slayer.navigation.flow_format import (
    LONGEST,
    FlowError,
    flow_from_dict,
    flow_to_dict,
    read_flow,
    write_json,
    write_yaml,
)

TEXT = """
hold_slayer_flow: 1
name: ACME Insurance, claims
language: en
revision: 3
tags: [insurance]
typical_hold: 840
steps:
  - action: listen
    expect: Welcome to ACME
  - action: press
    keys: 2
    expect: {text: "For claims, press two", print: a1b2, seconds: 6.5}
    or_expect: ["To report a claim, press 2"]
    time_limit: 30
    on_timeout: hold
    barge_in: true
  - {action: press, keys: "{account_number}", expect: account number}
  - {action: press, keys: "01"}
  - {action: say, text: "my number is {policy_number}"}
  - {action: wait, seconds: 2}
  - action: hold
  - action: connect
"""
FLOW = CallFlow(
    name="ACME Insurance, claims",
    language="en",
    revision=3,
    tags=("insurance",),
    typical_hold_s=840.0,
    steps=(
        Step(action=Action.LISTEN, prompt=Prompt(text="Welcome to ACME")),
        Step(
            action=Action.PRESS,
            keys="2",
            prompt=Prompt(text="For claims, press two", print_id="a1b2", seconds=6.5),
            alternatives=(Prompt(text="To report a claim, press 2"),),
            time_limit=30.0,
            on_timeout=OnTimeout.HOLD,
            barge_in=True,
        ),
        Step(action=Action.PRESS, keys="{account_number}", prompt=Prompt(text="account number")),
        Step(action=Action.PRESS, keys="01"),
        Step(action=Action.SAY, text="my number is {policy_number}"),
        Step(action=Action.WAIT, seconds=2.0),
        Step(action=Action.HOLD),
        Step(action=Action.CONNECT),
    ),
)


def test_reading() -> None:
    assert read_flow(TEXT) == FLOW


def test_there_and_back() -> None:
    assert read_flow(write_yaml(FLOW)) == FLOW
    assert read_flow(write_json(FLOW)) == FLOW
    assert flow_from_dict(flow_to_dict(FLOW)) == FLOW


def test_usual_values_are_not_written() -> None:
    flow = CallFlow(name="x", steps=(Step(action=Action.HOLD),))
    assert flow_to_dict(flow)["steps"] == [{"action": "hold"}]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("keys: 2\n", "keys: 12345\n", "steps[1].keys"),
        ("keys: 2\n", "keys: 1 2 3 4\n", "steps[1].keys"),
        ("keys: 2\n", "keys: x\n", "steps[1].keys"),
        ("keys: 2\n", "keys: '{Account Number}'\n", "steps[1].keys"),
        ("    keys: 2\n", "", "steps[1].keys"),
        ("keys: 2\n", "keys: [2]\n", "steps[1].keys"),
        ("my number is {policy_number}", "my number is 4711-8", "steps[4].text"),
        ("my number is {policy_number}", "mail me at a@b.org", "steps[4].text"),
        ("my number is {policy_number}", "my number is {", "steps[4].text"),
        ("my number is {policy_number}", "", "steps[4].text"),
        ("seconds: 2", "seconds: -1", "steps[5].seconds"),
        ("seconds: 2", "seconds: nan", "steps[5].seconds"),
        ("seconds: 2", "seconds: soon", "steps[5].seconds"),
        ("seconds: 6.5", "seconds: inf", "steps[1].expect.seconds"),
        ("action: hold\n", "action: hoold\n", "steps[6].action"),
        ("action: hold\n", "action: hold\n    keys: 1\n", "steps[6].keys"),
        ("action: hold\n", "action: hold\n    colour: red\n", "steps[6].colour"),
        ("on_timeout: hold", "on_timeout: explode", "steps[1].on_timeout"),
        ("barge_in: true", "barge_in: perhaps", "steps[1].barge_in"),
        ("For claims, press two", "Your card 4711 0815 4711 0815", "steps[1].expect"),
        ("hold_slayer_flow: 1", "hold_slayer_flow: 2", "hold_slayer_flow"),
        ("hold_slayer_flow: 1\n", "", "hold_slayer_flow"),
        ("name: ACME Insurance, claims", "name: ''", "name"),
        ("revision: 3", "revision: -1", "revision"),
        ("language: en", "language: [en]", "language"),
    ],
)
def test_faults_name_the_field(old: str, new: str, field: str) -> None:
    assert old in TEXT
    with pytest.raises(FlowError) as error:
        read_flow(TEXT.replace(old, new))
    assert error.value.field.startswith(field)
    assert str(error.value).startswith(field)
    assert error.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[[",
        "[" * 20000,
        "{",
        '{"a": }',
        "just words",
        "- 1\n- 2",
        "steps: []",
        "hold_slayer_flow: 1\nname: x\nsteps: []",
        "hold_slayer_flow: 1\nname: x\nsteps: [3]",
        "hold_slayer_flow: 1\nname: x\nsteps: " + str([{"action": "hold"}] * 101),
        "x" * (LONGEST + 1),
        "!!python/object/apply:os.system ['true']",
        "\x00\x01",
    ],
)
def test_no_flow_at_all(text: str) -> None:
    with pytest.raises(FlowError):
        read_flow(text)


@pytest.mark.parametrize("data", [None, 5, "x", [], [FLOW]])
def test_wrong_kind_of_data(data: object) -> None:
    with pytest.raises(FlowError):
        flow_from_dict(data)
