"""The ears: numpy and scipy code that turns the PCM of one leg into dated events."""
