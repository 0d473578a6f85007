"""Whole hold calls with exact truth, made by seed from any corpus: `HoldCall(corpus, seed)`."""

from lab.holdcalls.maker import HoldCall, calls
from lab.holdcalls.truth import SPOKEN, Kind, Segment, Truth

__all__ = ["SPOKEN", "HoldCall", "Kind", "Segment", "Truth", "calls"]
