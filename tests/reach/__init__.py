"""Tests of reach/."""
