"""PySide6 6.12 loses a reference to None per call on Python 3.11; the window must outlive any number of calls."""

from __future__ import annotations

import subprocess
import sys

CALLS = """
import desktop.ui
from PySide6.QtCore import QObject
thing = QObject()
for _ in range(200_000):
    thing.setObjectName("ñ")
    thing.parent()
print("alive")
"""


def test_the_window_survives_two_hundred_thousand_calls() -> None:
    done = subprocess.run([sys.executable, "-c", CALLS], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "alive\n", "")
