"""The cues that speak for or against a living person, and what each weighs.

Weights are nats (natural logarithm of odds) and add up. They were set on hold calls made from
development recordings.
"""

from .heard import Cue, Phase, Reason, Verdict
from .line import Line
from .liveness import Talk

#: Log-odds of a person before a word was weighed.
PRIOR = {
    Phase.UNKNOWN: -3.5,
    Phase.MENU: -9.0,
    Phase.HOLD: -3.5,
    Phase.PHONE: -3.0,
    Phase.TALKING: 0.0,
}
#: Added before anything was held: the first voices of a call are greetings and menus.
OPENING = -4.0
#: Log-odds once a person was detected: it takes proof to take that back.
STANDING = 2.0
#: Speech that is new: most of the weight after the first, all after the second length, s.
NEW_SPEECH = 4.2
NEW_SPEECH_SOON = 0.95
NEW_SPEECH_MORE = 0.8
NEW_SPEECH_LATE = 2.0
#: Voices that follow music without a gap (s) are mostly sung; fades as speech goes on.
NO_GAP = -2.5
NO_GAP_SECONDS = 0.25
NO_GAP_FADES = 2.5
#: Music under the voice now, on the whole, and after it.
OVER_MUSIC = -7.0
MIXED = -3.5
MUSIC = -6.0
SINGING = -3.0
#: Words that hold a note: none of the weight up to the first share of them, all from the second.
HELD = -4.0
HELD_FROM = 0.2
HELD_FULL = 0.4
#: Words that are hardly words: all of the weight up to the first mean chance of a voice, none from the second.
UNSURE = -2.0
UNSURE_FROM = 0.60
UNSURE_TO = 0.76
#: The same for waiting and turns, which the rests between notes look like.
SURE_FROM = 0.66
SURE_TO = 0.8
#: Music far weaker than the voice may be an office: so much less at most, from and to so many dB.
FAR_MUSIC = 0.6
FAR_FROM = 12.0
FAR_FULL = 20.0
#: Heard before: from so much on, in full from so much on; the same word twice is no proof, s.
REPEATED = -9.0
REPEATED_FROM = 0.15
REPEATED_FULL = 0.7
#: A repeat so long, s, is a recording whatever it sounds like: so much more, in full from the second.
VETO = -9.0
VETO_FROM = 0.7
VETO_FULL = 1.5
#: Per nat that the model's own log-odds of a live voice lie above (or below) the middle, and the least and
#: most it may add.
LIVE = 2.0
LIVE_MIDDLE = 0.3
LIVE_LEAST = -3.0
LIVE_MOST = 1.0
#: A room that is heard before or after the words, louder than the line's own quiet by so many dB.
ROOM = 1.5
ROOM_FROM = 2.0
ROOM_FULL = 11.0
#: The same when it is known to be no louder: a quiet room, or none.
NO_ROOM = -0.3
#: Per unit that the voice's spectrum is farther from (nearer to) the recorded voices of this call than
#: another's would be, the least and the most; full after so many seconds of loud words.
UNLIKE = 10.0
UNLIKE_LEAST = -6.0
UNLIKE_MOST = 1.5
UNLIKE_FULL = 0.5
#: Waiting for an answer: nothing before the first, most after the second, all after the third, s.
WAITED = 3.6
WAITED_FROM = 1.0
WAITED_SOON = 2.2
WAITED_MORE = 2.2
WAITED_LATE = 4.5
#: Waiting is quiet: how far the level has to fall for none and for all of the weight, dB.
QUIET_FROM = 4.0
QUIET_FULL = 10.0
#: What becomes louder by so many dB is something that begins, not somebody who waits.
RISE_FROM = 6.0
RISE_FULL = 15.0
#: Waiting with the line open is not quiet in a loud office: the model's log-odds of a live line, the
#: chance of music and the noise above the line's own, dB, each from none to all of the trust.
OPEN_LIVE = (2.0, 3.5)
OPEN_MUSIC = (0.1, 0.3)
OPEN_ROOM = (6.0, 14.0)
#: What is heard in the pauses: the model's log-odds of a live line for the least weight, none and the most.
PAUSES = (1.5, 3.0, 3.8)
PAUSES_LEAST = -2.0
PAUSES_MOST = 1.5
#: One short turn: all of the weight up to the first length, none from the second, s.
SHORT_GREETING = 2.2
SHORT_GREETING_FROM = 1.2
SHORT_GREETING_TO = 2.5
#: Each pause of somebody who waited and spoke again; less for a voice that seems recorded.
TURN = 2.0
TURN_FROM = 1.1
TURN_FULL = 1.8
TURNS_MOST = 3.0
TURN_RECORDED = 0.4
#: Share of the waiting cues where callers wait in silence, and before anything was held.
SILENT_HOLD = 0.25
#: Talk without an end.
MONOLOGUE_FROM = 7.0
MONOLOGUE_PER_SECOND = -0.25
MONOLOGUE_MOST = -2.0
#: The same on the user's phone, where it is a mailbox greeting.
GREETING_FROM = 4.5
GREETING_PER_SECOND = -1.0
GREETING_MOST = -9.0
ANSWERED_US = 4.0
TALKED_THROUGH = -4.0


def ramp(value: float, low: float, high: float) -> float:
    """Return 0 below `low`, 1 above `high`, straight in between."""
    return min(1.0, max(0.0, (value - low) / (high - low)))


def prior(phase: Phase, line: Line, verdict: Verdict) -> float:
    """Return the log-odds of a person before the present words are weighed."""
    if verdict is Verdict.PERSON:
        return STANDING
    opening = phase is Phase.UNKNOWN and not line.holding
    return PRIOR[phase] + (OPENING if opening else 0.0)


#: A cue, its weight in nats, and the figure it was weighed by.
type Weighed = tuple[Cue, float, float]


def weigh(talk: Talk, line: Line, phase: Phase) -> list[Weighed]:
    """Return every cue that speaks for or against a person."""
    phone = phase is Phase.PHONE
    return [
        *_sound(talk, phone=phone),
        *_music(talk),
        *_waiting(talk, SILENT_HOLD if line.silent_hold and not phone else 1.0),
        (Cue.ROOM_NOISE, 0.0 if phone else _pauses(talk), talk.pause_live or 0.0),
        _turns(talk, 1.0 if line.holding or phone else SILENT_HOLD),
        _monologue(talk, phone=phone),
        *_exchange(talk),
    ]


def reasons_of(found: list[Weighed]) -> tuple[Reason, ...]:
    """Return what counts, as it is told to others."""
    return tuple(
        Reason(cue=cue, weight=round(weight, 2), value=round(value, 2))
        for cue, weight, value in found
        if abs(weight) >= 0.05
    )


def _sound(talk: Talk, *, phone: bool) -> list[Weighed]:
    """Weigh what the voice is like, and whether it was heard before; any voice may be the user's."""
    new = NEW_SPEECH * ramp(talk.clean, 0, NEW_SPEECH_SOON)
    new += NEW_SPEECH_MORE * ramp(talk.clean, NEW_SPEECH_SOON, NEW_SPEECH_LATE)
    live = 0.0
    if not phone:
        live = max(LIVE_LEAST, min(LIVE_MOST, LIVE * (talk.live - LIVE_MIDDLE)))
        if talk.room is not None:
            live += NO_ROOM + ROOM * ramp(talk.room, ROOM_FROM, ROOM_FULL)
    unlike = 0.0
    if talk.unlike is not None and not phone:
        unlike = max(UNLIKE_LEAST, min(UNLIKE_MOST, UNLIKE * talk.unlike))
        unlike *= ramp(talk.loud, 0, UNLIKE_FULL)
    repeated = REPEATED * ramp(talk.repeated, REPEATED_FROM, REPEATED_FULL)
    repeated += VETO * ramp(talk.repeated, VETO_FROM, VETO_FULL)
    return [
        (Cue.BANDWIDTH, unlike, talk.unlike or 0.0),
        (Cue.NEW_SPEECH, new, talk.clean),
        (Cue.ROOM_NOISE, live, talk.live),
        (Cue.REPEATED, repeated, talk.repeated),
    ]


def _music(talk: Talk) -> list[Weighed]:
    """Weigh the music before, under and after the voice."""
    sung = UNSURE * (1 - ramp(talk.sure, UNSURE_FROM, UNSURE_TO))
    sung += SINGING * talk.singing + MIXED * ramp(talk.music, 0.1, 0.5)
    sung += HELD * ramp(talk.held, HELD_FROM, HELD_FULL)
    if talk.after_music < NO_GAP_SECONDS:
        sung += NO_GAP * (1 - ramp(talk.clean, 0, NO_GAP_FADES))
    found: list[Weighed] = [(Cue.MUSIC, sung, talk.music)]
    if talk.talking:
        found.append((Cue.OVER_MUSIC, OVER_MUSIC * ramp(talk.bed, 0.2, 0.8), talk.bed))
    else:
        near = 1 - FAR_MUSIC * ramp(talk.drop, FAR_FROM, FAR_FULL)
        weight = MUSIC * near * ramp(talk.music_after, 0.1, 0.6)
        found.append((Cue.MUSIC, weight, talk.music_after))
    return found


def _waiting(talk: Talk, silence: float) -> list[Weighed]:
    """Weigh pauses: persons stop and wait for an answer. `silence` says how much that tells here."""
    found: list[Weighed] = []
    if talk.voiced > 0.2:
        trust = ramp(talk.drop, QUIET_FROM, QUIET_FULL)
        trust *= silence * (1 - ramp(talk.rise, RISE_FROM, RISE_FULL))
        trust = max(trust, _open_line(talk)) * ramp(talk.sure, SURE_FROM, SURE_TO)
        waited = WAITED * ramp(talk.waiting, WAITED_FROM, WAITED_SOON)
        waited += WAITED_MORE * ramp(talk.waiting, WAITED_SOON, WAITED_LATE)
        found.append((Cue.WAITED, trust * waited, talk.waiting))
        short = SHORT_GREETING * ramp(talk.waiting, WAITED_FROM, WAITED_SOON)
        short *= 1 - ramp(talk.turn, SHORT_GREETING_FROM, SHORT_GREETING_TO)
        found.append((Cue.SHORT_GREETING, trust * short, talk.turn))
    return found


def _pauses(talk: Talk) -> float:
    """Weigh what is heard between the words: somebody's room, or what a recording leaves."""
    if talk.pause_live is None:
        return 0.0
    low, middle, high = PAUSES
    weight = PAUSES_LEAST * (1 - ramp(talk.pause_live, low, middle))
    trust = (1 - ramp(talk.still_music, *OPEN_MUSIC)) * ramp(talk.sure, SURE_FROM, SURE_TO)
    return weight + trust * PAUSES_MOST * ramp(talk.pause_live, middle, high)


def _open_line(talk: Talk) -> float:
    """Return how sure it is, 0 to 1, that a room is heard where nobody talks any more."""
    sure = ramp(talk.still_live, *OPEN_LIVE) * ramp(talk.open_line, *OPEN_ROOM)
    return sure * (1 - ramp(talk.still_music, *OPEN_MUSIC))


def _turns(talk: Talk, trust: float) -> Weighed:
    """Weigh the pauses in which somebody waited before they spoke on. `trust` is 0 to 1."""
    turns = sum(ramp(pause, TURN_FROM, TURN_FULL) for pause in talk.pauses)
    trust *= ramp(talk.sure, SURE_FROM, SURE_TO)
    trust *= TURN_RECORDED + (1 - TURN_RECORDED) * ramp(talk.live, -0.5, 0.5)
    return (Cue.HESITATION, trust * min(TURNS_MOST, TURN * turns), turns)


def _monologue(talk: Talk, *, phone: bool) -> Weighed:
    """Weigh talk without an end: a recording, or on the user's phone a mailbox."""
    if phone:
        weight = max(GREETING_MOST, GREETING_PER_SECOND * max(0.0, talk.voiced - GREETING_FROM))
    elif talk.live < 0:
        weight = max(MONOLOGUE_MOST, MONOLOGUE_PER_SECOND * max(0.0, talk.turn - MONOLOGUE_FROM))
    else:
        weight = 0.0
    return (Cue.LONG_MONOLOGUE, weight, talk.turn)


def _exchange(talk: Talk) -> list[Weighed]:
    """Weigh how the talk takes turns with our own words."""
    found: list[Weighed] = []
    if talk.answered_us is not None:
        found.append((Cue.ANSWERED_US, ANSWERED_US, talk.answered_us))
    if talk.talked_through > 0.4:
        weight = TALKED_THROUGH * ramp(talk.talked_through, 0, 1)
        found.append((Cue.TALKED_THROUGH, weight, talk.talked_through))
    return found


#: The cues that only an exchange of words gives: without them nobody is detected.
EXCHANGE = frozenset({Cue.WAITED, Cue.SHORT_GREETING, Cue.HESITATION, Cue.ANSWERED_US})
