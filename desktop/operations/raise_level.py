"""Elevar: add validation data and a document timestamp to a signed document, when its turn allows one more append."""

from __future__ import annotations

from desktop.records.documents import DocumentView, require
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from signing.report import Level, RaiseReceipt

from .desk import Desk
from .sign import keep_append


def raise_level(desk: Desk, document: str, *, official: str = "", level: Level = Level.B_LTA) -> RaiseReceipt:
    """Raise the document's bytes; one act. Raises ``raise.not_appender``, ``raise.no_timestamps`` and what signing raises."""
    from signing.renewal import raise_file

    actor = desk.acting(official)
    view = desk.store.document(document)
    require(view, EventKind.RAISED)
    require_appender(desk, view)
    if desk.timestamps is None:
        raise OfficeError("raise.no_timestamps")
    output = desk.work_folder() / f"{view.id}-raised.pdf"
    try:
        receipt = raise_file(
            desk.store.path_of(view.digest), output, trust=desk.trust, timestamps=desk.timestamps, level=level
        )
        keep_append(
            desk,
            view,
            output.read_bytes(),
            EventKind.RAISED,
            actor,
            level=receipt.level,
            more={"why": "validation_data_and_document_timestamp"},
        )
    finally:
        output.unlink(missing_ok=True)
    return receipt


def require_appender(desk: Desk, view: DocumentView) -> None:
    """One appender at a time (docs/formats/document.md): while signatures are awaited nobody else; then the OFICIAL's holder."""
    if view.next_official is not None:
        raise OfficeError("raise.not_appender", cite=view.cite, turn=view.next_official)
    holder = desk.store.slip(view.slip).holder if view.slip else view.unit
    if holder != desk.unit_id:
        raise OfficeError("raise.not_appender", cite=view.cite, turn=holder)
