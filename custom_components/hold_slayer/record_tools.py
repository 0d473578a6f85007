"""Tools for language models on past calls: their recordings, and what to expect of the next."""

from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.llm import LLMContext, ToolAnnotations
import probatio

from .llm_tools import CallTool, OneCallTool
from .records.lookup import statistics_of, whole_call_of
from .records.summing_up import summary_of
from .records.visibility import visible_in

_READING = ToolAnnotations(read_only=True, destructive=False, idempotent=True, open_world=False)


class GetCallSummary(OneCallTool):
    """Sums a call up."""

    short_name = "get_call_summary"
    title = "Get call summary"
    description = (
        "Sums a telephone call up: in words (who, what about, what was said, what next), outcome, "
        "times, keys pressed and the last words."
    )

    @override
    async def answer(
        self, hass: HomeAssistant, arguments: dict[str, Any], context: LLMContext
    ) -> dict[str, Any]:
        """Sum it up by rules: whoever asks is a model already."""
        call_id, visible = arguments["call_id"], await visible_in(hass, context.context)
        summary = await summary_of(hass, call_id, visible, model=False)
        record = await whole_call_of(hass, call_id, visible)
        words = [line for line in record.pop("transcript") if line["speaker"] == "company"]
        for part in ("segments", "recordings"):
            del record[part]
        return record | {
            "events": record["events"][-50:],
            "last_words": words[-1]["text"] if words else "",
            "summary": summary["text"],
            "next": summary["next"],
        }


class GetCallRecording(OneCallTool):
    """Finds the recordings of a call."""

    short_name = "get_call_recording"
    title = "Get call recording"
    description = (
        "Finds the recordings of a telephone call: a media_content_id that media players can play, "
        "length, and how the other side was told that it is recorded."
    )

    @override
    async def answer(
        self, hass: HomeAssistant, arguments: dict[str, Any], context: LLMContext
    ) -> dict[str, Any]:
        """Describe them; the sound itself is for people."""
        call = await whole_call_of(
            hass, arguments["call_id"], await visible_in(hass, context.context)
        )
        recordings = [
            {key: value for key, value in each.items() if key != "url"}
            for each in call["recordings"]
        ]
        return {"call_id": call["call_id"], "contact": call["contact"], "recordings": recordings}


class GetWaitForecast(CallTool):
    """Foretells a wait."""

    short_name = "get_wait_forecast"
    title = "Get wait forecast"
    description = (
        "Foretells how long a call to a contact waits now and in an hour, with an interval, and the "
        "best time to call; from past calls. Seconds."
    )
    parameters = probatio.Schema(
        {probatio.Required("contact", description="Name of a contact"): cv.string}
    )
    annotations = _READING

    @override
    async def answer(
        self, hass: HomeAssistant, arguments: dict[str, Any], context: LLMContext
    ) -> dict[str, Any]:
        """Return the forecast and what it rests on."""
        found = await statistics_of(hass, arguments, await visible_in(hass, context.context))
        keys = ("calls", "reached_person", "success_rate", "hold_median", "hold_90", "forecast")
        return {key: found[key] for key in keys} | {
            "best_hours": found["best_hours"],
            "worst_hours": found["worst_hours"],
        }


RECORD_TOOLS = (GetCallSummary, GetCallRecording, GetWaitForecast)
