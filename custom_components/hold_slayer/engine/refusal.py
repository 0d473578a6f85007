"""What a handler raises when it cannot do what was asked."""

from ..telephony.messages import ErrorKind


class RefusalError(Exception):
    """Becomes the answer `Refused`."""

    def __init__(
        self,
        error: ErrorKind,
        text: str,
        *,
        sip_code: int = 0,
        rule: str = "",
        machine: str = "",
    ) -> None:
        """Say what kind, and in one sentence what to do."""
        super().__init__(text)
        self.error = error
        self.text = text
        self.sip_code = sip_code
        self.rule = rule
        self.machine = machine
