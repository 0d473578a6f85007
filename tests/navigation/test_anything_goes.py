"""Random moments in random order, and hours on hold: the navigator keeps its promises."""

from random import Random

import pytest

from custom_components.hold_slayer.hearing.heard import (
    AudioResumed,
    AudioStopped,
    HeardEvent,
    Hearing,
    Repeat,
    Repeated,
    RepeatSource,
    Sound,
    UtteranceEnded,
    UtteranceStarted,
    Verdict,
    VerdictChange,
)
from custom_components.hold_slayer.navigation.acts import (
    BridgeUser,
    Consult,
    EndCall,
    EnterState,
    NoteKind,
    RingUser,
    SendKeys,
    Speak,
    StopRingingUser,
    UnbridgeUser,
)
from custom_components.hold_slayer.navigation.flow import Action, CallFlow, Prompt, Step
from custom_components.hold_slayer.navigation.moments import (
    Bridged,
    Consulted,
    EndedBy,
    Heard,
    KeysSent,
    LineChanged,
    LineState,
    Moment,
    Order,
    Ordered,
    PhoneChanged,
    PhoneState,
    SpeakingEnded,
    Tick,
    Transcribed,
    TranscriptUnavailable,
)
from custom_components.hold_slayer.navigation.navigator import Navigator
from custom_components.hold_slayer.navigation.plan import (
    CallBack,
    CallBackPolicy,
    CallPlan,
    EarlyRing,
    Mode,
)
from custom_components.hold_slayer.navigation.states import FINAL_STATES, CallState

from .drive import Drive

TEXTS = [
    "For billing, press 1. For claims, press 2.",
    "All our agents are busy. Please stay on the line.",
    "Hello, this is Jane, how can I help you?",
    "You are number 4 in the queue. The wait is ten minutes.",
    "Press 1 to receive a call back, or press 2 to stay in the queue.",
    "Is this the correct number? If so, press 1.",
    "Please enter your account number, followed by the pound key.",
    "Invalid entry. Please try again.",
    "We are closed.",
    "Please leave a message after the tone.",
    "You can say billing or claims.",
    "Did you say claims? Is that correct?",
    "I'm the virtual assistant. In a few words, why are you calling?",
    "Please hold while I transfer you.",
    "Thank you for watching.",
    "",
]


def moment(random: Random, clock: float) -> Moment:
    """Any moment, sensible or not."""
    utterance = random.randrange(1, 30)
    since = clock - random.uniform(0, 5)
    repeat = Repeat(source=random.choice(list(RepeatSource)), first_heard=random.uniform(0, clock))
    heard: list[HeardEvent] = [
        Hearing(time=clock, since=since, sound=random.choice(list(Sound))),
        Repeated(time=clock, since=since, sound=random.choice(list(Sound)), repeat=repeat),
        UtteranceStarted(time=clock, utterance=utterance, since=since),
        UtteranceEnded(
            time=clock,
            utterance=utterance,
            since=since,
            until=clock - 0.3,
            repeat=random.choice([None, None, repeat]),
            cut=random.random() < 0.1,
        ),
        VerdictChange(
            time=clock,
            since=since,
            verdict=random.choice(list(Verdict)),
            probability=random.uniform(-0.2, 1.2),
        ),
        AudioStopped(time=clock, since=since),
        AudioResumed(time=clock),
    ]
    number = random.randrange(1, 40)
    return random.choice(
        [
            Heard(event=random.choice(heard)),
            Heard(event=random.choice(heard)),
            Heard(event=random.choice(heard)),
            Transcribed(
                utterance=utterance,
                text=random.choice(TEXTS),
                since=since,
                until=clock,
                final=random.random() < 0.9,
            ),
            Transcribed(utterance=utterance, text=random.choice(TEXTS)),
            TranscriptUnavailable(utterance=utterance),
            KeysSent(request=number, ok=random.random() < 0.8),
            SpeakingEnded(request=number, completed=random.random() < 0.8),
            PhoneChanged(state=random.choice(list(PhoneState))),
            Consulted(request=number, choice=random.choice(["1", "2", "", "9", "repeat"])),
            Bridged(),
            Ordered(order=random.choice([one for one in Order if one is not Order.HANG_UP])),
            Tick(),
            LineChanged(
                state=random.choice(list(LineState)[:-1]), ended_by=random.choice(list(EndedBy))
            ),
        ]
    )


def plan(random: Random) -> CallPlan:
    flow = CallFlow(
        name="x",
        steps=(
            Step(action=Action.PRESS, keys="2", prompt=Prompt(text="for claims press 2")),
            Step(action=Action.WAIT, seconds=1),
            Step(action=Action.PRESS, keys="{account_number}"),
            Step(action=Action.HOLD),
        ),
    )
    return CallPlan(
        intent=random.choice(["", "my claim", "zebras"]),
        mode=random.choice(list(Mode)),
        flow=random.choice([None, flow, CallFlow(name="empty", steps=())]),
        languages=random.choice([("en",), ("en", "de"), ()]),
        user_name=random.choice(["", "Ann"]),
        leave_number=random.choice(["", "5550100"]),
        secrets=random.choice([frozenset(), frozenset({"account_number"})]),
        early_ring=random.choice(list(EarlyRing)),
        ask_question=random.random() < 0.8,
        auto_connect=random.random() < 0.8,
        speech_to_text=random.random() < 0.7,
        text_to_speech=random.random() < 0.8,
        model=random.random() < 0.5,
        called_back=random.random() < 0.1,
        explore=random.random() < 0.1,
        call_back=CallBack(policy=random.choice(list(CallBackPolicy)), number="5550100"),
    )


@pytest.mark.parametrize("seed", range(150))
def test_promises_are_kept_whatever_happens(seed: int) -> None:
    random = Random(seed)
    navigator = Navigator(plan(random))
    clock = 0.0
    state = CallState.IDLE
    ringing = bridging = ended = False
    requests: set[int] = set()
    for moment_ in [LineChanged(state=LineState.CALLING), *range(150)]:
        clock += random.expovariate(1.0)
        told = moment_ if not isinstance(moment_, int) else moment(random, clock)
        if isinstance(told, Bridged) and not bridging:
            continue  # nobody bridges unasked
        for act in navigator.handle(told, clock):
            assert not ended, "nothing is ordered after the end"
            match act:
                case EnterState():
                    state = act.state
                case SendKeys():
                    assert state in (CallState.NAVIGATING, CallState.ON_HOLD), state
                case RingUser():
                    ringing = True
                case StopRingingUser():
                    assert ringing, "only what rings can be stopped"
                    ringing = False
                case BridgeUser():
                    bridging = True
                case UnbridgeUser():
                    assert bridging
                case EndCall():
                    ended = True
                    assert state in FINAL_STATES
            if isinstance(act, SendKeys | Speak | Consult):
                assert act.request not in requests
                requests.add(act.request)
        assert navigator.state is state
        assert (navigator.deadline is None) or not ended


def test_three_hours_on_hold_cost_minutes_of_speech_to_text() -> None:
    drive = Drive(CallPlan(intent="my claim"))
    drive.answer()
    drive.say("All our agents are busy. Please stay on the line.")
    drive.wait(2)
    announcements = [
        "Your call is important to us. Please stay on the line.",
        "Did you know that you can find answers on our website?",
        "Thank you for your patience. The next available agent will be with you shortly.",
    ]
    first: dict[str, float] = {}
    end = drive.now + 3 * 3600 - 300
    while drive.now < end:
        for text in announcements:
            drive.music(40)
            at = drive.say(text, repeat_of=first.get(text))
            first.setdefault(text, at)
    assert drive.state is CallState.ON_HOLD
    read = len(drive.navigator._call.line.said)
    assert read <= 1 + len(announcements)
    assert len(drive.notes(NoteKind.ANNOUNCEMENT)) <= 1 + len(announcements)
    assert len(drive.orders) < 50, "hours of waiting order nothing"
    drive.person("Hello, this is Jane, how can I help you?")
    assert drive.state is CallState.RINGING_YOU


def test_announcement_about_staying_is_answered_each_time_it_repeats() -> None:
    drive = Drive(CallPlan(intent="my claim"))
    drive.answer()
    drive.say("All our agents are busy. Please stay on the line.")
    drive.wait(2)
    drive.music(30)
    first = drive.say("To stay in the queue, press 1.")
    for _ in range(3):
        drive.music(60)
        drive.say("To stay in the queue, press 1.", repeat_of=first)
    assert drive.keys == ["1"] * 4


def test_part_of_a_menu_heard_again_is_not_that_menu() -> None:
    """A later prompt has words in common with it, spoken by the same voice."""
    drive = Drive(CallPlan(intent="change my flight"))
    drive.answer()
    menu = drive.say("For new bookings, press 1. To change a flight, press 2.")
    drive.wait(2)
    drive.music(10)
    assert drive.state is CallState.ON_HOLD
    drive.say("Press 2.", repeat_of=menu + 2.0)
    drive.wait(2)
    assert drive.state is CallState.ON_HOLD
    assert drive.keys == ["2"]
