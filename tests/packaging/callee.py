"""An account of the wheel's pjsua2 that answers every call at once."""

from typing import Any

import pjsua2 as pj


class AnsweredCall(pj.Call):
    """A call; its audio is at hand once media runs."""

    def __init__(self, account: Any, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(account, call_id)
        self.audio: Any = None
        self.ended = False
        #: How often media was (re)negotiated.
        self.media_updates = 0

    def onCallMediaState(self, prm: Any) -> None:
        """Keep the audio medium."""
        self.audio = self.getAudioMedia(-1)
        self.media_updates += 1

    def secured(self) -> bool:
        """Say whether audio is encrypted."""
        return "SRTP status: Active" in self.dump(True, "")

    def onCallState(self, prm: Any) -> None:
        """Note the end."""
        self.ended = self.getInfo().state == pj.PJSIP_INV_STATE_DISCONNECTED


class Callee(pj.Account):
    """Answers with 200."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[AnsweredCall] = []

    def onIncomingCall(self, prm: Any) -> None:
        """Answer and keep the call alive."""
        call = AnsweredCall(self, prm.callId)
        self.calls.append(call)
        answer = pj.CallOpParam(True)
        answer.statusCode = 200
        call.answer(answer)


def make_callee(port: int, *, srtp: bool = False, kind: type[Callee] = Callee) -> Callee:
    """Make the account for calls to our own port on loopback, RTP included; `srtp` makes it mandatory."""
    config = pj.AccountConfig()
    config.idUri = f"sip:callee@127.0.0.1:{port}"
    config.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
    config.mediaConfig.transportConfig.publicAddress = "127.0.0.1"
    if srtp:
        config.mediaConfig.srtpUse = pj.PJMEDIA_SRTP_MANDATORY
        config.mediaConfig.srtpSecureSignaling = 0
    callee = kind()
    callee.create(config)
    return callee


def hang_up(callee: Callee) -> None:
    """End all calls."""
    for call in callee.calls:
        if not call.ended:
            call.hangup(pj.CallOpParam())
