"""An integration for measurements: how late Home Assistant's event loop runs, and what its process holds."""

import asyncio
import ctypes
import gc
from pathlib import Path
import sys
import threading
from typing import Any

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

DOMAIN = "loop_probe"
#: Whose objects are counted.
WATCHED = "custom_components.hold_slayer"
#: Seconds between two looks at the clock.
STEP_S = 0.005
CONFIG_SCHEMA = cv.empty_config_schema(DOMAIN)


class Probe:
    """Asks the loop to run it every 5 ms and notes by how much it is late."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin."""
        self._hass = hass
        self._late: list[float] = []
        self._due = 0.0
        self._wait()

    @callback
    def late(self, _call: ServiceCall) -> ServiceResponse:
        """Return how late the loop was since the last question, ms, and begin anew."""
        times, self._late = sorted(self._late) or [0.0], []
        return {
            "looks": len(times),
            "late_99_ms": round(times[int(len(times) * 0.99)] * 1000, 1),
            "late_most_ms": round(times[-1] * 1000, 1),
        }

    async def held(self, _call: ServiceCall) -> ServiceResponse:
        """Return what the process holds after a garbage collection; memory in bytes."""
        return {
            "tasks": len(asyncio.all_tasks()),
            "listeners": sum(self._hass.bus.async_listeners().values()),
            **await self._hass.async_add_executor_job(_held),
        }

    @callback
    def _look(self) -> None:
        """Note how late it is."""
        self._late.append(self._hass.loop.time() - self._due)
        self._wait()

    @callback
    def _wait(self) -> None:
        """Ask for the next look."""
        self._due = self._hass.loop.time() + STEP_S
        self._hass.loop.call_at(self._due, self._look)


def _held() -> dict[str, int]:
    """Return what can be asked from any thread, without counting this look at the descriptors."""
    gc.collect()
    resident = _resident()
    # gives back what was freed: what is left is held by somebody
    ctypes.CDLL(None).malloc_trim(0)
    return {
        "descriptors": len(list(Path("/proc/self/fd").iterdir())) - 1,
        "threads": threading.active_count(),
        "objects": sum(_watched(thing) for thing in gc.get_objects()),
        "blocks": sys.getallocatedblocks(),
        "memory": resident,
        "memory_trimmed": _resident(),
    }


def _resident() -> int:
    """Return the resident memory of this process, bytes."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def _watched(thing: Any) -> bool:
    """Tell whether an object is an instance of a watched class."""
    return str(getattr(type(thing), "__module__", "")).startswith(WATCHED)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Begin, and offer the figures as actions."""
    probe = Probe(hass)
    for name in ("late", "held"):
        hass.services.async_register(
            DOMAIN, name, getattr(probe, name), supports_response=SupportsResponse.ONLY
        )
    return True
