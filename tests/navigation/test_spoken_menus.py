"""Menus that listen: what is said to them, when speech-to-text writes no commas."""

import pytest

from custom_components.hold_slayer.navigation.choice import choose, wording
from custom_components.hold_slayer.navigation.menu import OptionKind, read_menu
from custom_components.hold_slayer.navigation.phrases import load
from custom_components.hold_slayer.navigation.plan import CallPlan
from custom_components.hold_slayer.navigation.words import as_written

from .drive import Drive


@pytest.mark.parametrize(
    ("language", "text", "intent", "said"),
    [
        ("en", "you can say billing technical support or sales", "my bill", "billing"),
        ("en", "you can say billing, technical support or sales", "support", "technical support"),
        ("en", "say for example refund claims or baggage", "I want a refund", "refund"),
        (
            "en",
            "you can say reservations refund for baggage or claims",
            "I want a refund for a cancelled flight",
            "refund",
        ),
        ("de", "sagen sie zum beispiel rechnung störung oder vertrag", "Störung", "storung"),
        (
            "de",
            "bitte sagen sie mir worum es geht sagen sie zum beispiel rechnung störung oder vertrag",
            "eine Rechnung",
            "rechnung",
        ),
        ("fr", "vous pouvez dire facture panne ou contrat", "une panne", "panne"),
        ("es", "puede decir factura avería o contrato", "mi factura", "factura"),
        ("it", "può dire fattura guasto o contratto", "un guasto", "guasto"),
        ("nl", "u kunt zeggen factuur storing of contract", "een storing", "storing"),
        ("pt", "pode dizer fatura avaria ou contrato", "fatura", "fatura"),
    ],
)
def test_one_of_several_options_in_a_row(language: str, text: str, intent: str, said: str) -> None:
    phrases = load(language)
    menu = read_menu(text, phrases)
    assert menu.spoken
    option = choose(menu, intent, phrases).option
    assert option is not None
    assert option.kind is OptionKind.SAY
    assert wording(option, intent, phrases) == said


def test_words_are_said_as_they_are_written() -> None:
    assert as_written("storung", "Sagen Sie „Rechnung“ oder Störung.") == "Störung"
    assert as_written("my bill", "billing or claims") == "my bill"


def test_the_whole_is_said_when_a_part_was_not_understood() -> None:
    drive = Drive(CallPlan(intent="fatura", languages=("pt",)))
    drive.answer()
    menu = "Pode dizer fatura detalhada ou contrato."
    drive.say(menu)
    drive.wait(3)
    drive.say("Desculpe, não percebi. " + menu)
    drive.wait(3)
    assert drive.spoken[:2] == ["fatura", "fatura detalhada"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Please enter your date of birth, followed by the pound key."),
        ("de", "Bitte geben Sie Ihr Geburtsdatum ein, gefolgt von der Rautetaste."),
        ("fr", "Veuillez saisir votre date de naissance, suivie de la touche dièse."),
        ("es", "Marque su fecha de nacimiento, seguida de la tecla almohadilla."),
        ("it", "Digiti la sua data di nascita, seguita dal tasto cancelletto."),
        ("nl", "Toets uw geboortedatum in, gevolgd door een hekje."),
        ("pt", "Digite a sua data de nascimento, seguida da tecla cardinal."),
    ],
)
def test_the_hash_key_after_a_number(language: str, text: str) -> None:
    drive = Drive(CallPlan(languages=(language,), secrets=frozenset({"date_of_birth"})))
    drive.answer()
    drive.say(text)
    drive.wait(6)
    assert drive.keys == ["{date_of_birth}", "#"]


def test_a_question_for_data_after_a_greeting_is_a_machines() -> None:
    drive = Drive(CallPlan(languages=("it",), secrets=frozenset({"account_number"})))
    drive.answer()
    drive.say("Banca del Ponte, buongiorno. Mi dica il suo codice cliente.")
    drive.wait(4)
    assert drive.spoken == ["{account_number}"]


def test_what_was_not_understood_is_said_again() -> None:
    drive = Drive(CallPlan(languages=("it",), secrets=frozenset({"account_number"})))
    drive.answer()
    drive.say("Mi dica il suo codice cliente.")
    drive.wait(4)
    drive.say("Mi dispiace, non ho capito. Mi dica il suo codice cliente.")
    drive.wait(4)
    assert drive.spoken == ["{account_number}"] * 2


def test_an_open_question_asked_again_is_answered_again() -> None:
    drive = Drive(CallPlan(intent="a dripping tap"))
    drive.answer()
    question = "Please tell me in a few words what you are calling about."
    drive.say(question)
    drive.wait(4)
    drive.say("Sorry, I did not understand that. " + question)
    drive.wait(4)
    assert len(drive.spoken) == 2
    assert all("a dripping tap" in said for said in drive.spoken)
