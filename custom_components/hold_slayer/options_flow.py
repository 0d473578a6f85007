"""Changing an account's behaviour; takes effect at once, calls go on."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.data_entry_flow import section
from homeassistant.generated.countries import COUNTRIES
from homeassistant.helpers.selector import (
    AssistPipelineSelector,
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    LanguageSelector,
    LanguageSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
    TimeSelector,
)
import probatio

from .calls.dial_caps import DialCaps
from .calls.numbers import NumberError, normalise_number
from .const import DEFAULT_LINES, DEFAULT_PHONE_PORT, MAX_LINES, Conf, LlmCalls
from .navigation.plan import EarlyRing
from .recording_form import RECORDING_KEYS, RECORDING_SCHEMA, RECORDING_WHOLE, SECTION_RECORDING
from .records.keeping import share_options, shared_options
from .records_form import (
    RECORDS_KEYS,
    RECORDS_SCHEMA,
    RECORDS_WHOLE,
    SECTION_RECORDS,
    records_problem,
)
from .sentences import LANGUAGES

#: Longest name told to an agent, characters.
LONGEST_NAME = 60
SECTION_SPEECH = "speech"
SECTION_REACH = "reach"
SECTION_LIMITS = "limits"
#: Limits on dialling: key, default and most; 0 = none.
LIMITS = (
    (Conf.CALLS_PER_HOUR, DialCaps().per_hour, 100),
    (Conf.CALLS_PER_DAY, DialCaps().per_day, 500),
    (Conf.MINUTES_PER_DAY, DialCaps().minutes_per_day, 1440),
    (Conf.TRIES, DialCaps().tries, 50),
)


def _box(least: int, most: int, unit: str | None = None) -> NumberSelector:
    """Return a number field."""
    config = NumberSelectorConfig(min=least, max=most, step=1, mode=NumberSelectorMode.BOX)
    if unit:
        config["unit_of_measurement"] = unit
    return NumberSelector(config)


OPTIONS_SCHEMA = probatio.Schema(
    {
        probatio.Optional(Conf.YOUR_NAME): TextSelector(),
        probatio.Optional(Conf.LEAVE_NUMBER): TextSelector(
            TextSelectorConfig(type=TextSelectorType.TEL)
        ),
        probatio.Optional(Conf.LINES, default=DEFAULT_LINES): _box(1, MAX_LINES),
        probatio.Optional(Conf.MAX_CALL_MINUTES, default=240): _box(5, 1440, "min"),
        probatio.Optional(Conf.MAX_CALL_COST, default=0): NumberSelector(
            NumberSelectorConfig(min=0, max=1000, step=0.01, mode=NumberSelectorMode.BOX)
        ),
        probatio.Optional(Conf.COUNTRIES): SelectSelector(
            SelectSelectorConfig(options=sorted(COUNTRIES), multiple=True)
        ),
        probatio.Optional(Conf.ALLOW_PREMIUM, default=False): BooleanSelector(),
        probatio.Required(SECTION_SPEECH): section(
            probatio.Schema(
                {
                    probatio.Optional(Conf.LANGUAGE): LanguageSelector(
                        LanguageSelectorConfig(languages=list(LANGUAGES))
                    ),
                    probatio.Optional(Conf.PIPELINE): AssistPipelineSelector(),
                    probatio.Optional(Conf.STT_ENGINE): EntitySelector(
                        EntitySelectorConfig(domain="stt")
                    ),
                    probatio.Optional(Conf.TTS_ENGINE): EntitySelector(
                        EntitySelectorConfig(domain="tts")
                    ),
                    probatio.Optional(Conf.TTS_VOICE): TextSelector(),
                    probatio.Optional(Conf.AI_TASK): EntitySelector(
                        EntitySelectorConfig(domain="ai_task")
                    ),
                    probatio.Optional(Conf.LLM_CALLS, default=LlmCalls.OFF): SelectSelector(
                        SelectSelectorConfig(options=list(LlmCalls), translation_key="llm_calls")
                    ),
                }
            ),
            {"collapsed": True},
        ),
        probatio.Required(SECTION_REACH): section(
            probatio.Schema(
                {
                    probatio.Optional(
                        Conf.RING_EARLY, default=EarlyRing.KNOWN_ANNOUNCEMENTS
                    ): SelectSelector(
                        SelectSelectorConfig(options=list(EarlyRing), translation_key="ring_early")
                    ),
                    probatio.Optional(Conf.RING_TOGETHER, default=False): BooleanSelector(),
                    probatio.Optional(Conf.RING_ROUNDS, default=2): _box(1, 10),
                    probatio.Optional(Conf.PHONE_PORT, default=DEFAULT_PHONE_PORT): _box(
                        1024, 65535
                    ),
                    probatio.Optional(Conf.NOTIFY_HOLD, default=True): BooleanSelector(),
                    probatio.Optional(Conf.CRITICAL_PUSH, default=False): BooleanSelector(),
                    probatio.Optional(Conf.NOTIFY_ENTITIES): EntitySelector(
                        EntitySelectorConfig(domain="notify", multiple=True)
                    ),
                    probatio.Optional(Conf.SATELLITES): EntitySelector(
                        EntitySelectorConfig(domain="assist_satellite", multiple=True)
                    ),
                    probatio.Optional(Conf.QUIET_START): TimeSelector(),
                    probatio.Optional(Conf.QUIET_END): TimeSelector(),
                }
            ),
            {"collapsed": True},
        ),
        # forms sent by older scripts need not know them
        probatio.Required(SECTION_LIMITS, default=dict): section(
            probatio.Schema(
                {
                    probatio.Optional(key, default=default): _box(0, most)
                    for key, default, most in LIMITS
                }
            ),
            {"collapsed": True},
        ),
        probatio.Required(SECTION_RECORDING, default=dict): section(
            RECORDING_SCHEMA, {"collapsed": True}
        ),
        probatio.Required(SECTION_RECORDS, default=dict): section(
            RECORDS_SCHEMA, {"collapsed": True}
        ),
    }
)
_SECTIONS = {
    SECTION_LIMITS: tuple(key for key, _, _ in LIMITS),
    SECTION_SPEECH: (
        Conf.LANGUAGE,
        Conf.PIPELINE,
        Conf.STT_ENGINE,
        Conf.TTS_ENGINE,
        Conf.TTS_VOICE,
        Conf.AI_TASK,
        Conf.LLM_CALLS,
    ),
    SECTION_REACH: (
        Conf.RING_EARLY,
        Conf.RING_TOGETHER,
        Conf.RING_ROUNDS,
        Conf.PHONE_PORT,
        Conf.NOTIFY_HOLD,
        Conf.CRITICAL_PUSH,
        Conf.NOTIFY_ENTITIES,
        Conf.SATELLITES,
        Conf.QUIET_START,
        Conf.QUIET_END,
    ),
    SECTION_RECORDING: RECORDING_KEYS,
    SECTION_RECORDS: RECORDS_KEYS,
}
_WHOLE = (
    Conf.PHONE_PORT,
    *(key for key, _, _ in LIMITS),
    *RECORDING_WHOLE,
    *RECORDS_WHOLE,
    Conf.LINES,
    Conf.MAX_CALL_MINUTES,
    Conf.RING_ROUNDS,
)


class HoldSlayerOptionsFlow(OptionsFlow):
    """Change lines, speech, model, ringing and limits."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show and store the options."""
        errors: dict[str, str] = {}
        reasons: dict[str, str] = {}
        if user_input is not None:
            options = _flat(user_input)
            errors = _errors(options)
            if not errors:
                errors, reasons = await records_problem(self.hass, options)
            if not errors:
                share_options(self.hass, self.config_entry, options)
                return self.async_create_entry(data=options)
        else:
            user_input = _nested(shared_options(self.hass) | dict(self.config_entry.options))
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(OPTIONS_SCHEMA, user_input),
            errors=errors,
            description_placeholders=reasons,
        )


def _flat(form: dict[str, Any]) -> dict[str, Any]:
    """Return the form as stored."""
    options = {key: value for key, value in form.items() if key not in _SECTIONS}
    for name in _SECTIONS:
        options |= form.get(name, {})
    return {key: int(value) if key in _WHOLE else value for key, value in options.items()}


def _nested(options: dict[str, Any]) -> dict[str, Any]:
    """Return stored options as the form shows them."""
    inner = {key for keys in _SECTIONS.values() for key in keys}
    form: dict[str, Any] = {key: value for key, value in options.items() if key not in inner}
    for name, keys in _SECTIONS.items():
        form[name] = {key: options[key] for key in keys if key in options}
    return form


def _errors(options: dict[str, Any]) -> dict[str, str]:
    """Return error keys by field."""
    errors: dict[str, str] = {}
    name = options.get(Conf.YOUR_NAME, "")
    if len(name) > LONGEST_NAME or not name.isprintable():
        errors[Conf.YOUR_NAME] = "invalid_name"
    if left := options.get(Conf.LEAVE_NUMBER, "").strip():
        try:
            options[Conf.LEAVE_NUMBER] = normalise_number(left)
        except NumberError:
            errors[Conf.LEAVE_NUMBER] = "invalid_number"
    if bool(options.get(Conf.QUIET_START)) != bool(options.get(Conf.QUIET_END)):
        errors["base"] = "invalid_quiet_hours"
    return errors
