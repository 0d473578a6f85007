"""The INVITEs of one outgoing call: one server of the account after the other, until one takes it."""

import contextlib
from typing import Any

import pjsua2 as pj

from .account import UNREACHED, Account
from .dialog import Dialog, DialogOwner
from .options import dial_options, dial_refusal

#: Seconds a server may be silent before the next one is called: the INVITE left at 0, 0.5, 1.5 and 3.5 s
#: (RFC 3261, Timer A). The last server has the full 32 s of Timer B.
SILENCE_S = 6.0


class Attempts:
    """Dials; `again` goes on to the next server."""

    def __init__(
        self,
        account: Account,
        owner: DialogOwner,
        uri: str,
        display_name: str,
        headers: dict[str, str],
    ) -> None:
        """Prepare; raises `RefusalError` for a header that cannot be sent."""
        self._account = account
        self._owner = owner
        self._uri = uri
        self._param: Any = dial_options(account.settings, display_name, headers)
        self._servers = account.servers
        #: Servers that were called, the present one among them.
        self._tried = 1
        #: Dialogs that led nowhere; the library may not be done with them.
        self._left: list[Dialog] = []

    @property
    def another(self) -> bool:
        """Tell whether there is a server that was not tried."""
        return self._tried < len(self._servers)

    def worth_another(self, code: int) -> bool:
        """Tell whether another server may take what one answered with `code` (RFC 3263, 4.3)."""
        return code in UNREACHED and self.another

    def dial(self, dialog: Dialog) -> None:
        """Send the INVITE; raises `RefusalError`."""
        try:
            dialog.makeCall(self._uri, self._param)
        except pj.Error as error:
            dialog.release()
            raise dial_refusal(self._uri, error) from error

    def again(self, last: Dialog) -> Dialog:
        """Leave a dialog that led nowhere, and call `another` server; raises `RefusalError`."""
        self._leave(last)
        server = self._servers[self._tried]
        self._tried += 1
        dialog = Dialog(self._account.detour(server), self._owner)
        self.dial(dialog)
        return dialog

    def _leave(self, dialog: Dialog) -> None:
        """Want nothing more from a dialog; the far side hears so, if it ever answers."""
        dialog.release()
        self._left.append(dialog)
        with contextlib.suppress(pj.Error):  # it may be over already
            dialog.hangup(pj.CallOpParam())
