"""What all stages of a call share: the plan, the clock, the orders given and what was heard."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..hearing.heard import UtteranceEnded
from .acts import Act, MarkPrompt, Note, NoteKind, Speak
from .company_line import CompanyLine
from .flow import Action, Prompt
from .hold import QueueSeries
from .journal import Deed, option_ends
from .moments import Transcribed
from .person import PersonJudge
from .phrases import Line, Phrases, Said, load
from .plan import CallPlan
from .states import CallState
from .understanding import Words
from .words import rest_after

#: Speech that runs on for less than this after a key, s, is the rest of what the key cut short.
_LEFT_OVER_S = 0.8
#: Shorter prompts make no print, s.
_LEAST_PRINT_S = 1.0
#: How often one secret is given in a call: once, again if it got lost, again if asked for anew.
GIVE_SECRET = 3


class CallContext:
    """The desk at which all stages of one call work."""

    def __init__(self, plan: CallPlan) -> None:
        """Start with nothing heard and nothing done."""
        self.plan = plan
        self.now = 0.0
        self.acts: list[Act] = []
        self.timers: dict[str, float] = {}
        self.line = CompanyLine()
        self.judge = PersonJudge()
        self.languages: tuple[Phrases, ...] = tuple(
            load(language) for language in plan.languages or ("en",)
        )
        #: Seconds spent on hold so far.
        self.held_s = 0.0
        #: State in which a person came to be suspected.
        self.came_from = CallState.ON_HOLD
        #: The user accepted and waits to be bridged.
        self.user_accepted = False
        self.user_ringing = False
        self.speech_to_text = plan.speech_to_text
        self.text_to_speech = plan.text_to_speech
        #: When the present hold began; None when not holding.
        self.hold_began: float | None = None
        self.queue = QueueSeries()
        #: What was heard did not fit the call flow.
        self.flow_stale = False
        #: The prompt being answered, its length in s of speech, and what was done so far.
        self.prompt = ""
        self.prompt_s = 0.0
        self.prompt_words: tuple[Words, ...] = ()
        #: First and last word of that prompt, leg time in s.
        self.prompt_span = (0.0, 0.0)
        #: The print by which it was recognised.
        self.prompt_print = Prompt()
        self.journal: list[Deed] = []
        #: Requests for the name of a print -> the deed it belongs to.
        self._marks: dict[int, int] = {}
        #: The company takes no key while it talks.
        self.keys_wait = False
        #: The utterance in which something was done, and its words until then.
        self._handled: tuple[int, str] | None = None
        #: Leg time of the last thing done in a menu, s: what was said before is dealt with.
        self.acted_at = float("-inf")
        #: How often each secret was given, by key or voice.
        self.given: Counter[str] = Counter()
        #: What the menu asked for that is not stored with the contact.
        self.missing: Counter[str] = Counter()
        #: The menu at the end of an explored path; "" when there was none.
        self.explored = ""
        #: When the company opens ("09:00"), if it said so.
        self.opens_at = ""
        self._requests = 0
        self._away: set[NoteKind] = set()
        #: Request of what is being said now; None when we are quiet.
        self.speaking_request: int | None = None

    @property
    def phrases(self) -> Phrases:
        """Phrases of the language to speak."""
        return self.languages[0]

    @property
    def holding_s(self) -> float:
        """Seconds on hold so far, the present hold included."""
        now = self.now - self.hold_began if self.hold_began is not None else 0.0
        return self.held_s + max(0.0, now)

    def do(self, act: Act) -> None:
        """Order something."""
        self.acts.append(act)

    def note(self, kind: NoteKind, text: str = "", value: float | None = None) -> None:
        """Keep something for history."""
        self.do(Note(kind=kind, text=text, value=value))

    def degraded(self, what: NoteKind, text: str) -> None:
        """Say once that something is away and the call goes on without it."""
        if what not in self._away:
            self._away.add(what)
            self.note(what, text[:300])

    def unread(self, reason: str) -> None:
        """Speech-to-text is away."""
        self.degraded(NoteKind.SPEECH_TO_TEXT_AWAY, reason)

    def unspoken(self, reason: str) -> None:
        """Text-to-speech is away: nothing is said any more."""
        self.text_to_speech = False
        self.degraded(NoteKind.TEXT_TO_SPEECH_AWAY, reason)

    def request(self) -> int:
        """A new request number."""
        self._requests += 1
        return self._requests

    def wait(self, name: str, seconds: float) -> None:
        """Set or move a timer."""
        self.timers[name] = self.now + max(0.0, seconds)

    def stop(self, *names: str) -> None:
        """Stop timers."""
        for name in names:
            self.timers.pop(name, None)

    def due(self) -> Iterator[str]:
        """Timers that have run out, each stopped as it is told, unless stopped or moved by an earlier one."""
        for at, name in sorted((at, name) for name, at in self.timers.items() if at <= self.now):
            if self.timers.get(name) == at:
                del self.timers[name]
                yield name

    def no_audio(self, seconds: float, *, menu: bool) -> None:
        """Nothing has arrived for so long: a queue may send nothing while it waits, a menu talks."""
        limits = self.plan.limits
        self.wait("dead_line", (limits.silence_s if menu else limits.dead_line_s) - seconds)

    def was_answered(self) -> None:
        """The company picked up: the limits of time and money begin."""
        limits = self.plan.limits
        for name, seconds in (("call_limit", limits.call_s), ("cost_limit", limits.cost_s)):
            if not self.line.answered and seconds is not None:
                self.wait(name, seconds)
        self.line.answered = True

    def is_past(self, since: float, until: float) -> bool:
        """Whether speech belongs to the prompt before the last thing we did."""
        return until > 0 and (since + until) / 2 < self.acted_at

    def may_give(self, placeholder: str) -> bool:
        """Whether a secret may be given (once more); counts it as given."""
        if self.given[placeholder] >= GIVE_SECRET:
            return False
        self.given[placeholder] += 1
        return True

    def file(self, action: Action, *, keys: str = "", text: str = "") -> None:
        """File what is done about the prompt just heard."""
        self.acted_at = self.line.audio_now(self.now)
        since, until = self.prompt_span
        words = self.prompt_words
        ends = option_ends(words, keys) if words else until
        known = self.prompt_print
        self.journal.append(
            Deed(
                action=action,
                keys=keys,
                text=text,
                heard=self.prompt,
                heard_s=self.prompt_s,
                at=self.now,
                print_id=known.print_id,
                ends_at=known.ends_at or round(max(0.0, ends - since), 2),
                late=self.keys_wait,
            )
        )
        if self.line.speaking:
            in_it = [each.text for each in words if each.utterance == self.line.utterance]
            self._handled = (self.line.utterance, in_it[-1] if in_it else known.text)
        # What reads somebody's own words back to them is nothing to recognise a menu by.
        personal = any(Said.CONFIRM in each for each in words)
        if until - since >= _LEAST_PRINT_S and not known.print_id and not personal:
            request = self.request()
            self._marks[request] = len(self.journal) - 1
            self.do(MarkPrompt(request=request, since=since, until=until))

    def unhandled(self, heard: Transcribed) -> Transcribed:
        """The words of an utterance that came after what was done in it."""
        if self._handled is None or heard.utterance != self._handled[0]:
            return heard
        if heard.final and heard.until - self.acted_at < _LEFT_OVER_S:
            return replace(heard, text="")
        return replace(
            heard,
            text=rest_after(self._handled[1], heard.text),
            since=max(heard.since, self.acted_at) if heard.until > 0 else heard.since,
        )

    def without_handled(self, ended: UtteranceEnded) -> UtteranceEnded:
        """The part of an utterance that came after what was done in it."""
        if self._handled is None or ended.utterance != self._handled[0]:
            return ended
        since = min(max(ended.since, self.acted_at), ended.until)
        return replace(ended, since=since)

    def heard_prompt(
        self, words: Sequence[Words], text: str, seconds: float, span: tuple[float, float]
    ) -> None:
        """Remember under which prompt the next deed is to be filed."""
        self.prompt, self.prompt_s = text, seconds
        self.prompt_words, self.prompt_span = tuple(words), span
        self.prompt_print = Prompt()

    def marked(self, request: int, print_id: str) -> None:
        """The print of a prompt has a name now."""
        if (index := self._marks.pop(request, None)) is not None and print_id:
            self.journal[index] = replace(self.journal[index], print_id=print_id)

    def key_was_ignored(self) -> None:
        """The last key did nothing while the company talked: later ones wait for silence."""
        self.keys_wait = True
        if self.journal:
            self.journal[-1] = replace(self.journal[-1], late=True)

    def line_text(self, line: Line) -> str:
        """The text of a line with what may be said filled in."""
        text = self.plan.lines.get(line) or self.phrases.lines[line]
        values = {
            "user_name": self.plan.user_name,
            "intent": self.plan.intent,
            "number": " ".join(self.plan.leave_number),
            "company": self.plan.company,
        }
        for name, value in values.items():
            # A brace in a value must not make a placeholder of a secret.
            text = text.replace(f"{{{name}}}", value.replace("{", "").replace("}", ""))
        return text

    def say(self, line: Line) -> int | None:
        """Say one of the fixed lines; None when there is no voice."""
        return self.speak(self.line_text(line))

    def answer(self, text: str) -> int | None:
        """Say a text as the answer to a prompt, and file it; None when there is no voice."""
        if self.text_to_speech:
            self.file(Action.SAY, text=text)
        return self.speak(text)

    def speak(self, text: str) -> int | None:
        """Say a text to the company; None when there is no voice."""
        if not self.text_to_speech:
            return None
        request = self.request()
        self.speaking_request = request
        self.do(Speak(request=request, text=text, language=self.phrases.language))
        return request
