"""Names and defaults that the parts inside Home Assistant share."""

from enum import StrEnum
from typing import Final

DOMAIN: Final = "hold_slayer"
MANUFACTURER: Final = "Hold Slayer"

#: Lines of an account unless the user chose another number, and the most it may have.
DEFAULT_LINES: Final = 2
MAX_LINES: Final = 8
#: Where SIP phones register unless the user chose another port: 5060 is often taken by an exchange.
DEFAULT_PHONE_PORT: Final = 5070
#: How long a phone rings, s (a mobile's voicemail often answers after 20 to 25 s).
DEFAULT_RING_S: Final = 25


class SubentryType(StrEnum):
    """What can be added under an account."""

    PHONE = "phone"
    CONTACT = "contact"


class PhoneKind(StrEnum):
    """How a phone is reached."""

    EXTENSION = "extension"
    NUMBER = "number"
    SIP_URI = "sip_uri"
    SIP_DEVICE = "sip_device"


class Conf(StrEnum):
    """Keys in the data and options of the entry and its subentries."""

    # account: data
    PROVIDER = "provider"
    REGISTRAR = "registrar"
    USERNAME = "username"
    PASSWORD = "password"  # noqa: S105
    ADVANCED = "advanced"
    AUTH_USERNAME = "auth_username"
    DISPLAY_NAME = "display_name"
    CALLER_ID = "caller_id"
    SIP_DOMAIN = "sip_domain"
    OUTBOUND_PROXY = "outbound_proxy"
    REGISTER = "register"
    IDENTITY = "identity"
    HIDE_NUMBER = "hide_number"
    PUBLIC_ADDRESS = "public_address"
    STUN_SERVER = "stun_server"
    ALLOW_FROM = "allow_from"
    RTP_PORT = "rtp_port"
    TRANSPORT = "transport"
    LOCAL_PORT = "local_port"
    SRTP = "srtp"
    VERIFY_TLS = "verify_tls"
    CODECS = "codecs"
    DTMF_METHOD = "dtmf_method"
    # account: options
    LINES = "lines"
    LANGUAGE = "language"
    YOUR_NAME = "your_name"
    LEAVE_NUMBER = "leave_number"
    PIPELINE = "pipeline"
    STT_ENGINE = "stt_engine"
    TTS_ENGINE = "tts_engine"
    TTS_VOICE = "tts_voice"
    AI_TASK = "ai_task"
    RING_EARLY = "ring_early"
    RING_TOGETHER = "ring_together"
    RING_ROUNDS = "ring_rounds"
    PHONE_PORT = "phone_port"
    MAX_CALL_MINUTES = "max_call_minutes"
    MAX_CALL_COST = "max_call_cost"
    NOTIFY_HOLD = "notify_hold"
    CRITICAL_PUSH = "critical_push"
    QUIET_START = "quiet_start"
    QUIET_END = "quiet_end"
    NOTIFY_ENTITIES = "notify_entities"
    SATELLITES = "satellites"
    LLM_CALLS = "llm_calls"
    COUNTRIES = "countries"
    ALLOW_PREMIUM = "allow_premium"
    CALLS_PER_HOUR = "calls_per_hour"
    CALLS_PER_DAY = "calls_per_day"
    MINUTES_PER_DAY = "minutes_per_day"
    TRIES = "tries"
    RECORD = "record"
    RECORD_KIND = "record_kind"
    RECORD_FORMAT = "record_format"
    RECORD_ANNOUNCE = "record_announce"
    RECORDING_DAYS = "recording_days"
    RECORDING_QUOTA_MB = "recording_quota_mb"
    # options that all accounts share: records
    HISTORY_URL = "history_url"
    HISTORY_COPY = "history_copy"
    KEEP_DAYS = "keep_days"
    KEEP_CALLS = "keep_calls"
    KEEP_MEGABYTES = "keep_megabytes"
    EVENT_LOG = "event_log"
    # phone
    NAME = "name"
    KIND = "kind"
    ADDRESS = "address"
    RING_TIME = "ring_time"
    ORDER = "order"
    TRUSTED = "trusted"
    PUSH_DEVICE = "push_device"
    SERVER = "server"
    PORT = "port"
    NEW_PASSWORD = "new_password"  # noqa: S105
    HA1_MD5 = "ha1_md5"
    HA1_SHA256 = "ha1_sha256"
    AVAILABLE_FROM = "available_from"
    AVAILABLE_UNTIL = "available_until"
    AVAILABLE_DAYS = "available_days"
    # contact
    NUMBER = "number"
    ALIASES = "aliases"
    PRICE_PER_MINUTE = "price_per_minute"
    COMPANY = "company"
    INTENT = "intent"
    FLOW = "flow"
    FLOW_TEXT = "flow_text"
    SECRETS = "secrets"
    SECRET_NAME = "secret_name"  # noqa: S105
    SECRET_VALUE = "secret_value"  # noqa: S105
    CALL_BACK = "call_back"
    CALL_BACK_MINUTES = "call_back_minutes"
    REDIAL = "redial"
    REDIAL_ATTEMPTS = "redial_attempts"
    REDIAL_MINUTES = "redial_minutes"
    OPENS = "opens"
    CLOSES = "closes"
    OPEN_DAYS = "open_days"


class LlmCalls(StrEnum):
    """Whether a language model may place calls."""

    OFF = "off"
    CONFIRM = "confirm"
    ON = "on"


class BusEvent(StrEnum):
    """Events on Home Assistant's bus (fields: docs/automations.md)."""

    CALL = "hold_slayer_call"
    HOLD_DETECTED = "hold_slayer_hold_detected"
    HUMAN_DETECTED = "hold_slayer_human_detected"
    CALL_ENDED = "hold_slayer_call_ended"
