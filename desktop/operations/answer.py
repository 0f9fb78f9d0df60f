"""Responder: tie an answer, made and signed at this desk, to the hop it answers."""

from __future__ import annotations

from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.slips import require_act

from .acts import heads, record
from .desk import Desk


def answer(desk: Desk, slip: str, hop: str, document: str, *, official: str = "") -> None:
    """Put a signed document on the slip as the answer to a hop that this unit holds.

    Raises ``slip.act_forbidden``, ``answer.not_signed``, ``answer.on_another_slip``.
    """
    actor = desk.acting(official)
    view = desk.store.document(document)
    if view.state is not DocumentState.SIGNED:
        raise OfficeError("answer.not_signed", cite=view.cite)
    if view.slip is not None:
        raise OfficeError("answer.on_another_slip", cite=view.cite)
    principal = desk.store.slip(slip).document
    require_act(desk.store.slip(slip), hop, EventKind.ANSWERED, desk.unit_id)
    with desk.store.act() as act:
        record(
            desk,
            act,
            EventKind.ANSWERED,
            document=document,
            actor=actor,
            slip=slip,
            parents=heads(act, (document, principal)),
            body={"hop": hop, "answer": document},
        )
