"""The Wyoming speech servers, spoken to as Home Assistant does."""

from collections.abc import AsyncIterator

import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeVoice

from lab.speech.acoustic import phones
from lab.speech.language_model import arpa
from lab.speech.numbers import number_words, words_of
from lab.speech.phrases import LANGUAGES, sentences_of, telephone_sentences
from lab.speech.pronunciation import pronunciations
from lab.speech.servers import SpeechServers


@pytest.fixture
async def servers() -> AsyncIterator[SpeechServers]:
    """Both servers with the words of one company."""
    async with SpeechServers("insurance") as servers:
        yield servers


async def describe(host: str, port: int) -> Info:
    """What a server says it is."""
    async with AsyncTcpClient(host, port) as client:
        await client.write_event(Describe().event())
        event = await client.read_event()
        assert event is not None
        return Info.from_event(event)


async def synthesize(host: str, port: int, request: Synthesize) -> list[AudioChunk] | str:
    """Audio for a text, or the error's text."""
    chunks: list[AudioChunk] = []
    async with AsyncTcpClient(host, port) as client:
        await client.write_event(request.event())
        while (event := await client.read_event()) and not AudioStop.is_type(event.type):
            if Error.is_type(event.type):
                return Error.from_event(event).text
            if AudioChunk.is_type(event.type):
                chunks.append(AudioChunk.from_event(event))
    return chunks


async def transcribe(
    host: str, port: int, chunks: list[AudioChunk], language: str | None = "en"
) -> str:
    """What is understood."""
    async with AsyncTcpClient(host, port) as client:
        await client.write_event(Transcribe(language=language).event())
        rate = chunks[0].rate
        await client.write_event(AudioStart(rate=rate, width=2, channels=1).event())
        for chunk in chunks:
            await client.write_event(chunk.event())
        await client.write_event(AudioStop().event())
        event = await client.read_event()
        assert event is not None
        return Transcript.from_event(event).text


async def test_speech_there_and_back(servers: SpeechServers) -> None:
    """Both describe themselves as Home Assistant wants; what one says the other understands."""
    asr = (await describe(servers.host, servers.stt_port)).asr[0]
    assert asr.installed
    assert set(asr.models[0].languages) == {"de", "en", "es", "fr", "it", "nl", "pt"}
    tts = (await describe(servers.host, servers.tts_port)).tts[0]
    assert {language for voice in tts.voices for language in voice.languages} >= {"en", "de", "fr"}
    text = "For home insurance, press 2. Please stay on the line."
    chunks = await synthesize(servers.host, servers.tts_port, Synthesize(text=text))
    assert isinstance(chunks, list)
    heard = await transcribe(servers.host, servers.stt_port, chunks)
    assert heard == "for home insurance press two please stay on the line"
    silence = AudioChunk(rate=16000, width=2, channels=1, audio=bytes(32000))
    assert await transcribe(servers.host, servers.stt_port, [silence]) == ""
    martian = Synthesize(text="Hello", voice=SynthesizeVoice(name="martian"))
    complaint = await synthesize(servers.host, servers.tts_port, martian)
    assert "martian" in complaint


#: Language, what is said in it, and the words of that.
SAID = [
    (
        "de",
        "Für Rechnungen drücken Sie die 2. Bitte bleiben Sie in der Leitung.",
        "für rechnungen drücken sie die zwei bitte bleiben sie in der leitung",
    ),
    (
        "fr",
        "Pour le service client, tapez 3. Restez en ligne.",
        "pour le service client tapez trois restez en ligne",
    ),
    (
        "es",
        "Para ventas, pulse 4. Gracias por esperar.",
        "para ventas pulse cuatro gracias por esperar",
    ),
    (
        "it",
        "Per parlare con un operatore, prema 5. Rimanga in linea.",
        "per parlare con un operatore prema cinque rimanga in linea",
    ),
    (
        "nl",
        "Voor storingen, toets 6. Een ogenblik geduld alstublieft.",
        "voor storingen toets zes een ogenblik geduld alstublieft",
    ),
    (
        "pt",
        "Para faturas, prima 7. Obrigado por aguardar.",
        "para faturas prima sete obrigado por aguardar",
    ),
]


async def test_every_language_there_and_back(servers: SpeechServers) -> None:
    """What is said in a language is understood in it."""
    for language, text, expected in SAID:
        spoken = Synthesize(text=text, voice=SynthesizeVoice(language=language))
        chunks = await synthesize(servers.host, servers.tts_port, spoken)
        assert isinstance(chunks, list)
        assert await transcribe(servers.host, servers.stt_port, chunks, language) == expected


def test_words_as_they_are_spoken() -> None:
    """Numbers become words, punctuation goes."""
    assert words_of("Press 2, or 24/7: it's 1999!") == (
        ["press", "two", "or", "twenty", "four", "seven", "it's", "one", "nine", "nine", "nine"]
    )
    assert number_words(215) == "two hundred fifteen"
    assert words_of("Drücken Sie die 2 für 17 Uhr", "de")[3:] == ["zwei", "für", "siebzehn", "uhr"]
    assert words_of("J'ai 21 rendez-vous", "fr") == ["j'ai", "vingt", "et", "un", "rendez-vous"]


def test_example_sentences() -> None:
    """Slots are filled, texts are cut at their pauses."""
    sentences = telephone_sentences()
    assert ["for", "billing", "press", "three"] in sentences
    assert not [s for s in sentences if any("{" in word for word in s)]
    assert ["press", "one"] in sentences_of(["For claims, press 1. Goodbye."])


def test_every_language_has_its_sentences_and_its_model() -> None:
    """Each can be understood: sentences, phones, a pronunciation for every word."""
    assert {"de", "en", "es", "fr", "it", "nl", "pt"} == set(LANGUAGES)
    for language in LANGUAGES:
        sentences = telephone_sentences(language)
        words = {word for sentence in sentences for word in sentence}
        spoken = pronunciations(sentences, language, phones(language))
        assert not words - spoken.keys(), language
    french = pronunciations([["est", "estimé"]], "fr", phones("fr"))
    assert [way[-1] for way in french["est"]] == ["ɛ", "t"]


def test_language_model_is_a_distribution() -> None:
    """After any history the probabilities of all words add up to one."""
    text = arpa([["press", "one"], ["press", "two"], ["please", "hold"], ["hold"]])
    sections = {part.split("-")[0]: part for part in text.split("\n\\")[1:]}
    unigrams, backoff, bigrams = {}, {}, {}
    for line in sections["1"].splitlines()[1:]:
        if line:
            value, word, weight = line.split("\t")
            unigrams[word], backoff[word] = float(value), float(weight)
    for line in sections["2"].splitlines()[1:]:
        if line:
            value, pair, *_ = line.split("\t")
            bigrams[tuple(pair.split())] = float(value)
    words = [word for word in unigrams if word != "<s>"]
    assert sum(10 ** unigrams[word] for word in words) == pytest.approx(1, abs=1e-3)
    for history in ("<s>", "press", "please"):
        total = sum(
            10 ** bigrams.get((history, word), backoff[history] + unigrams[word]) for word in words
        )
        assert total == pytest.approx(1, abs=1e-2)
