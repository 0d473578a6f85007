"""What was done in a call and upon hearing what: the raw material of call flows."""

from collections.abc import Sequence
from dataclasses import dataclass

from .flow import Action
from .menu import read_menu
from .understanding import Words, join


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
    #: Print of the prompt, and how many s into it the option taken has been said.
    print_id: str = ""
    ends_at: float = 0.0
    #: The company took the key only once it was silent.
    late: bool = False


def option_ends(heard: Sequence[Words], keys: str) -> float:
    """The leg time in s at which a prompt has named a key; its end where no menu names it."""
    for count in range(1, len(heard)):
        said = heard[:count]
        if keys and read_menu(join(said), said[-1].phrases).by_key(keys) is not None:
            return said[-1].until
    return heard[-1].until
