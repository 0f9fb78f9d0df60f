"""The command line: one command, ``qillqa``, over the operations. Messages in Spanish on stderr; ``--json`` alone on stdout."""
