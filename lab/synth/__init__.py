"""Sounds the lab makes itself: music, songs, offices, tones and synthetic voices, by seed, float32 at 8 kHz."""
