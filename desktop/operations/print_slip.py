"""Imprimir la hoja de ruta: the sheet that goes with paper, filled in from the slip's events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desktop.drafting.body import Body
from desktop.drafting.dates import date_in_words
from desktop.drafting.jobs import PageJob, SetPage, verification_text
from desktop.drafting.setting import freeze
from desktop.drafting.templates import MOST, Template
from desktop.drafting.values import FieldValue, person_line
from desktop.records.documents import DocumentView
from desktop.records.errors import OfficeError
from desktop.routing.slips import ACTIONS, Hop, HopMode, HopState, SlipView

from .desk import Desk
from .trays import name_of, unit_name

INTERNAL, EXTERNAL = "hoja_de_ruta", "hoja_de_ruta_externa"
_URGENT = "urgente"
Say = Callable[[str], str]


def print_slip(desk: Desk, slip: str, say: Say) -> SetPage:
    """The sheet as PDF/A: the heading, a proveído for every hop, and room for those to be written by hand.

    Nothing is recorded; the same events give the same bytes. Its QR says entity, number and the slip's id, by which every desk
    that has the slip finds it. ``say`` gives the words of ``action.…`` and ``hop_state.…``. Raises ``slip.unknown``,
    ``slip.too_long_to_print`` and what drafting raises.
    """
    view = desk.store.slip(slip)
    if len(view.hops) >= MOST:
        raise OfficeError("slip.too_long_to_print", number=view.number, hops=len(view.hops), most=MOST - 1)
    document = desk.store.document(view.document)
    opened = _local(desk, view.opened_at) if view.opened_at else desk.now_local()
    template = _template(desk, document)
    known = {spec.name for spec in template.fields}
    fields = {
        name: value for name, value in _fields(desk, view, document, opened, say).items() if name in known and value
    }
    entity = desk.directory.entity
    return freeze(
        PageJob(
            template=template,
            fields=fields,
            body=Body(),
            cite=view.number,
            place_date=date_in_words(opened.date(), desk.place),
            practice=entity.practice,
            qr=verification_text(entity.acronym, view.number, view.id),
            signers=(),
            created=max(_moments(view), default=opened).replace(microsecond=0),
            document_id=view.id,
            resources=desk.resources,
            sheet=template.sheet,
            letterhead=desk.letterhead,
        )
    )


def _template(desk: Desk, document: DocumentView) -> Template:
    """The sheet of its kind; an entity's own family may have but one."""
    wanted = EXTERNAL if document.origin is not None else INTERNAL
    return desk.templates[wanted if wanted in desk.templates else INTERNAL]


def _fields(desk: Desk, view: SlipView, document: DocumentView, opened: datetime, say: Say) -> dict[str, FieldValue]:
    first = next((hop for hop in view.hops if hop.mode is HopMode.OFFICIAL), None)
    catalogue = [action_words(action, say) for action in (desk.directory.actions or ACTIONS)]
    return {
        "entidad": desk.directory.entity.name,
        "unidad": unit_name(desk, view.origin_unit),
        "referencia": view.subject,
        "destinatario": [_official(desk, first.to_official, first.to_unit)] if first else [],
        "registro": _moment(opened),
        "hojas": str(document.sheets) if document.sheets else "",
        "acciones": [action_words(_URGENT, say), *catalogue],
        "proveidos": [*(_proveido(desk, hop, say) for hop in view.hops), *([] if view.concluded else [{}])],
        **_origin(desk, view, document),
    }


def _origin(desk: Desk, view: SlipView, document: DocumentView) -> dict[str, FieldValue]:
    """Who it comes from, and under which number: of a letter from outside what its sender said."""
    origin = document.origin
    if origin is not None:
        return {
            "remitente": [person_line(origin.name or origin.entity, origin.post)],
            "procedencia": origin.entity,
            "cite_original": origin.cite,
            "fecha_cite": origin.dated.isoformat() if origin.dated else "",
            "tipo": origin.paper or document.kind,
            "adjunto": origin.enclosures,
        }
    made = document.created_at
    kind = desk.templates.get(document.kind)
    return {
        "remitente": [_official(desk, document.author, view.origin_unit)],
        "procedencia": unit_name(desk, view.origin_unit),
        "cite_original": document.cite,
        "fecha_cite": _local(desk, made).date().isoformat() if made else "",
        "tipo": kind.name if kind else document.kind,
        "adjunto": ", ".join(item.name for item in document.attachments),
    }


def _proveido(desk: Desk, hop: Hop, say: Say) -> dict[str, str]:
    to = ", ".join(part for part in _official(desk, hop.to_official, hop.to_unit).split(" | ") if part)
    asked = [hop.action, *([_URGENT] if hop.urgent else [])]
    return {
        "a": f"{to} ({hop.mode.value})",
        "acciones": "; ".join(action_words(action, say) for action in asked),
        "texto": hop.remark,
        "adjunto": hop.paper,
        "plazo": date_in_words(hop.deadline, "") if hop.deadline else "",
        "hojas": str(hop.sheets) if hop.sheets else "",
        "recibido": _received(desk, hop, say),
    }


def _received(desk: Desk, hop: Hop, say: Say) -> str:
    """What stands under "Sello Recibido": empty while nobody took it, so that a stamp finds room."""
    if hop.received_at is not None:
        who = name_of(desk, hop.received_by)
        return "\n".join(part for part in (_moment(_local(desk, hop.received_at)), who) if part)
    if hop.state in {HopState.REJECTED, HopState.CANCELLED}:
        state = say(f"hop_state.{hop.state.value}")
        return f"{state}: {hop.reason}" if hop.reason else state
    return ""


def action_words(action: str, say: Say) -> str:
    """An action of the catalogue as the sheet prints it; the entity's own words pass unchanged."""
    return say(f"action.{action}") if action in {*ACTIONS, _URGENT} else action


def _official(desk: Desk, who: str, unit: str) -> str:
    """``Nombre | Cargo`` of that official, else the unit's name."""
    if not who:
        return person_line(unit_name(desk, unit))
    try:
        person = desk.directory.official(who)
    except OfficeError:  # gone from a directory that is older than the act
        return who
    return person_line(person.name, person.post)


def _moments(view: SlipView) -> list[datetime]:
    moments = [view.opened_at, *(at for hop in view.hops for at in (hop.sent_at, hop.received_at))]
    return [at for at in moments if at is not None]


def _local(desk: Desk, at: datetime) -> datetime:
    return at.astimezone(desk.zone)


def _moment(local: datetime) -> str:
    return f"{date_in_words(local.date(), '')}, {local:%H:%M}"
