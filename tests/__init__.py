"""Tests of Hold Slayer."""
