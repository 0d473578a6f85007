"""The engine's accounts and legs, and what can be asked of them."""

import asyncio
from collections.abc import Callable, Coroutine
import contextlib
import gc
from itertools import count
import logging
import os
import re
import time
from typing import Any

import pjsua2 as pj

from ..telephony import messages as m
from ..telephony.messages import ErrorKind, LegState, RegistrationState
from .account import Account
from .accounts import Accounts
from .address import host_of, parse_host, split_name_address, target_uri
from .audio_orders import carry_out_audio, ears_of
from .endpoint import FRAME_MS, SipEndpoint
from .figures import account_facts, leg_figures
from .guard import callback, soon
from .keys import check_keys
from .leg import Leg
from .phones import Phones
from .policy import Gate
from .prints import LegPrints, book_data, taught
from .recorder import Disk
from .refusal import RefusalError
from .sip_text import SipText
from .sources import RESOLVE_AGAIN_S, Sources
from .trace import Trace

_LOGGER = logging.getLogger("engine.exchange")

#: Ended legs whose prints may still be asked for.
KEPT_BOOKS = 16
#: Seconds between two collections of garbage; nothing else collects it.
GARBAGE_S = 60.0
#: Legs that ended since: each leaves its ears, 0.1 MB and more, in cycles.
GARBAGE_LEGS = 8
#: Longest time for hearing in a round of the loop, s.
HEARING_S = 0.05
#: Longest wait for the dialogs of an account that is removed, s.
REMOVAL_S = 2.0
#: Seconds after which the far side of an ended dialog is a stranger again (Timer F of RFC 3261).
FORGET_S = 32.0
#: Time for the answers to our BYEs, s.
LINGER_S = 0.3

_CALLED = re.compile(r"^\S+ sips?:([^@;>\s]*)@")


class Exchange:
    """Everything between the server's requests and the SIP library."""

    def __init__(self, send: Callable[[m.Message], None], *, user_agent: str) -> None:
        """Start the library."""
        self._send = send
        self._endpoint = SipEndpoint(user_agent=user_agent)
        self.version = self._endpoint.version()
        self.codecs = self._endpoint.codec_names()
        self.disk = Disk()
        self._sources = Sources()
        self._accounts = Accounts(
            self._endpoint, self._sources, report=self.report, incoming=self._incoming
        )
        self._phones = Phones(self._accounts, self.report)
        self._trace = Trace()
        self._endpoint.trace_to(self._trace)
        self._legs: dict[str, Leg] = {}
        #: Dialogs that are not over yet, and those to be dropped outside of callbacks.
        self._dialogs: set[Leg] = set()
        self._over: list[Leg] = []
        self._gate = Gate()
        self._resolve_due = time.monotonic() + RESOLVE_AGAIN_S
        self._tasks: set[asyncio.Task[None]] = set()
        self._prints: dict[str, LegPrints] = {}
        self._numbers = count(1)
        self._run = f"{os.getpid():x}{int(time.time()) & 0xFFFF:x}"
        self._garbage_due = time.monotonic() + GARBAGE_S
        self._garbage_legs = 0
        # Nobody reads it: only its count of frames is of interest.
        self._clock: Any = pj.AudioTap()
        self._clock.createTap("clock", 8000, FRAME_MS, 320)

    @property
    def media_frames(self) -> int:
        """Return the frames the media clock has made."""
        return int(self._clock.frames())

    @property
    def leg_states(self) -> dict[str, LegState]:
        """Return the state of every leg."""
        return {name: leg.state for name, leg in self._legs.items()}

    @property
    def account_states(self) -> dict[str, RegistrationState]:
        """Return the state of every account."""
        return self._accounts.states

    @property
    def has_bridges(self) -> bool:
        """Tell whether two legs talk to each other."""
        return any(leg.wiring.is_bridged for leg in self._legs.values())

    def poll(self, milliseconds: int) -> None:
        """Let the library work."""
        self._endpoint.poll(milliseconds)

    def tick(self) -> None:
        """Move audio, drop what is over."""
        for leg in tuple(self._legs.values()):
            _guarded(leg.tick)
        self._listen()
        self._phones.tick()
        if self._trace.due():
            for leg in self._legs.values():
                self._trace.measured(leg_figures(0, leg))
        for leg in self._over:
            leg.release()
        self._garbage_legs += len(self._over)
        self._over.clear()
        if (now := time.monotonic()) >= self._garbage_due or self._garbage_legs >= GARBAGE_LEGS:
            self._garbage_due, self._garbage_legs = now + GARBAGE_S, 0
            gc.collect()
        if now >= self._resolve_due:
            self._resolve_due = now + RESOLVE_AGAIN_S
            self._start(self._sources.resolve_again())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something be done beside."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _listen(self) -> None:
        """Let the ears hear, each in its turn, no longer than SIP can wait."""
        end = time.monotonic() + HEARING_S
        for _ in range(len(self._legs)):
            name = next(iter(self._legs))
            # The one whose turn it was goes to the end of the row.
            leg = self._legs[name] = self._legs.pop(name)
            if leg.ears is not None:
                _guarded(leg.ears.tick)
            if time.monotonic() >= end:
                return

    def hang_up_all(self, *, keep_bridges: bool = False) -> None:
        """Hang up; with `keep_bridges` only what is no conversation of two people."""
        for leg in tuple(self._legs.values()):
            if not (keep_bridges and leg.wiring.is_bridged):
                leg.hang_up()

    async def hang_up_and_wait(self, seconds: float, account: Account | None = None) -> None:
        """Hang up all legs (or an account's) and wait until the far sides know, at most so long."""
        dialogs = [leg for leg in self._dialogs if account in (None, leg.account)]
        for leg in dialogs:
            leg.hang_up()
        if not dialogs:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*(leg.over.wait() for leg in dialogs)), seconds)
        # The library reports the end before the BYE is answered.
        await asyncio.sleep(LINGER_S)

    def close(self) -> None:
        """Drop media, calls and accounts."""
        for leg in tuple(self._legs.values()):
            leg.hang_up()
        self._phones.stop()
        self._accounts.close()
        self.disk.close()
        for leg in (*self._dialogs, *self._over):
            leg.release()
        self._dialogs.clear()
        self._over.clear()
        self._legs.clear()
        self._clock = None

    def end(self) -> None:
        """End the library; nothing of it may be in use any more."""
        self._endpoint.end()

    # --- what legs and accounts report -------------------------------------------------------

    def report(self, report: m.Report) -> None:
        """Tell Home Assistant."""
        self._send(report)

    def far_side_known(self, leg: Leg, hosts: frozenset[str]) -> None:
        """Let the far side of a dialog talk to us as long as it lasts."""
        self._start(self._sources.allow(f"leg {leg.name}", hosts))

    def leg_ended(self, leg: Leg) -> None:
        """Forget a leg; its prints stay for a while."""
        if leg.ears is not None:
            self._prints[leg.name] = prints = leg.ears.prints()
            prints.close()
            for name in list(self._prints)[:-KEPT_BOOKS]:
                del self._prints[name]
        if self._legs.get(leg.name) is leg:
            del self._legs[leg.name]

    def dialog_over(self, leg: Leg) -> None:
        """Drop a dialog soon: not from within its own callback."""
        self._dialogs.discard(leg)
        self._over.append(leg)
        # Not at once: answers to our BYE may still come.
        asyncio.get_running_loop().call_later(FORGET_S, self._sources.forget, f"leg {leg.name}")

    def _incoming(self, account: Account, prm: Any) -> None:
        """Take in a call, unless enough of them have come in to the account."""
        leg = Leg(f"in-{self._run}-{next(self._numbers)}", account, self, int(prm.callId))
        self._legs[leg.name] = leg
        self._dialogs.add(leg)
        # legs that we dialled do not count: however many phones ring, a company may call back
        came_in = sum(other.came_in and other.account is account for other in self._legs.values())
        if came_in > account.settings.max_calls:
            soon(leg.reject, 486)
            return
        message, account_id = str(prm.rdata.wholeMsg), account.settings.id
        sender = SipText(message).first("From").partition(";tag=")[0]
        name, uri = split_name_address(sender)
        source = str(prm.rdata.srcAddress)
        if self._phones.sent(account, source):
            account_id = m.PHONES_ACCOUNT
            uri, verdict = self._phones.admit(message)
            if not uri:
                soon(leg.reject, verdict.status, verdict.headers)
                return
        elif not self._sources.belongs(
            f"account {account_id}", parse_host(source, "the caller").name
        ):
            # Somebody whom another account lets in, such as a phone.
            soon(leg.reject, 403)
            return
        called = _CALLED.match(message)
        self._send(
            m.IncomingCall(
                leg=leg.name,
                account_id=account_id,
                caller=uri,
                caller_name=name,
                called=called[1] if called else "",
            )
        )

    # --- requests ----------------------------------------------------------------------------

    async def carry_out(self, request: m.Request[Any]) -> m.Message:
        """Carry out one request; raises `RefusalError`."""
        match request:
            case m.AddAccount():
                if request.account.id in self._accounts:
                    await self._remove_account(request.account.id)
                await self._accounts.add(request.account, keep=request.keep)
            case m.TestAccount():
                await self._accounts.test(request.account)
            case m.RemoveAccount():
                await self._remove_account(request.account_id)
            case m.PlaceCall():
                await self._place_call(request)
            case m.SetDialPolicy():
                self._gate = Gate(request.policy)
            case m.StartTrace():
                self._trace.start(min(request.seconds, m.LONGEST_TRACE_S))
            case m.StopTrace():
                count, packed = self._trace.stop()
                return m.TraceData(request=request.request, messages=count, payload=packed)
            case m.SetPhoneServer():
                await self._phones.serve(request.server)
            case m.GetAccountFacts():
                account = self._accounts[request.account_id]
                return account_facts(request.request, account, self._endpoint.invite_bytes)
            case m.GetPhoneContacts():
                return self._phones.contacts(request.request, request.username)
            case m.AnswerCall():
                leg = self._leg(request.leg)
                if request.hearing is not None:
                    leg.listen(request.hearing, request.phase, request.payload)
                leg.answer(request.code)
            case m.RejectCall():
                self._leg(request.leg).reject(request.code)
            case m.HangUp():
                self._leg(request.leg).hang_up(request.reason)
            case m.SendKeys():
                check_keys(request.keys)
                await self._leg(request.leg).send_keys(
                    request.keys, request.method, request.tone_ms, request.pause_ms
                )
            case m.Transfer():
                leg = self._leg(request.leg)
                self._gate.check(request.target, request.dialled_by, leg.account.hosts)
                await leg.transfer(target_uri(request.target, leg.account.settings))
            case m.Bridge():
                self._bridge(request)
            case m.Unbridge():
                first, second = self._leg(request.first), self._leg(request.second)
                first.wiring.stop_hearing(second.wiring)
                second.wiring.stop_hearing(first.wiring)
            case m.GetStatistics():
                return leg_figures(request.request, self._leg(request.leg))
            case m.GetPrintBook():
                book = await asyncio.to_thread(self._prints_of(request.leg).merger())
                return book_data(request, book, request.leg)
            case m.GetPrint():
                book = self._prints_of(request.leg).between(request.since, request.until)
                return book_data(request, book, request.leg)
            case m.TeachPrintBook():
                return book_data(request, await asyncio.to_thread(taught, request))
            case m.MarkPrint():
                name = self._prints_of(request.leg).mark(request.since, request.until, request.kind)
                return m.PrintMarked(request=request.request, leg=request.leg, print_id=name)
            case _:
                carry_out_audio(request, self._leg)
        return m.Done(request=request.request)

    def _leg(self, name: str) -> Leg:
        """Return a leg; raises `RefusalError`."""
        try:
            return self._legs[name]
        except KeyError:
            raise RefusalError(ErrorKind.UNKNOWN_LEG, f"there is no leg {name!r}") from None

    async def _remove_account(self, name: str) -> None:
        """Forget an account and hang up its legs."""
        account = self._accounts[name]
        await self.hang_up_and_wait(REMOVAL_S, account)
        self._accounts.remove(account)

    async def _place_call(self, request: m.PlaceCall) -> None:
        """Dial."""
        if request.leg in self._legs:
            raise RefusalError(ErrorKind.LEG_EXISTS, f"there is a leg {request.leg!r} already")
        if request.account_id == m.PHONES_ACCOUNT:
            self._dial(request, self._phones.route(request.target), request.target)
            return
        account = self._accounts[request.account_id]
        # A person's call is tried in any case: it may be for help.
        if (
            account.state is RegistrationState.FAILED
            and account.settings.register
            and request.dialled_by is not m.DialledBy.PERSON
        ):
            text = f"the account {request.account_id!r} is not registered"
            raise RefusalError(ErrorKind.UNAUTHORISED, text)
        uri = target_uri(request.target, account.settings)
        self._gate.check(request.target, request.dialled_by, account.hosts)
        if request.dialled_by is not m.DialledBy.PERSON:
            await account.turn()
        if (host := host_of(uri)) not in account.hosts:
            await self._sources.allow(f"leg {request.leg}", {host})
        if request.leg in self._legs:
            raise RefusalError(ErrorKind.LEG_EXISTS, f"there is a leg {request.leg!r} already")
        self._dial(request, account, uri)

    def _dial(self, request: m.PlaceCall, account: Account, uri: str) -> None:
        """Make a leg that calls."""
        leg = Leg(request.leg, account, self)
        if request.hearing is not None:
            leg.listen(request.hearing, request.phase, request.payload)
        leg.dial(
            uri,
            display_name=request.display_name,
            headers=request.headers,
            ring_s=request.ring_time_s,
        )
        self._legs[leg.name] = leg
        self._dialogs.add(leg)

    def _bridge(self, request: m.Bridge) -> None:
        """Let two legs hear each other."""
        first, second = self._leg(request.first), self._leg(request.second)
        if first is second:
            raise RefusalError(ErrorKind.WRONG_STATE, "a leg cannot be bridged to itself")
        second.wiring.hear(first.wiring)
        if request.both_ways:
            first.wiring.hear(second.wiring)

    def _prints_of(self, name: str) -> LegPrints:
        """Return what a leg knows and learned, also of one that just ended; raises `RefusalError`."""
        if name in self._prints and name not in self._legs:
            return self._prints[name]
        prints: LegPrints = ears_of(self._leg(name)).prints()
        return prints


@callback
def _guarded(step: Callable[[], None]) -> None:
    """Take one step; what it raises is logged, and the other legs go on."""
    step()
