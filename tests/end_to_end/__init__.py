"""Whole calls: a real Home Assistant, the real engine, the simulated world, real speech servers."""
