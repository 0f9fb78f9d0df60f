"""La descripción de un expediente: what the desk knows of it already, by the rules of ISAD(G); whoever deposits may say it better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from desktop.archive.manifest import Description, SchemeRow
from desktop.records.errors import OfficeError
from desktop.records.series import HOLDS_DOSSIERS, Disposition, Series, path_of, usual_series

from .desk import Desk

if TYPE_CHECKING:
    from desktop.records.documents import DocumentView

_MOST_NAMED = 30  # documents in the summary; all of them stand in the list of documents
_DISPOSITIONS = {Disposition.PERMANENT: "Conservación permanente", Disposition.PENDING: "Pendiente de valoración"}


def series_of(desk: Desk, views: Sequence[DocumentView], wanted: str) -> Series | None:
    """The row of the scheme by code or id; without one the usual row for the principal's kind, or None: then nobody has said.

    Raises ``series.unknown``, ``series.holds_no_dossiers``.
    """
    scheme = desk.directory.scheme
    if not wanted:
        return usual_series(scheme, kind=views[0].kind, unit=desk.unit_id)
    found = next((row for row in scheme if wanted in (row.code, row.id)), None)
    if found is None:
        raise OfficeError("series.unknown", series=wanted)
    if found.level not in HOLDS_DOSSIERS:
        raise OfficeError("series.holds_no_dossiers", series=found.code)
    return found


def described(desk: Desk, views: Sequence[DocumentView], row: Series | None, said: Description) -> Description:
    """What was said, and where nothing was, what documents, slips and scheme tell. ``views``: the principal first."""
    known = Description(
        series=row.id if row else "",
        path=tuple(
            SchemeRow(each.level.value, each.code, each.title) for each in path_of(desk.directory.scheme, row.id)
        )
        if row
        else (),
        history=_history(desk, views),
        scope=_scope(desk, views),
        appraisal=_appraisal(row),
        arrangement="Por hoja de ruta, en el orden de los actos." if any(view.slip for view in views) else "",
        physical=_physical(views),
    )
    return replace(known, **{member.name: text for member in fields(said) if (text := getattr(said, member.name))})


def _scope(desk: Desk, views: Sequence[DocumentView]) -> str:
    named = [f"{_kind(desk, view)} {view.cite}: {view.subject}" for view in views[:_MOST_NAMED]]
    rest = len(views) - len(named)
    return "; ".join(named) + (f"; y {rest} documentos más" if rest else "") + "."


def _kind(desk: Desk, view: DocumentView) -> str:
    template = desk.templates.get(view.kind)
    return template.name if template else view.kind


def _history(desk: Desk, views: Sequence[DocumentView]) -> str:
    """The units through whose hands it went (ISAD(G) 3.2.3), in order."""
    units: dict[str, None] = {}
    for slip in dict.fromkeys(view.slip for view in views if view.slip):
        for hop in desk.store.slip(slip).hops:
            units |= dict.fromkeys((hop.from_unit, hop.to_unit))
    by_id = {unit.id: unit.name for unit in desk.directory.units}
    names = [by_id.get(unit, unit) for unit in units]
    return f"Pasó por: {', '.join(names)}." if names else ""


def _appraisal(row: Series | None) -> str:
    if row is None:
        return ""
    phases = (("oficina", row.phases.office), ("central", row.phases.central), ("intermedio", row.phases.intermediate))
    years = ", ".join(
        f"archivo {'de ' if name == 'oficina' else ''}{name} {n} años" for name, n in phases if n is not None
    )
    parts = [_DISPOSITIONS[row.disposition], years, row.norm]
    return "; ".join(part for part in parts if part) + "."


def _physical(views: Sequence[DocumentView]) -> str:
    scanned = sum(view.scanned for view in views)
    attached = sum(len(view.attachments) for view in views)
    parts = [
        "Documentos electrónicos en PDF con firma digital PAdES" if scanned < len(views) else "Documentos digitalizados"
    ]
    if 0 < scanned < len(views):
        parts.append(f"{scanned} de origen externo, digitalizados")
    if attached:
        parts.append(f"{attached} archivos adjuntos en su formato original")
    return "; ".join(parts) + "."
