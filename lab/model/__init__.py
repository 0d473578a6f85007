"""A language model for the lab: a real HTTP server that answers as Ollama does, by a script instead of weights."""
