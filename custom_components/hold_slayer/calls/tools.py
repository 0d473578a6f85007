"""What a call works with: the engine, a voice, ears for words, a model, ways to reach the user."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ..reach.escalation import EscalationPlan
from ..reach.phone import Phone, Place
from ..speech.decide import Adviser
from ..speech.listen import Result, Transcriber
from ..speech.speak import Voice
from ..telephony.link import EngineLink
from .leg import Leg

if TYPE_CHECKING:
    from .call import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTools:
    """Everything a call uses and does not own."""

    link: EngineLink
    account_id: str
    voice: Voice
    adviser: Adviser
    make_transcriber: Callable[[str, Callable[[Result], None]], Transcriber]
    escalation: EscalationPlan
    #: Stores what a company leg learned, for the contact of that id.
    keep_prints: Callable[[str, Leg], None]
    #: Told why a call is not, or no longer, recorded; "" when one is again.
    recording_failed: Callable[[str], None]
    #: Lets a call that came to nothing wait for its next try; returns when that is.
    redial: Callable[[Call], datetime | None]
    #: Which of some phones may ring now.
    ringable: Callable[[Sequence[Phone]], list[Phone]]
    #: What to dial for a phone, all at once.
    phone_places: Callable[[Phone], Awaitable[Sequence[Place]]]
