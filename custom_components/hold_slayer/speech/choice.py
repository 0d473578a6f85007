"""Which speech engines an account uses: those chosen one by one, else those of an Assist pipeline."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeassistant.components.assist_pipeline import OPTION_PREFERRED, Pipeline, PipelineNotFound
from homeassistant.components.assist_pipeline.pipeline import async_get_pipeline
from homeassistant.core import HomeAssistant, callback

if TYPE_CHECKING:
    from ..calls.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechChoice:
    """Engine ids; None = Home Assistant's default."""

    stt_engine: str | None = None
    tts_engine: str | None = None
    tts_voice: str | None = None


@callback
def speech_choice(hass: HomeAssistant, settings: Settings) -> SpeechChoice:
    """Return the engines to use now; a pipeline may have been changed since it was chosen."""
    pipeline = find_pipeline(hass, settings.pipeline)
    if pipeline is None:
        return SpeechChoice(
            stt_engine=settings.stt_engine,
            tts_engine=settings.tts_engine,
            tts_voice=settings.tts_voice,
        )
    # a voice belongs to its engine
    own_voice = None if settings.tts_engine else pipeline.tts_voice
    return SpeechChoice(
        stt_engine=settings.stt_engine or pipeline.stt_engine,
        tts_engine=settings.tts_engine or pipeline.tts_engine,
        tts_voice=settings.tts_voice or own_voice,
    )


@callback
def find_pipeline(hass: HomeAssistant, pipeline_id: str | None) -> Pipeline | None:
    """Return the pipeline with an id, where there is one."""
    if pipeline_id is None or "assist_pipeline" not in hass.config.components:
        return None
    try:
        return async_get_pipeline(hass, None if pipeline_id == OPTION_PREFERRED else pipeline_id)
    except PipelineNotFound:
        return None
