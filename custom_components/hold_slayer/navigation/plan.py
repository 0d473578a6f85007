"""What the navigator knows before the call: the job, the limits and the words to use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .acts import KeyMethod
from .flow import CallFlow


class Mode(StrEnum):
    """How much of the call Hold Slayer does."""

    HOLD_SLAYER = "hold_slayer"  # menu, hold, person, then the user
    DIRECT = "direct"  # ring the user as soon as the company answers
    AI_ASSISTED = "ai_assisted"  # like hold_slayer, and the assistant also answers questions


class EarlyRing(StrEnum):
    """Whether the user is rung while a person is only suspected."""

    NEVER = "never"
    KNOWN_ANNOUNCEMENTS = "known_announcements"  # only where the company's recordings are known
    ALWAYS = "always"


class CallBackPolicy(StrEnum):
    """What to do when the company offers to call back."""

    NEVER = "never"
    ALWAYS = "always"
    LONG_WAIT = "long_wait"  # when the wait announced or endured is over `CallBack.after_s`


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """The policy for call-back offers."""

    policy: CallBackPolicy = CallBackPolicy.NEVER
    #: Seconds of wait from which `LONG_WAIT` accepts.
    after_s: float = 1200.0
    #: Number to be called back at, as digits with an optional leading "+"; "" = the one they see.
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long things may take, in seconds."""

    #: From the answer to the bridge; None = no limit.
    call_s: float | None = 4 * 3600.0
    #: From the answer until the money for the call is used up; None = no limit.
    cost_s: float | None = None
    #: On hold, summed over all holds of the call; None = no limit.
    hold_s: float | None = 3 * 3600.0
    #: Silence in a menu after which the call is given up.
    silence_s: float = 60.0
    #: Silence on hold after which the call is given up (some queues play nothing).
    hold_silence_s: float = 600.0
    #: No audio at all, not even silence. The engine asks such a far side whether it is there and ends
    #: the leg when it is not: queues that are held or send nothing while nobody talks are alive.
    dead_line_s: float = 600.0
    #: How long an agent is kept while the user is being reached.
    keep_agent_s: float = 120.0
    #: Music after bridging, in s, that hands the call back to waiting; None = never by itself.
    rehold_s: float | None = 20.0
    #: From start to the first ring or answer.
    dial_s: float = 120.0
    #: The same menu this often means lost.
    same_menu: int = 3
    #: Questions to the model in one call.
    consults: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The tempo of hearing and talking, in seconds."""

    #: The same where nothing can be read: sentences of one prompt are further apart than that.
    prompt_end_deaf_s: float = 1.0
    #: Silence that ends a menu being read; options are read out with pauses between them.
    menu_end_s: float = 1.5
    #: How long to wait for the text of an utterance before going on without it; longer than
    #: speech-to-text is given.
    transcript_s: float = 8.5
    #: Doubt about a person after which the question is asked.
    doubt_s: float = 3.0
    #: Silence after suspected speech: somebody seems to wait for an answer.
    waiting_s: float = 1.5
    #: Between two "one moment please".
    one_moment_s: float = 12.0
    #: How long an answer to the question may take.
    answer_s: float = 5.0
    #: Music that means being on hold.
    music_is_hold_s: float = 4.0
    #: How long the model may think.
    consult_s: float = 8.0
    #: A prompt was heard but nothing about it is known: then something is tried.
    puzzled_s: float = 6.0
    #: Nothing heard after a key: it did not arrive.
    key_effect_s: float = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """How keys are sent at first."""

    method: KeyMethod = KeyMethod.AUTO
    #: Tone and pause in ms; 0 = the account's setting.
    tone_ms: int = 0
    pause_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """The job: what is wanted, what may be used, how far to go."""

    #: What the user wants, in their words ("a question about my claim").
    intent: str = ""
    mode: Mode = Mode.HOLD_SLAYER
    flow: CallFlow | None = None
    #: Languages the company may speak, ISO 639-1, most likely first.
    languages: tuple[str, ...] = ("en",)
    #: Texts that replace those of the phrase files, by `Line` key.
    lines: Mapping[str, str] = field(default_factory=dict)
    #: The user's name as told to the agent.
    user_name: str = ""
    #: Number left with the agent when the user can't be reached; "" = none.
    leave_number: str = ""
    #: Names of the secrets that may be given ("account_number"); never their values.
    secrets: frozenset[str] = frozenset()
    early_ring: EarlyRing = EarlyRing.KNOWN_ANNOUNCEMENTS
    #: The company's print book already holds its announcements.
    announcements_known: bool = False
    #: Settle doubt by asking "Hello? Can you hear me?".
    ask_question: bool = True
    #: Ring and bridge without being told to; else wait for `Order.CONNECT_NOW`.
    auto_connect: bool = True
    #: Say that the call is recorded.
    recording: bool = False
    speech_to_text: bool = True
    text_to_speech: bool = True
    model: bool = False
    #: This is the company's call back: a person or its announcement is on the line at once.
    called_back: bool = False
    #: What the user calls the company, and its other names.
    company: str = ""
    company_names: tuple[str, ...] = ()
    #: The caller is known by the number to be the company; else they are asked.
    caller_known: bool = True
    #: Walk the menu to learn it, never a person.
    explore: bool = False
    call_back: CallBack = field(default_factory=CallBack)
    limits: Limits = field(default_factory=Limits)
    pace: Pace = field(default_factory=Pace)
    keys: Keys = field(default_factory=Keys)
