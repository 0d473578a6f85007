"""The ears: numpy code that turns the PCM of one leg into dated events."""
