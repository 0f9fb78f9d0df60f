"""What came after a signed revision: our own analysis, judged revision by revision (docs/decisions/0022).

``history.History`` is one file on the table; ``rules.classify`` turns what it found into none, permitted or suspicious.
"""
