"""Integridad: read every byte of the archive again and compare it with its inventories."""

from __future__ import annotations

from desktop.archive.fixity import FixityReport, check
from desktop.archive.index import IndexRow, read_index, refresh

from .desk import Desk, Progress, no_progress

__all__ = ["FixityReport", "check_archive", "list_archive"]


def check_archive(desk: Desk, *, progress: Progress = no_progress) -> FixityReport:
    """The whole root of this desk's archive. Raises ``archive.none_here`` and storage's codes."""
    return check(desk.archive(), progress=progress)


def list_archive(desk: Desk) -> list[IndexRow]:
    """The dossiers of the archive, from its own index, brought up to date first."""
    refresh(desk.archive())
    return read_index(desk.archive())
