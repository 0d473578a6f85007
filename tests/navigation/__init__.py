"""Tests of the navigator: pure logic, driven moment by moment."""
