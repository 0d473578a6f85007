"""Run both speech servers: `python -m lab.speech --stt-port 10300 --tts-port 10200 [--scenario insurance]`."""

import argparse
import asyncio
import contextlib
from functools import partial
from pathlib import Path
import signal
import sys

from wyoming.server import AsyncTcpServer

from ..company.scenario import SCENARIOS, ScenarioError, load, texts
from .journal import Journal
from .recogniser import Recognisers
from .stt import SpeechToText
from .tts import TextToSpeech

_HOST = "127.0.0.1"


def make_recognisers(scenarios: list[str]) -> Recognisers:
    """Recognisers of telephone phrases and of what is said in these scenarios; raises ScenarioError."""
    said: dict[str, list[str]] = {}
    for scenario in map(load, scenarios):
        said.setdefault(scenario.language, []).extend(text for text, _ in texts(scenario))
    return Recognisers(said)


async def _listen(port: int, handler: object) -> int:
    server = AsyncTcpServer(_HOST, port)
    await server.start(handler)  # type: ignore[arg-type]
    listening = server._server  # noqa: SLF001 - the only way to learn a port that was free
    assert isinstance(listening, asyncio.Server)
    return int(listening.sockets[0].getsockname()[1])


async def _run(options: argparse.Namespace) -> None:
    recognisers = make_recognisers(options.scenario or [f.stem for f in SCENARIOS.glob("*.yaml")])
    await asyncio.to_thread(recognisers.prepare)
    stt = await _listen(
        options.stt_port, partial(SpeechToText, recognisers, Journal(options.journal))
    )
    tts = await _listen(options.tts_port, TextToSpeech)
    print(f"speech-to-text tcp://{_HOST}:{stt}\ntext-to-speech tcp://{_HOST}:{tts}", flush=True)
    # until the standard input is closed, or for ever on a terminal
    if options.until_eof:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        await asyncio.to_thread(sys.stdin.read)
    else:
        await asyncio.Event().wait()


def main() -> int:
    """Command line of `python -m lab.speech`."""
    parser = argparse.ArgumentParser(prog="python -m lab.speech", description=__doc__)
    parser.add_argument("--stt-port", type=int, default=10300, help="0 takes a free port")
    parser.add_argument("--tts-port", type=int, default=10200, help="0 takes a free port")
    parser.add_argument("--scenario", action="append", help="whose words to know (default: all)")
    parser.add_argument("--journal", type=Path, metavar="FILE", help="note what was understood")
    parser.add_argument("--until-eof", action="store_true", help="end with the standard input")
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_run(parser.parse_args()))
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"cannot listen: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
