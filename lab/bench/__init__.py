"""Benchmarks: every figure that the project claims is printed by one of these, on a named input."""
