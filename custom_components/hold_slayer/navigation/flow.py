"""Call flows: the stored way through a company's phone menu."""

from dataclasses import dataclass, field
from enum import StrEnum

#: Version of the format written by `flow_format`.
FORMAT_VERSION = 1


class Action(StrEnum):
    """What a step does once its prompt was heard."""

    LISTEN = "listen"  # nothing: the prompt itself is the point
    PRESS = "press"
    SAY = "say"
    WAIT = "wait"  # let `seconds` pass
    HOLD = "hold"  # until a person is there
    CONNECT = "connect"  # ring and bridge the user


class OnTimeout(StrEnum):
    """What to do when a step's prompt was not heard in time."""

    READ_MENU = "read_menu"  # leave the flow, read what is being said
    PROCEED = "proceed"  # do it anyway
    SKIP = "skip"
    HOLD = "hold"
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What is expected to be heard before a step fires."""

    text: str = ""
    #: Id of an acoustic print in the contact's print book.
    print_id: str = ""
    #: Length of its speech in s; 0 = unknown.
    seconds: float = 0.0
    #: Seconds into the print at which what is waited for (an option of a menu) has been said.
    ends_at: float = 0.0

    def __bool__(self) -> bool:
        """Whether anything is expected."""
        return bool(self.text or self.print_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a call flow."""

    action: Action
    #: For `PRESS`: 0-9 * #, or one placeholder such as "{account_number}".
    keys: str = ""
    #: For `SAY`: the words, with placeholders.
    text: str = ""
    #: For `WAIT`: how long.
    seconds: float = 0.0
    prompt: Prompt = field(default_factory=Prompt)
    #: Other wordings of the same prompt.
    alternatives: tuple[Prompt, ...] = ()
    #: Seconds to wait for the prompt.
    time_limit: float = 45.0
    on_timeout: OnTimeout = OnTimeout.READ_MENU
    #: True: act while the prompt is being said; False: once the company is silent; None: once the
    #: prompt has been said, though the menu may go on.
    barge_in: bool | None = None

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """All wordings, the usual one first."""
        return (self.prompt, *self.alternatives) if self.prompt else self.alternatives


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFlow:
    """The stored way through a company's phone menu."""

    name: str
    steps: tuple[Step, ...]
    language: str = ""
    #: Counted up with every change.
    revision: int = 1
    tags: tuple[str, ...] = ()
    successes: int = 0
    failures: int = 0
    #: Typical time on hold in s; None = not known.
    typical_hold_s: float | None = None
