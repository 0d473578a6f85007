"""Telephones and exchanges nobody here wrote, started for tests: Asterisk and baresip."""
