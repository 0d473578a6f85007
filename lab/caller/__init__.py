"""A scripted SIP caller for tests of the simulated world: registers, dials, presses, talks, records."""

from .caller import Caller

__all__ = ["Caller"]
