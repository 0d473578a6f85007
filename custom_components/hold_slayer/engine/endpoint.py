"""The SIP endpoint: one per process, all of it driven from one thread."""

import logging
import re
from typing import Any

import pjsua2 as pj

from .guard import callback
from .trace import Trace
from .transports import Transports

_LOGGER = logging.getLogger("pjsip")

#: Calls at once; the library is built for 128.
MOST_CALLS = 120
#: Rate of the conference bridge, Hz: keeps what G.722 and Opus deliver; G.711 is resampled.
BRIDGE_RATE = 16000
#: Frame time of the bridge, ms.
FRAME_MS = 20
#: Resampler 1 to 10; 3 and 4 use the small filter. Speech on a telephone line gains nothing above.
RESAMPLER_QUALITY = 4
#: pjsua2 log level 1 (errors) to 5 (SIP messages) -> Python's.
_LEVELS = {1: logging.ERROR, 2: logging.WARNING, 3: logging.DEBUG}


_INVITE = re.compile(r"TX (\d+) bytes Request msg INVITE/")


class _Log(pj.LogWriter):
    """Sends the library's log to Python's, and SIP messages to a trace."""

    trace: Trace | None = None
    #: Size of the last INVITE.
    invite_bytes = 0

    @callback
    def write(self, entry: Any) -> None:
        """Log one entry; called on the main thread (mainThreadOnly)."""
        if (invite := _INVITE.match(entry.msg)) is not None:
            self.invite_bytes = int(invite[1])
        if self.trace is not None:
            self.trace.logged(entry.msg)
        _LOGGER.log(_LEVELS.get(entry.level, logging.DEBUG), "%s", entry.msg.rstrip())


class SipEndpoint(pj.Endpoint):
    """Starts the library, polls it, ends it."""

    def __init__(self, *, user_agent: str) -> None:
        """Start the library; raises `pj.Error`."""
        pj.Endpoint.__init__(self)
        self.libCreate()
        self._log = _Log()
        self.libInit(_configuration(self._log, user_agent))
        # Before libStart, once, or it can deadlock. The null device is the clock of the bridge.
        self.audDevManager().setNullDev()
        # Its module wants to be in place before the start, too; `Phones` takes over later.
        early = pj.RegisterHandler()
        early.start()
        early.stop()
        self.libStart()
        self.transports = Transports(self)

    @property
    def invite_bytes(self) -> int:
        """Return the size of the last INVITE, bytes; 0 = none yet."""
        return self._log.invite_bytes

    def trace_to(self, trace: Trace) -> None:
        """Hand all SIP messages to a trace, too."""
        self._log.trace = trace

    def poll(self, milliseconds: int) -> None:
        """Let the library work; waits for its events at most so long."""
        self.libHandleEvents(milliseconds)

    def codec_names(self) -> tuple[str, ...]:
        """Return all codecs as in SDP, e.g. `PCMA/8000/1`."""
        return tuple(codec.codecId for codec in self.codecEnum2())

    def use_codecs(self, names: list[str]) -> None:
        """Enable just the named codecs (without rate), in this order."""
        for codec_id in self.codec_names():
            name = codec_id.split("/")[0].lower()
            wanted = [wish.lower() for wish in names]
            # 1 to 254; 0 disables.
            priority = 200 - wanted.index(name) if name in wanted else 0
            self.codecSetPriority(codec_id, priority)

    def version(self) -> str:
        """Return the library's version, e.g. `2.17`."""
        return str(self.libVersion().full)

    def end(self) -> None:
        """End the library; all legs and accounts must be gone."""
        self.libDestroy()


def _configuration(writer: _Log, user_agent: str) -> Any:
    """Return the library's settings."""
    config = pj.EpConfig()
    config.logConfig.writer = writer
    # 4 includes SIP messages; Python's level decides what is passed on.
    config.logConfig.level = 4
    config.logConfig.consoleLevel = 4
    config.logConfig.msgLogging = 1
    config.logConfig.decor = 0
    ua = config.uaConfig
    ua.maxCalls = MOST_CALLS
    ua.threadCnt = 0
    ua.mainThreadOnly = True
    ua.userAgent = user_agent
    ua.mwiUnsolicitedEnabled = False
    media = config.medConfig
    media.clockRate = BRIDGE_RATE
    media.channelCount = 1
    media.audioFramePtime = FRAME_MS
    media.quality = RESAMPLER_QUALITY
    media.noVad = True
    media.ecTailLen = 0
    media.sndAutoCloseTime = -1
    media.threadCnt = 1
    return config
