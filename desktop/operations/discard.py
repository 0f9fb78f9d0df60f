"""Descartar: an author throws away a draft that he will not send. It lies in this desk's wastebasket for a month.

No event is ever taken back: a number that the draft holds is annulled with its reason (``void``) and stays in the book. What
is restored after that is a new draft with the same text.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.records.people import Official
from desktop.store.drafts import Draft

from .desk import Desk
from .draft import subject_of
from .files import write_whole
from .generate import generate_if_due
from .void import void
from .writing import drafts_folder, open_writing

KEPT = timedelta(days=30)
_IN_WORK = frozenset({DocumentState.DRAFT, DocumentState.OBSERVED, DocumentState.VOID})


@dataclass(frozen=True, slots=True)
class Discarded:
    """A draft in the wastebasket. ``until`` (UTC) it can be restored; ``cite`` is the number that was annulled, if it had one."""

    document: str
    subject: str
    author: str
    cite: str
    since: datetime
    until: datetime


def discard(desk: Desk, document: str, reason: str = "", *, official: str = "") -> str:
    """Throw a draft away; returns the CITE that is annulled with it, empty where it had no number.

    Raises ``draft.unknown``, ``discard.not_author``, ``discard.begun`` for what is frozen or has gone further,
    ``draft.open_elsewhere`` while it is being written, ``void.no_reason`` where a number needs one. Safe to repeat after a crash.
    """
    who = desk.acting(official)
    kept = desk.store.draft(document)
    if kept is None:
        raise OfficeError("draft.unknown", document=document)
    _require_author(desk, kept, who)
    begun = bool(desk.store.events_of_document(document))
    view = desk.store.document(document) if begun else None
    if view is not None and view.state not in _IN_WORK:
        raise OfficeError("discard.begun", cite=view.cite)
    cite = ""
    if view is None or view.state is not DocumentState.VOID:
        with open_writing(desk, document) as text:  # the row takes what the journal holds, which an annulment ends
            kept = text.save()
        if begun or desk.store.reserved_number(document) is not None:  # also of a type that is gone meanwhile
            cite = void(desk, document, reason, official=official)
    with desk.store.act() as act:
        act.mark_discarded(document, desk.clock())
    forget_old(desk)
    return cite


def restore(desk: Desk, document: str, *, official: str = "") -> str:
    """Take a draft out of the wastebasket; returns its id, another one where its number was annulled.

    Raises ``restore.not_there``, ``discard.not_author``.
    """
    who = desk.acting(official)
    forget_old(desk)
    kept = next((each for each in desk.store.wastebasket() if each.id == document), None)
    if kept is None:
        raise OfficeError("restore.not_there", document=document)
    _require_author(desk, kept, who)
    if desk.store.events_of_document(document):
        return _write_anew(desk, kept, who)
    with desk.store.act() as act:
        act.mark_discarded(document, None)
    return document


def wastebasket(desk: Desk) -> list[Discarded]:
    """What can be restored here, the latest written first."""
    forget_old(desk)
    found = []
    for kept in desk.store.wastebasket():
        since = kept.discarded_at or kept.updated_at
        cite = desk.store.document(kept.id).cite if desk.store.events_of_document(kept.id) else ""
        found.append(Discarded(kept.id, subject_of(desk, kept), kept.author, cite, since, since + KEPT))
    return found


def forget_old(desk: Desk) -> None:
    """Let go what has lain in the wastebasket for ``KEPT``: row, journal, versions. Its events, if any, stay."""
    now = desk.clock()
    for kept in desk.store.wastebasket():
        if kept.discarded_at is not None and kept.discarded_at + KEPT <= now:
            _forget_files(desk, kept.id)
            desk.store.drop_draft(kept.id)


def _write_anew(desk: Desk, kept: Draft, who: Official) -> str:
    """The same text under a new id: who has the annulled document keeps it as it is."""
    fresh = replace(kept, id=desk.ids(), updated_at=desk.clock(), discarded_at=None)
    folder = drafts_folder(desk)
    old = folder / f"{kept.id}.versions"
    if old.exists():
        write_whole(folder / f"{fresh.id}.versions", old.read_bytes())
    with desk.store.act() as act:
        act.save_draft(fresh)
        act.drop_draft(kept.id)
    _forget_files(desk, kept.id)
    if fresh.template in desk.templates:  # a type that is gone takes no number, and its text is kept
        generate_if_due(desk, fresh, subject=subject_of(desk, fresh), author=who)
    return fresh.id


def _forget_files(desk: Desk, document: str) -> None:
    for path in drafts_folder(desk).glob(f"{document}.*"):
        with suppress(OSError):  # held: the row is gone, and nothing reads it any more
            path.unlink()


def _require_author(desk: Desk, kept: Draft, who: Official) -> None:
    if kept.author != who.id:
        raise OfficeError("discard.not_author", name=desk.directory.official(kept.author).name)
