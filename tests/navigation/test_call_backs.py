"""Offers to be called back in every language, and the call that comes."""

import pytest

from custom_components.hold_slayer.hearing.heard import Verdict
from custom_components.hold_slayer.navigation.moments import LineChanged, LineState, PhoneState
from custom_components.hold_slayer.navigation.phrases import available, load
from custom_components.hold_slayer.navigation.plan import CallBack, CallBackPolicy, CallPlan
from custom_components.hold_slayer.navigation.states import CallState, Outcome

from .drive import Drive

S = CallState
#: What queues say, active and passive; the key is 2 everywhere.
OFFERS = {
    "en": ("To be called back, press 2.", "To receive a call back, press 2."),
    "de": (
        "Für einen Rückruf drücken Sie die 2.",
        "Wenn Sie einen Rückruf erhalten möchten, drücken Sie die 2.",
    ),
    "fr": ("Pour être rappelé, tapez 2.", "Pour recevoir un rappel, tapez 2."),
    "es": (
        "Para que le devolvamos la llamada, pulse 2.",
        "Para recibir una llamada de vuelta, pulse 2.",
    ),
    "it": ("Per essere richiamato, prema 2.", "Per ricevere una richiamata, prema 2."),
    "nl": ("Om teruggebeld te worden, toets 2.", "Wilt u teruggebeld worden, toets 2."),
    "pt": ("Para que lhe liguemos, prima 2.", "Para ser contactado mais tarde, prima 2."),
}
#: What they say once it is arranged, active and passive.
DONE = {
    "en": (
        "Thank you. We will call you back.",
        "You will be called back.",
        "You will receive a call.",
    ),
    "de": ("Wir rufen Sie zurück.", "Sie werden zurückgerufen.", "Sie erhalten einen Rückruf."),
    "fr": ("Nous vous rappellerons.", "Vous serez rappelé.", "Vous recevrez un rappel."),
    "es": ("Le llamaremos.", "Recibirá una llamada.", "Se le devolverá la llamada."),
    "it": ("La richiameremo.", "Sarà richiamato.", "Riceverà una richiamata."),
    "nl": ("Wij bellen u terug.", "U wordt teruggebeld.", "U ontvangt een terugbelgesprek."),
    "pt": ("Ligaremos para si.", "Será contactado.", "Receberá uma chamada de retorno."),
}


def on_hold(language: str, **call_back: object) -> Drive:
    drive = Drive(
        CallPlan(
            intent="",
            languages=(language,),
            call_back=CallBack(policy=CallBackPolicy.ALWAYS, **call_back),  # type: ignore[arg-type]
        )
    )
    drive.answer()
    drive.music(10)
    assert drive.state is S.ON_HOLD
    return drive


@pytest.mark.parametrize("language", available())
def test_offers_are_understood(language: str) -> None:
    """Active or passive: the offer is taken, and what is promised then ends the call."""
    for offer in OFFERS[language]:
        for done in DONE[language]:
            drive = on_hold(language, number="+442079460000")
            drive.say(offer)
            drive.wait(2)
            assert drive.keys == ["2"], offer
            drive.say(done)
            drive.wait(2)
            assert drive.end.outcome is Outcome.CALL_BACK_ARRANGED, done


def test_without_a_number_of_our_own_the_one_they_see_will_do() -> None:
    drive = on_hold("en")
    drive.say("To be called back, press 2.")
    drive.say(
        "We will call you back at the number you are calling from. If that is correct, press 1."
    )
    drive.wait(2)
    assert drive.keys == ["2", "1"]


def test_a_number_nobody_knows_is_not_entered() -> None:
    drive = on_hold("en")
    drive.say("To be called back, press 2.")
    drive.say("Please enter your phone number, followed by the pound key.")
    drive.wait(2)
    assert drive.keys == ["2"]


# ── the call that comes ──────────────────────────────────────────────────────────


def called_back(*, known: bool) -> Drive:
    drive = Drive(
        CallPlan(
            called_back=True,
            caller_known=known,
            company="Call Back Energy",
            company_names=("Call Back Energy",),
            user_name="Ann",
        )
    )
    drive.now = 5.0
    drive.tell(LineChanged(state=LineState.CALLING))
    drive.tell(LineChanged(state=LineState.ANSWERED))
    assert drive.state is S.ON_HOLD
    return drive


def test_we_greet_first() -> None:
    drive = called_back(known=True)
    drive.wait(2)
    assert drive.spoken == [load("en").lines["called_back"]]
    drive.person("Hello, this is Robert from Call Back Energy. How can I help you?")
    assert drive.state is S.RINGING_YOU


def test_whoever_speaks_first_is_not_interrupted() -> None:
    drive = called_back(known=True)
    drive.say("This is Call Back Energy, returning your call.", after=0.1)
    drive.wait(3)
    assert load("en").lines["called_back"] not in drive.spoken


def test_an_unknown_number_is_asked_and_says_yes() -> None:
    for answer in ("Yes, I am.", "Energy service, Robert speaking."):
        drive = called_back(known=False)
        drive.wait(2)
        assert drive.spoken == [
            "Hello! This is an assistant. Are you calling from Call Back Energy?"
        ]
        drive.wait(2)
        drive.say(answer, verdict=Verdict.PERSON, probability=0.95)
        drive.wait(1)
        assert drive.state is S.RINGING_YOU
        drive.phone(PhoneState.ACCEPTED)
        assert drive.state is S.CONNECTED


def test_a_stranger_is_not_the_company() -> None:
    drive = called_back(known=False)
    drive.wait(2)
    drive.say("No, this is your neighbour.", verdict=Verdict.PERSON, probability=0.95)
    assert S.RINGING_YOU not in drive.states
    assert drive.end.outcome is Outcome.HUNG_UP


def test_who_says_nothing_to_it_is_asked_twice() -> None:
    drive = called_back(known=False)
    drive.wait(2)
    drive.say("Hello? Who is there?", verdict=Verdict.PERSON, probability=0.95)
    drive.wait(30)
    assert len(drive.spoken) == 2
    assert S.RINGING_YOU not in drive.states
    assert drive.end.outcome is Outcome.HUNG_UP
