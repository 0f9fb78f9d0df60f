"""Bandejas: counts and rows, with names instead of ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desktop.records.documents import DocumentView
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.slips import Hop, SlipView
from desktop.routing.trays import Days, Tray, count_days

from .acting import stands_for
from .desk import Desk
from .draft import subject_of


@dataclass(frozen=True, slots=True)
class TrayRow:
    """One line of a tray. ``person`` and ``unit`` say from whom it came; in Enviados to whom it went. ``unit`` is a label."""

    document: DocumentView
    slip: SlipView | None
    hop: Hop | None
    person: str
    unit: str
    sheets: int
    since: datetime | None
    days: Days | None
    waits_for: str = ""


def counts(desk: Desk) -> dict[Tray, int]:
    """How many rows each tray has; drafts that are no events yet included."""
    found = dict(desk.store.tray_counts(desk.unit_id, desk.official or None, standing_for=_held(desk)))
    found[Tray.DRAFTS] = found.get(Tray.DRAFTS, 0) + len(_open_drafts(desk))
    return {tray: found.get(tray, 0) for tray in Tray}


def rows(desk: Desk, tray: Tray, words: str = "") -> list[TrayRow]:
    """The rows of a tray, the most pressing first; with ``words`` only what the search finds."""
    wanted = set(desk.store.search(words)) if words.strip() else None
    found = [
        _row(desk, tray, item.document, item.slip, item.hop)
        for item in desk.store.tray(tray, desk.unit_id, desk.official or None, standing_for=_held(desk))
        if wanted is None or item.document.id in wanted
    ]
    if tray is Tray.DRAFTS and wanted is None:
        found += _open_drafts(desk)
    return sorted(found, key=_pressing)


def _held(desk: Desk) -> tuple[str, ...]:
    """Whose documents wait for the one who sits here: those of everybody whom he substitutes today."""
    return stands_for(desk, desk.official, EventKind.SIGNED)[1:] if desk.official else ()


def _pressing(row: TrayRow) -> tuple[int, float]:
    left = row.days.left if row.days and row.days.left is not None else 10_000
    return left, -(row.since.timestamp() if row.since else 0.0)


def _row(desk: Desk, tray: Tray, document: DocumentView, slip: SlipView | None, hop: Hop | None) -> TrayRow:
    if hop is None:
        return TrayRow(
            document,
            slip,
            None,
            name_of(desk, document.author),
            unit_label(desk, document.unit),
            document.pages,
            document.changed_at,
            None,
            name_of(desk, document.next_official or ""),
        )
    outgoing = tray is Tray.SENT
    person = hop.to_official if outgoing else hop.from_official
    since = hop.received_at or hop.sent_at
    days = None
    if tray in {Tray.INCOMING, Tray.PENDING}:
        days = count_days(since.astimezone(desk.zone).date(), hop.deadline, desk.now_local().date())
    return TrayRow(
        document,
        slip,
        hop,
        name_of(desk, person),
        unit_label(desk, hop.to_unit if outgoing else hop.from_unit),
        hop.sheets,
        since,
        days,
    )


def _open_drafts(desk: Desk) -> list[TrayRow]:
    rows = []
    for kept in desk.store.drafts():
        if desk.store.events_of_document(kept.id):
            continue  # frozen already: it lies in another tray, or came back observed
        view = DocumentView(
            id=kept.id,
            kind=kept.template,
            subject=subject_of(desk, kept),
            author=kept.author,
            unit=desk.unit_id,
            signers=kept.signers,
            approvers=kept.approvers,
            changed_at=kept.updated_at,
        )
        rows.append(_row(desk, Tray.DRAFTS, view, None, None))
    return rows


def name_of(desk: Desk, official: str) -> str:
    """An official's name by this desk's directory; empty for nobody, the id where the directory does not know him."""
    if not official:
        return ""
    try:
        return desk.directory.official(official).name
    except OfficeError:
        return official


def unit_label(desk: Desk, unit: str) -> str:
    """A unit in one word for a narrow row: the last part of its CITE prefix (``GADOR-SEDES`` → ``SEDES``)."""
    try:
        return desk.directory.unit(unit).prefix.rpartition("-")[2]
    except OfficeError:
        return unit


def unit_name(desk: Desk, unit: str) -> str:
    """A unit's name by this desk's directory; the id where the directory does not know it."""
    try:
        return desk.directory.unit(unit).name
    except OfficeError:
        return unit
