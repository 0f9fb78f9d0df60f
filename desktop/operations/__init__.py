"""The verbs of the office, one module each. Each is one act that either happened or did not: one local transaction, outbox included."""
