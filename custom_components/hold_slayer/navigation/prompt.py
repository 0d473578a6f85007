"""The prompt being heard: what was said since the last thing we did."""

from .context import CallContext
from .understanding import Words, join


class PromptSoFar:
    """Collects the utterances of one prompt."""

    def __init__(self, call: CallContext) -> None:
        """Nothing heard yet."""
        self._call = call
        self.words: list[Words] = []
        #: Seconds of speech, and the leg times at which it began and ended.
        self.speech_s = 0.0
        self.span = (0.0, 0.0)
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

    def spoken(self, since: float, until: float) -> None:
        """Another utterance of the prompt ended; leg times of its first and last word, s."""
        first = self.span[0] if self.spoke else since
        self.span = (first, until)
        self.speech_s += max(0.0, until - since)
        self.spoke = True

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
        if missed:
            self.span = (missed[0].since, missed[-1].until)
            self.spoke = True
        self._done_with_all()
        return bool(missed)

    def start_over(self) -> None:
        """Something was done about it: the next prompt begins."""
        self.words.clear()
        self.speech_s = 0.0
        self.span = (0.0, 0.0)
        self.spoke = self.again = False
        self._done_with_all()
        self._call.stop("prompt_end", "puzzled")

    def _done_with_all(self) -> None:
        self._taken = len(self._call.line.said)
