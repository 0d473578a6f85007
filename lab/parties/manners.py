"""What people and machines on the telephone say when a scenario leaves it open, by language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """The small talk of one language."""

    #: An agent's answers, and the question after a silence.
    replies: tuple[str, ...]
    ask: str
    #: The user's first word, and what they say once connected.
    hello: str
    says: tuple[str, ...]
    #: The user's voicemail.
    voicemail: str
    #: How callers put what they want; %s is what the menu calls it.
    carriers: tuple[str, ...]


MANNERS = {
    "en": Manners(
        replies=("Yes, hello?", "All right, I am still here.", "Of course, go ahead."),
        ask="Hello? Are you there?",
        hello="Hello?",
        says=(
            "Hi, this is Anna Smith. I have a question about my policy.",
            "Yes, the number is four four seven one.",
            "That is great, thank you very much.",
        ),
        voicemail=(
            "You have reached the voicemail of Anna Smith. Please leave a message after the tone."
        ),
        carriers=(
            *("%s", "%s please", "i want %s", "i need %s", "i would like %s", "a %s"),
            *("i have a question about %s", "i'm calling about %s"),
        ),
    ),
    "de": Manners(
        replies=("Ja, hallo?", "In Ordnung, ich warte.", "Natürlich, gern."),
        ask="Hallo? Sind Sie noch da?",
        hello="Hallo?",
        says=(
            "Guten Tag, hier ist Anna Schmidt. Ich habe eine Frage zu meinem Vertrag.",
            "Ja, die Nummer ist vier vier sieben eins.",
            "Wunderbar, vielen Dank.",
        ),
        voicemail=(
            "Hier ist die Mailbox von Anna Schmidt. Bitte hinterlassen Sie eine Nachricht nach dem Signalton."
        ),
        carriers=("%s", "%s bitte", "es geht um %s", "ich möchte %s", "eine frage zu %s"),
    ),
    "fr": Manners(
        replies=("Oui, allô ?", "D'accord, je patiente.", "Bien sûr, je vous écoute."),
        ask="Allô ? Vous êtes toujours là ?",
        hello="Allô ?",
        says=(
            "Bonjour, ici Anna Martin. J'ai une question sur mon contrat.",
            "Oui, le numéro est quatre quatre sept un.",
            "C'est parfait, merci beaucoup.",
        ),
        voicemail=("Vous êtes sur la messagerie de Anna Martin. Laissez un message après le bip."),
        carriers=("%s", "%s s'il vous plaît", "j'appelle au sujet de %s", "je voudrais %s"),
    ),
    "es": Manners(
        replies=("Sí, ¿hola?", "De acuerdo, espero.", "Claro, dígame."),
        ask="¿Hola? ¿Sigue ahí?",
        hello="¿Diga?",
        says=(
            "Hola, soy Ana García. Tengo una pregunta sobre mi contrato.",
            "Sí, el número es cuatro cuatro siete uno.",
            "Estupendo, muchas gracias.",
        ),
        voicemail="Este es el contestador de Ana García. Deje su mensaje después de la señal.",
        carriers=("%s", "%s por favor", "llamo por lo siguiente %s", "quiero %s"),
    ),
    "it": Manners(
        replies=("Sì, pronto?", "Va bene, aspetto.", "Certo, mi dica."),
        ask="Pronto? È ancora in linea?",
        hello="Pronto?",
        says=(
            "Buongiorno, sono Anna Rossi. Ho una domanda sul mio contratto.",
            "Sì, il numero è quattro quattro sette uno.",
            "Benissimo, grazie mille.",
        ),
        voicemail="Questa è la segreteria di Anna Rossi. Lasci un messaggio dopo il segnale acustico.",
        carriers=("%s", "%s per favore", "chiamo per %s", "vorrei %s"),
    ),
    "nl": Manners(
        replies=("Ja, hallo?", "Dat is goed, ik wacht.", "Natuurlijk, gaat uw gang."),
        ask="Hallo? Bent u er nog?",
        hello="Hallo?",
        says=(
            "Goedendag, met Anna de Vries. Ik heb een vraag over mijn contract.",
            "Ja, het nummer is vier vier zeven een.",
            "Heel fijn, dank u wel.",
        ),
        voicemail="Dit is de voicemail van Anna de Vries. Spreek een bericht in na de toon.",
        carriers=("%s", "%s alstublieft", "ik bel over %s", "ik wil %s"),
    ),
    "pt": Manners(
        replies=("Sim, olá?", "Está bem, eu espero.", "Claro, diga."),
        ask="Olá? Ainda está aí?",
        hello="Está lá?",
        says=(
            "Bom dia, fala Ana Silva. Tenho uma pergunta sobre o meu contrato.",
            "Sim, o número é quatro quatro sete um.",
            "Muito bem, muito obrigado.",
        ),
        voicemail="Ligou para o correio de voz de Ana Silva. Deixe uma mensagem após o sinal.",
        carriers=("%s", "%s por favor", "o assunto é %s", "queria %s"),
    ),
}


def manners(language: str) -> Manners:
    """The manners of a language; English ones for a language that the lab does not speak."""
    return MANNERS.get(language.partition("-")[0], MANNERS["en"])
