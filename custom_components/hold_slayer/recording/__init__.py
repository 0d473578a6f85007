"""Recordings as files: where they lie, what is told about them, how they are finished and repaired."""
