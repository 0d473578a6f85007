"""The print books of an account's contacts: what calls taught, and what users say about past calls."""

import asyncio
from typing import TYPE_CHECKING

from homeassistant.core import callback

from ..telephony.messages import PrintBookData, TeachPrintBook
from .leg import Leg
from .print_books import PrintBooks, StoredBook

if TYPE_CHECKING:
    from .account import Account


class ContactPrints:
    """Keeps the books up to date; `books` are the files."""

    def __init__(self, account: Account) -> None:
        """Know whose contacts they are of."""
        self.books = PrintBooks(account.hass)
        self._account = account
        self._keeping: set[asyncio.Task[None]] = set()
        #: Contact -> prints that were taught while calls to it went on, True = a person.
        self._meanwhile: dict[str, list[tuple[bytes, bool]]] = {}

    @callback
    def keep(self, contact_id: str, leg: Leg) -> None:
        """Store what a call taught about a company's recordings."""
        task = self._account.entry.async_create_task(
            self._account.hass, self._keep(contact_id, leg), "hold_slayer keep prints"
        )
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    async def settle(self) -> None:
        """Wait until everything is stored."""
        await asyncio.gather(*self._keeping)

    async def teach(self, contact_id: str, stretch: bytes, *, person: bool) -> None:
        """Take in what the stretch of a past call was; raises `EngineError`."""
        book = await self.books.load(contact_id)
        taught = await self._account.engine.link.request(
            TeachPrintBook(person=person, book_bytes=len(book.data), payload=book.data + stretch)
        )
        await self._store(contact_id, taught)
        if self._busy(contact_id):
            # those calls began with the book as it was, and leave it behind with what they learn
            self._meanwhile.setdefault(contact_id, []).append((stretch, person))

    async def _keep(self, contact_id: str, leg: Leg) -> None:
        """Fetch the print book of a leg that is over, and save it."""
        prints = await leg.print_book()
        if prints is None or contact_id not in self._account.contacts:
            return
        # nothing learned replaces nothing, unless the only recording there was is a person
        if prints.payload or leg.was_person:
            await self._store(contact_id, prints)
        for stretch, person in self._meanwhile.pop(contact_id, []):
            await self.teach(contact_id, stretch, person=person)

    async def _store(self, contact_id: str, prints: PrintBookData) -> None:
        """Save a book; one without recordings is removed."""
        if not prints.payload:
            await self.books.remove((contact_id,))
            return
        book = StoredBook(data=prints.payload, announcements=prints.announcements)
        await self.books.save(contact_id, book)

    def _busy(self, contact_id: str) -> bool:
        """Tell whether a call to a contact goes on."""
        calls = self._account.switchboard.active
        return any(call.job.contact and call.job.contact.id == contact_id for call in calls)
