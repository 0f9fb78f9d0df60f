"""Monitor and reports bound to the operations of one desk. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desktop.operations import monitor, reports
from desktop.operations.files import write_whole

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from desktop.operations.desk import Desk
    from desktop.operations.monitor import MonitorRow
    from desktop.operations.reports import ReportKind, Table


class BoundControl:
    """``ControlVerbs`` of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def oversees(self) -> bool:
        """By the directory, today."""
        return bool(self._desk.official) and monitor.may_oversee(self._desk, self._desk.unit_id, self._desk.official)

    def monitor(self) -> Sequence[MonitorRow]:
        """This unit and those under it."""
        return monitor.monitor(self._desk)

    def report(self, kind: ReportKind, since: date, until: date) -> Table:
        """This unit and those under it."""
        return reports.report(self._desk, kind, since, until)

    def save_monitor(self, path: Path, rows: Sequence[MonitorRow], language: str) -> None:
        """Whole or not at all."""
        from desktop.verdicts.control_csv import monitor_csv  # seldom wanted

        write_whole(path, monitor_csv(rows, language))

    def save_table(self, path: Path, table: Table, language: str) -> None:
        """Whole or not at all."""
        from desktop.verdicts.control_csv import to_csv  # seldom wanted

        write_whole(path, to_csv(table, language))
