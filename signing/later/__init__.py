"""What came after a signed revision: our own analysis, judged revision by revision (docs/decisions/0022).

``History`` is one file on the table; ``classify`` turns what it found into none, permitted or suspicious.
"""

from .history import History
from .rules import classify

__all__ = ["History", "classify"]
