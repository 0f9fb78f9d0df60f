"""What the window asks of a unit's control: who has what, and the reports. LOCAL lane. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from desktop.operations.monitor import MonitorRow
    from desktop.operations.reports import ReportKind, Table


class ControlVerbs(Protocol):
    """Monitor and reports; their rows are those of the operations."""

    def oversees(self) -> bool:
        """Whether who sits here sees the monitor of this unit: its chief, who stands for him, his secretary."""
        ...

    def monitor(self) -> Sequence[MonitorRow]:
        """What lies with whom, the most pressing first. Raises ``monitor.not_chief``."""
        ...

    def report(self, kind: ReportKind, since: date, until: date) -> Table:
        """That report, both days counted. Raises ``report.no_period``."""
        ...

    def save_monitor(self, path: Path, rows: Sequence[MonitorRow], language: str) -> None:
        """As CSV for spreadsheets. Raises OSError."""
        ...

    def save_table(self, path: Path, table: Table, language: str) -> None:
        """As CSV for spreadsheets. Raises OSError."""
        ...
