"""The panes that the rail opens by name, made when they are first opened: they bring operations that a start does without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.ui.line.pane import LinePane
from desktop.ui.pouch.pane import PouchPane

if TYPE_CHECKING:
    from desktop.ui.archive.pane import ArchivePane
    from desktop.ui.bench import Bench
    from desktop.ui.control.monitor import MonitorPane
    from desktop.ui.control.reports import ReportsPane
    from desktop.ui.office import DeskStatus
    from desktop.ui.window import Window

    Place = MonitorPane | ReportsPane | LinePane | PouchPane | ArchivePane


def make_place(place: str, window: Window, bench: Bench, status: DeskStatus | None) -> Place:
    """Monitor, reports, pouch, archive or line, wired to the window that shows it."""
    from desktop.ui.archive.pane import ArchivePane
    from desktop.ui.control.monitor import MonitorPane
    from desktop.ui.control.reports import ReportsPane

    pane: Place
    match place:
        case "monitor":
            pane = MonitorPane(bench)
            pane.opened.connect(window.open_document)
        case "reports":
            pane = ReportsPane(bench)
        case "pouch":
            pane = PouchPane(bench)
            pane.changed.connect(window.read_status)
        case "archive":
            pane = ArchivePane(bench, custodian=status is not None and status.custodian)
            pane.changed.connect(window.read_status)
            pane.opened.connect(window.open_document)
        case _:
            pane = LinePane(bench)
            pane.opened.connect(window.open_document)
            pane.synchronise_chosen.connect(window.exchange.run)
            pane.pause_chosen.connect(bench.office.line.pause)
            pane.show_busy(busy=window.exchange.busy)
    return pane
