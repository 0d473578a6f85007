"""A running call while somebody sends what no telephone sends: torture, mutants, floods."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
import re
import socket
import subprocess
import tempfile
from time import perf_counter, perf_counter_ns, sleep
from typing import Any
import zipfile

from lab.bench.engines import HOST, BenchEngine
from lab.bench.mutation import rtp_mutants, seeds, sip_mutants, torture
from lab.bench.reinvites import offend
from lab.bench.sink import Pacing, Sink
from lab.component import module

messages = module("telephony.messages")

#: A source on loopback that is nobody's server.
STRANGER = "127.0.0.2"
#: Messages sent before the engine has to answer an OPTIONS.
BATCH = 500
#: Longest wait for that answer, s; a retransmission every second.
PATIENCE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostility:
    """What was sent, and what became of the call."""

    sent: int
    seconds: float
    #: Final answers by status code.
    answers: dict[int, int]
    #: Processes that ended: crashes.
    crashes: int
    call_up: bool
    #: Outgoing packets of the running call meanwhile.
    pacing: Pacing | None
    #: Of one core, %.
    cpu: float
    #: What sanitizers and assertions reported.
    reports: tuple[str, ...] = ()


def sanitized(folder: Path) -> dict[str, str]:
    """Unpack the sanitized wheel; return the environment of an engine that uses it."""
    root = Path(__file__).parents[2]
    command = [str(root / "packaging/pjsua2/build"), "--flavour", "sanitized"]
    built = subprocess.run(command, check=True, capture_output=True, text=True)
    with zipfile.ZipFile(built.stdout.strip().splitlines()[-1]) as wheel:
        wheel.extractall(folder)
    libraries = [
        subprocess.run(
            ["gcc", f"-print-file-name={name}"], check=True, capture_output=True, text=True
        ).stdout.strip()
        for name in ("libasan.so", "libstdc++.so")
    ]
    return {
        "PYTHONPATH": str(folder),
        "LD_PRELOAD": ":".join(libraries),
        # a failed assertion shows where; undefined behaviour is reported once a place, and it goes on
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:handle_abort=1",
        "UBSAN_OPTIONS": "halt_on_error=0:print_stacktrace=1",
    }


async def bombard(
    mutants: int,
    rtp: int,
    seed: int,
    *,
    tortures: Path | None,
    sanitize: bool = False,
    broken_offers: int = 0,
) -> dict[str, Hostility]:
    """Send torture messages, mutants of them and of RTP packets to an engine in a call.

    With `broken_offers` the far side of the call offers so much broken SDP in the end.
    """
    found: dict[str, Hostility] = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = sanitized(Path(folder)) if sanitize else None
        async with Sink() as sink, BenchEngine("engine", environment=environment) as engine:
            await engine.call_sink("leg", sink, ears=True)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.bind((HOST, 0))
                sender.setblocking(False)
                target = _sip_port(sink)
                known = torture(tortures) if tortures else {}
                via = sender.getsockname()[1]
                own = [_to_us(message, via) for message in known.values()]
                originals = own + seeds(HOST, target[1], via)
                media = (HOST, _media_port(sink.offer))
                parts: list[tuple[str, Iterable[bytes], tuple[str, int] | None]] = [
                    ("RFC 4475", own, None),
                    ("SIP mutants", sip_mutants(originals, mutants, seed), None),
                    ("RTP and RTCP mutants", rtp_mutants(rtp, seed, 8), media),
                ]
                for name, what, where in parts[0 if own else 1 :]:
                    found[name] = await _send(engine, sink, sender, target, what, media=where)
                    if found[name].crashes:
                        return found
            if broken_offers:
                found["re-INVITEs"] = await _offend(engine, sink, broken_offers, seed)
    return found


async def _offend(engine: BenchEngine, sink: Sink, number: int, seed: int) -> Hostility:
    """Let the far side of the call offer broken SDP; the call has to survive it."""
    pid, cpu, begin = engine.link.pid, engine.cpu_seconds(), perf_counter()
    reported = len(engine.reports)
    answers, answered = await offend(sink, number, seed)
    took = perf_counter() - begin
    fell = not answered or engine.link.pid != pid or not await _alive(engine)
    pacing = None
    if not fell:
        sink.pacing_begins()
        await asyncio.sleep(5)
        pacing = sink.pacing()
    return Hostility(
        sent=number,
        seconds=round(took, 1),
        answers=dict(sorted(answers.items())),
        crashes=int(fell),
        call_up=not fell and "leg" in engine.legs,
        pacing=pacing,
        cpu=0.0 if fell else round((engine.cpu_seconds() - cpu) / took * 100, 1),
        reports=tuple(engine.reports[reported:]),
    )


async def flood(rate: int, seconds: float, seed: int) -> Hostility:
    """Send INVITEs from a stranger, so many a second, to an engine in a call."""
    async with Sink() as sink, BenchEngine("engine") as engine:
        await engine.call_sink("leg", sink, ears=True)
        pid, cpu = engine.link.pid, engine.cpu_seconds()
        target = _sip_port(sink)
        sink.pacing_begins()
        begin = perf_counter()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((STRANGER, 0))
            sender.settimeout(0.5)
            sent = await asyncio.to_thread(_pour, sender, target, rate, seconds, seed)
            took = perf_counter() - begin
            share = (engine.cpu_seconds() - cpu) / took * 100
            answers: Counter[int] = Counter()
            _drain(sender, answers)
        up = "leg" in engine.legs and await _alive(engine)
        return Hostility(
            sent=sent,
            seconds=round(took, 1),
            answers=dict(answers),
            crashes=int(engine.link.pid != pid),
            call_up=up,
            pacing=sink.pacing(),
            cpu=round(share, 1),
        )


def _pour(
    sender: socket.socket, target: tuple[str, int], rate: int, seconds: float, seed: int
) -> int:
    """Send INVITEs at a rate; return how many."""
    invite = next(each for each in seeds(HOST, target[1], 5060) if each.startswith(b"INVITE"))
    begin, sent = perf_counter(), 0
    while (now := perf_counter() - begin) < seconds:
        while sent < now * rate:
            number = f"-{seed}-{sent}".encode()
            sender.sendto(invite.replace(b"-seed", number).replace(b"seed@", number + b"@"), target)
            sent += 1
        sleep(0.001)
    return sent


async def _send(
    engine: BenchEngine,
    sink: Sink,
    sender: socket.socket,
    target: tuple[str, int],
    what: Iterable[bytes],
    *,
    media: tuple[str, int] | None = None,
) -> Hostility:
    """Send all of it, in batches after each of which the engine has to answer."""
    pid, cpu, begin = engine.link.pid, engine.cpu_seconds(), perf_counter()
    reported = len(engine.reports)
    answers: Counter[int] = Counter()
    sink.pacing_begins()
    sent = 0
    fell = False
    for data in what:
        if media is not None:
            # from where the audio comes: another port would take the stream over, as behind NAT
            sink.send_rtp(data, media)
            sink.send_rtp(data, (media[0], media[1] + 1))
        else:
            with suppress(OSError):  # a full buffer of ours loses nothing of interest
                sender.sendto(data, target)
        sent += 1
        if sent % BATCH == 0:
            # the next engine has another port and no call: nothing further can be told
            if fell := not await _answers(engine, sender, target, answers, pid):
                break
            _drain(sender, answers)
    fell = fell or not await _answers(engine, sender, target, answers, pid)
    took = perf_counter() - begin
    return Hostility(
        sent=sent,
        seconds=round(took, 1),
        answers=dict(sorted(answers.items())),
        crashes=int(fell),
        call_up=not fell and "leg" in engine.legs,
        pacing=None if fell else sink.pacing(),
        cpu=0.0 if fell else round((engine.cpu_seconds() - cpu) / took * 100, 1),
        reports=tuple(engine.reports[reported:]),
    )


async def _answers(
    engine: BenchEngine,
    sender: socket.socket,
    target: tuple[str, int],
    answers: Counter[int],
    pid: int | None,
) -> bool:
    """Tell whether the engine, still the process `pid`, answers OPTIONS and heartbeat."""
    name = f"alive{perf_counter_ns()}"
    request = (
        f"OPTIONS sip:bench@{HOST} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{sender.getsockname()[1]}"
        f";branch=z9hG4bK{name}\r\nFrom: <sip:x@{HOST}>;tag=1\r\nTo: <sip:bench@{HOST}>\r\n"
        f"Call-ID: {name}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    ).encode()
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sender, readable.set)
    try:
        for _ in range(PATIENCE):
            if engine.link.pid != pid:
                return False
            sender.sendto(request, target)
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    while not _drain(sender, answers, name):
                        readable.clear()
                        await readable.wait()
                break
        else:
            return False
        return await _alive(engine)
    finally:
        loop.remove_reader(sender)


async def _alive(engine: BenchEngine) -> bool:
    """Tell whether the engine answers the heartbeat."""
    try:
        await engine.link.request(messages.Ping())
    except Exception:  # noqa: BLE001 - whatever it is, it is no answer
        return False
    return True


def _drain(sender: socket.socket, answers: Counter[int], name: str = "") -> bool:
    """Count what came back; tell whether the answer to a request was among it."""
    found = False
    while True:
        try:
            data = sender.recv(65535)
        except BlockingIOError, TimeoutError:
            return found
        if match := re.match(rb"SIP/2\.0 ([2-6]\d\d)", data):
            if name and name.encode() in data:
                found = True
            else:
                answers[int(match[1])] += 1


def _sip_port(sink: Sink) -> tuple[str, int]:
    """Return where the engine takes SIP."""
    return HOST, sink.peer_port


def _media_port(offer: bytes) -> int:
    """Return the port an offer names for audio."""
    match = re.search(rb"m=audio (\d+)", offer)
    assert match
    return int(match[1])


def _to_us(message: bytes, via: int) -> bytes:
    """Let the answers to a torture message come to us: they go to the topmost Via."""
    return re.sub(
        rb"(?i)^((?:via|v)\s*:\s*SIP\s*/\s*2\.0\s*/\s*\w+\s+)[^\s;,]+",
        rb"\g<1>" + f"{HOST}:{via}".encode(),
        message,
        count=1,
        flags=re.MULTILINE,
    )


def lines(found: dict[str, Hostility]) -> Iterable[str]:
    """Yield what to print."""
    for name, each in found.items():
        pacing = each.pacing
        gaps = (
            f"{pacing.rate:.2f} packets/s, gap 99 % {pacing.gap_99} ms, longest {pacing.gap_most} ms"
            if pacing
            else "no packets"
        )
        yield (
            f"  {name}: {each.sent} in {each.seconds} s, crashes {each.crashes}, call"
            f" {'up' if each.call_up else 'LOST'} ({gaps}), engine at {each.cpu} % of a core;"
            f" answers {each.answers}"
        )
        yield from (f"    reported: {text}" for text in each.reports)


def as_json(found: dict[str, Hostility]) -> dict[str, Any]:
    """Return it as JSON types."""
    return {name: asdict(each) for name, each in found.items()}
