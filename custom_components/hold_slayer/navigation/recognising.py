"""Recognising a stored prompt by its print: no word of it has to be read."""

from ..hearing.heard import Repeat, Repeated, UtteranceEnded
from .context import CallContext
from .flow import Prompt, Step

#: The end of an option is known to about this, s.
_ABOUT = 0.35
#: This long after the option the copy must still go on, s: so long it takes to notice that a
#: menu that begins as before goes on in another way.
_STILL_ON = 0.5


class PromptPrints:
    """Watches for the prints of the step whose turn it is."""

    def __init__(self, call: CallContext) -> None:
        """Expect nothing."""
        self._call = call
        self._expected: dict[str, Prompt] = {}
        self._seen: tuple[Prompt, float] | None = None

    def expect(self, step: Step | None) -> None:
        """The prompts of this step come next."""
        prompts = step.prompts if step is not None else ()
        self._expected = {one.print_id: one for one in prompts if one.print_id and one.ends_at}
        self._forget()

    def began(self, heard: Repeated) -> Prompt | None:
        """A recording plays again: the prompt it is, if that is still to be answered."""
        found = self._find(heard.repeat, heard.since)
        if found is None:
            return None
        self._seen = found
        ahead = found[1] - self._call.line.audio_now(self._call.now)
        self._call.wait("known_prompt", ahead + _STILL_ON)
        return found[0]

    def ended(self, heard: UtteranceEnded) -> Prompt | None:
        """An utterance ended: the prompt whose option has been said with it."""
        if heard.repeat is None:
            return None
        found = self._find(heard.repeat, heard.since)
        if found is None or heard.until < found[1] - _ABOUT:
            return None
        return found[0]

    def passed(self) -> Prompt | None:
        """The option must have been said by now: the prompt, unless it turned out another."""
        seen = self._seen
        self._forget()
        line = self._call.line
        going_on = line.speaking and line.repeating
        return seen[0] if seen is not None and going_on else None

    def _find(self, repeat: Repeat, since: float) -> tuple[Prompt, float] | None:
        """The prompt of a print and the leg time at which its option has been said, s."""
        known = self._expected.get(repeat.print_id) if repeat.print_id else None
        if known is None or repeat.offset is None:
            return None
        ends = since - repeat.offset + known.ends_at
        return (known, ends) if ends > since else None

    def _forget(self) -> None:
        self._seen = None
        self._call.stop("known_prompt")
