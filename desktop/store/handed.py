"""What was handed on to whom, as ``keys.shared`` events tell: looked up, since a desk asks at every exchange and they are many."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.records.events import EventKind

from .projections import signed_event
from .tables import events, handed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from desktop.records.events import SignedEvent

    from .reads import Reads

_AT_A_TIME = 500
_UNIT = "unit:"
_ADD = upsert(handed).on_conflict_do_nothing()
_TELLING = select(events.c.digest, events.c.packed).where(events.c.kind == EventKind.KEYS_SHARED.value)
_OF = select(handed).where(handed.c.what.in_(bindparam("whats", expanding=True)))
_OWN = (
    select(handed.c.what, handed.c.receiver)
    .join(events, events.c.digest == handed.c.event)
    .where(events.c.device == bindparam("device"), handed.c.what.in_(bindparam("whats", expanding=True)))
)


@dataclass
class Handed:
    """What was handed on, by anybody of the unit: (cipher or event digest, device); and by which key this desk opens."""

    pairs: set[tuple[str, str]] = field(default_factory=set)
    opened_by: dict[str, str] = field(default_factory=dict)


def handed_on(store: Reads, whats: Iterable[str], own: str) -> Handed:
    """What of those (ciphers of blobs, digests of events) was handed on; ``own`` is this desk's device."""
    found = Handed()
    mine: dict[str, set[str]] = {}
    with store.reading() as connection:
        for part in _parts(whats):
            for row in connection.execute(_OF, {"whats": part}):
                found.pairs.add((row.what, row.receiver))
                if row.receiver == own:
                    mine.setdefault(row.event, set()).add(row.what)
    for digest, ciphers in mine.items():
        telling = store.event(digest)
        for ref in telling.event.blobs if telling is not None else ():
            if ref.cipher in ciphers:
                found.opened_by[ref.cipher] = dict(ref.keys)[own]
    return found


def told_late(store: Reads, digests: Iterable[str], own: str) -> set[tuple[str, str]]:
    """(event, unit) of those events that this desk, ``own``, has handed on to a unit."""
    with store.reading() as connection:
        return {
            (row.what, row.receiver.removeprefix(_UNIT))
            for part in _parts(digests)
            for row in connection.execute(_OWN, {"device": own, "whats": part})
            if row.receiver.startswith(_UNIT)
        }


def note_handed(connection: Connection, signed: SignedEvent) -> None:
    """Keep what that event hands on."""
    rows = [{"what": what, "receiver": to, "event": signed.digest} for what, to in sorted(_pairs(signed))]
    if rows:
        connection.execute(_ADD, rows)


def rebuild(connection: Connection) -> None:
    """Read it again from all events."""
    connection.execute(delete(handed))
    for row in connection.execute(_TELLING).yield_per(_AT_A_TIME):
        note_handed(connection, signed_event(row))


def _pairs(signed: SignedEvent) -> set[tuple[str, str]]:
    """An act is handed on to devices that came later, or, late, to units as such."""
    event = signed.event
    if event.kind is not EventKind.KEYS_SHARED:
        return set()
    acts = [str(digest) for digest in event.body.get("events", ())]
    to = [str(device) for device in event.body.get("devices", ())] or [f"{_UNIT}{unit}" for unit, _ in event.deliveries]
    blobs = {(ref.cipher, device) for ref in event.blobs for device, _ in ref.keys}
    return blobs | {(act, receiver) for act in acts for receiver in to}


def _parts(whats: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(whats))
    for start in range(0, len(wanted), _AT_A_TIME):
        yield wanted[start : start + _AT_A_TIME]
