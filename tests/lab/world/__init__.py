"""The simulated world, tried with real calls."""
