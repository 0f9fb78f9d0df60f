"""Projections: documents, slips, hops and trays, folded from events by the pure rules of ``records`` and ``routing``.

A slip is folded from the chains of every document that has an event on it; a document from its own chain and those of its
slips' documents, since causality runs through them. So what is folded depends on the set of events only, never on the order
in which they came: that is what ``projection_digest`` shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.records.documents import DocumentView, fold_document
from desktop.records.events import Event, SignedEvent
from desktop.routing.slips import SlipView, fold_slip
from desktop.routing.trays import Place, places_of_document, places_of_slip

from . import search
from .tables import documents, events, hops, search_words, slip_documents, slips, tray_items
from .times import write_time
from .views import write_view

if TYPE_CHECKING:
    from sqlalchemy import Connection


def read_events(connection: Connection, *, chains: Collection[str]) -> list[SignedEvent]:
    """The events of those documents, in the order of claimed time."""
    statement = select(events.c.digest, events.c.payload, events.c.jws).where(events.c.document.in_(list(chains)))
    return [signed_event(row) for row in connection.execute(statement.order_by(events.c.claimed_at, events.c.digest))]


def signed_event(row: Any) -> SignedEvent:
    """An event from its row (digest, payload, jws)."""
    return SignedEvent(Event.from_payload(json.loads(row.payload)), row.digest, row.jws)


def project(connection: Connection, touched: Iterable[str]) -> None:
    """Fold again whatever new events of those documents can have changed."""
    dirty = set(touched)
    if not dirty:
        return
    concerned = _slips_of(connection, dirty)
    chains = dirty | _chains_of(connection, concerned)
    folder = _Folder(connection)
    for slip in sorted(concerned):
        _write_slip(connection, folder.slip(slip))
    for document in sorted(chains):
        _write_document(connection, folder, document)


def rebuild(connection: Connection) -> None:
    """Throw every projection away and fold all events again."""
    for table in (tray_items, hops, slip_documents, slips, documents):
        connection.execute(delete(table))
    search.clear(connection)
    folder = _Folder(connection)
    for slip in connection.scalars(
        select(events.c.slip).where(events.c.slip.is_not(None)).distinct().order_by(events.c.slip)
    ):
        _write_slip(connection, folder.slip(slip))
    for document in connection.scalars(select(events.c.document).distinct().order_by(events.c.document)).all():
        _write_document(connection, folder, document)


class _Folder:
    """Folds with what it has read once; lives as long as one projection run."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._slips: dict[str, SlipView] = {}

    def slip(self, slip: str) -> SlipView:
        """That slip, from the chains of all documents with an event on it."""
        if slip not in self._slips:
            if len(self._slips) > 1000:
                self._slips.clear()
            chains = _chains_of(self._connection, {slip})
            self._slips[slip] = fold_slip(slip, read_events(self._connection, chains=chains))
        return self._slips[slip]

    def document(self, document: str) -> DocumentView | None:
        """That document, or None where no event of it is here."""
        connection = self._connection
        slips_of_it = _slips_of(connection, {document})
        chains = {document} | _chains_of(connection, slips_of_it)
        chain = read_events(connection, chains=chains)
        if not any(item.event.document == document for item in chain):
            return None
        refused = {digest for slip in slips_of_it for digest in self.slip(slip).refused}
        return fold_document(document, chain, refused=refused)


def _slips_of(connection: Connection, chains: Collection[str]) -> set[str]:
    """Slips on which those documents have events."""
    statement = select(events.c.slip).where(events.c.document.in_(list(chains)), events.c.slip.is_not(None)).distinct()
    return {slip for slip in connection.scalars(statement) if slip is not None}


def _chains_of(connection: Connection, concerned: Collection[str]) -> set[str]:
    """Documents that have events on those slips."""
    statement = select(events.c.document).where(events.c.slip.in_(list(concerned))).distinct()
    return set(connection.scalars(statement)) if concerned else set()


def _write_slip(connection: Connection, view: SlipView) -> None:
    connection.execute(delete(slips).where(slips.c.id == view.id))  # its hops, documents and places go with it
    connection.execute(
        insert(slips).values(
            id=view.id,
            number=view.number,
            document=view.document,
            holder=view.holder,
            concluded=view.concluded,
            conflict=view.conflict is not None,
            view=write_view(view),
        )
    )
    if view.documents:
        connection.execute(insert(slip_documents), [{"slip": view.id, "document": d} for d in view.documents])
    if view.hops:
        connection.execute(
            insert(hops),
            [
                {
                    "slip": view.id,
                    "id": hop.id,
                    "place": place,
                    "from_unit": hop.from_unit,
                    "to_unit": hop.to_unit,
                    "to_official": hop.to_official,
                    "mode": hop.mode.value,
                    "state": hop.state.value,
                    "sent_at": write_time(hop.sent_at),
                    "received_at": write_time(hop.received_at) if hop.received_at else None,
                    "deadline": hop.deadline.isoformat() if hop.deadline else None,
                }
                for place, hop in enumerate(view.hops)
            ],
        )
    _write_places(connection, places_of_slip(view), document=view.document, slip=view.id)


def _write_document(connection: Connection, folder: _Folder, document: str) -> None:
    view = folder.document(document)
    if view is None:
        return
    row = {
        "id": view.id,
        "state": view.state.value,
        "unit": view.unit,
        "author": view.author,
        "cite": view.cite,
        "slip": view.slip,
        "next_official": view.next_official,
        "digest": view.digest,
        "view": write_view(view),
    }
    statement = upsert(documents).values(row).on_conflict_do_update(index_elements=[documents.c.id], set_=row)
    rowid = connection.scalar(statement.returning(documents.c.rowid))
    connection.execute(delete(tray_items).where(tray_items.c.document == document, tray_items.c.slip.is_(None)))
    _write_places(connection, places_of_document(view), document=document, slip=None)
    if rowid is not None:
        index_document(connection, rowid, view)


def index_document(connection: Connection, rowid: int, view: DocumentView) -> None:
    """Put the document into the search index with the words that callers gave for it."""
    number = connection.scalar(select(slips.c.number).where(slips.c.id == view.slip)) if view.slip else ""
    words = connection.scalar(select(search_words.c.words).where(search_words.c.document == view.id))
    search.index(connection, rowid, subject=view.subject, cite=view.cite, slip=number or "", words=words or "")


def _write_places(connection: Connection, places: Iterable[Place], *, document: str, slip: str | None) -> None:
    rows = [
        {
            "tray": place.tray.value,
            "unit": place.unit,
            "official": place.official,
            "document": document,
            "slip": slip,
            "hop": place.hop,
            "since": write_time(place.since) if place.since else "",
        }
        for place in places
    ]
    if rows:
        connection.execute(insert(tray_items), rows)


def digest_of(connection: Connection) -> str:
    """SHA-256 over documents, slips, hops and trays. Nothing local is in it: no reception time, no draft, no row number."""
    digest = hashlib.sha256()
    for table, leave_out in ((documents, {"rowid"}), (slips, set()), (slip_documents, set()), (hops, set())):
        _add_rows(connection, digest, table, leave_out)
    _add_rows(connection, digest, tray_items, {"rowid"})
    return digest.hexdigest()


def _add_rows(connection: Connection, digest: Any, table: Table, leave_out: set[str]) -> None:
    columns = [column for column in table.c if column.name not in leave_out]
    digest.update(f"{table.name}\n".encode())
    for row in connection.execute(select(*columns).order_by(*columns)):
        digest.update(json.dumps(list(row), ensure_ascii=False).encode() + b"\n")
