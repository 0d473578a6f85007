"""The link watches its child: hung, cut off, crashed again and again, and started anew."""

import asyncio
import os
from typing import Any

import pytest

from custom_components.hold_slayer.telephony.errors import EngineLost, EngineStartError
from custom_components.hold_slayer.telephony.messages import (
    AccountSettings,
    AddAccount,
    CallFailure,
    DialPolicy,
    EngineEvent,
    KeyReceived,
    LegChanged,
    Ping,
    Registration,
    RegistrationState,
    SetDialPolicy,
    SetPhoneServer,
)
from custom_components.hold_slayer.telephony.supervision import LinkState

from ..engine.wire import reply, wire
from .children import PATIENCE, Lines, States


def is_alive(pid: int) -> bool:
    """Tell whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_started_twice(child: Any) -> None:
    """A second start is refused; the first engine goes on."""
    link = child(
        """
        ready(hello["request"])
        while True:
            type, data = receive()
            send("pong", request=data["request"], loop_ms=1, media_frames=2)
        """
    )
    await link.start()
    pid = link.pid
    with pytest.raises(EngineStartError, match="already started"):
        await link.start()
    assert (link.pid, link.state) == (pid, LinkState.RUNNING)
    assert (await link.request(Ping())).media_frames == 2


async def test_start_that_is_called_off(child: Any, lines: Lines) -> None:
    """Who stops waiting for the start leaves no process behind."""
    states = States()
    link = child("print('hello heard', flush=True)\nreceive()", on_state=states)
    starting = asyncio.create_task(link.start())
    await lines.until("hello heard")
    pid = link.pid
    assert is_alive(pid)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not is_alive(pid)
    assert link.pid is None
    assert states.seen == [LinkState.STARTING, LinkState.STOPPED]


async def test_what_was_asked_is_asked_again(child: Any, lines: Lines) -> None:
    """A fresh engine gets rules, phones and accounts in order; what it refuses is logged."""
    events: list[EngineEvent] = []
    link = child(
        """
        ready(hello["request"])
        if run == 1:
            for _ in range(3):
                send("done", request=receive()[1]["request"])
            receive()
            os._exit(3)
        asked = [receive() for _ in range(3)]
        send("log_line", level=30, logger="x", text="asked " + " ".join(type for type, _ in asked))
        for type, data in asked:
            if type == "add_account":
                send("refused", request=data["request"], error="timeout", text="No trunk.")
            else:
                send("done", request=data["request"])
        receive()
        """,
        pauses=(0.0,),
        on_event=events.append,
    )
    await link.start()
    settings = AccountSettings(id="a", registrar="b", username="c", password="canary-123")
    await link.request(AddAccount(account=settings))
    await link.request(SetPhoneServer(server=None))
    await link.request(SetDialPolicy(policy=DialPolicy(home_country="DE")))
    with pytest.raises(EngineLost):
        await link.request(Ping())
    assert (await lines.until("asked")).endswith(
        "asked set_dial_policy set_phone_server add_account"
    )
    assert "No trunk." in await lines.until("add_account after the restart failed")
    assert link.state is LinkState.RUNNING
    assert events == [Registration(account_id="a", state=RegistrationState.UNREGISTERED)]


async def test_crashes_too_often(child: Any, lines: Lines) -> None:
    """An engine that cannot be started again is given up; a start by hand tries anew."""
    states = States()
    link = child(
        """
        if run in (2, 3):
            sys.exit("out of kettles")
        ready(hello["request"])
        if run == 1:
            os._exit(3)
        receive()
        """,
        pauses=(0.0,),
        most_restarts=2,
        on_state=states,
    )
    await link.start()
    for _ in range(2):
        assert "out of kettles" in await lines.until("WARNING The engine cannot be started again")
    assert "more than 2 times" in await lines.until("ERROR The engine crashed")
    await states.until(LinkState.FAILED)
    assert link.pid is None
    with pytest.raises(EngineLost):
        await link.request(Ping())
    await link.start()
    assert states.seen == [
        LinkState.STARTING,
        LinkState.RUNNING,
        LinkState.RESTARTING,
        LinkState.FAILED,
        LinkState.STARTING,
        LinkState.RUNNING,
    ]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("time.sleep(600)", id="no answers"),
        pytest.param(
            """
            while True:
                type, ping = receive()
                send("pong", request=ping["request"], loop_ms=1, media_frames=7)
            """,
            id="the media clock stands still",
        ),
    ],
)
async def test_hangs(child: Any, lines: Lines, body: str) -> None:
    """An engine that does not answer, or whose audio stands still, is killed and restarted."""
    states = States()
    link = child(
        'ready(hello["request"])\n' + body.replace("\n            ", "\n"),
        heartbeat=0.2,
        pauses=(60.0,),
        on_state=states,
    )
    await link.start()
    pid = link.pid
    await lines.until("WARNING The engine hangs")
    await lines.until("WARNING The engine ended with signal SIGKILL")
    await states.until(LinkState.RESTARTING)
    assert not is_alive(pid)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("receive(); stream.close(); sock.close()", id="closed"),
        # Closed with our request unread: the system says "connection reset".
        pytest.param(
            "select.select([sock], [], []); stream.close(); sock.close()",
            id="reset",
        ),
        pytest.param(
            """receive(); stream.write(b'{"type": "pong", "data_length": -5}\\n'); stream.flush()""",
            id="out of step",
        ),
    ],
)
async def test_cut_off(child: Any, lines: Lines, body: str) -> None:
    """A child that lives on without a link is of no use: it is killed, and who waits is told."""
    link = child(f'ready(hello["request"])\n{body}\ntime.sleep(600)', pauses=(60.0,))
    await link.start()
    pid = link.pid
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(EngineLost, match="ended"):
            await link.request(Ping())
    await lines.until("WARNING The engine ended with signal SIGKILL")
    assert not is_alive(pid)


async def test_a_leg_that_vanished(child: Any) -> None:
    """A leg that a heartbeat does not know any more is told as lost; a refused one changes nothing."""
    events: asyncio.Queue[EngineEvent] = asyncio.Queue()
    link = child(
        """
        ready(hello["request"])
        send("incoming_call", leg="gone", account_id="a", caller="sip:x@y")
        send("incoming_call", leg="here", account_id="a", caller="sip:x@y")
        type, ping = receive()
        send("refused", request=ping["request"], error="timeout", text="Busy.")
        for frames in range(10 ** 6):
            type, ping = receive()
            send("pong", request=ping["request"], loop_ms=1, media_frames=frames,
                 legs={"here": "confirmed"})
        """,
        heartbeat=0.2,
        misses=10**6,
        on_event=events.put_nowait,
    )
    await link.start()
    async with asyncio.timeout(PATIENCE):
        assert [(await events.get()).wire_type() for _ in range(2)] == ["incoming_call"] * 2
        lost = await events.get()
    assert isinstance(lost, LegChanged)
    assert (lost.leg, lost.failure) == ("gone", CallFailure.ENGINE_LOST)
    assert link.state is LinkState.RUNNING


async def test_an_answer_nobody_waits_for(child: Any) -> None:
    """The late answer to a request that was given up is not taken for another's."""
    heard: asyncio.Queue[EngineEvent] = asyncio.Queue()
    link = child(
        """
        ready(hello["request"])
        type, first = receive()
        send("key_received", leg="a", key="1", method="info")
        type, second = receive()
        send("pong", request=first["request"], loop_ms=1, media_frames=1)
        # Neither answer nor report: nothing an engine would say.
        send("ping", request=second["request"])
        send("pong", request=second["request"], loop_ms=1, media_frames=2)
        receive()
        """,
        on_event=heard.put_nowait,
    )
    await link.start()
    given_up = asyncio.create_task(link.request(Ping()))
    async with asyncio.timeout(PATIENCE):
        assert isinstance(await heard.get(), KeyReceived)
        given_up.cancel()
        assert (await link.request(Ping())).media_frames == 2
    assert given_up.cancelled()


async def test_a_state_handler_that_fails(child: Any, lines: Lines) -> None:
    """A bug in who watches the state does not keep the engine from running."""

    def fail(_: LinkState) -> None:
        raise RuntimeError("bug")

    link = child('ready(hello["request"])\nreceive()', on_state=fail)
    await link.start()
    await lines.until("ERROR Handling the link's state running failed")
    assert link.state is LinkState.RUNNING


async def test_deaf_to_goodbye(child: Any) -> None:
    """A child that does not react to the goodbye is killed."""
    link = child('ready(hello["request"])\ntime.sleep(600)', goodbye=0.2)
    await link.start()
    pid = link.pid
    await link.stop()
    assert not is_alive(pid)
    assert link.state is LinkState.STOPPED


async def test_what_a_crash_leaves_is_hung_up(child: Any) -> None:
    """The BYE a child left behind is sent when it crashes, and nobody else hears of it."""
    events: list[EngineEvent] = []
    bye = (
        "BYE sip:far@127.0.0.1 SIP/2.0\\r\\nFrom: <sip:a@b>;tag=1\\r\\nTo: <sip:c@d>;tag=2\\r\\n"
        "Call-ID: x\\r\\nCSeq: 1012 BYE\\r\\nContent-Length: 0\\r\\n\\r\\n"
    )
    async with wire(lambda request: [reply(request, "200 OK")]) as far:
        link = child(
            f"""
            ready(hello["request"])
            if run == 1:
                send("tombstone", leg="a", host="127.0.0.1", port={far.port}, transport="udp",
                     verify_tls=True, request="{bye}")
                os._exit(3)
            receive()
            """,
            pauses=(0.0,),
            on_event=events.append,
        )
        await link.start()
        assert "CSeq: 1012 BYE" in await far.got("BYE")
    assert events == []
