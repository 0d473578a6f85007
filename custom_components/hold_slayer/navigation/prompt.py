"""The prompt being heard: what was said since the last thing we did."""

from .context import CallContext
from .understanding import Words, join


class PromptSoFar:
    """Collects the utterances of one prompt."""

    def __init__(self, call: CallContext) -> None:
        """Nothing heard yet."""
        self._call = call
        self.words: list[Words] = []
        #: Seconds of speech.
        self.speech_s = 0.0
        #: Something was said, whether it could be read or not.
        self.spoke = False
        #: It is the same audio as before.
        self.again = False
        #: How many utterances of the line are taken or done with.
        self._taken = 0

    @property
    def text(self) -> str:
        """All its words."""
        return join(self.words)

    def add(self, words: Words) -> None:
        """Another utterance of the prompt was read."""
        self.words.append(words)
        self._done_with_all()

    def catch_up(self, *, last_only: bool) -> bool:
        """Take what was said while another stage listened; True when there was something."""
        said = self._call.line.said
        missed = [
            words
            for words in said[max(self._taken, len(said) - 1 if last_only else 0) :]
            if not self._call.is_past(words.since, words.until)
        ]
        self.words += missed
        self.spoke = self.spoke or bool(missed)
        self._done_with_all()
        return bool(missed)

    def start_over(self) -> None:
        """Something was done about it: the next prompt begins."""
        self.words.clear()
        self.speech_s = 0.0
        self.spoke = self.again = False
        self._done_with_all()
        self._call.stop("prompt_end", "puzzled")

    def _done_with_all(self) -> None:
        self._taken = len(self._call.line.said)
