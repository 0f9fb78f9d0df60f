"""Imprimir la hoja de ruta: the sheet that goes with paper, filled in from the slip's events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desktop.drafting.body import Body
from desktop.drafting.dates import date_in_words
from desktop.drafting.jobs import PageJob, SetPage, verification_text
from desktop.drafting.setting import freeze
from desktop.drafting.templates import LONGEST, MOST, Template
from desktop.drafting.values import FieldValue
from desktop.records.documents import DocumentView
from desktop.records.errors import OfficeError
from desktop.routing.hops import ACTIONS, Hop, HopState
from desktop.routing.sheet import SlipView

from .desk import Desk
from .slip_heading import SheetHeading, person_of, sheet_heading
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
    fields = {name: value for name, value in _fields(desk, view, opened, say).items() if name in known and value}
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


def _fields(desk: Desk, view: SlipView, opened: datetime, say: Say) -> dict[str, FieldValue]:
    catalogue = [action_words(action, say) for action in (desk.directory.actions or ACTIONS)]
    told = sheet_heading(desk, view)
    return {
        "entidad": desk.directory.entity.name,
        "unidad": unit_name(desk, view.origin_unit),
        "referencia": told.subject,
        "remitente": [told.sender],
        "destinatario": [told.addressee] if told.addressee else [],
        "procedencia": told.source,
        "cite_original": told.cite,
        "fecha_cite": told.dated.isoformat() if told.dated else "",
        "registro": _moment(opened),
        "proceso": told.procedure,
        "tipo": told.kind,
        "adjunto": told.enclosures,
        "hojas": str(told.sheets) if told.sheets else "",
        "plazo": told.deadline.isoformat() if told.deadline else "",
        "grupo": _group(told, say),
        "papel": _paper(desk, view),
        "acciones": [action_words(_URGENT, say), *catalogue],
        "proveidos": [*(_proveido(desk, hop, say) for hop in view.hops), *([] if view.concluded else [{}])],
    }


def _group(told: SheetHeading, say: Say) -> str:
    parts = [f"{say('slip_sheet.principal')} {told.principal}"] if told.principal else []
    parts += [f"{say('slip_sheet.members')} {', '.join(told.members)}"] if told.members else []
    return "; ".join(parts)


def _paper(desk: Desk, view: SlipView) -> str:
    """Where the paper is, once somebody said so."""
    paper = view.paper
    if not paper.what and not paper.where:
        return ""
    return "; ".join(part for part in (paper.what, unit_name(desk, paper.unit), paper.where) if part)


def _proveido(desk: Desk, hop: Hop, say: Say) -> dict[str, str]:
    to = ", ".join(part for part in person_of(desk, hop.to_official, hop.to_unit).split(" | ") if part)
    asked = [*hop.actions, *([_URGENT] if hop.urgent else [])]
    unscanned = f"{say('slip_sheet.unscanned')}: {hop.unscanned}" if hop.unscanned else ""
    text = "\n".join(_said(desk, hop, say))
    return {
        "a": f"{to} ({hop.mode.value})",
        "acciones": "; ".join(action_words(action, say) for action in asked),
        "texto": text if len(text) <= LONGEST["rows"] else f"{text[: LONGEST['rows'] - 1]}…",
        "adjunto": "; ".join(part for part in (hop.paper, unscanned) if part),
        "plazo": date_in_words(hop.deadline, "") if hop.deadline else "",
        "hojas": str(hop.sheets) if hop.sheets else "",
        "recibido": _received(desk, hop, say),
    }


def _said(desk: Desk, hop: Hop, say: Say) -> list[str]:
    """The proveído, with whom to coordinate, and what its receiver wrote on it."""
    lines = [hop.remark] if hop.remark else []
    lines += [f"{say('slip_sheet.coordinate')}: {hop.coordinate}"] if hop.coordinate else []
    for moved in hop.reassignments:
        lines.append(f"{say('slip_sheet.reassigned')} {name_of(desk, moved.after)}: {moved.reason}")
    for delay in hop.justifications:
        until = f" {say('slip_sheet.until')} {date_in_words(delay.until, '')}" if delay.until else ""
        lines.append(f"{say('slip_sheet.justified')}{until}: {delay.reason}")
    return [f"{say('slip_sheet.void')}.", *lines] if hop.void else lines


def _received(desk: Desk, hop: Hop, say: Say) -> str:
    """What stands under "Sello Recibido": empty while nobody took it, so that a stamp finds room."""
    if hop.received_at is not None:
        who = name_of(desk, hop.received_by)
        told = (_moment(_local(desk, hop.received_at)), who, hop.paper_received)
        return "\n".join(part for part in told if part)
    if hop.state in {HopState.REJECTED, HopState.CANCELLED}:
        state = say(f"hop_state.{hop.state.value}")
        return f"{state}: {hop.reason}" if hop.reason else state
    return ""


def action_words(action: str, say: Say) -> str:
    """An action of the catalogue as the sheet prints it; the entity's own words pass unchanged."""
    return say(f"action.{action}") if action in {*ACTIONS, _URGENT} else action


def _moments(view: SlipView) -> list[datetime]:
    moments = [view.opened_at, *(at for hop in view.hops for at in (hop.sent_at, hop.received_at))]
    return [at for at in moments if at is not None]


def _local(desk: Desk, at: datetime) -> datetime:
    return at.astimezone(desk.zone)


def _moment(local: datetime) -> str:
    return f"{date_in_words(local.date(), '')}, {local:%H:%M}"
