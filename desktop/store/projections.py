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

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.records.documents import DocumentView, fold_document
from desktop.records.events import APART, Event, SignedEvent
from desktop.routing.slips import SlipView, fold_slip
from desktop.routing.trays import Place, places_of_document, places_of_slip

from . import search
from .packing import unpack
from .tables import documents, events, hops, search_words, slip_documents, slips, tray_items
from .times import write_time
from .views import write_view

if TYPE_CHECKING:
    from sqlalchemy import Connection


_APART = [kind.value for kind in APART]  # no chain holds them: nothing is folded from a chain of nothing else
# Built once: building a statement costs more than running it.
_CHAINS = (
    select(events.c.digest, events.c.packed)
    .where(events.c.document.in_(bindparam("chains", expanding=True)), events.c.kind.not_in(_APART))
    .order_by(events.c.claimed_at, events.c.digest)
)
_SLIPS_OF = (
    select(events.c.slip)
    .where(events.c.document.in_(bindparam("chains", expanding=True)), events.c.slip.is_not(None))
    .distinct()
)
_CHAINS_OF = select(events.c.document).where(events.c.slip.in_(bindparam("slips", expanding=True))).distinct()
_DROP_SLIP = delete(slips).where(slips.c.id == bindparam("slip"))
_DROP_PLACES = delete(tray_items).where(tray_items.c.document == bindparam("of"), tray_items.c.slip.is_(None))
_ADD_SLIP, _ADD_SLIP_DOCUMENTS, _ADD_HOPS, _ADD_PLACES = (
    insert(slips), insert(slip_documents), insert(hops), insert(tray_items)
)  # fmt: skip
_COLUMNS = [column.name for column in documents.columns]
_PUT_DOCUMENT = upsert(documents)
_PUT_DOCUMENT = _PUT_DOCUMENT.on_conflict_do_update(
    index_elements=[documents.c.id],
    set_={name: _PUT_DOCUMENT.excluded[name] for name in _COLUMNS if name not in {"rowid", "id"}},
)
_KEPT = 200  # slips and chains that one projection run remembers
_MOVE = update(documents).where(documents.c.id == bindparam("document")).values(rowid=bindparam("to"))
_ROWID = select(documents.c.rowid).where(documents.c.id == bindparam("document"))
_HOLDERS = select(hops.c.from_official, hops.c.to_official).where(hops.c.slip == bindparam("slip"))
_NUMBER = select(slips.c.number).where(slips.c.id == bindparam("slip"))
_WORDS = select(search_words.c.kind, search_words.c.words).where(search_words.c.document == bindparam("document"))


def read_events(connection: Connection, *, chains: Collection[str]) -> list[SignedEvent]:
    """The events of those documents, in the order of claimed time."""
    return [signed_event(row) for row in connection.execute(_CHAINS, {"chains": list(chains)})]


def signed_event(row: Any) -> SignedEvent:
    """An event from its row (digest, packed)."""
    payload, jws = unpack(row.packed)
    return SignedEvent(Event.from_payload(payload), row.digest, jws)


def project(connection: Connection, touched: Iterable[str]) -> None:
    """Fold again whatever new events of those documents can have changed."""
    dirty = set(touched)
    if not dirty:
        return
    concerned = _slips_of(connection, dirty)
    chains = dirty | _chains_of(connection, concerned)
    _write(connection, sorted(chains))


def rebuild(connection: Connection) -> None:
    """Throw every projection away and fold all events again."""
    for table in (tray_items, hops, slip_documents, slips, documents):
        connection.execute(delete(table))
    search.clear(connection)
    _write(connection, connection.scalars(select(events.c.document).distinct().order_by(events.c.document)).all())


def _write(connection: Connection, chains: Iterable[str]) -> None:
    """Fold and keep those documents, each after the slips that it has events on."""
    folder, written = _Folder(connection), set[str]()
    for document in chains:
        for slip in sorted(_slips_of(connection, {document}) - written):
            _write_slip(connection, folder.slip(slip))
            written.add(slip)
        _write_document(connection, folder, document)


class _Folder:
    """Folds with what it has read once; lives as long as one projection run."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._slips: dict[str, SlipView] = {}
        self._chains: dict[frozenset[str], list[SignedEvent]] = {}

    def _read(self, chains: Collection[str]) -> list[SignedEvent]:
        """The events of those documents, kept for the documents of the same slip."""
        wanted = frozenset(chains)
        if wanted not in self._chains:
            if len(self._chains) > _KEPT:
                self._chains.clear()
            self._chains[wanted] = read_events(self._connection, chains=wanted)
        return self._chains[wanted]

    def slip(self, slip: str) -> SlipView:
        """That slip, from the chains of all documents with an event on it."""
        if slip not in self._slips:
            if len(self._slips) > _KEPT:
                self._slips.clear()
            chains = _chains_of(self._connection, {slip})
            self._slips[slip] = fold_slip(slip, self._read(chains))
        return self._slips[slip]

    def document(self, document: str) -> DocumentView | None:
        """That document, or None where no event of it is here."""
        connection = self._connection
        slips_of_it = _slips_of(connection, {document})
        chains = {document} | _chains_of(connection, slips_of_it)
        chain = self._read(chains)
        if not any(item.event.document == document for item in chain):
            return None
        refused = {digest for slip in slips_of_it for digest in self.slip(slip).refused}
        return fold_document(document, chain, refused=refused)


def _slips_of(connection: Connection, chains: Collection[str]) -> set[str]:
    """Slips on which those documents have events."""
    return {slip for slip in connection.scalars(_SLIPS_OF, {"chains": list(chains)}) if slip is not None}


def _chains_of(connection: Connection, concerned: Collection[str]) -> set[str]:
    """Documents that have events on those slips."""
    return set(connection.scalars(_CHAINS_OF, {"slips": list(concerned)})) if concerned else set()


def _write_slip(connection: Connection, view: SlipView) -> None:
    connection.execute(_DROP_SLIP, {"slip": view.id})  # its hops, documents and places go with it
    connection.execute(
        _ADD_SLIP,
        {
            "id": view.id,
            "number": view.number,
            "document": view.document,
            "holder": view.holder,
            "concluded": view.concluded,
            "conflict": bool(view.open_conflicts),
            "view": write_view(view),
            "subject": view.subject,
            "folder": view.folder,
            "deadline": view.deadline.isoformat() if view.deadline else None,
            "principal": view.principal,
        },
    )
    if view.documents:
        connection.execute(_ADD_SLIP_DOCUMENTS, [{"slip": view.id, "document": d} for d in view.documents])
    if view.hops:
        connection.execute(
            _ADD_HOPS,
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
                    "from_official": hop.from_official,
                    "action": hop.action,
                    "remark": hop.remark,
                    "urgent": hop.urgent,
                }
                for place, hop in enumerate(view.hops)
            ],
        )
    _write_places(connection, places_of_slip(view), document=view.document, slip=view.id)


def _write_document(connection: Connection, folder: _Folder, document: str) -> None:
    view = folder.document(document)
    if view is None:
        return
    kept = connection.scalar(_ROWID, {"document": document})
    rowid = search.place_row(connection, view.created_at, kept)
    if kept is not None and kept != rowid:  # what it is dated by came later
        search.drop(connection, kept)
        connection.execute(_MOVE, {"document": document, "to": rowid})
    row = {
        "rowid": rowid,
        "id": view.id,
        "state": view.state.value,
        "unit": view.unit,
        "author": view.author,
        "cite": view.cite,
        "slip": view.slip,
        "next_official": view.next_official,
        "digest": view.digest,
        "view": write_view(view),
        "level": view.level,
    }
    connection.execute(_PUT_DOCUMENT, row)
    connection.execute(_DROP_PLACES, {"of": document})
    _write_places(connection, places_of_document(view), document=document, slip=None)
    index_document(connection, rowid, view)


def index_document(connection: Connection, rowid: int, view: DocumentView) -> None:
    """Put the document into the search index with the words that are kept for it."""
    number = connection.scalar(_NUMBER, {"slip": view.slip}) if view.slip else ""
    kept = {row.kind: row.words for row in connection.execute(_WORDS, {"document": view.id})}
    people = " ".join([*_people(connection, view), kept.pop("people", "")])
    words = " ".join(
        [*((view.origin.words,) if view.origin is not None else ()), *(kept[kind] for kind in sorted(kept))]
    )
    search.index(connection, rowid, subject=view.subject, cite=view.cite, slip=number or "", people=people, words=words)


def _people(connection: Connection, view: DocumentView) -> Iterable[str]:
    """Who has to do with it: ids of officials, which whoever searches knows by name, and the names of senders from outside."""
    told = {view.author, *view.signers, *view.approvers, *(who for pair in view.acting for who in pair)}
    if view.slip:
        told |= {who for row in connection.execute(_HOLDERS, {"slip": view.slip}) for who in row}
    return (*sorted(who for who in told if who), view.origin.sender if view.origin is not None else "")


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
        connection.execute(_ADD_PLACES, rows)


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
