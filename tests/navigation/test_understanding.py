"""What utterances say, in seven languages: kinds, queue numbers, opening hours."""

import pytest

from custom_components.hold_slayer.navigation.hold import (
    QueueNews,
    QueueSeries,
    read_opening,
    read_queue,
)
from custom_components.hold_slayer.navigation.moments import Transcribed
from custom_components.hold_slayer.navigation.phrases import Line, Said, available, load
from custom_components.hold_slayer.navigation.understanding import Words, understand

K = Said


def words(language: str, text: str) -> Words:
    return understand(Transcribed(utterance=1, text=text), [load(language)])


KINDS = [
    # a person
    ("en", "Good morning, this is Jane from ACME, how can I help you?", K.GREETING),
    ("en", "Hello?", K.HELLO),
    ("en", "Who am I speaking with?", K.WHO_CALLS),
    ("de", "Guten Tag, mein Name ist Meier, wie kann ich Ihnen helfen?", K.GREETING),
    ("de", "Hallo, sind Sie noch dran?", K.GREETING),
    ("de", "Mit wem spreche ich?", K.WHO_CALLS),
    ("de", "Ja bitte?", K.HELLO),
    ("fr", "Bonjour, je m'appelle Claire, en quoi puis-je vous aider ?", K.GREETING),
    ("fr", "Allô, vous m'entendez ?", K.GREETING),
    ("fr", "À qui ai-je l'honneur ?", K.WHO_CALLS),
    ("es", "Buenos días, le atiende Carmen, ¿en qué puedo ayudarle?", K.GREETING),
    ("es", "¿Con quién tengo el gusto?", K.WHO_CALLS),
    ("it", "Buongiorno, sono Marco, come posso aiutarla?", K.GREETING),
    ("it", "Pronto?", K.HELLO),
    ("nl", "Goedemiddag, u spreekt met Anneke, waarmee kan ik u helpen?", K.GREETING),
    ("nl", "Hallo?", K.HELLO),
    ("pt", "Bom dia, o meu nome é Ana, em que posso ajudar?", K.GREETING),
    ("pt", "Boa tarde, aqui é o João, como posso ajudar?", K.GREETING),
    # announcements
    ("en", "Your call is important to us, please stay on the line.", K.ANNOUNCEMENT),
    ("de", "Ihr Anruf ist uns wichtig. Bitte bleiben Sie am Apparat.", K.ANNOUNCEMENT),
    ("de", "Der nächste freie Mitarbeiter ist gleich für Sie da.", K.QUEUE),
    ("fr", "Votre appel est important, un conseiller va vous répondre. Merci de patienter.", K.QUEUE),
    ("fr", "Tous nos conseillers sont actuellement en ligne. Ne quittez pas.", K.QUEUE),
    ("es", "Su llamada es muy importante para nosotros. Permanezca en la línea.", K.QUEUE),
    ("es", "Todos nuestros agentes están ocupados en este momento.", K.QUEUE),
    ("it", "Tutti i nostri operatori sono occupati. Resti in linea per non perdere la priorità.", K.QUEUE),
    ("nl", "Al onze medewerkers zijn in gesprek. Een ogenblik geduld alstublieft.", K.QUEUE),
    ("pt", "Todos os nossos assistentes estão ocupados. Por favor, aguarde na linha.", K.QUEUE),
    # closed
    ("en", "We are currently closed.", K.CLOSED),
    ("en", "Our office is closed. Please call back during business hours.", K.CLOSED),
    ("de", "Sie rufen außerhalb unserer Öffnungszeiten an.", K.CLOSED),
    ("de", "Unser Büro ist zurzeit geschlossen.", K.CLOSED),
    ("fr", "Nos bureaux sont actuellement fermés.", K.CLOSED),
    ("es", "Nuestras oficinas se encuentran cerradas.", K.CLOSED),
    ("it", "I nostri uffici sono chiusi.", K.CLOSED),
    ("nl", "Wij zijn momenteel gesloten.", K.CLOSED),
    ("pt", "Neste momento estamos encerrados.", K.CLOSED),
    # call later
    ("en", "All lines are busy, please try again later.", K.CALL_LATER),
    ("de", "Bitte rufen Sie zu einem späteren Zeitpunkt später noch einmal an.", K.CALL_LATER),
    ("fr", "Veuillez rappeler ultérieurement.", K.CALL_LATER),
    ("es", "No podemos atenderle. Por favor, llame más tarde.", K.CALL_LATER),
    ("it", "La preghiamo di richiamare più tardi.", K.CALL_LATER),
    ("nl", "Probeer het later nog eens.", K.CALL_LATER),
    ("pt", "Por favor, ligue mais tarde.", K.CALL_LATER),
    # call-back offers
    ("en", "Press 1 if you would like us to call you back.", K.CALL_BACK_OFFER),
    ("en", "To be called back, press 2.", K.CALL_BACK_OFFER),
    ("de", "Für einen Rückruf drücken Sie die Eins.", K.CALL_BACK_OFFER),
    ("fr", "Pour être rappelé, tapez 1.", K.CALL_BACK_OFFER),
    ("es", "Si prefiere que le devolvamos la llamada, marque 1.", K.CALL_BACK_OFFER),
    ("it", "Per essere richiamato, prema 1.", K.CALL_BACK_OFFER),
    ("nl", "Wilt u worden teruggebeld, toets 1.", K.CALL_BACK_OFFER),
    ("pt", "Se deseja receber uma chamada de volta, prima 1.", K.CALL_BACK_OFFER),
    # invalid
    ("en", "Sorry, that is not a valid option.", K.INVALID),
    ("de", "Ungültige Eingabe.", K.INVALID),
    ("de", "Ich habe Sie leider nicht verstanden.", K.INVALID),
    ("fr", "Je n'ai pas compris votre réponse.", K.INVALID),
    ("es", "Opción no válida.", K.INVALID),
    ("it", "Scelta non valida.", K.INVALID),
    ("nl", "Ongeldige keuze.", K.INVALID),
    ("pt", "Opção inválida.", K.INVALID),
    # transfers
    ("en", "Please hold while I transfer you.", K.TRANSFER),
    ("de", "Sie werden jetzt verbunden.", K.TRANSFER),
    ("fr", "Nous allons vous mettre en relation avec un conseiller.", K.TRANSFER),
    ("es", "Su llamada está siendo transferida.", K.TRANSFER),
    ("it", "La sua chiamata sarà trasferita.", K.TRANSFER),
    ("nl", "U wordt nu doorverbonden.", K.TRANSFER),
    ("pt", "A sua chamada vai ser transferida.", K.TRANSFER),
    # voicemail
    ("en", "Please leave a message after the beep.", K.VOICEMAIL),
    ("de", "Bitte hinterlassen Sie eine Nachricht nach dem Signalton.", K.VOICEMAIL),
    ("fr", "Laissez un message après le bip sonore.", K.VOICEMAIL),
    ("es", "Deje su mensaje después de la señal.", K.VOICEMAIL),
    ("it", "Lasciate un messaggio dopo il segnale acustico.", K.VOICEMAIL),
    ("nl", "Spreek een bericht in na de piep.", K.VOICEMAIL),
    ("pt", "Deixe a sua mensagem após o sinal.", K.VOICEMAIL),
    # bots and open questions
    ("en", "I'm your virtual assistant. You can say things like pay my bill.", K.BOT),
    ("de", "Sagen Sie mir bitte in wenigen Worten, worum es geht.", K.OPEN_QUESTION),
    ("fr", "Dites-moi en quelques mots la raison de votre appel.", K.OPEN_QUESTION),
    ("es", "Dígame en pocas palabras el motivo de su llamada.", K.OPEN_QUESTION),
    ("it", "Mi dica in poche parole il motivo della chiamata.", K.OPEN_QUESTION),
    ("nl", "Vertel mij in een paar woorden waarover u belt.", K.OPEN_QUESTION),
    ("pt", "Diga-me em poucas palavras o motivo da sua chamada.", K.OPEN_QUESTION),
    # invented on music
    ("en", "Thank you for watching!", K.INVENTED),
    ("de", "Untertitel der Amara.org-Community", K.INVENTED),
    ("fr", "Sous-titrage Société Radio-Canada", K.INVENTED),
    ("es", "Subtítulos realizados por la comunidad de Amara.org", K.INVENTED),
    ("it", "Sottotitoli creati dalla comunità Amara.org", K.INVENTED),
    ("nl", "Ondertitels ingediend door de Amara.org gemeenschap", K.INVENTED),
    ("pt", "Legendas pela comunidade Amara.org", K.INVENTED),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "kind"), KINDS)
def test_kinds(language: str, text: str, kind: Said) -> None:
    assert kind in words(language, text), sorted(words(language, text).kinds)


#: Things that recordings say and that must never pass for a person's greeting.
NO_GREETINGS = [
    ("en", "Your call is important to us. An agent will be with you shortly."),
    ("en", "Thank you for holding. Please stay on the line."),
    ("en", "All our representatives are currently helping other customers."),
    ("en", "Did you know you can find answers on our website?"),
    ("en", "For billing, press 1. For claims, press 2."),
    ("de", "Alle Mitarbeiter sind derzeit im Gespräch. Bitte haben Sie einen Moment Geduld."),
    ("de", "Für Fragen zur Rechnung drücken Sie die Eins."),
    ("de", "Vielen Dank für Ihre Geduld. Wir sind gleich für Sie da."),
    ("fr", "Tous nos conseillers sont en ligne, merci de bien vouloir patienter."),
    ("fr", "Vous êtes en relation avec notre service client, restez en ligne."),
    ("es", "Gracias por su espera. En breve le atenderemos."),
    ("es", "Todos nuestros agentes están atendiendo otras llamadas."),
    ("it", "La ringraziamo per l'attesa. Risponderemo al più presto."),
    ("nl", "Bedankt voor uw geduld. U wordt zo snel mogelijk geholpen."),
    ("pt", "Obrigado por aguardar. Será atendido dentro de breves instantes."),
]


@pytest.mark.parametrize(("language", "text"), NO_GREETINGS)
def test_recordings_are_no_greetings(language: str, text: str) -> None:
    assert Said.GREETING not in words(language, text)


QUEUES = [
    ("en", "You are number four in the queue.", 4, None),
    ("en", "you are currently number twenty three in the queue", 23, None),
    ("en", "There are three callers ahead of you.", 4, None),
    ("en", "You are the next caller in the queue.", 1, None),
    ("en", "you are third in line", 3, None),
    ("en", "The current wait time is between five and ten minutes.", None, 450),
    ("en", "Your wait is less than a minute.", None, 60),
    ("en", "We expect a wait of approximately half an hour.", None, 1800),
    ("en", "Your estimated wait time is 1 hour.", None, 3600),
    ("de", "Sie sind an Position vier.", 4, None),
    ("de", "Sie sind auf Platz 12 in der Warteschleife.", 12, None),
    ("de", "Vor Ihnen sind noch drei Anrufer.", 4, None),
    ("de", "Sie sind der nächste in der Warteschleife.", 1, None),
    ("de", "Sie sind an dritter Stelle.", 3, None),
    ("de", "Die voraussichtliche Wartezeit beträgt etwa fünfundzwanzig Minuten.", None, 1500),
    ("de", "Die Wartezeit beträgt weniger als eine Minute.", None, 60),
    ("fr", "Vous êtes en troisième position.", 3, None),
    ("fr", "Vous êtes numéro cinq dans la file d'attente.", 5, None),
    ("fr", "Il y a deux personnes avant vous.", 3, None),
    ("fr", "Le temps d'attente estimé est de dix minutes.", None, 600),
    ("fr", "Votre temps d'attente est inférieur à une minute.", None, 60),
    ("es", "Usted es el número cuatro en la cola.", 4, None),
    ("es", "Está en la posición tres.", 3, None),
    ("es", "Hay dos personas delante de usted.", 3, None),
    ("es", "El tiempo de espera es de aproximadamente quince minutos.", None, 900),
    ("es", "Usted es el siguiente.", 1, None),
    ("it", "Lei è il numero quattro in coda.", 4, None),
    ("it", "Ci sono due persone prima di lei.", 3, None),
    ("it", "Il tempo di attesa stimato è di circa dieci minuti.", None, 600),
    ("it", "Lei è il prossimo.", 1, None),
    ("nl", "U bent nummer vier in de wachtrij.", 4, None),
    ("nl", "Er zijn nog drie wachtenden voor u.", 4, None),
    ("nl", "De wachttijd is ongeveer tien minuten.", None, 600),
    ("nl", "U bent de eerstvolgende.", 1, None),
    ("pt", "Você é o número quatro na fila.", 4, None),
    ("pt", "Há três pessoas à sua frente.", 4, None),
    ("pt", "O tempo de espera é de cerca de dez minutos.", None, 600),
    ("pt", "Você é o próximo.", 1, None),
    ("en", "Thank you for holding.", None, None),
    ("en", "This offer ends in ten minutes.", None, None),
]


@pytest.mark.parametrize(("language", "text", "position", "wait"), QUEUES)
def test_queue_numbers(language: str, text: str, position: int | None, wait: float | None) -> None:
    assert read_queue(words(language, text)) == QueueNews(position=position, wait_s=wait)


@pytest.mark.parametrize(
    ("language", "text", "opens"),
    [
        ("en", "Our hours are Monday to Friday from 9 a.m. to 5 p.m.", "09:00"),
        ("en", "We open at eight thirty tomorrow.", "08:30"),
        ("en", "We will reopen at 1 pm.", "13:00"),
        ("en", "We are closed.", ""),
        ("de", "Sie erreichen uns von 8 Uhr bis 17 Uhr.", "08:00"),
        ("de", "Wir sind wieder ab neun Uhr für Sie da.", "09:00"),
        ("fr", "Nos bureaux sont ouverts de 9 heures à 18 heures.", "09:00"),
        ("es", "Nuestro horario es de nueve de la mañana a seis de la tarde.", "09:00"),
        ("it", "I nostri uffici sono aperti dalle 9 alle 18.", "09:00"),
        ("nl", "Wij zijn bereikbaar van 9 uur tot 17 uur.", "09:00"),
        ("pt", "O nosso horário é das 9 às 18 horas.", "09:00"),
    ],
)
def test_opening_hours(language: str, text: str, opens: str) -> None:
    assert read_opening(text, load(language)) == opens


def test_series_keeps_changes_and_the_rest_of_the_wait() -> None:
    series = QueueSeries()
    assert series.add(0, QueueNews(position=3, wait_s=600))
    assert not series.add(60, QueueNews(position=3, wait_s=600))
    assert series.add(120, QueueNews(position=2))
    assert series.positions == [(0, 3), (120, 2)]
    assert series.remaining_s(200) == 400
    assert series.remaining_s(5000) == 0


def test_every_language_has_every_phrase_and_line() -> None:
    assert set(available()) == {"de", "en", "es", "fr", "it", "nl", "pt"}
    for language in available():
        phrases = load(language)
        assert phrases.language == language
        assert set(phrases.lines) == set(Line)
        assert set(phrases.said) == set(Said)
        assert phrases.questions.keys() == load("en").questions.keys()
        assert phrases.synonyms.keys() == load("en").synonyms.keys()
        for line in Line:
            for placeholder in ("{user_name}", "{number}", "{intent}"):
                assert (placeholder in phrases.lines[line]) == (
                    placeholder in load("en").lines[line]
                ), (language, line)


def test_unknown_languages_fall_back_to_english() -> None:
    for language in ("xx", "", "../../etc/passwd", "zz-ZZ"):
        assert load(language).language == "en"
    assert load("de-AT").language == "de"
    assert load("pt_BR").language == "pt"


def test_own_lines_are_never_taken_for_announcements_of_menus() -> None:
    for language in available():
        for line, text in load(language).lines.items():
            assert Said.VOICEMAIL not in words(language, text), (language, line)
            assert Said.CLOSED not in words(language, text), (language, line)
