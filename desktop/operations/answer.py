"""Responder: begin the answer to a hop, and tie it to that hop once it is signed."""

from __future__ import annotations

from dataclasses import replace

from desktop.drafting.body import Body
from desktop.drafting.values import person_line
from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.acts import require_act
from desktop.routing.hops import Hop

from .acts import heads, record
from .desk import Desk
from .draft import NewDocument, draft
from .on_slip import unit_for


def begin(desk: Desk, slip: str, hop: str, template: str, *, official: str = "") -> str:
    """Keep a draft of the answer, filled in from what it answers; returns its document id. ``answer`` ties it once it is signed.

    Raises ``slip.act_forbidden``, ``slip.superseded``, ``slip.grouped`` and what drafting raises.
    """
    author = desk.acting(official)
    view = desk.store.slip(slip)
    found = view.hop(hop)
    require_act(view, hop, EventKind.ANSWERED, unit_for(desk, found.to_unit))
    form = desk.templates[template]
    answered = desk.store.document(view.document)
    given: dict[str, object] = {
        form.subject: view.subject,
        "para": [_sender(desk, found)],
        "de": [person_line(author.name, author.post)],
        "referencias": [text for text in (answered.cite, view.number) if text],
        "hoja_de_ruta": view.number,
    }
    known = {spec.name for spec in form.fields}
    fields = {name: value for name, value in given.items() if name in known and value}
    new = NewDocument(template, fields, Body(), signers=[author.id], access=answered.access)
    return draft(desk, new, official=author.id)


def _sender(desk: Desk, hop: Hop) -> str:
    try:
        person = desk.directory.official(hop.from_official)
    except OfficeError:  # gone from a directory that is older than the act
        return person_line(desk.directory.unit(hop.from_unit).name)
    return person_line(person.name, person.post)


def answer(desk: Desk, slip: str, hop: str, document: str, *, official: str = "") -> None:
    """Put a signed document on the slip as the answer to a hop that this unit holds.

    Raises ``slip.act_forbidden``, ``slip.superseded``, ``slip.grouped``, ``answer.not_signed``, ``answer.on_another_slip``.
    """
    actor = desk.acting(official)
    view = desk.store.document(document)
    if view.state is not DocumentState.SIGNED:
        raise OfficeError("answer.not_signed", cite=view.cite)
    if view.slip is not None:
        raise OfficeError("answer.on_another_slip", cite=view.cite)
    going = desk.store.slip(slip)
    unit = unit_for(desk, going.hop(hop).to_unit)
    principal = going.document
    require_act(going, hop, EventKind.ANSWERED, unit)
    with desk.store.act() as act:
        record(
            desk,
            act,
            EventKind.ANSWERED,
            document=document,
            actor=replace(actor, unit=unit),
            slip=slip,
            parents=heads(act, (document, principal)),
            body={"hop": hop, "answer": document, **({"unit": view.unit} if view.unit != unit else {})},
        )
