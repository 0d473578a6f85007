"""A real Home Assistant, started and driven as its owner would, for demo and tests."""
