"""Tests of the native wheel and of the checkout's own tools."""
