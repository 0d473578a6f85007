"""The card in a real browser, on a real Home Assistant."""
