"""Qillqa, the desk: records, routing, drafting, store, archive, exchange, operations, command line and window."""
