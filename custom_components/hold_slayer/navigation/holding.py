"""On hold: wait, for hours if need be, until a person is there."""

from typing import override

from ..hearing.heard import (
    MUSICAL,
    Hearing,
    Phase,
    RepeatSource,
    Sound,
    UtteranceEnded,
    UtterancePaused,
    UtteranceStarted,
    Verdict,
    VerdictChange,
)
from .acts import NoteKind, ReadEarly, SetPhase
from .call_back import CallBackOffer
from .called_back import Caller
from .context import CallContext
from .endings import bad_news
from .following import FlowFollower
from .hold import read_queue
from .keys import Keypad
from .menu import Menu, OptionKind, read_menu
from .moments import KeysSent, Order
from .person import greets
from .phrases import Line, Said
from .reading import SAME_MENU
from .stage import Finish, Sign, Stage, Turn
from .states import CallState, Outcome
from .tail import MenuTail
from .understanding import Words
from .words import covered

#: A prompt repeated within this long after a key, in s, did not take it.
_KEY_LOST_S = 30.0
#: How long to stay on after bad news, s: a queue may still go on after it.
_BAD_NEWS_S = 15.0
#: In a queue with music somebody who spoke and is not followed by music seems to wait, whatever the
#: ears make of the voice: asked after this long, s. A person hangs up after 10 to 20 of silence.
_NO_MUSIC_S = 5.0
#: Words after which silence means nothing.
_ANNOUNCED = frozenset({Said.ANNOUNCEMENT, Said.QUEUE, Said.TRANSFER, Said.CALL_BACK_OFFER})


class Holding(Stage):
    """Waits for a person; everything else is kept for history."""

    timers = (
        "greet",
        "hold_limit",
        "silence",
        "ask_silence",
        "bad_news",
        "no_music",
        "key_effect",
        "menu_over",
    )

    def __init__(
        self,
        call: CallContext,
        keypad: Keypad,
        call_back: CallBackOffer,
        flow: FlowFollower,
        tail: MenuTail,
    ) -> None:
        """Not holding yet."""
        super().__init__(call)
        self._keypad = keypad
        self._call_back = call_back
        self._flow = flow
        self._tail = tail
        self._bad_news: Finish | None = None
        #: This queue plays music.
        self._music = False
        self._caller = Caller(call)

    @override
    def enter(self, before: CallState) -> Turn:
        call = self.call
        call.hold_began = call.now
        self._bad_news = None
        call.do(SetPhase(phase=Phase.HOLD))
        self._caller.begin()
        if call.plan.limits.hold_s is not None:
            call.wait("hold_limit", call.plan.limits.hold_s - call.held_s)
        return None

    @override
    def leave(self) -> None:
        self.call.held_s = self.call.holding_s
        self.call.hold_began = None
        super().leave()

    @override
    def on_sound(self, heard: Hearing) -> Turn:
        call = self.call
        if heard.sound in (Sound.SILENCE, Sound.NOISE):
            if "silence" not in call.timers:
                call.wait("silence", call.plan.limits.hold_silence_s)
                call.wait("ask_silence", call.plan.limits.silence_s)
        else:
            call.stop("silence", "ask_silence")
            self._music = self._music or heard.sound in MUSICAL
            if heard.sound in MUSICAL or heard.sound is Sound.RINGBACK:
                call.stop("no_music")
                self._keypad.worked()
                self._tail.forget()
        return None

    @override
    def on_pause(self, heard: UtterancePaused) -> Turn:
        if not self.call.line.repeating:
            self.call.do(ReadEarly(at_pause=True))
        return None

    @override
    def on_speech_end(self, heard: UtteranceEnded) -> Turn:
        if self._music and heard.repeat is None and not heard.cut:
            self.call.wait("no_music", _NO_MUSIC_S - (heard.time - heard.until))
        last = self._keypad.last
        if last is None or self.call.now - last.at > _KEY_LOST_S:
            return None
        if heard.repeat is not None and heard.repeat.source is RepeatSource.CALL:
            self._keypad.again()
        elif not self.call.speech_to_text:
            self._keypad.worked()
        return None

    @override
    def on_speech(self, heard: UtteranceStarted) -> Turn:
        self._caller.spoke()
        self.call.stop("silence", "ask_silence", "menu_over", "no_music")
        return None

    @override
    def on_words(self, words: Words) -> Turn:
        call = self.call
        if words.again or words.kinds & _ANNOUNCED:
            call.stop("no_music")
        if Said.INVENTED in words:
            return self._look()
        if (turn := self._caller.hear(words)) is not None:
            return turn
        if (turn := self._look()) is not None:
            return turn
        if not words.again and call.is_past(words.since, words.until):
            return None  # what was said before our last key is dealt with
        if self._tail.goes_on(words):
            call.wait("menu_over", call.plan.pace.menu_end_s)
            return None
        self._tail.forget()
        if self._key_was_lost(words):
            self._keypad.again()
            return None
        if self._flow.expects(words):
            self._flow.meet(words)
            return Sign.MENU
        self._keep(words)
        dealt, turn = self._call_back.hear(words, words.text)
        if dealt or turn is not None:
            return turn
        menu = read_menu(words.text, words.phrases)
        if menu:
            return self._answer(menu, words)
        if Said.TRANSFER in words:
            call.note(NoteKind.TRANSFER, words.text)
        self._bad(words)
        return None

    @override
    def on_partial(self, words: Words) -> Turn:
        """A greeting is known before it is over; its whole text may still tell otherwise."""
        call = self.call
        if call.line.repeating or not greets(words) or call.is_past(words.since, words.until):
            return None
        call.judge.read(words)
        return self._look()

    def _key_was_lost(self, words: Words) -> bool:
        """The menu before the last key plays again: the key that led here did not arrive."""
        last = self._keypad.last
        if last is None or not last.prompt or last.at == self.call.now:
            return False
        if covered(words.text, last.prompt) >= SAME_MENU and len(words.folded.split()) > 3:
            return True
        self._keypad.worked()
        return False

    def _keep(self, words: Words) -> None:
        """Keep an announcement and the numbers in it."""
        call = self.call
        if words.kinds & {Said.ANNOUNCEMENT, Said.QUEUE} and not words.again:
            call.note(NoteKind.ANNOUNCEMENT, words.text)
        news = call.queue.add(call.now, read_queue(words))
        if news.position is not None:
            call.note(NoteKind.QUEUE_POSITION, words.text, news.position)
        if news.wait_s is not None:
            call.note(NoteKind.ESTIMATED_WAIT, words.text, news.wait_s)

    def _answer(self, menu: Menu, words: Words) -> Turn:
        """Options while waiting: stay in the queue; a whole new menu is read as one."""
        for option in menu.options:
            if words.phrases.says(Said.STAY_IN_QUEUE, option.label):
                if option.kind is OptionKind.PRESS:
                    self._keypad.press(option.key, spoken=option.label)
                elif option.kind is OptionKind.SAY:
                    self.call.speak(option.label)
                return None
        if len([one for one in menu.options if one.kind is OptionKind.PRESS]) > 1 and not (
            words.kinds & {Said.QUEUE, Said.VOICEMAIL}
        ):
            return Sign.MENU
        return None

    def _bad(self, words: Words) -> None:
        """Bad news: the company will hang up, or we do, unless the queue goes on."""
        if (end := bad_news(words, self.call)) is not None:
            self._bad_news = end
            self.call.wait("bad_news", _BAD_NEWS_S)

    @override
    def on_verdict(self, change: VerdictChange) -> Turn:
        return self._look()

    def _look(self) -> Turn:
        maybe = self.call.judge.verdict in (Verdict.SUSPECTED, Verdict.PERSON)
        return Sign.SUSPECTS if maybe and self._caller.sure else None

    @override
    def on_keys_sent(self, sent: KeysSent) -> Turn:
        self._keypad.sent(sent.request, ok=sent.ok)
        return None

    @override
    def on_order(self, order: Order) -> Turn:
        return Sign.CONVINCED if order in (Order.IS_PERSON, Order.CONNECT_NOW) else None

    @override
    def on_timer(self, name: str) -> Turn:
        match name:
            case "bad_news":
                return self._bad_news
            case "no_music":
                # music that began under the last words was not told again
                return None if self.call.line.sound in MUSICAL else Sign.SUSPECTS
            case "hold_limit":
                return Finish(Outcome.TIME_LIMIT, "The longest waiting time is over.")
            case "silence":
                return Finish(Outcome.LINE_DEAD, "Nothing was heard on hold for too long.")
            case "greet":
                return self._caller.greet()
            case "menu_over":
                self._tail.forget()
                self.call.key_was_ignored()
                self._keypad.repeat()
            case "ask_silence":
                if self.call.plan.ask_question:
                    self.call.say(Line.QUESTION)
        return None
