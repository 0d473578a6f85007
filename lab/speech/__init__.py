"""Speech servers for the simulated world: speech-to-text and text-to-speech behind the Wyoming protocol."""
