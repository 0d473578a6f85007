"""Home Assistant's speech-to-text, text-to-speech and models, as a call needs them."""
