"""The steps a scenario is made of."""

from dataclasses import dataclass, field
from pathlib import Path

from ..voices import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Speak a text; `{position}` and `{wait}` are filled in from the hold step around it."""

    text: str
    voice: Voice | None = None
    #: Speak into the music, which is turned down meanwhile.
    over_music: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Play a recording."""

    file: Path
    #: Cut after so many seconds; 0 plays it all.
    seconds: float = 0.0
    over_music: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """Play hold music, from where it was interrupted."""

    seconds: float
    #: Number of a generated tune.
    tune: int = 1
    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Say nothing."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """A network tone in the audio: ringback of a queue, busy, sit, beep."""

    kind: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchTones:
    """Play touch tones, as somebody does who hopes that a machine listens to them."""

    keys: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyMedia:
    """Answer 183: what follows is heard before the call is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Answer the call (200)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Let it ring."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """A prompt and the keys (or words) it offers."""

    prompt: Say | Play
    #: Key -> scene.
    keys: dict[str, str] = field(default_factory=dict)
    #: Phrase -> scene: what a caller may say.
    words: dict[str, str] = field(default_factory=dict)
    #: Whether a key during the prompt counts; otherwise it is lost.
    barge_in: bool = True
    #: Seconds to wait after the prompt.
    timeout: float = 5.0
    #: How often the menu is played before the company gives up.
    attempts: int = 3
    wrong: Say | Play | None = None
    #: Scene for a caller who does nothing; without one the call is ended.
    on_timeout: str = ""
    #: Scene for a caller who was wrong too often.
    on_wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keypad:
    """How a company takes keys: all of them, unless its equipment is old or picky."""

    #: Ways in which keys are received: rfc4733, info, inband.
    methods: tuple[str, ...] = ("rfc4733", "info", "inband")
    #: Keys that follow the one before more closely, s, are lost.
    gap: float = 0.0
    #: The first so many keys of a call are lost.
    lose: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Ask for digits, ended by # or by their number."""

    prompt: Say | Play
    #: How many; 0 means until #.
    digits: int = 0
    #: What is right; empty accepts everything.
    expect: str = ""
    timeout: float = 6.0
    attempts: int = 3
    wrong: Say | Play | None = None
    on_wrong: str = ""
    #: Say the digits back before going on.
    read_back: bool = False
    #: The digits may be spoken, one by one.
    spoken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Repeat a loop of steps until the time is up; then the next step begins at once."""

    loop: tuple[Step, ...]
    seconds: float
    #: Values of `{position}` and `{wait}`, one per use; the last is kept.
    positions: tuple[int, ...] = ()
    waits: tuple[int, ...] = ()
    #: Key -> scene: keys that work while holding.
    keys: dict[str, str] = field(default_factory=dict)
    #: Let a step of the loop finish before going on.
    finish: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A living person takes the call."""

    greeting: str
    #: Said in turn whenever the caller has spoken; starts again at the end.
    replies: tuple[str, ...] = ()
    voice: Voice | None = None
    #: Room noise in dBFS; None is a silent studio.
    room: float | None = -52.0
    #: Seconds in the room before the first word, and before each answer.
    breath: float = 0.4
    think: float = 0.5
    #: Seconds of silence after which the agent asks, and hangs up (or goes to the next step).
    patience: float = 12.0
    #: What is asked once when half of the patience is gone; None asks as people do, empty asks nothing.
    ask: str | None = None
    #: End after so many replies; 0 talks on until the caller hangs up.
    turns: int = 0
    goodbye: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Say so, ring for a while inside the call, go on in another scene."""

    to: str
    say: Say | None = None
    ring: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """Say so, end this call and call the caller back later, starting with a scene."""

    #: From before anything is said, s: who hangs up meanwhile is called, too.
    after: float
    scene: str
    say: Say | None = None
    #: Number to call; empty calls the caller's own.
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """End the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """Refuse the call with a SIP status."""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """Continue with another scene."""

    scene: str


type Step = (
    Say
    | Play
    | Music
    | Silence
    | Tone
    | TouchTones
    | EarlyMedia
    | Answer
    | Ring
    | Menu
    | Collect
    | Hold
    | Agent
    | Transfer
    | CallBack
    | HangUp
    | Reject
    | Go
)
