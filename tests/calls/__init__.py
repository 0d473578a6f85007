"""Tests of calls/."""
