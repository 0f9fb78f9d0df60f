"""What can be read of a desk: the same questions to the store (as committed) and to an act (as it will be)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, or_, select, text

from desktop.records.cite import NumberBlock
from desktop.records.documents import DocumentState, DocumentView
from desktop.records.errors import OfficeError
from desktop.records.events import APART, SignedEvent
from desktop.routing.slips import Hop, SlipView
from desktop.routing.trays import Tray

from . import cite_book, cite_register, control, raising, search
from .drafts import Draft, read_drafts
from .line_reads import LineReads
from .projections import digest_of, read_events, signed_event
from .tables import (
    documents,
    event_parents,
    events,
    receipts,
    settings,
    slips,
    tray_items,
)
from .times import read_time
from .views import read_document_view, read_slip_view

if TYPE_CHECKING:
    from sqlalchemy import Connection

_APART = sorted(kind.value for kind in APART)
_DEVICE_END = (
    select(events.c.device_seq, events.c.digest)
    .where(events.c.device == bindparam("device"))
    .order_by(events.c.device_seq.desc(), events.c.digest)
    .limit(1)
)
# Built once: building a statement costs more than running it.
_EVENT = select(events.c.digest, events.c.packed).where(events.c.digest == bindparam("digest"))
_OF_SLIP = (
    select(events.c.digest, events.c.packed)
    .where(events.c.slip == bindparam("slip"))
    .order_by(events.c.claimed_at, events.c.digest)
)
_DOCUMENT = select(documents.c.view).where(documents.c.id == bindparam("document"))
_SLIP = select(slips.c.view).where(slips.c.id == bindparam("slip"))
_SETTING = select(settings.c.value).where(settings.c.name == bindparam("name"))
_HEADS = text(
    "WITH RECURSIVE chain(digest) AS (SELECT digest FROM events WHERE document = :document AND kind NOT IN :apart "
    "UNION SELECT child FROM event_parents JOIN chain ON parent = chain.digest) "
    "SELECT digest FROM chain WHERE NOT EXISTS (SELECT 1 FROM event_parents WHERE parent = chain.digest) ORDER BY digest"
).bindparams(bindparam("apart", _APART, expanding=True))
_OLDEST_FIRST = frozenset({Tray.INCOMING, Tray.PENDING, Tray.TO_SIGN})


@dataclass(frozen=True, slots=True)
class TrayItem:
    """One row of a tray. ``slip`` and ``hop`` are None for a document that is not on its way."""

    document: DocumentView
    slip: SlipView | None
    hop: Hop | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The archive's answer to a deposit. ``state`` is ``accepted``, ``rejected`` or ``sent``; ``facts`` is JSON text."""

    deposit: str
    document: str
    state: str
    jws: str
    at: datetime
    facts: str = "{}"


class Reads(LineReads):
    """Questions. None keeps a transaction open after it has answered."""

    # events
    def event(self, digest: str) -> SignedEvent | None:
        """The event of that digest, or None."""
        with self.reading() as connection:
            row = connection.execute(_EVENT, {"digest": digest}).first()
            return signed_event(row) if row else None

    def events_of_document(self, document: str) -> list[SignedEvent]:
        """Its events by claimed time; use ``in_causal_order`` where order matters."""
        with self.reading() as connection:
            return read_events(connection, chains=[document])

    def events_of_slip(self, slip: str) -> list[SignedEvent]:
        """Events that name the slip, by claimed time."""
        with self.reading() as connection:
            return [signed_event(row) for row in connection.execute(_OF_SLIP, {"slip": slip})]

    def arrived_at(self, digest: str) -> datetime | None:
        """When this desk got to know that event, by its own clock; None for one that it does not have."""
        with self.reading() as connection:
            at = connection.scalar(select(events.c.received_at).where(events.c.digest == digest))
        return read_time(at) if at else None

    def heads_of_document(self, document: str) -> tuple[str, ...]:
        """Digests that a new event of the document follows: the ends of its chain, on other documents' chains too."""
        with self.reading() as connection:
            return tuple(connection.scalars(_HEADS, {"document": document}))

    def missing_parents(self, document: str | None = None) -> tuple[str, ...]:
        """Digests that events name as parents and that this desk does not have: what was held back or is still to come."""
        known = events.alias("known")
        statement = (
            select(event_parents.c.parent)
            .join(events, events.c.digest == event_parents.c.child)
            .where(~select(known.c.digest).where(known.c.digest == event_parents.c.parent).exists())
            .distinct()
            .order_by(event_parents.c.parent)
        )
        if document is not None:
            statement = statement.where(events.c.document == document)
        with self.reading() as connection:
            return tuple(connection.scalars(statement))

    # views
    def document(self, document: str) -> DocumentView:
        """Raises ``document.unknown``."""
        with self.reading() as connection:
            view = connection.scalar(_DOCUMENT, {"document": document})
        if view is None:
            raise OfficeError("document.unknown", document=document)
        return read_document_view(view)

    def slip(self, slip: str) -> SlipView:
        """Raises ``slip.unknown``."""
        with self.reading() as connection:
            view = connection.scalar(_SLIP, {"slip": slip})
        if view is None:
            raise OfficeError("slip.unknown", slip=slip)
        return read_slip_view(view)

    def slip_units(self, slip: str) -> tuple[str, ...]:
        """Every unit the slip has been at or was sent to; none for a slip not heard of."""
        with self.reading() as connection:
            view = connection.scalar(_SLIP, {"slip": slip})
        return read_slip_view(view).units if view else ()

    def documents(
        self, *, state: DocumentState | None = None, unit: str | None = None, cite: str | None = None
    ) -> list[DocumentView]:
        """Documents, the latest first; filters are exact."""
        statement = select(documents.c.view).order_by(documents.c.rowid.desc())
        for column, value in ((documents.c.state, state), (documents.c.unit, unit), (documents.c.cite, cite)):
            if value is not None:
                statement = statement.where(column == str(value))
        with self.reading() as connection:
            return [read_document_view(view) for view in connection.scalars(statement)]

    def documents_of(self, ids: Collection[str]) -> list[DocumentView]:
        """Those of them that this desk knows, in no order."""
        wanted = list(ids)
        with self.reading() as connection:
            return [
                read_document_view(view)
                for start in range(0, len(wanted), 500)
                for view in connection.scalars(
                    select(documents.c.view).where(documents.c.id.in_(wanted[start : start + 500]))
                )
            ]

    def documents_at_levels(self, levels: Collection[str], states: Collection[DocumentState]) -> list[DocumentView]:
        """Documents at one of those levels and in one of those states, the oldest first."""
        with self.reading() as connection:
            return raising.read_at_levels(connection, levels, states)

    def raising_tries(self) -> dict[str, raising.RaisingTry]:
        """What came of trying to raise documents, by document."""
        with self.reading() as connection:
            return raising.read_tries(connection)

    def slips(
        self, *, holder: str | None = None, concluded: bool | None = None, conflict: bool | None = None
    ) -> list[SlipView]:
        """Slips by number; filters are exact."""
        statement = select(slips.c.view).order_by(slips.c.number, slips.c.id)
        if holder is not None:
            statement = statement.where(slips.c.holder == holder)
        if concluded is not None:
            statement = statement.where(slips.c.concluded == concluded)
        if conflict is not None:
            statement = statement.where(slips.c.conflict == conflict)
        with self.reading() as connection:
            return [read_slip_view(view) for view in connection.scalars(statement)]

    # trays
    def tray(
        self,
        tray: Tray,
        unit: str,
        official: str | None = None,
        *,
        standing_for: Collection[str] = (),
        serving: Collection[str] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[TrayItem]:
        """What lies in a tray: the longest waiting first in Entrante, Pendientes and Por firmar, else the latest first.

        With ``official`` only what is his or anybody's in the unit; in Por firmar exactly what waits for him, whatever
        unit the document is of, or for those whom he substitutes (``standing_for``). ``serving`` are those whose things are theirs
        alone; what is anybody else's of the unit, who left it, is anybody's.
        """
        since = tray_items.c.since
        order = (since, tray_items.c.rowid) if tray in _OLDEST_FIRST else (since.desc(), tray_items.c.rowid.desc())
        statement = (
            select(documents.c.view, slips.c.view.label("slip_view"), tray_items.c.hop)
            .select_from(tray_items)
            .join(documents, documents.c.id == tray_items.c.document)
            .outerjoin(slips, slips.c.id == tray_items.c.slip)
            .where(_in_tray(tray, unit, official, standing_for, serving))
            .order_by(*order)
            .limit(-1 if limit is None else limit)
            .offset(offset)
        )
        with self.reading() as connection:
            return [_tray_item(row) for row in connection.execute(statement)]

    def tray_counts(
        self,
        unit: str,
        official: str | None = None,
        *,
        standing_for: Collection[str] = (),
        serving: Collection[str] | None = None,
    ) -> dict[Tray, int]:
        """How much lies in each tray, by the rule of ``tray``."""
        with self.reading() as connection:
            return {
                tray: connection.scalar(
                    select(func.count())
                    .select_from(tray_items)
                    .where(_in_tray(tray, unit, official, standing_for, serving))
                )
                or 0
                for tray in Tray
            }

    def search(
        self,
        words: str | search.Asked,
        limit: int = 50,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[str]:
        """Ids of documents in which every word begins some word, newest first; of few hits the best first. Accents and case do not matter.

        From ``since`` to before ``until`` (when the document was begun, claimed); a period alone finds all of it.
        """
        asked = search.Asked(words) if isinstance(words, str) else words
        with self.reading() as connection:
            return search.find(connection, asked, limit, since=since, until=until)

    def came_since(self, mark: int, most: int) -> tuple[int, list[str]]:
        """Documents whose bytes were told by events kept after ``mark`` (0: all of them), and the mark to go on from."""
        with self.reading() as connection:
            return search.came_since(connection, mark, most)

    # control
    def lying(self, units: Collection[str]) -> list[control.Lying]:
        """Slips in Entrante and Pendientes of those units, unit by unit, the longest waiting first."""
        with self.reading() as connection:
            return control.lying(connection, units)

    def flow(self, way: control.Flow, units: Collection[str], since: datetime, until: datetime) -> list[control.Count]:
        """How many hops those units received or sent from ``since`` to before ``until``, by the other unit and the mode."""
        with self.reading() as connection:
            return control.flow(connection, way, units, since, until)

    def stays(self, unit: str, since: datetime, until: datetime) -> list[control.Stay]:
        """The OFICIAL hops that the unit received from ``since`` to before ``until``, and when they left it."""
        with self.reading() as connection:
            return list(control.stays(connection, unit, since, until))

    def device_seq(self, device: str) -> int:
        """The last sequence number that is known of that device's events; 0 for none."""
        with self.reading() as connection:
            return device_end(connection, device)[0]

    # numbers
    def blocks(self, series: str, year: int) -> tuple[NumberBlock, ...]:
        """Blocks of that series and year that may still be used."""
        with self.reading() as connection:
            return cite_book.read_blocks(connection, series, year)

    def highest_number(self, series: str, year: int, device: str) -> int:
        """The highest number that this desk knows to be taken, dropped blocks and that device's events included; 0 for none."""
        with self.reading() as connection:
            return cite_book.highest(connection, series, year, device)

    def numbers_left(self, series: str, year: int) -> int:
        """How many numbers this desk can still give without a line."""
        with self.reading() as connection:
            return cite_book.left(connection, series, year)

    def series_held(self) -> list[tuple[str, int]]:
        """Series and years of which this desk has ever taken a block."""
        with self.reading() as connection:
            return cite_book.series_held(connection)

    def number_conflicts(self) -> list[cite_register.NumberConflict]:
        """Numbers that more than one document bears, and that nobody has settled."""
        with self.reading() as connection:
            return cite_register.conflicts(connection)

    def number_settlements(self) -> list[cite_register.Settled]:
        """What chiefs decided of such numbers."""
        with self.reading() as connection:
            return cite_register.settlements(connection)

    def number_book(self) -> list[cite_register.BookRow]:
        """Every number heard of or reserved here, by series, year and number."""
        with self.reading() as connection:
            return cite_register.book_rows(connection)

    def number_blocks(self) -> tuple[list[NumberBlock], list[NumberBlock]]:
        """This desk's blocks: those that may still be used, and those that were given up."""
        with self.reading() as connection:
            return cite_register.book_blocks(connection)

    def reserved_number(self, document: str) -> tuple[str, int, int] | None:
        """Series, year and number that this desk's book gave that document; None for none."""
        with self.reading() as connection:
            return cite_register.reserved_for(connection, document)

    # this desk's own
    def setting(self, name: str) -> str | None:
        """The text kept under that name, or None."""
        with self.reading() as connection:
            return connection.scalar(_SETTING, {"name": name})

    def directory(self) -> tuple[int, str] | None:
        """Number and JWS of the latest directory kept, so that a desk opens without a line."""
        number, jws = self.setting("directory-number"), self.setting("directory-jws")
        return (int(number), jws) if number is not None and jws is not None else None

    def draft(self, draft: str) -> Draft | None:
        """That draft, or None; also None for one in the wastebasket."""
        with self.reading() as connection:
            return next(iter(read_drafts(connection, draft)), None)

    def drafts(self) -> list[Draft]:
        """Every draft that is not in the wastebasket, the latest first."""
        with self.reading() as connection:
            return read_drafts(connection)

    def wastebasket(self) -> list[Draft]:
        """Every draft that was thrown away and is kept still, the latest written first."""
        with self.reading() as connection:
            return read_drafts(connection, discarded=True)

    def receipts(self) -> list[Receipt]:
        """The archive's answers, the latest first."""
        with self.reading() as connection:
            return list(_receipts(connection, None))

    def receipt(self, deposit: str) -> Receipt | None:
        """The answer to that deposit, or None."""
        with self.reading() as connection:
            return next(_receipts(connection, deposit), None)

    def projection_digest(self) -> str:
        """A digest over documents, slips, hops and trays, which the set of events alone decides."""
        with self.reading() as connection:
            return digest_of(connection)


def device_end(connection: Connection, device: str) -> tuple[int, str]:
    """(number, digest) of the last event known of that device; (0, "") for none. Of two with one number, the lower digest."""
    row = connection.execute(_DEVICE_END, {"device": device}).first()
    return (row.device_seq, row.digest) if row else (0, "")


def _in_tray(
    tray: Tray, unit: str, official: str | None, standing_for: Collection[str], serving: Collection[str] | None
) -> Any:
    mine = (tray_items.c.unit == unit) & (tray_items.c.tray == tray.value)
    if official is None:
        return mine
    if tray is Tray.TO_SIGN:
        return tray_items.c.official.in_([official, *standing_for]) & (tray_items.c.tray == tray.value)
    anybodys = tray_items.c.official == ""
    if serving is not None and tray is not Tray.DRAFTS:
        anybodys = tray_items.c.official.not_in(serving)
    return mine & or_(tray_items.c.official == official, anybodys)


def _tray_item(row: Any) -> TrayItem:
    slip = read_slip_view(row.slip_view) if row.slip_view else None
    return TrayItem(read_document_view(row.view), slip, slip.hop(row.hop) if slip and row.hop else None)


def _receipts(connection: Connection, deposit: str | None) -> Iterator[Receipt]:
    statement = select(receipts).order_by(receipts.c.at.desc(), receipts.c.deposit)
    if deposit is not None:
        statement = statement.where(receipts.c.deposit == deposit)
    for row in connection.execute(statement):
        yield Receipt(row.deposit, row.document, row.state, row.jws, read_time(row.at), row.facts)
