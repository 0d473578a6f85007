"""Reaching the user: phones, push messages and what to do when nobody answers."""
