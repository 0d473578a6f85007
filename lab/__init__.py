"""The simulated world: hold calls, channels, benchmarks, a company and a phone to try everything without a bill."""
