"""A job's progress note as an operation wants it: told, and asked whether to end, apart. No Qt here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.records.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable


class Stoppable:
    """``progress`` never raises, so that what is under way is finished; ``cancelled`` tells once the person wants it ended."""

    def __init__(self, note: Callable[[int, int, str], None]) -> None:
        self._note = note
        self._last = (0, 0)
        self._stopped = False

    def progress(self, done: int, total: int) -> None:
        """Tell how far it is."""
        self._last = (done, total)
        self.cancelled()

    def cancelled(self) -> bool:
        """Whether to end; asked as often as the operation likes."""
        if not self._stopped:
            try:
                self._note(*self._last, "")
            except Cancelled:
                self._stopped = True
        return self._stopped
