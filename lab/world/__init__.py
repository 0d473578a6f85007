"""The simulated world: a trunk, a company and phones, in a process of their own."""

from .world import Account, World

__all__ = ["Account", "World"]
