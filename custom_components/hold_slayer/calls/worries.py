"""What the user should know of: lost registrations, speech entities gone."""

from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.start import async_at_started

from ..issues import raise_issue, withdraw_issue
from ..navigation.states import CallState
from ..speech.choice import find_pipeline, speech_choice
from .call import Call
from .changes import Change, ChangeKind
from .line import Line

if TYPE_CHECKING:
    from .account import Account

#: A registration that is away for less is no worry, s.
PATIENCE_S = 300.0


class Worries:
    """Raises and withdraws the repair issues of a running account."""

    def __init__(self, hass: HomeAssistant, account: Account) -> None:
        """Prepare; `start` begins."""
        self._hass = hass
        self._account = account
        self._timer: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> CALLBACK_TYPE:
        """Watch the account and its calls; return what ends that."""
        unwatch = [
            self._account.watch(self._look),
            self._account.switchboard.watch(self._changed),
            async_at_started(self._hass, self._look),
        ]
        self._look()

        @callback
        def stop() -> None:
            for each in unwatch:
                each()
            self._stop_timer()

        return stop

    @callback
    def _look(self, _hass: HomeAssistant | None = None) -> None:
        """See how the account is."""
        self._look_at_registration()
        self._look_at_speech()

    @callback
    def _look_at_speech(self) -> None:
        """See whether the speech that was chosen is there; wait until everything has started."""
        settings, entry = self._account.settings, self._account.entry
        chosen = speech_choice(self._hass, settings)
        lost = settings.pipeline and find_pipeline(self._hass, settings.pipeline) is None
        gone = {
            "pipeline_gone": settings.pipeline if lost else None,
            "stt_gone": self._missing(chosen.stt_engine),
            "tts_gone": self._missing(chosen.tts_engine),
        }
        for key, what in gone.items():
            if what and self._hass.is_running:
                raise_issue(self._hass, entry, key, {"entity": what})
            else:
                withdraw_issue(self._hass, entry, key)

    def _missing(self, entity_id: str | None) -> str | None:
        """Return an entity that was chosen and is not there; providers without one are no entities."""
        if entity_id and "." in entity_id and self._hass.states.get(entity_id) is None:
            return entity_id
        return None

    @callback
    def _look_at_registration(self) -> None:
        """Begin to worry when the registration is lost, stop when it is back."""
        if self._account.registered:
            self._stop_timer()
            withdraw_issue(self._hass, self._account.entry, "registration_lost")
        elif self._timer is None:
            self._timer = async_call_later(self._hass, PATIENCE_S, self._lost)

    @callback
    def _lost(self, _now: object) -> None:
        """Say that the registration stays lost."""
        self._timer = None
        reason = self._account.registration_text or "-"
        raise_issue(self._hass, self._account.entry, "registration_lost", {"reason": reason})

    @callback
    def _stop_timer(self) -> None:
        """Stop waiting."""
        if self._timer is not None:
            self._timer()
            self._timer = None

    @callback
    def _changed(self, _line: Line, call: Call, change: Change) -> None:
        """Look at the speech for every call."""
        if change.kind is ChangeKind.STATE and call.state is CallState.DIALING:
            self._look_at_speech()
