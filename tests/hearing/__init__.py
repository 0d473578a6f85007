"""Tests of the ears."""
