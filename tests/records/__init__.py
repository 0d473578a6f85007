"""The history, its queries and figures."""
