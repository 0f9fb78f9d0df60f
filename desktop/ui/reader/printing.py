"""Print the document in view: each page drawn in the killable child and laid on the paper, page by page, with a way to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QRectF, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter

from desktop.records.errors import OfficeError
from desktop.ui.jobs import Job, Lane

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from desktop.ui.bench import Bench
    from desktop.ui.office import OfficeDesk, Progress

translate = QCoreApplication.translate
_DOTS = 200  # per inch: sharp enough for text, and a page of a letter is 1700 across
_INCH = 72.0  # points


def ask_for_printer(parent: QWidget, name: str, pages: int, size: QSizeF) -> QPrinter | None:
    """The system's own dialog; None where the person declines. ``size`` of the first page in points."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(name)
    printer.setPageSize(QPageSize(size, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.FuzzyMatch))
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(translate("Printing", "Imprimir"))
    dialog.setMinMax(1, pages)
    dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange)
    return printer if dialog.exec() else None


def wanted_pages(printer: QPrinter, pages: int) -> list[int]:
    """Pages from 0 that were asked for in the dialog."""
    first, last = printer.fromPage() or 1, printer.toPage() or pages
    return list(range(max(first, 1) - 1, min(last, pages)))


def start_printing(
    bench: Bench,
    path: Path,
    pages: list[int],
    printer: QPrinter,
    *,
    password: str = "",
    owner: QWidget,
    progress: Callable[[int, int, str], object],
) -> Job[int]:
    """Print in the pool; the job tells its progress and can be cancelled between pages. Not started yet."""
    job = bench.jobs.tracked(lambda note: _print(bench.office, path, pages, printer, password, note), Lane.POOL)
    return job.owned_by(owner).progress(progress)


def _print(
    office: OfficeDesk, path: Path, pages: list[int], printer: QPrinter, password: str, progress: Progress
) -> int:
    """How many pages went to the printer. Raises OfficeError ``print.refused``, and what drawing raises."""
    painter = QPainter()
    try:
        for number, page in enumerate(pages):
            progress(number, len(pages), "")
            image = QImage.fromData(office.render_page(path, page, _width_on(printer), password), "PNG")  # type: ignore[arg-type]
            if number == 0:
                _turn_paper(printer, image)
            if not (painter.isActive() and printer.newPage()) and not (number == 0 and painter.begin(printer)):
                raise OfficeError("print.refused", printer=printer.printerName() or printer.outputFileName())
            painter.drawImage(_place(printer, image), image)
    except BaseException:
        printer.abort()
        raise
    finally:
        if painter.isActive():
            painter.end()
    return len(pages)


def _width_on(printer: QPrinter) -> int:
    """Pixels across for the longer side of the paper, so that a page lying on its side is as sharp."""
    paper = printer.pageLayout().fullRect(QPageLayout.Unit.Point)
    return round(max(paper.width(), paper.height()) * _DOTS / _INCH)


def _turn_paper(printer: QPrinter, image: QImage) -> None:
    lying = image.width() > image.height()
    printer.setPageOrientation(QPageLayout.Orientation.Landscape if lying else QPageLayout.Orientation.Portrait)


def _place(printer: QPrinter, image: QImage) -> QRectF:
    """As large as the printable part of the paper allows, in its middle; never larger than the page itself on the same paper."""
    room = QRectF(printer.pageRect(QPrinter.Unit.DevicePixel))
    room.moveTo(0, 0)
    scale = min(room.width() / max(image.width(), 1), room.height() / max(image.height(), 1))
    size = QSizeF(image.width() * scale, image.height() * scale)
    return QRectF((room.width() - size.width()) / 2, (room.height() - size.height()) / 2, size.width(), size.height())
