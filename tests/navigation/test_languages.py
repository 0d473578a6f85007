"""A whole call in each language, by rules alone: menu, queue, numbers, person, words to the agent."""

from dataclasses import dataclass

import pytest

from custom_components.hold_slayer.hearing.heard import Verdict
from custom_components.hold_slayer.navigation.acts import NoteKind
from custom_components.hold_slayer.navigation.moments import PhoneState
from custom_components.hold_slayer.navigation.plan import CallPlan
from custom_components.hold_slayer.navigation.states import CallState, Outcome

from .drive import Drive


@dataclass(frozen=True)
class Script:
    language: str
    intent: str
    menu: str
    key: str
    queue: str
    place: str
    wait: str
    greeting: str
    hello: str
    closed: str


SCRIPTS = [
    Script(
        "en",
        "a question about my invoice",
        "Welcome to ACME. For billing, press 1. For claims, press 2.",
        "1",
        "All our agents are busy. Please stay on the line.",
        "You are number three in the queue.",
        "The estimated wait time is ten minutes.",
        "Good morning, this is Jane, how can I help you?",
        "One moment please",
        "We are currently closed.",
    ),
    Script(
        "de",
        "eine Frage zu meiner Rechnung",
        "Willkommen bei ACME. Für Schäden drücken Sie die Eins. Für Ihre Rechnung drücken Sie die Zwei.",
        "2",
        "Alle unsere Mitarbeiter sind im Gespräch. Bitte bleiben Sie am Apparat.",
        "Sie sind an Position drei.",
        "Die voraussichtliche Wartezeit beträgt zehn Minuten.",
        "Guten Tag, mein Name ist Meier, was kann ich für Sie tun?",
        "Einen Moment bitte",
        "Unser Büro ist zurzeit geschlossen.",
    ),
    Script(
        "fr",
        "une question sur ma facture",
        "Bienvenue chez ACME. Pour un sinistre, tapez 1. Pour la facturation, tapez 2.",
        "2",
        "Tous nos conseillers sont en ligne. Merci de patienter.",
        "Vous êtes en troisième position.",
        "Le temps d'attente estimé est de dix minutes.",
        "Bonjour, je m'appelle Claire, en quoi puis-je vous aider ?",
        "Un instant",
        "Nos bureaux sont actuellement fermés.",
    ),
    Script(
        "es",
        "una pregunta sobre mi factura",
        "Bienvenido a ACME. Para siniestros, marque 1. Para facturación, marque 2.",
        "2",
        "Todos nuestros agentes están ocupados. Permanezca en la línea.",
        "Usted es el número tres en la cola.",
        "El tiempo de espera es de diez minutos.",
        "Buenos días, le atiende Carmen, ¿en qué puedo ayudarle?",
        "Un momento",
        "Nuestras oficinas se encuentran cerradas.",
    ),
    Script(
        "it",
        "una domanda sulla mia fattura",
        "Benvenuti in ACME. Per i sinistri, prema 1. Per la fatturazione, prema 2.",
        "2",
        "Tutti i nostri operatori sono occupati. Resti in linea.",
        "Lei è il numero tre in coda.",
        "Il tempo di attesa è di circa dieci minuti.",
        "Buongiorno, sono Marco, come posso aiutarla?",
        "Un attimo",
        "I nostri uffici sono chiusi.",
    ),
    Script(
        "nl",
        "een vraag over mijn factuur",
        "Welkom bij ACME. Voor schade, toets 1. Voor facturen, toets 2.",
        "2",
        "Al onze medewerkers zijn in gesprek. Blijft u aan de lijn.",
        "U bent nummer drie in de wachtrij.",
        "De wachttijd is ongeveer tien minuten.",
        "Goedemiddag, u spreekt met Anneke, waarmee kan ik u helpen?",
        "Een ogenblik",
        "Wij zijn momenteel gesloten.",
    ),
    Script(
        "pt",
        "uma pergunta sobre a minha fatura",
        "Bem-vindo à ACME. Para sinistros, prima 1. Para faturação, prima 2.",
        "2",
        "Todos os nossos assistentes estão ocupados. Por favor, aguarde na linha.",
        "Você é o número três na fila.",
        "O tempo de espera é de cerca de dez minutos.",
        "Bom dia, o meu nome é Ana, em que posso ajudar?",
        "Um momento",
        "Neste momento estamos encerrados.",
    ),
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.language)
def test_from_menu_to_person(script: Script) -> None:
    drive = Drive(CallPlan(intent=script.intent, languages=(script.language,), user_name="Ann"))
    drive.answer()
    drive.say(script.menu)
    drive.wait(2)
    assert drive.keys == [script.key]
    drive.say(script.queue)
    drive.wait(3)
    assert drive.state is CallState.ON_HOLD
    drive.music(20)
    drive.say(script.place, verdict=Verdict.SUSPECTED)
    assert drive.state is CallState.ON_HOLD, "an announcement is no person"
    drive.music(20)
    drive.say(script.wait)
    assert [note.value for note in drive.notes(NoteKind.QUEUE_POSITION)] == [3]
    assert [note.value for note in drive.notes(NoteKind.ESTIMATED_WAIT)] == [600]
    drive.music(20)
    drive.say(script.greeting, verdict=Verdict.SUSPECTED)
    assert drive.state is CallState.RINGING_YOU
    drive.wait(14)
    assert "Ann" in drive.spoken[0]
    assert drive.spoken[1].startswith(script.hello)
    drive.phone(PhoneState.ACCEPTED)
    assert drive.state is CallState.CONNECTED


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.language)
def test_closed(script: Script) -> None:
    drive = Drive(CallPlan(intent=script.intent, languages=(script.language,)))
    drive.answer()
    drive.say(script.closed)
    drive.wait(3)
    assert drive.end.outcome is Outcome.CLOSED


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.language)
def test_language_is_found_among_several(script: Script) -> None:
    others = tuple(one.language for one in SCRIPTS if one.language != script.language)
    drive = Drive(CallPlan(intent=script.intent, languages=(*others[:1], script.language)))
    drive.answer()
    drive.say(script.menu)
    drive.wait(2)
    assert drive.keys == [script.key]
