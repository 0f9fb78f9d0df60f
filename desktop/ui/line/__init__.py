"""The line: what is on its way, and how far."""
