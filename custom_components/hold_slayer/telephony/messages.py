"""Everything Home Assistant and the engine say to each other, in one place to import from.

Home Assistant sends `Request`s, the engine answers each with an `Answer` and sends `Report`s of
its own. On the wire each is an event of the Wyoming framing.
"""

from asyncio import StreamReader

from wyoming.event import Event

from .account import (
    AccountSettings,
    AddAccount,
    Encryption,
    IdentityHeader,
    KeyMethod,
    Registration,
    RegistrationState,
    RemoveAccount,
    TestAccount,
    Transport,
)
from .answers import Done, ErrorKind, Refused
from .audio import (
    GetPrint,
    GetPrintBook,
    MarkPrint,
    Play,
    Played,
    PlayTone,
    PrintBookData,
    PrintMarked,
    Record,
    RecordingEnded,
    RecordingKind,
    SetPrintBook,
    SpeechAudio,
    StopPlaying,
    StopRecording,
    StreamSpeech,
    TeachPrintBook,
    Tone,
)
from .codec import MessageError
from .control import Goodbye, Hello, LogLine, Ping, Pong, Ready, SetLogLevel
from .facts import AccountFacts, GetAccountFacts, Nat
from .framing import BrokenFrameError, frame_of, read_frame
from .legs import (
    AnswerCall,
    Bridge,
    CallFailure,
    DialledBy,
    EndedBy,
    GetStatistics,
    HangUp,
    HeardOnLeg,
    HearingSettings,
    IncomingCall,
    KeyReceived,
    LegChanged,
    LegHeld,
    LegState,
    LegStatistics,
    PlaceCall,
    RejectCall,
    SendKeys,
    SetPhase,
    Tombstone,
    Transfer,
    Unbridge,
)
from .message import PROTOCOL_VERSION, Answer, Message, Report, Request
from .phones import (
    LOCAL_NETWORKS,
    PHONES_ACCOUNT,
    GetPhoneContacts,
    PhoneContacts,
    PhoneRegistration,
    PhoneServer,
    PhoneUser,
    SetPhoneServer,
)
from .policy import DialPolicy, DialRule, SetDialPolicy
from .trace import LONGEST_TRACE_S, StartTrace, StopTrace, TraceData

#: What the link hands to `on_event`.
type EngineEvent = (
    Registration
    | IncomingCall
    | LegChanged
    | LegHeld
    | KeyReceived
    | HeardOnLeg
    | SpeechAudio
    | Played
    | RecordingEnded
    | PhoneRegistration
)

__all__ = [
    "LOCAL_NETWORKS",
    "LONGEST_TRACE_S",
    "PHONES_ACCOUNT",
    "PROTOCOL_VERSION",
    "AccountFacts",
    "AccountSettings",
    "AddAccount",
    "Answer",
    "AnswerCall",
    "Bridge",
    "BrokenFrameError",
    "CallFailure",
    "DialPolicy",
    "DialRule",
    "DialledBy",
    "Done",
    "Encryption",
    "EndedBy",
    "EngineEvent",
    "ErrorKind",
    "GetAccountFacts",
    "GetPhoneContacts",
    "GetPrint",
    "GetPrintBook",
    "GetStatistics",
    "Goodbye",
    "HangUp",
    "HeardOnLeg",
    "HearingSettings",
    "Hello",
    "IdentityHeader",
    "IncomingCall",
    "KeyMethod",
    "KeyReceived",
    "LegChanged",
    "LegHeld",
    "LegState",
    "LegStatistics",
    "LogLine",
    "MarkPrint",
    "Message",
    "MessageError",
    "Nat",
    "PhoneContacts",
    "PhoneRegistration",
    "PhoneServer",
    "PhoneUser",
    "Ping",
    "PlaceCall",
    "Play",
    "PlayTone",
    "Played",
    "Pong",
    "PrintBookData",
    "PrintMarked",
    "Ready",
    "Record",
    "RecordingEnded",
    "RecordingKind",
    "Refused",
    "Registration",
    "RegistrationState",
    "RejectCall",
    "RemoveAccount",
    "Report",
    "Request",
    "SendKeys",
    "SetDialPolicy",
    "SetLogLevel",
    "SetPhase",
    "SetPhoneServer",
    "SetPrintBook",
    "SpeechAudio",
    "StartTrace",
    "StopPlaying",
    "StopRecording",
    "StopTrace",
    "StreamSpeech",
    "TeachPrintBook",
    "TestAccount",
    "Tombstone",
    "Tone",
    "TraceData",
    "Transfer",
    "Transport",
    "Unbridge",
    "frame_of",
    "read",
    "read_message",
]

#: Name on the wire -> class.
_CLASSES: dict[str, type[Message]] = {
    value.wire_type(): value
    for name in __all__
    if isinstance(value := globals().get(name), type)
    and issubclass(value, Message)
    and value not in (Message, Request, Answer, Report)
}


def read(event: Event) -> Message:
    """Return the message in an event; raises `MessageError` for anything unexpected."""
    try:
        return _class_of(event).from_event(event)
    except MessageError as error:
        if isinstance(request := event.data.get("request"), int):
            error.request = request
        raise


def _class_of(event: Event) -> type[Message]:
    """Return the class of the message in an event."""
    if (cls := _CLASSES.get(event.type)) is None:
        raise MessageError(f"unknown message type {event.type!r}", field="type", value=event.type)
    return cls


async def read_message(reader: StreamReader) -> Message | None:
    """Return the next message, None at the end of the stream; raises `MessageError`.

    After an error the stream stands at the next message, except after `BrokenFrameError`.
    """
    event = await read_frame(reader)
    return None if event is None else read(event)
