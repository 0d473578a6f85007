"""Which calls somebody asks for: checked once, the same for actions, websocket and tools."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from homeassistant.util import dt as dt_util
from sqlalchemy import ColumnElement, and_, false, or_

from ..calls.problems import invalid
from ..navigation.states import Outcome
from .folding import folded, searchable
from .schema import CALLS

#: Calls on one page, and on the longest page.
PAGE: Final = 50
LONGEST_PAGE: Final = 500
#: Calls one export returns at most; responses are held in memory as a whole.
MOST_EXPORTED: Final = 10_000
#: Longest words to search for, characters.
LONGEST_SEARCH: Final = 200
#: Longest name or number of a contact looked for, characters.
LONGEST_CONTACT: Final = 300
#: No history has more; databases refuse larger integers.
FARTHEST_OFFSET: Final = 10_000_000

#: Account -> its lines that a user may see.
type Visible = dict[str, frozenset[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Calls that somebody wants; empty fields leave nothing out."""

    call_id: str = ""
    account_id: str = ""
    contact: str = ""
    #: Exactly this contact, by the id of its subentry.
    contact_id: str = ""
    outcome: str = ""
    since: float | None = None
    until: float | None = None
    #: None = everything.
    visible: Visible | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return it as conditions on the table of calls."""
        found: list[ColumnElement[bool]] = []
        if self.call_id:
            found.append(CALLS.c.id == self.call_id)
        if self.account_id:
            found.append(CALLS.c.account_id == self.account_id)
        if self.contact:
            found.append(
                or_(
                    CALLS.c.contact_id == self.contact,
                    CALLS.c.number == self.contact,
                    CALLS.c.name_folded.contains(folded(self.contact), autoescape=True),
                )
            )
        if self.contact_id:
            found.append(CALLS.c.contact_id == self.contact_id)
        if self.outcome:
            found.append(CALLS.c.outcome == self.outcome)
        if self.since is not None:
            found.append(CALLS.c.started >= self.since)
        if self.until is not None:
            found.append(CALLS.c.started < self.until)
        if self.visible is not None:
            found.append(
                or_(
                    false(),
                    *(
                        and_(CALLS.c.account_id == account, CALLS.c.line.in_(sorted(lines)))
                        for account, lines in self.visible.items()
                    ),
                )
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A piece of a long list."""

    limit: int = PAGE
    offset: int = 0


def read_filter(data: dict[str, Any], visible: Visible | None = None) -> Filter:
    """Read a filter from the fields of an action or command; raises a translated error."""
    since, until = _moment(data, "since"), _moment(data, "until")
    if since is not None and until is not None and since >= until:
        raise invalid("history_times", since=data["since"], until=data["until"])
    outcome = str(data.get("outcome") or "")
    if outcome and outcome not in Outcome:
        raise invalid("history_outcome", outcome=outcome, known=", ".join(Outcome))
    contact = str(data.get("contact") or "").strip()
    if len(contact) > LONGEST_CONTACT:
        # no name is that long, and databases refuse to look for it
        raise invalid("unknown_contact", contact=contact)
    return Filter(
        call_id=str(data.get("call_id") or ""),
        account_id=str(data.get("config_entry_id") or ""),
        contact=contact,
        outcome=outcome,
        since=since,
        until=until,
        visible=visible,
    )


def read_page(data: dict[str, Any], most: int = LONGEST_PAGE, usual: int = PAGE) -> Page:
    """Read limit and offset; raises a translated error."""
    limit, offset = _whole(data, "limit", usual), _whole(data, "offset", 0)
    if not 1 <= limit <= most:
        raise invalid("history_limit", limit=limit, most=most)
    if not 0 <= offset <= FARTHEST_OFFSET:
        raise invalid("history_offset", offset=offset, most=FARTHEST_OFFSET)
    return Page(limit=limit, offset=offset)


def read_words(text: str) -> list[str]:
    """Return the words to search for; raises a translated error when there are none."""
    words = searchable(text[:LONGEST_SEARCH]).split()
    if not words:
        raise invalid("history_search", text=text)
    return words


def _moment(data: dict[str, Any], key: str) -> float | None:
    """Read a time; one without a zone is local."""
    value = data.get(key)
    if value is None or value == "":
        return None
    try:
        moment = value if isinstance(value, datetime) else dt_util.parse_datetime(str(value))
        if moment is None:
            raise invalid("history_time", value=value)
        return dt_util.as_utc(moment).timestamp()
    except (OverflowError, ValueError, OSError) as err:
        raise invalid("history_time", value=value) from err


def _whole(data: dict[str, Any], key: str, usual: int) -> int:
    """Read a whole number."""
    value = data.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        raise invalid("history_number", value=value)
    return int(value)
