"""What queues say, in the languages that the project knows: texts for the lab's synthetic voices."""

#: Announcements on hold, by language. `{n}` is a place in the queue or a number of minutes.
ANNOUNCEMENTS: dict[str, tuple[str, ...]] = {
    "en": (
        "Thank you for holding. Your call is important to us. Please stay on the line and the next available representative will be with you shortly.",
        "All of our agents are currently busy helping other customers. Your call will be answered in the order it was received.",
        "You are number {n} in the queue.",
        "The estimated waiting time is about {n} minutes.",
        "Did you know that you can find answers to most questions on our website?",
        "We are experiencing a higher than usual number of calls. We apologise for the delay.",
        "If you would like us to call you back, press one. You will keep your place in the queue.",
        "Please have your customer number ready.",
        "Calls may be recorded for training and quality purposes.",
    ),
    "de": (
        "Vielen Dank für Ihre Geduld. Der nächste freie Mitarbeiter ist gleich für Sie da.",
        "Zurzeit sind alle unsere Plätze belegt. Bitte bleiben Sie in der Leitung.",
        "Sie sind auf Position {n} in der Warteschlange.",
        "Die voraussichtliche Wartezeit beträgt {n} Minuten.",
        "Viele Anliegen können Sie auch im Internet auf unserer Seite erledigen.",
        "Bitte halten Sie Ihre Kundennummer bereit.",
    ),
    "fr": (
        "Merci de patienter. Un conseiller va prendre votre appel dans quelques instants.",
        "Tous nos conseillers sont actuellement en ligne. Nous vous prions de bien vouloir patienter.",
        "Votre temps d'attente est estimé à {n} minutes.",
        "Vous êtes en position {n} dans la file d'attente.",
        "Pour gagner du temps, munissez-vous de votre numéro de client.",
    ),
    "es": (
        "Gracias por su espera. En breves momentos será atendido por uno de nuestros agentes.",
        "Todos nuestros agentes están ocupados. Por favor, no cuelgue.",
        "Su posición en la cola es la número {n}.",
        "El tiempo de espera estimado es de {n} minutos.",
        "También puede realizar sus gestiones en nuestra página web.",
    ),
    "it": (
        "Grazie per l'attesa. Il primo operatore disponibile risponderà alla sua chiamata.",
        "Tutti i nostri operatori sono al momento occupati. La preghiamo di restare in linea.",
        "Lei è il numero {n} in coda.",
        "Il tempo di attesa previsto è di {n} minuti.",
    ),
    "nl": (
        "Bedankt voor het wachten. Een van onze medewerkers staat u zo spoedig mogelijk te woord.",
        "Al onze medewerkers zijn in gesprek. Blijf aan de lijn.",
        "Er zijn nog {n} wachtenden voor u.",
        "De verwachte wachttijd is {n} minuten.",
    ),
    "pt": (
        "Obrigado por aguardar. Em breve um de nossos atendentes vai falar com você.",
        "Todos os nossos atendentes estão ocupados no momento. Por favor, permaneça na linha.",
        "Você é o número {n} na fila.",
        "O tempo de espera estimado é de {n} minutos.",
    ),
}

#: What agents say: greetings, of which one comes first, and what they add while nobody answers.
AGENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "en": (
        (
            "Hello, this is Sandra speaking, how can I help you?",
            "Good morning, you're through to customer service, my name is David.",
            "Thanks for waiting, my name is Karen. What can I do for you today?",
            "Hello?",
            "Service desk, Peter speaking, good afternoon.",
        ),
        (
            "Hello? Are you there?",
            "Can you hear me?",
            "Could I take your name, please?",
            "Is anybody on the line?",
            "I can't hear you very well.",
            "Just a second, the computer is a little slow today.",
            "All right, I have it here.",
        ),
    ),
    "de": (
        (
            "Guten Tag, mein Name ist Sabine Krause, was kann ich für Sie tun?",
            "Kundenservice, Sie sprechen mit Herrn Vogt, guten Morgen.",
            "Hallo?",
        ),
        (
            "Hallo? Sind Sie noch da?",
            "Können Sie mich hören?",
            "Sagen Sie mir bitte Ihren Namen?",
            "Ich höre Sie leider nicht.",
            "Einen Augenblick, der Rechner ist heute etwas langsam.",
        ),
    ),
    "fr": (
        (
            "Bonjour, Sandrine à l'appareil, que puis-je faire pour vous ?",
            "Service clients bonjour, je m'appelle Marc, comment puis-je vous aider ?",
            "Allô ?",
        ),
        (
            "Allô ? Vous êtes là ?",
            "Vous m'entendez ?",
            "Quel est votre nom, s'il vous plaît ?",
            "Je ne vous entends pas très bien.",
        ),
    ),
    "es": (
        (
            "Buenos días, le atiende Marta, ¿en qué puedo ayudarle?",
            "Atención al cliente, mi nombre es Javier, dígame.",
            "¿Hola?",
        ),
        (
            "¿Hola? ¿Está usted ahí?",
            "¿Me oye?",
            "¿Me dice su nombre, por favor?",
            "No le oigo bien.",
        ),
    ),
    "it": (
        (
            "Buongiorno, sono Chiara, come posso aiutarla?",
            "Servizio clienti, sono Marco, mi dica.",
            "Pronto?",
        ),
        (
            "Pronto? È ancora in linea?",
            "Mi sente?",
            "Mi dice il suo nome, per favore?",
            "Non la sento bene.",
        ),
    ),
    "nl": (
        (
            "Goedemorgen, u spreekt met Anneke, waarmee kan ik u helpen?",
            "Klantenservice, met Jeroen, goedemiddag.",
            "Hallo?",
        ),
        (
            "Hallo? Bent u daar nog?",
            "Kunt u mij horen?",
            "Mag ik uw naam, alstublieft?",
            "Ik hoor u niet goed.",
        ),
    ),
    "pt": (
        (
            "Bom dia, meu nome é Ana, em que posso ajudar?",
            "Atendimento ao cliente, fala com o Paulo, pois não?",
            "Alô?",
        ),
        (
            "Alô? O senhor está aí?",
            "Está me ouvindo?",
            "Qual é o seu nome, por favor?",
            "Não estou ouvindo bem.",
        ),
    ),
}

MENUS: dict[str, tuple[str, ...]] = {
    "en": (
        "Welcome to our service line. For sales, press one. For support, press two. For anything else, please hold.",
    ),
    "de": (
        "Willkommen. Für Fragen zu Ihrem Vertrag drücken Sie die eins. Für eine Störung drücken Sie die zwei.",
    ),
    "fr": (
        "Bienvenue. Pour une question sur votre contrat, tapez un. Pour toute autre demande, tapez deux.",
    ),
    "es": (
        "Bienvenido. Para consultas sobre su factura, pulse uno. Para otras consultas, pulse dos.",
    ),
    "it": (
        "Benvenuto. Per informazioni sul suo contratto, prema uno. Per assistenza tecnica, prema due.",
    ),
    "nl": ("Welkom. Voor vragen over uw rekening, toets één. Voor storingen, toets twee.",),
    "pt": (
        "Bem-vindo. Para informações sobre sua conta, digite um. Para suporte técnico, digite dois.",
    ),
}

ADVERTS: dict[str, tuple[str, ...]] = {
    "en": (
        "Only this month: switch to our new flat rate and save up to thirty percent! Ask your adviser or visit our website today.",
        "Have you heard about our new app? Pay your bills, check your balance and book appointments, wherever you are.",
    ),
    "de": (
        "Jetzt neu: unser Ökostrom zum besten Preis! Fragen Sie unsere Berater oder besuchen Sie uns im Internet.",
    ),
    "fr": (
        "Découvrez notre nouvelle offre à partir de dix neuf euros par mois! Renseignez-vous auprès de nos conseillers.",
    ),
    "es": (
        "¡Descubra nuestra nueva tarifa y ahorre hasta un treinta por ciento! Pregunte a su asesor.",
    ),
    "it": ("Scopra la nostra nuova offerta: tre mesi gratis! Chieda al suo consulente.",),
    "nl": ("Stap nu over en bespaar tot dertig procent! Vraag het onze medewerkers.",),
    "pt": (
        "Conheça nosso novo plano e economize até trinta por cento! Fale com nossos consultores.",
    ),
}
