"""Opening the window on a desk, or drawing its screens without a display."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.assembly import open_desk

from .binding import BoundDesk


@contextmanager
def bound_desk(home: Path, official: str) -> Iterator[BoundDesk]:
    """The desk in that home, bound for the window, closed at the end."""
    desk = open_desk(home, official=official)
    try:
        yield BoundDesk(desk)
    finally:
        desk.close()


def open_desk_window(home: Path, official: str = "") -> int:
    """Open the window and stay until it is closed; returns its exit status."""
    from .application import run

    with bound_desk(home, official) as office:
        return run(office)


def draw_screens(home: Path, official: str, folder: Path) -> list[Path]:
    """Draw every pane of the real window as PNG into ``folder``."""
    from .gallery import render_screens

    with bound_desk(home, official) as office:
        office.tokens()
        return render_screens(office, folder)
