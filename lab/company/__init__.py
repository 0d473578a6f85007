"""The simulated company: what a scenario file can say, and the machine that plays it."""
