"""Where a desk lies when nobody says otherwise. Apart from ``desks``, which brings the whole desk with it."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def default_home() -> Path:
    """The folder of this PC's user's desk."""
    named = os.environ.get("QILLQA_HOME")  # as the option --home reads it, for commands that have none
    return Path(named) if named else Path(platformdirs.user_data_dir("qillqa", appauthor=False)) / "escritorio"
