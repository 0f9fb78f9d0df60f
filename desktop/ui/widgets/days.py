"""Days that a person chooses: a field with its calendar, and one that may be left out."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QCheckBox, QDateEdit

from desktop.ui.widgets.flow import flowing

WORDING = "dd/MM/yyyy"


class DayField(QDateEdit):
    """A day, typed or picked from its calendar."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setCalendarPopup(True)
        self.setDisplayFormat(WORDING)
        self.setAccessibleName(name)

    def day(self) -> date:
        """The day that is shown."""
        shown = self.date()
        return date(shown.year(), shown.month(), shown.day())

    def set_day(self, day: date) -> None:
        """Show that day."""
        self.setDate(QDate(day.year, day.month, day.day))


class OptionalDay:
    """A day that counts only while its box is ticked. ``row`` is both beside each other."""

    def __init__(self, question: str, name: str, gap: int) -> None:
        self.wanted = QCheckBox(question)
        self.field = DayField(name)
        self.field.setEnabled(False)
        self.wanted.toggled.connect(self.field.setEnabled)
        self.row = flowing(self.wanted, self.field, gap=gap)

    def start(self, today: date, ahead: int) -> None:
        """Unticked again; not before today, and so many days ahead of it when it is ticked."""
        self.wanted.setChecked(False)
        start = QDate(today.year, today.month, today.day)
        self.field.setMinimumDate(start)
        self.field.setDate(start.addDays(ahead))

    def day(self) -> date | None:
        """The day, or None while the box is not ticked."""
        return self.field.day() if self.wanted.isChecked() else None
