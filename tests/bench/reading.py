"""What one measurement says."""

from __future__ import annotations

from typing import NamedTuple


class Reading(NamedTuple):
    """``value`` in the row's unit; ``detail``: from what it was reckoned."""

    value: float
    detail: str = ""
