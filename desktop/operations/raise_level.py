"""Elevar: add validation data and a document timestamp to a signed document, when its turn allows one more append."""

from __future__ import annotations

from desktop.records.documents import DocumentState, DocumentView, require
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from signing.report import Level, RaiseReceipt

from .desk import Desk
from .on_slip import own_units
from .sign import keep_append


def raise_level(
    desk: Desk, document: str, *, official: str = "", level: Level = Level.B_LTA, allow_degraded: bool = False
) -> RaiseReceipt:
    """Raise the document's bytes; one act. ``allow_degraded``: as far as the services answer.

    Whether this desk may append is looked at before, and again inside the act: what was made for nothing is thrown away.
    Raises ``raise.not_appender``, ``raise.no_timestamps``, ``document.forked`` and what signing raises.
    """
    from signing.renewal import raise_file

    actor = desk.acting(official)
    view = desk.store.document(document)
    require_raisable(desk, view)
    if desk.timestamps is None:
        raise OfficeError("raise.no_timestamps")
    output = desk.work_folder() / f"{view.id}-raised.pdf"
    try:
        receipt = raise_file(
            desk.store.path_of(view.digest),
            output,
            trust=desk.trust,
            timestamps=desk.timestamps,
            level=level,
            allow_degraded=allow_degraded,
        )
        keep_append(
            desk,
            view,
            output.read_bytes(),
            EventKind.RAISED,
            actor,
            level=receipt.level,
            more={"why": "validation_data_and_document_timestamp"},
            permit=lambda now: require_raisable(desk, now),
        )
    finally:
        output.unlink(missing_ok=True)
    return receipt


def require_raisable(desk: Desk, view: DocumentView) -> None:
    """The document's state allows a raise, and this desk is the one that may append. Raises as ``raise_level`` does."""
    require(view, EventKind.RAISED)
    require_appender(desk, view)


def require_appender(desk: Desk, view: DocumentView) -> None:
    """One appender at a time (docs/formats/exchange.md): while signatures are awaited nobody else; then the OFICIAL's holder,
    but not while the OFICIAL is on its way; after the deposit the custodian, never a desk. Raises ``raise.not_appender``.
    """
    if view.next_official is not None:
        raise OfficeError("raise.not_appender", cite=view.cite, turn=view.next_official)
    if view.state is DocumentState.DEPOSITED:
        raise OfficeError("raise.not_appender", cite=view.cite, turn="archive")
    slip = desk.store.slip(view.slip) if view.slip else None
    if slip is not None and slip.in_transit is not None:
        raise OfficeError("raise.not_appender", cite=view.cite, turn=slip.in_transit.to_unit)
    holder = slip.holder if slip is not None else view.unit
    if holder not in own_units(desk):
        raise OfficeError("raise.not_appender", cite=view.cite, turn=holder)
