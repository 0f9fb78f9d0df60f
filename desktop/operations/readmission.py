"""How it stands with a desk's new admission: what the window knows of it before any room behind it is loaded."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """``COPY``: a new admission can be asked for. Then it waits: ``ON_STICK`` is left on another stick, too, ``BY_LINE`` is not."""

    NONE = ""
    COPY = "copy"
    ON_STICK = "on_stick"
    BY_LINE = "by_line"
