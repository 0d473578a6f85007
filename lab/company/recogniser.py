"""Understanding one of a few phrases: the spoken menu of the simulated company."""

from ..sounds import Samples
from ..speech.recogniser import Recogniser


def recognise(samples: Samples, phrases: tuple[str, ...]) -> str:
    """The phrase that was said, or the empty string."""
    heard = Recogniser.for_phrases(phrases).transcribe(samples)
    return next((phrase for phrase in phrases if phrase.lower() in heard), "")
