"""The heading of a hoja de ruta: the same values for the printed sheet, the command line and the window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from desktop.drafting.values import person_line
from desktop.records.documents import DocumentView
from desktop.records.errors import OfficeError
from desktop.routing.sheet import SlipView

from .desk import Desk
from .trays import unit_name


@dataclass(frozen=True, slots=True)
class SheetHeading:
    """People are ``Nombre | Cargo``. ``source`` is the unit or entity that it comes from, ``cite`` that of its sender.

    ``procedure`` is the trámite, ``enclosures`` the adjuntos in words, ``deadline`` that of the whole sheet; ``principal`` and
    ``members`` are the numbers of the slips with which it is grouped, where this desk has them.
    """

    number: str
    subject: str
    sender: str
    source: str
    cite: str
    dated: date | None
    registered_at: datetime | None
    addressee: str
    procedure: str
    kind: str
    enclosures: str
    sheets: int
    deadline: date | None = None
    principal: str = ""
    members: tuple[str, ...] = ()


def sheet_heading(desk: Desk, view: SlipView) -> SheetHeading:
    """What the slip's opening and its document say; less where they have not arrived yet."""
    try:
        document = desk.store.document(view.document)
    except OfficeError:
        document = DocumentView(view.document)
    origin = document.origin
    first = next((hop for hop in view.hops if hop.official), None)
    told = view.heading.addressee or (person_of(desk, first.to_official, first.to_unit) if first else "")
    template = desk.templates.get(document.kind)
    made = document.created_at
    return SheetHeading(
        number=view.number,
        subject=view.subject,
        sender=_sender(desk, view, document),
        source=origin.entity if origin else unit_name(desk, view.origin_unit),
        cite=origin.cite if origin else document.cite,
        dated=origin.dated if origin else made.astimezone(desk.zone).date() if made else None,
        registered_at=view.opened_at.astimezone(desk.zone) if view.opened_at else None,
        addressee=told,
        procedure=view.heading.procedure,
        kind=(origin.paper if origin else "") or (template.name if template and not origin else document.kind),
        enclosures=origin.enclosures if origin else ", ".join(item.name for item in document.attachments),
        sheets=document.sheets,
        deadline=view.deadline,
        principal=number_of(desk, view.principal) if view.principal else "",
        members=tuple(number_of(desk, member) for member in view.members),
    )


def _sender(desk: Desk, view: SlipView, document: DocumentView) -> str:
    if document.origin is not None:
        return person_line(document.origin.name or document.origin.entity, document.origin.post)
    return person_of(desk, document.author, view.origin_unit)


def person_of(desk: Desk, who: str, unit: str) -> str:
    """``Nombre | Cargo`` of that official, else the unit's name."""
    if not who:
        return person_line(unit_name(desk, unit))
    try:
        person = desk.directory.official(who)
    except OfficeError:  # gone from a directory that is older than the act
        return who
    return person_line(person.name, person.post)


def number_of(desk: Desk, slip: str) -> str:
    """The number of a slip; its id where this desk has never heard of it."""
    try:
        return desk.store.slip(slip).number
    except OfficeError:
        return slip
