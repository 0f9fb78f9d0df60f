"""Concluir y reabrir: the OFICIAL's holder closes the slip with its documents, or takes it back to Pendientes."""

from __future__ import annotations

from desktop.records.documents import DocumentState, require
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.slips import require_conclude

from .acts import record
from .desk import Desk


def conclude(desk: Desk, document: str, remark: str = "", *, official: str = "") -> None:
    """Conclude a document and every other one on its slip, in one transaction. Raises ``slip.not_holder``, ``slip.in_transit``."""
    actor = desk.acting(official)
    view = desk.store.document(document)
    require(view, EventKind.CONCLUDED)
    body = {"remark": remark}
    if view.slip is None:
        with desk.store.act() as act:
            record(desk, act, EventKind.CONCLUDED, document=document, actor=actor, body=body)
        return
    slip = desk.store.slip(view.slip)
    require_conclude(slip, desk.unit_id)
    with desk.store.act() as act:
        # The principal's event closes the slip; those of the other documents close only their own chain.
        record(desk, act, EventKind.CONCLUDED, document=slip.document, actor=actor, slip=slip.id, body=body)
        for other in slip.documents:
            if other != slip.document and act.document(other).state is DocumentState.SIGNED:
                record(desk, act, EventKind.CONCLUDED, document=other, actor=actor, slip=slip.id, body=body)


def reopen(desk: Desk, document: str, *, official: str = "") -> None:
    """Take a concluded document back. Raises ``document.act_forbidden``; what was deposited stays concluded."""
    actor = desk.acting(official)
    view = desk.store.document(document)
    require(view, EventKind.REOPENED)
    if view.slip is not None and desk.store.slip(view.slip).holder != desk.unit_id:
        raise OfficeError(
            "slip.not_holder", slip=desk.store.slip(view.slip).number, holder=desk.store.slip(view.slip).holder
        )
    with desk.store.act() as act:
        record(desk, act, EventKind.REOPENED, document=document, actor=actor, slip=view.slip, body={})
