"""Tests of the messages and the link."""
