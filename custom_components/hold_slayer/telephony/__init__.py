"""Home Assistant's side of the engine: the messages and the link."""
