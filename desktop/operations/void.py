"""Anular: a document keeps its number and its bytes, and says for ever that it does not count, and why."""

from __future__ import annotations

from desktop.records.documents import DocumentView, require
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.people import Official
from desktop.store.desk import Act

from .acts import record
from .desk import Desk
from .draft import subject_of
from .generate import enter_in_book
from .numbers import reserved_cite
from .on_slip import own_units
from .settling import settle


def void(desk: Desk, document: str, reason: str, *, official: str = "") -> str:
    """Annul a document of this unit, or a draft that has only a reserved number; returns its CITE, which nobody gets again.

    Its author, its signers or the unit's chief may. Raises ``void.no_reason``, ``void.not_yours``, ``void.no_number`` for a draft
    without one, ``document.act_forbidden`` where its state forbids it.
    """
    who = desk.acting(official)
    if not reason.strip():
        raise OfficeError("void.no_reason")
    if not desk.store.events_of_document(document):
        return _void_draft(desk, document, reason, who)
    view = desk.store.document(document)
    _require_may(desk, who, view.author, view.signers)
    require_void(desk, view)
    with desk.store.act() as act:
        record_void(desk, act, view, reason, who)
    settle(desk, [document])
    return view.cite


def require_void(desk: Desk, view: DocumentView) -> None:
    """Only its own unit annuls a document, and only while its state allows it."""
    require(view, EventKind.VOIDED)
    if view.unit not in own_units(desk):
        raise OfficeError("document.act_forbidden", act=EventKind.VOIDED.value, state=view.state.value, cite=view.cite)


def record_void(desk: Desk, act: Act, view: DocumentView, reason: str, who: Official) -> None:
    """The event itself; every unit that the document has been at hears of it."""
    body = {"reason": reason.strip()}
    record(desk, act, EventKind.VOIDED, document=view.id, actor=who, slip=view.slip, body=body)


def _void_draft(desk: Desk, document: str, reason: str, who: Official) -> str:
    """A number that was reserved for a draft and never printed: it enters the book together with its annulment."""
    kept = desk.store.draft(document)
    if kept is None:
        raise OfficeError("draft.unknown", document=document)
    _require_may(desk, who, kept.author, kept.signers)
    cite = reserved_cite(desk, desk.templates[kept.template].code, document)
    if cite is None:
        raise OfficeError("void.no_number")
    with desk.store.act() as act:
        parents = enter_in_book(desk, act, kept, subject=subject_of(desk, kept), author=who, cite=cite)
        record(
            desk, act, EventKind.VOIDED, document=document, actor=who, body={"reason": reason.strip()}, parents=parents
        )
    settle(desk, [document])
    return cite.text


def _require_may(desk: Desk, who: Official, author: str, signers: tuple[str, ...]) -> None:
    if who.id not in (author, *signers, desk.unit.chief):
        raise OfficeError("void.not_yours", name=desk.directory.official(author).name)
