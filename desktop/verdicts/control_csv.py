"""The monitor and the reports as CSV for spreadsheets: words as headings, days as ISO dates, no cell that a spreadsheet would run."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from desktop.operations.monitor import MonitorRow
from desktop.operations.reports import Cell, Table
from desktop.words import words

from .days import days_in_words
from .inert import cell, spreadsheet

MONITOR_COLUMNS = (
    "number",
    "subject",
    "sender",
    "sent",
    "holder",
    "unit",
    "received",
    "deadline",
    "days",
    "state",
    "remark",
)


def to_csv(table: Table, language: str = "es") -> bytes:
    """A report as bytes of a file: UTF-8 with a byte order mark; the totals are its last row."""
    rows = [*table.rows, (words("report_column.total", language).what, *table.totals[1:])]
    return _written([words(code, language).what for code in table.columns], (map(_text, row) for row in rows))


def monitor_csv(rows: Sequence[MonitorRow], language: str = "es") -> bytes:
    """The monitor as bytes of a file, as ``to_csv``."""
    told = (
        (
            row.number, row.subject, row.sender or row.sender_unit, _text(row.sent_at), row.holder, row.unit, _text(row.received_at),
            _text(row.deadline), days_in_words(row.days, language), words(f"monitor_state.{row.state.value}", language).what,
            row.remark,
        )
        for row in rows
    )  # fmt: skip
    return _written([words(f"report_column.{name}", language).what for name in MONITOR_COLUMNS], told)


def _written(heading: Sequence[str], rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = spreadsheet(out)
    writer.writerow(heading)
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)
