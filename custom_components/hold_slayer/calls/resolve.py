"""From what was asked for to a job: names become contacts and phones, numbers are checked."""

from dataclasses import dataclass
import re
from typing import TYPE_CHECKING

from homeassistant.util.ulid import ulid_now

from ..const import Conf
from ..issues import raise_issue
from ..navigation.flow import CallFlow
from ..navigation.plan import CallBack, CallPlan, Limits
from ..reach.phone import Phone
from ..recording.sidecar import AnnouncedBy
from ..recording.wish import ContactRecording
from ..sentences import base_language
from .contact import Contact
from .flow_store import FlowError, parse_flow
from .job import Job
from .line import Line
from .numbers import NumberError, normalise_target, refuse_emergency
from .phone_places import ringable
from .problems import failed, invalid, invalid_number
from .request import CallRequest

if TYPE_CHECKING:
    from .account import Account

#: A user name that is a telephone number, not an extension.
_OUTSIDE_NUMBER = re.compile(r"\+?\d{7,15}")
#: Longest intent, characters; it is said aloud and shown to a model.
LONGEST_INTENT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a request names, found and checked."""

    contact: Contact | None
    target: str
    name: str
    phones: tuple[Phone, ...]
    intent: str
    flow: CallFlow | None


def check(account: Account, request: CallRequest) -> Checked:
    """Find what a request names; raises a translated error."""
    contact = find_contact(account, request.contact) if request.contact else None
    target = _target(request, contact)
    phones = find_phones(account, request.phones)
    if not phones:
        raise_issue(account.hass, account.entry, "no_phone")
        raise invalid("no_phone")
    if not ringable(account, phones):
        raise invalid("phones_quiet")
    intent = (request.intent or (contact.intent if contact else "")).strip()
    if len(intent) > LONGEST_INTENT:
        raise invalid("intent_too_long", longest=LONGEST_INTENT)
    name = contact.name if contact else target
    flow = contact.flow if contact else None
    if request.flow is not None:
        try:
            flow = parse_flow(name, request.flow)
        except FlowError as err:
            raise invalid("flow_invalid", reason=err) from err
    return Checked(
        contact=contact, target=target, name=name, phones=phones, intent=intent, flow=flow
    )


def resolve(account: Account, request: CallRequest) -> tuple[Job, Line]:
    """Return the job and the line for a request; raises a translated error."""
    if not account.engine.running:
        raise failed("engine_not_running")
    if not account.registered:
        raise failed("not_registered", account=account.entry.title)
    checked = check(account, request)
    contact = checked.contact
    line = account.switchboard.free_line(request.line)
    language = request.language or (contact.language if contact else "") or account.language
    secrets = dict(contact.secrets) if contact else {}
    settings = account.settings
    tools = account.tools()
    said = contact.recording if contact else ContactRecording.ACCOUNT
    recorded = settings.recording.wanted(said, request.record)
    plan = CallPlan(
        intent=checked.intent,
        mode=request.mode,
        flow=checked.flow,
        languages=(base_language(language),),
        user_name=settings.your_name,
        leave_number=settings.leave_number,
        company=checked.name,
        company_names=contact.names() if contact else (),
        secrets=frozenset(secrets),
        early_ring=settings.ring_early,
        auto_connect=line.auto_connect if request.auto_connect is None else request.auto_connect,
        speech_to_text=tools.make_transcriber(language, lambda _result: None).available,
        text_to_speech=tools.voice.available,
        model=tools.adviser.available,
        recording=recorded and settings.recording.announce is AnnouncedBy.WORDS,
        call_back=_call_back(account, contact),
        limits=Limits(
            call_s=settings.max_call_s, cost_s=affordable_s(settings.max_call_cost, contact)
        ),
    )
    job = Job(
        id=ulid_now().lower(),
        target=checked.target,
        name=checked.name,
        plan=plan,
        phones=checked.phones,
        contact=contact,
        language=language,
        user_language=account.language,
        request=request,
        attempt=request.attempt,
        context=request.context,
        recording=settings.recording if recorded else None,
        secrets=secrets,
    )
    return job, line


def find_contact(account: Account, wanted: str) -> Contact:
    """Return the contact of that id, name or alias; raises a translated error."""
    if wanted in account.contacts:
        return account.contacts[wanted]
    folded = wanted.strip().casefold()
    for contact in account.contacts.values():
        if folded in (name.casefold() for name in contact.names()):
            return contact
    raise invalid("unknown_contact", contact=wanted)


def find_phones(account: Account, wanted: tuple[str, ...]) -> tuple[Phone, ...]:
    """Return the phones of those ids or names, all of them for none; raises a translated error."""
    if not wanted:
        return tuple(sorted(account.phones.values(), key=lambda phone: phone.order))
    found: list[Phone] = []
    for name in wanted:
        folded = name.strip().casefold()
        match = account.phones.get(name) or next(
            (phone for phone in account.phones.values() if phone.name.casefold() == folded), None
        )
        if match is None:
            raise invalid("unknown_phone", phone=name)
        found.append(match)
    return tuple(found)


def _call_back(account: Account, contact: Contact | None) -> CallBack:
    """Return how to deal with the offer to be called back, at the account's own number."""
    if contact is None:
        return CallBack()
    data = account.entry.data
    return CallBack(
        policy=contact.call_back,
        after_s=contact.call_back_after_s,
        number=own_number(data.get(Conf.CALLER_ID), data[Conf.USERNAME]),
    )


def affordable_s(most: float, contact: Contact | None) -> float | None:
    """Return how long a call may last for its price, s; None where it costs nothing or may cost anything."""
    price = contact.price_per_minute if contact else 0.0
    return most / price * 60 if most > 0 and price > 0 else None


def own_number(*known: str | None) -> str:
    """Return the first of these by which the account can be called from outside; "" = none can."""
    return next((each for each in known if each and _OUTSIDE_NUMBER.fullmatch(each)), "")


def _target(request: CallRequest, contact: Contact | None) -> str:
    """Return what to dial, checked."""
    number = request.number or (contact.number if contact else "")
    if not number:
        raise invalid("contact_or_number")
    try:
        return refuse_emergency(normalise_target(number))
    except NumberError as err:
        raise invalid_number(err) from err
