"""Keeps an SDP offer or answer short: the account's codecs, in its order (RFC 4566, RFC 3551)."""

import re

#: Payload types that need no rtpmap.
_STATIC = {"0": "PCMU", "8": "PCMA", "9": "G722"}
_EVENTS = "telephone-event"
_RTPMAP = re.compile(r"(?m)^a=rtpmap:(\d+) ([^/\s]+)/(\d+)")
#: What the library adds and no far side needs: INVITEs over UDP must stay small. Static payload
#: types need no rtpmap, and events 0-15 are meant by default (RFC 4733).
_NEEDLESS = re.compile(
    r"b=|a=ssrc:|a=sendrecv$|a=X-nat:|a=rtpmap:(?:0 PCMU|8 PCMA|9 G722)/8000|a=fmtp:\d+ 0-1[56]$"
)
_SESSION_NAME = re.compile(r"s=(?!-$)")
_RTCP = re.compile(r"a=rtcp:(\d+)")
_ATTRIBUTE = re.compile(r"^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) ")


def keep_codecs(sdp: str, codecs: tuple[str, ...]) -> str:
    """Return `sdp` with only these codecs (and key events of their rates) in its audio line."""
    names = {**_STATIC, **{pt: name for pt, name, _ in _RTPMAP.findall(sdp)}}
    rates = {**dict.fromkeys(_STATIC, "8000"), **{pt: rate for pt, _, rate in _RTPMAP.findall(sdp)}}
    order = [codec.lower() for codec in codecs]
    lines = []
    dropped: set[str] = set()
    media_port = 0
    for line in sdp.splitlines():
        if line.startswith("m=audio "):
            kind, port, protocol, *types = line.split()
            audio = [pt for pt in types if names.get(pt, "").lower() in order]
            audio.sort(key=lambda pt: order.index(names[pt].lower()))
            used = {rates[pt] for pt in audio}
            events = [
                pt for pt in types if names.get(pt, "").lower() == _EVENTS and rates[pt] in used
            ]
            if not audio:
                return sdp
            dropped, media_port = set(types) - {*audio, *events}, int(port)
            lines.append(" ".join((kind, port, protocol, *audio, *events)))
            continue
        if _NEEDLESS.match(line) or (
            (rtcp := _RTCP.match(line)) and int(rtcp[1]) == media_port + 1
        ):
            # RTCP is on the next port unless told otherwise (RFC 3550, section 11).
            continue
        if _SESSION_NAME.match(line):
            # RFC 4566: a session without a name has "-"
            lines.append("s=-")
            continue
        attribute = _ATTRIBUTE.match(line)
        if attribute is None or attribute[1] not in dropped:
            lines.append(line)
    return "\r\n".join(lines) + "\r\n"
