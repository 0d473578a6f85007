"""What was done in a call and upon hearing what: the raw material of call flows."""

from dataclasses import dataclass

from .flow import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing done in a menu. Secrets appear as placeholders only."""

    action: Action
    #: Keys pressed, or the words said.
    keys: str = ""
    text: str = ""
    #: The prompt it answered, and its length in s of speech.
    heard: str = ""
    heard_s: float = 0.0
    #: Call clock, s.
    at: float = 0.0
