"""Derivar."""
