"""Leer el texto de una digitalización: what a scan says, for searching. It helps to find and is never part of the document."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.drafting.ocr import PAGE_END, ReadText, read_pages
from desktop.drafting.scans import ScanReader
from desktop.records.errors import OfficeError

from .desk import Desk, Progress, no_progress
from .scanning import SIDECAR, drawn_pages


def read_scan(desk: Desk, document: str, *, progress: Progress = no_progress) -> ReadText:
    """Read a document's pages now, e.g. after tesseract was installed; the words are kept at this desk only.

    Raises ``document.unknown``, ``store.bytes_missing``, ``scan.bad_pdf``.
    """
    view = desk.store.document(document)
    if not desk.store.has_bytes(view.digest):
        raise OfficeError("store.bytes_missing", sha256=view.digest)
    with ScanReader() as reader:
        pages = drawn_pages(desk, reader, desk.store.path_of(view.digest))
    read = read_pages(pages, progress=progress)
    if read.text:
        with desk.store.act() as act:
            act.index_text(document, read.text.replace(PAGE_END, "\n"))
    return read


def index_sidecars(desk: Desk, documents: Iterable[str]) -> None:
    """Make documents that came with their text findable by it."""
    for document in documents:
        found = [item for item in desk.store.document(document).attachments if item.name == SIDECAR]
        for item in found:
            if desk.store.has_bytes(item.sha256):
                text = desk.store.get_bytes(item.sha256).decode("utf-8", "replace")
                with desk.store.act() as act:
                    act.index_text(document, text)
