"""Generar: where the entity's rules say so, a draft gets its number as soon as it is made, not only when it is frozen."""

from __future__ import annotations

from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.numbering import Assigned
from desktop.records.people import Official
from desktop.store.desk import Act
from desktop.store.drafts import Draft

from .acts import record
from .desk import Desk
from .numbers import Cite, numbering_of, reserve_cite

_LATER = frozenset({"storage.unreachable", "storage.denied", "cite.no_numbers", "cite.not_owner", "cite.clock_behind"})


def enter_in_book(
    desk: Desk, act: Act, kept: Draft, *, subject: str, author: Official, cite: Cite, parents: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Record the draft and its number; returns what the next event follows."""
    drafted = record(
        desk,
        act,
        EventKind.DRAFTED,
        document=kept.id,
        actor=author,
        parents=parents,
        body={
            "kind": kept.template,
            "subject": subject,
            "signers": list(kept.signers),
            "approvers": list(kept.approvers),
            "access": kept.access,
            "practice": desk.directory.entity.practice,
        },
    )
    numbered = record(
        desk,
        act,
        EventKind.NUMBERED,
        document=kept.id,
        actor=author,
        parents=(drafted.digest,),
        body={"cite": cite.text, "series": cite.series, "year": cite.year, "number": cite.number},
    )
    return (numbered.digest,)


def generate(desk: Desk, kept: Draft, *, subject: str, author: Official) -> str:
    """Number a draft now; returns its CITE, the one it has when it has one. Raises what ``reserve_cite`` raises; the draft stays."""
    if desk.store.events_of_document(kept.id):
        return desk.store.document(kept.id).cite
    cite = reserve_cite(desk, desk.templates[kept.template].code, desk.now_local().year, kept.id)
    with desk.store.act() as act:
        enter_in_book(desk, act, kept, subject=subject, author=author, cite=cite)
    return cite.text


def generate_if_due(desk: Desk, kept: Draft, *, subject: str, author: Official) -> str:
    """Number a new draft where its type is numbered at generation. Empty where it is not, or where no number can be had now:
    then it is numbered when it is frozen, at the latest.
    """
    template = desk.templates[kept.template]
    if not template.signed or numbering_of(desk, template.code).assigned is not Assigned.GENERATION:
        return ""
    try:
        return generate(desk, kept, subject=subject, author=author)
    except OfficeError as error:
        if error.code not in _LATER:
            raise
        return ""


def changed_since(desk: Desk, kept: Draft, subject: str) -> dict[str, object]:
    """What freezing tells anew of a draft that was numbered before: it could still be changed."""
    if desk.store.document(kept.id).state is not DocumentState.DRAFT:
        return {}
    return {"subject": subject, "signers": list(kept.signers), "approvers": list(kept.approvers), "access": kept.access}
