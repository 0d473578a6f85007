"""Call flows between what users write, what a contact stores and what a call walks."""

from typing import Any

from ..navigation.flow import FORMAT_VERSION, CallFlow
from ..navigation.flow_format import MARK, FlowError, flow_from_dict, flow_to_dict, read_flow

__all__ = ["FlowError", "parse_flow", "stored_flow", "to_store"]


def parse_flow(name: str, value: Any) -> CallFlow | None:
    """Return the flow in a list of steps, a mapping or a text; None for nothing; raises `FlowError`."""
    if value in (None, "", [], {}):
        return None
    if isinstance(value, str):
        if not value.strip():
            return None
        return read_flow(value)
    if isinstance(value, list):
        value = {"steps": value}
    if not isinstance(value, dict):
        raise FlowError("", "a call flow is a list of steps, a mapping or a text")
    return flow_from_dict({MARK: FORMAT_VERSION, "name": name} | value)


def stored_flow(data: Any) -> CallFlow | None:
    """Return the flow that a contact stores."""
    return flow_from_dict(data) if data else None


def to_store(flow: CallFlow | None) -> dict[str, Any] | None:
    """Return a flow as a contact stores it."""
    return flow_to_dict(flow) if flow is not None else None
