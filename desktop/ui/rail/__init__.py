"""The rail: where am I."""
