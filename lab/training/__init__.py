"""Trains the timbre model: sounds the lab makes, scenes built from them, features, the training itself."""
