"""Firmar: what can be known before the PIN, then the PIN, last and once."""
