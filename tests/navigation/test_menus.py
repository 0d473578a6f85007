"""Reading menus and choosing from them, in seven languages, with and without punctuation."""

import pytest

from custom_components.hold_slayer.navigation.choice import choose, fallback
from custom_components.hold_slayer.navigation.menu import Menu, Option, OptionKind, Role, read_menu
from custom_components.hold_slayer.navigation.phrases import load


def pairs(menu: Menu) -> dict[str, str]:
    return {option.key: option.label for option in menu.options if option.kind is OptionKind.PRESS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Thank you for calling ACME. For billing, press 1. For claims, press 2.",
            {"1": "billing", "2": "claims"},
        ),
        (
            "thank you for calling acme for billing press one for claims press two",
            {"1": "billing", "2": "claims"},
        ),
        ("press one for billing press two for claims", {"1": "billing", "2": "claims"}),
        (
            "thank you for calling acme press 1 for billing press 2 for claims",
            {"1": "billing", "2": "claims"},
        ),
        ("Press 1 for billing. Press 2 for claims.", {"1": "billing", "2": "claims"}),
        ("For billing. Press one. For claims. Press two.", {"1": "billing", "2": "claims"}),
        ("For billing, press 1. Press 2 for claims.", {"1": "billing", "2": "claims"}),
        ("sales press 1 claims press 2", {"1": "sales", "2": "claims"}),
        ("One, billing. Two, claims. Three, sales.", {"1": "billing", "2": "claims", "3": "sales"}),
        ("billing one claims two", {"1": "billing", "2": "claims"}),
        (
            "Press 1 for billing. Press 2 for claims. To repeat these options, press star.",
            {"1": "billing", "2": "claims", "*": "repeat these options"},
        ),
        (
            "press 1 for billing press 2 for claims to repeat these options press star",
            {"1": "billing", "2": "claims", "*": "repeat these options"},
        ),
        (
            "To hear your balance, press the pound key. To speak to a representative, press zero.",
            {"#": "hear your balance", "0": "speak to a representative"},
        ),
        (
            "For billing say billing or press 1. For claims say claims or press 2.",
            {"1": "billing", "2": "claims"},
        ),
        ("If you know your party's extension, dial it at any time.", {}),
        ("You are number 4 in the queue.", {}),
        ("Please hold, all our agents are busy.", {}),
        ("", {}),
        ("... , ; !!", {}),
        ("press press press", {}),
        (
            "for car insurance press one for home insurance to for all other questions press three",
            {"1": "car insurance", "2": "home insurance", "3": "all other questions"},
        ),
        ("for sales press one for claims press to", {"1": "sales", "2": "claims"}),
        ("for sales press won for claims press too", {"1": "sales", "2": "claims"}),
        (
            "for sales press three for claims press for for parts press five",
            {"3": "sales", "4": "claims", "5": "parts"},
        ),
        ("press 1", {"1": ""}),
        (
            "for your balance press one for a stolen card bless two",
            {"1": "your balance", "2": "a stolen card bless"},
        ),
        ("for your balance press one thank you for waiting number three", {"1": "your balance"}),
        ("for orders press yes one for sales press two", {"1": "orders", "2": "sales"}),
        ("choose from one of the following for sales press two", {"2": "sales"}),
    ],
)
def test_english_menus(text: str, expected: dict[str, str]) -> None:
    assert pairs(read_menu(text, load("en"))) == expected


def test_cut_off_start_is_not_taken_for_sure() -> None:
    menu = read_menu("ling press one for claims press two for techn", load("en"))
    assert not menu.sure
    again = "ling press one for claims press two for technical press three"
    assert pairs(read_menu(again, load("en")))["2"] == "claims"


def test_staying_is_an_option_only_next_to_keys() -> None:
    menu = read_menu("For sales, press 1. For anything else, stay on the line.", load("en"))
    stay = menu.options[-1]
    assert stay.kind is OptionKind.STAY
    assert Role.OTHER in stay.roles
    assert not read_menu("Please stay on the line.", load("en"))


def test_options_to_be_said() -> None:
    menu = read_menu("You can say billing, claims or technical support.", load("en"))
    assert [option.key for option in menu.options] == ["billing", "claims", "technical support"]
    assert menu.spoken


def test_menu_heard_twice_is_one_menu() -> None:
    text = "for billing press one for claims press two "
    assert pairs(read_menu(text * 2, load("en"))) == {"1": "billing", "2": "claims"}


@pytest.mark.parametrize(
    ("intent", "key"),
    [
        ("a question about my invoice", "1"),
        ("I want to pay my bill", "1"),
        ("report an accident", "2"),
        ("cancel my contract", "3"),
        ("my internet is broken", "4"),
        ("my card was stolen", "5"),
        ("speak to a human", "0"),
        ("", None),
        ("zebras and giraffes", None),
    ],
)
def test_choosing_by_intent(intent: str, key: str | None) -> None:
    menu = read_menu(
        "For billing and payments, press 1. To report a claim, press 2. To cancel, press 3. For"
        " technical support, press 4. For lost or stolen cards, press 5. To speak to a"
        " representative, press 0.",
        load("en"),
    )
    option = choose(menu, intent, load("en")).option
    if key == "0":
        option = option or fallback(menu)
    assert (option.key if option else None) == key


def test_two_that_fit_alike_are_not_chosen_between() -> None:
    menu = read_menu("For old contracts, press 4. For new contracts, press 5.", load("en"))
    assert choose(menu, "my contract", load("en")).option is None


def test_operator_is_the_fallback() -> None:
    menu = Menu(
        (
            Option(kind=OptionKind.PRESS, key="1", label="cats"),
            Option(
                kind=OptionKind.PRESS,
                key="9",
                label="an operator",
                roles=frozenset({Role.OPERATOR}),
            ),
        )
    )
    option = fallback(menu)
    assert option is not None
    assert option.key == "9"


LANGUAGES = [
    # German
    ("de", "Für Fragen zu Ihrer Rechnung drücken Sie bitte die Eins. Für Schäden drücken Sie die Zwei.", "eine Frage zu meiner Rechnung", "1"),
    ("de", "für fragen zu ihrer rechnung drücken sie die eins für einen schaden drücken sie die zwei", "ich möchte einen Schaden melden", "2"),
    ("de", "Wenn Sie einen Schaden melden möchten, wählen Sie die 3. Wenn Sie kündigen möchten, wählen Sie die 4.", "Kündigung meines Vertrags", "4"),
    ("de", "Drücken Sie die 1 für Vertrieb. Drücken Sie die 2 für technische Störungen.", "mein Internet ist kaputt", "2"),
    ("de", "Rechnungen die Eins, Verträge die Zwei, Technik die Drei.", "meine Rechnung", "1"),
    ("de", "Möchten Sie mit einem Mitarbeiter sprechen, drücken Sie die Null. Zum Wiederholen drücken Sie die Sterntaste.", "Elefanten", "0"),
    # French
    ("fr", "Pour la facturation, tapez 1. Pour un sinistre, tapez 2.", "une question sur ma facture", "1"),
    ("fr", "pour déclarer un sinistre tapez un pour résilier votre contrat tapez deux", "je veux résilier", "2"),
    ("fr", "Tapez 1 pour le service commercial. Tapez 2 pour une panne internet.", "ma box ne marche pas, problème internet", "2"),
    ("fr", "Si vous souhaitez parler à un conseiller, appuyez sur la touche dièse. Pour réécouter, faites étoile.", "éléphants", "#"),
    ("fr", "Pour une carte perdue ou volée, composez le 3. Pour toute autre demande, composez le 4.", "ma carte a été volée", "3"),
    # Spanish
    ("es", "Para facturación, pulse 1. Para siniestros, pulse 2.", "una pregunta sobre mi factura", "1"),
    ("es", "para reportar un accidente marque uno para cancelar su contrato marque dos", "quiero dar de baja", "2"),
    ("es", "Marque 1 para ventas. Marque 2 para soporte técnico.", "mi internet no funciona, avería", "2"),
    ("es", "Si desea hablar con un agente, presione la tecla cero. Para repetir, presione asterisco.", "elefantes", "0"),
    ("es", "Para tarjetas perdidas o robadas, oprima el número 3. Para otras consultas, oprima el 4.", "me robaron la tarjeta", "3"),
    # Italian
    ("it", "Per la fatturazione, prema 1. Per i sinistri, prema 2.", "una domanda sulla mia fattura", "1"),
    ("it", "per un incidente digiti uno per la disdetta digiti due", "voglio fare disdetta", "2"),
    ("it", "Prema 1 per il servizio commerciale. Prema 2 per un guasto.", "il mio internet ha un guasto", "2"),
    ("it", "Se desidera parlare con un operatore, prema il tasto zero. Per riascoltare, prema asterisco.", "elefanti", "0"),
    ("it", "Per carte smarrite o rubate, selezioni 3. Per altre richieste, selezioni 4.", "mi hanno rubato la carta", "3"),
    # Dutch
    ("nl", "Voor vragen over uw factuur, toets 1. Voor schade, toets 2.", "een vraag over mijn factuur", "1"),
    ("nl", "voor een schademelding toets een voor opzeggen toets twee", "ik wil opzeggen", "2"),
    ("nl", "Toets 1 voor verkoop. Toets 2 voor storingen.", "mijn internet heeft een storing", "2"),
    ("nl", "Wilt u een medewerker spreken, druk op nul. Om te herhalen, druk op sterretje.", "olifanten", "0"),
    ("nl", "Voor een verloren of gestolen pas, kies 3. Voor overige vragen, kies 4.", "mijn pas is gestolen", "3"),
    # Portuguese
    ("pt", "Para faturação, prima 1. Para sinistros, prima 2.", "uma pergunta sobre a minha fatura", "1"),
    ("pt", "para comunicar um acidente digite um para cancelar digite dois", "quero cancelar o contrato", "2"),
    ("pt", "Digite 1 para vendas. Digite 2 para suporte técnico.", "minha internet tem um problema técnico", "2"),
    ("pt", "Para falar com um atendente, pressione a tecla zero. Para repetir, pressione asterisco.", "elefantes", "0"),
    ("pt", "Para cartão perdido ou roubado, marque 3. Para outros assuntos, marque 4.", "roubaram o meu cartão", "3"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "intent", "key"), LANGUAGES)
def test_right_key_in_every_language(language: str, text: str, intent: str, key: str) -> None:
    phrases = load(language)
    menu = read_menu(text, phrases)
    option = choose(menu, intent, phrases).option or fallback(menu)
    assert option is not None, menu
    assert option.key == key, menu


@pytest.mark.parametrize(("language", "text", "intent", "key"), LANGUAGES)
def test_right_key_without_punctuation_and_capitals(
    language: str, text: str, intent: str, key: str
) -> None:
    phrases = load(language)
    noisy = "".join(char for char in text.casefold() if char not in ".,;:!?")
    menu = read_menu(noisy, phrases)
    option = choose(menu, intent, phrases).option or fallback(menu)
    assert option is not None, menu
    assert option.key == key, menu


@pytest.mark.parametrize("language", ["de", "fr", "es", "it", "nl", "pt"])
def test_announcements_are_no_menus(language: str) -> None:
    announcements = {
        "de": "Alle unsere Mitarbeiter sind im Gespräch. Bitte bleiben Sie am Apparat.",
        "fr": "Tous nos conseillers sont en ligne. Merci de patienter.",
        "es": "Todos nuestros agentes están ocupados. Por favor permanezca en la línea.",
        "it": "Tutti gli operatori sono occupati. La preghiamo di rimanere in linea.",
        "nl": "Al onze medewerkers zijn in gesprek. Blijft u aan de lijn.",
        "pt": "Todos os nossos assistentes estão ocupados. Por favor aguarde em linha.",
    }
    assert not read_menu(announcements[language], load(language))


@pytest.mark.parametrize(
    ("language", "menu", "intent"),
    [
        ("en", "for new bookings press 1 for ready thing bookings press 2", "change my booking"),
        ("de", "für neue Verträge drücken Sie 1, für Verträge die 2", "meinen Vertrag kündigen"),
        ("fr", "pour un nouveau contrat tapez 1, pour un contrat tapez 2", "modifier mon contrat"),
        ("es", "para un contrato nuevo pulse 1, para su contrato pulse 2", "cambiar mi contrato"),
        (
            "it",
            "per un nuovo contratto premere 1, per il contratto premere 2",
            "disdire il contratto",
        ),
        (
            "nl",
            "voor een nieuw contract toets 1, voor uw contract toets 2",
            "mijn contract opzeggen",
        ),
        (
            "pt",
            "para um novo contrato prima 1, para o seu contrato prima 2",
            "alterar o meu contrato",
        ),
    ],
)
def test_nobody_changes_what_is_new(language: str, menu: str, intent: str) -> None:
    phrases = load(language)
    ranking = choose(read_menu(menu, phrases), intent, phrases).ranking
    assert ranking[0].option.key == "2"
    assert ranking[0].score > ranking[1].score


def test_what_is_new_is_wanted_new() -> None:
    phrases = load("en")
    menu = read_menu("for new bookings press 1 for existing bookings press 2", phrases)
    assert choose(menu, "make a new booking", phrases).ranking[0].option.key == "1"
