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
from .find import matching
from .on_slip import own_units

_MOST_FOUND = 2_000  # of the whole desk, the newest: what is looked for in a tray may be older than the first fifty


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
    """How many rows each tray has, those of units that this one took over included; drafts that are no events yet included."""
    found = dict.fromkeys(Tray, 0)
    for unit in own_units(desk):
        held, serving = _held(desk), _serving(desk, unit)
        told = desk.store.tray_counts(unit, desk.official or None, standing_for=held, serving=serving)
        for tray, count in told.items():
            found[tray] += count if tray is not Tray.TO_SIGN or unit == desk.unit_id else 0  # that one asks for no unit
    found[Tray.DRAFTS] += len(_open_drafts(desk))
    return found


def rows(desk: Desk, tray: Tray, words: str = "") -> list[TrayRow]:
    """The rows of a tray, the most pressing first; with ``words`` only what the search finds.

    What is addressed to somebody who left the unit, or to a unit that this one took over, is anybody's here.
    """
    wanted = set(matching(desk, words, limit=_MOST_FOUND)) if words.strip() else None
    units = (desk.unit_id,) if tray is Tray.TO_SIGN else own_units(desk)
    who, held = desk.official or None, _held(desk)
    found = [
        _row(desk, tray, item.document, item.slip, item.hop)
        for unit in units
        for item in desk.store.tray(tray, unit, who, standing_for=held, serving=_serving(desk, unit))
        if wanted is None or item.document.id in wanted
    ]
    if tray is Tray.DRAFTS and wanted is None:
        found += _open_drafts(desk)
    return sorted(found, key=_pressing)


def _serving(desk: Desk, unit: str) -> tuple[str, ...]:
    """Whose things in that unit are theirs alone: who serves in it today."""
    today = desk.now_local().date()
    return tuple(who.id for who in desk.directory.officials_of(unit) if desk.directory.serving(who.id, today))


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
        day, today = since.astimezone(desk.zone).date(), desk.now_local().date()
        days = count_days(day, hop.deadline, today, desk.directory.holidays, desk.directory.rules)
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
    """What the one who sits here is writing; of two officials on one PC neither sees the other's. Nobody in particular: all."""
    rows = []
    for kept in desk.store.drafts():
        if desk.official and kept.author != desk.official:
            continue
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
