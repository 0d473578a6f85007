"""Where the sound of recordings and the pictures of their timelines are served."""

from http import HTTPStatus
from typing import Final, override

from aiohttp import web
from homeassistant.auth.models import User
from homeassistant.components.http.const import KEY_HASS_USER
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView

from ..const import DOMAIN
from .lookup import whole_call_of
from .picture import clock, timeline_svg
from .recording_access import find_recording
from .recordings import Recording
from .visibility import visible_to

#: What is served is nobody else's: no proxy may keep it, no page may be made of it.
_HEADERS: Final = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


@callback
def async_setup_recording_views(hass: HomeAssistant) -> None:
    """Serve recordings to users who may hear them."""
    hass.http.register_view(RecordingAudioView())
    hass.http.register_view(RecordingPictureView())


class _RecordingView(HomeAssistantView):
    """Finds the recording for the user who asks."""

    async def get(self, request: web.Request, day: str, name: str) -> web.StreamResponse:
        """Answer with the recording, or as if there were none."""
        hass = request.app[KEY_HASS]
        user: User = request[KEY_HASS_USER]
        try:
            found = await find_recording(hass, f"{day}/{name}", visible_to(hass, user))
        except HomeAssistantError:
            found = None
        if found is None:
            return self.json_message("There is no such recording", HTTPStatus.NOT_FOUND)
        return await self.answer(hass, found)

    async def answer(self, hass: HomeAssistant, recording: Recording) -> web.StreamResponse:
        """Answer with what is asked for."""
        raise NotImplementedError


class RecordingAudioView(_RecordingView):
    """Serves the sound, in parts if asked to."""

    url = f"/api/{DOMAIN}/recording/{{day}}/{{name}}/audio"
    name = f"api:{DOMAIN}:recording:audio"

    @override
    async def answer(self, hass: HomeAssistant, recording: Recording) -> web.StreamResponse:
        """Send the file."""
        response = web.FileResponse(recording.file, headers=_HEADERS)
        response.content_type = recording.mime_type
        return response


class RecordingPictureView(_RecordingView):
    """Serves the timeline as a picture."""

    url = f"/api/{DOMAIN}/recording/{{day}}/{{name}}/timeline"
    name = f"api:{DOMAIN}:recording:timeline"

    @override
    async def answer(self, hass: HomeAssistant, recording: Recording) -> web.StreamResponse:
        """Draw it."""
        try:
            call = await whole_call_of(hass, recording.call_id, None)
            segments, who = call["segments"], call["contact"] or call["number"]
        except HomeAssistantError:
            segments, who = [], recording.contact
        length = clock(recording.sidecar.duration_s) if recording.sidecar else ""
        headers = _HEADERS | {"Content-Security-Policy": "default-src 'none'"}
        picture = timeline_svg(segments, who, length)
        return web.Response(text=picture, content_type="image/svg+xml", headers=headers)
