"""The main job shown: a simulated company, a real Home Assistant and one call on hold."""
