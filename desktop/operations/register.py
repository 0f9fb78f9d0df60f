"""Libro de correlativos: every number of this unit, what it was given for, and what became of it; and numbers given twice."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from desktop.records.cite import gaps
from desktop.records.documents import DocumentView
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.store.cite_book import BURNT
from desktop.store.cite_register import BookRow, NumberConflict

from . import settling
from .acts import heads, record
from .desk import Desk
from .numbers import first_number, own_series
from .on_slip import own_units
from .void import record_void, require_void

RESERVED, DOUBLED, BURNED = "reserved", "doubled", "burnt"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``last`` is above ``number`` for a run of numbers that no document bears.

    ``state`` is a document's state, ``reserved`` (kept for a draft), ``doubled`` (observed: more than one document bears it),
    ``burnt`` (the program died while giving it), or why nobody bears it (``unused``, ``dropped``, ``paper``, ``elsewhere``).
    ``at`` is in the entity's zone, by the clock of the PC.
    """

    series: str
    year: int
    number: int
    last: int
    cite: str = ""
    at: datetime | None = None
    kind: str = ""
    subject: str = ""
    author: str = ""
    state: str = ""
    reason: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """A number that several documents bear, for the chief to settle. ``yours``: who sits here may."""

    cite: str
    documents: tuple[DocumentView, ...]
    yours: bool


def register(desk: Desk, *, year: int | None = None, series: str = "") -> list[Entry]:
    """The book of this unit by series, gestión and number; only that gestión or series where given."""
    own = own_series(desk)
    rows = [row for row in desk.store.number_book() if row.series in own or _of_unit(desk, row)]
    doubled = {document for one in desk.store.number_conflicts() for document in one.documents}
    settled = {
        (one.text, document): one.reason for one in desk.store.number_settlements() for document in one.documents
    }
    entries = [_entry(desk, row, doubled, settled.get((row.text, row.document), "")) for row in rows] + _gaps(
        desk, rows, own
    )
    wanted = [one for one in entries if year in (None, one.year) and series in ("", one.series)]
    return sorted(wanted, key=lambda one: (one.series, one.year, one.number, one.document))


def as_json(entries: Sequence[Entry]) -> str:
    """The book as one JSON document; times in ISO 8601 with their offset."""
    rows = [{**asdict(one), "at": one.at.isoformat() if one.at else None} for one in entries]
    return json.dumps({"register": rows}, ensure_ascii=False, indent=2) + "\n"


def _of_unit(desk: Desk, row: BookRow) -> bool:
    return row.unit in own_units(desk) or row.kind is None


def _entry(desk: Desk, row: BookRow, doubled: Collection[str], settled: str) -> Entry:
    at = row.at.astimezone(desk.zone)
    line = Entry(row.series, row.year, row.number, row.number, row.text, at, document=row.document)
    names = {each.id: each.name for each in desk.directory.officials}
    if row.document.startswith(BURNT):
        return replace(line, document="", state=BURNED)
    if row.kind is None:
        kept = desk.store.draft(row.document)
        author = names.get(kept.author, "") if kept else ""
        return replace(line, state=RESERVED, author=author, kind=_title(desk, kept.template if kept else ""))
    view = desk.store.document(row.document)
    state = DOUBLED if row.document in doubled else view.state.value
    reason = view.void_reason or settled
    kind = _title(desk, view.kind) if row.kind is EventKind.NUMBERED else _title(desk, "hoja_de_ruta")
    return replace(line, kind=kind, subject=view.subject, author=names.get(view.author, ""), state=state, reason=reason)


def _title(desk: Desk, template: str) -> str:
    found = desk.templates.get(template)
    return found.name if found else template


def _gaps(desk: Desk, rows: Sequence[BookRow], own: Collection[str]) -> list[Entry]:
    kept, dropped = desk.store.number_blocks()
    held = {(one.series, one.year) for one in (*kept, *dropped)}
    books = held | {(row.series, row.year) for row in rows if row.series in own}
    found: list[Entry] = []
    for series, year in sorted(books):
        known = frozenset(row.number for row in rows if (row.series, row.year) == (series, year))
        mine = [[one for one in blocks if (one.series, one.year) == (series, year)] for blocks in (kept, dropped)]
        missing = gaps(known, mine[0], mine[1], first_number(desk, series, year))
        found += [Entry(series, year, gap.first, gap.last, state=gap.why) for gap in missing]
    return found


# --- numbers given twice -------------------------------------------------------------------------------------------
def observed(desk: Desk) -> list[Observed]:
    """Numbers that several documents bear, one of them of this unit, until the chief has settled them."""
    found = []
    for one in desk.store.number_conflicts():
        views = tuple(desk.store.document(document) for document in one.documents)
        if any(view.unit in own_units(desk) for view in views):
            found.append(Observed(one.text, views, _settles(desk)))
    return found


def settle(desk: Desk, cite: str, keep: Sequence[str], reason: str, *, official: str = "") -> None:
    """Decide of a number that several documents bear: those named keep it, the others, of this unit, are annulled. One act.

    Only the unit's chief may, where it has one. Raises ``settle.unknown``, ``settle.not_chief``, ``settle.no_reason``,
    ``settle.not_bearer`` for a document that does not bear it, ``document.act_forbidden`` for one that cannot be annulled.
    """
    who = desk.acting(official)
    if not reason.strip():
        raise OfficeError("settle.no_reason")
    conflict = _conflict(desk, cite)
    if not _settles(desk, who.id):
        raise OfficeError("settle.not_chief", unit=desk.unit.name)
    if not keep or set(keep) - set(conflict.documents):
        raise OfficeError("settle.not_bearer", cite=cite)
    views = [desk.store.document(document) for document in conflict.documents if document not in keep]
    for view in views:
        require_void(desk, view)
    body: dict[str, object] = {
        "cite": conflict.text,
        "documents": list(conflict.documents),
        "keep": list(keep),
        "reason": reason.strip(),
    }
    if conflict.series:
        body |= {"series": conflict.series, "year": conflict.year, "number": conflict.number}
    with desk.store.act() as act:
        for view in views:
            record_void(desk, act, view, reason, who)
        first = keep[0]
        record(desk, act, EventKind.NUMBER_SETTLED, document=first, actor=who, body=body, parents=heads(act, (first,)))
    settling.settle(desk, [view.id for view in views])


def _conflict(desk: Desk, cite: str) -> NumberConflict:
    for one in desk.store.number_conflicts():
        if one.text == cite:
            return one
    raise OfficeError("settle.unknown", cite=cite)


def _settles(desk: Desk, official: str = "") -> bool:
    return desk.unit.chief in (None, official or desk.official)
