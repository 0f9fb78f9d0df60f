"""Signed events between desks over an object store: push, pull, directory, enrolment, number blocks, proof.

Formats: docs/formats/events.md and docs/formats/exchange.md. Above ``archive`` and ``store``, below ``operations``.
"""
