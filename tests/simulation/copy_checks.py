"""What must hold where PCs were put back or doubled: nothing that a copy did twice, nothing lost but what nobody had."""

from __future__ import annotations

from collections.abc import Iterator

from desktop.sync.keys import read_delivery

from .copies import Copies, event_of
from .world import Place


def broken_by_copies(run: Copies) -> Iterator[str]:
    """What a copy may have done that nobody can take back. Each sentence is a fault."""
    yield from run.noted.faults
    held = {place.key.id: _everything(place) for place in run.world.places}
    sent = _sent(run)
    for what, noted in (("lost with a disk", run.noted.gone), ("held back", run.noted.held)):
        for digest, device in noted.items():
            yield from (f"{digest[:8]} of {device}, {what}, is at {at}" for at, has in held.items() if digest in has)
            if digest in sent:
                yield f"{digest[:8]} of {device}, {what}, lies in the exchange"
    for given in run.noted.restored:
        yield from (f"{given.device}: {one[:8]} is gone" for one in given.known - held.get(given.device, set()))
    yield from _numbers(run)
    yield from run.reserved.broken()


def _everything(place: Place) -> set[str]:
    with place.desk.store.reading() as connection:
        return {str(digest) for (digest,) in connection.exec_driver_sql("select digest from events")}


def _sent(run: Copies) -> set[str]:
    keys, exchange, found = run.world.keys, run.world.exchange, set[str]()
    for entry in exchange.list("units/"):
        mail = read_delivery(entry.key)
        if mail is not None:
            found |= event_of(mail, exchange.get(entry.key), keys[mail.device])
    return found


def _numbers(run: Copies) -> Iterator[str]:
    """One number is one document's, and none comes from a block that a home was put back with."""
    seen: dict[tuple[str, int, int], str] = {}
    for place in run.world.places:
        with place.desk.store.reading() as connection:
            rows = connection.exec_driver_sql(
                "select series, year, number, document, event, device from seen_numbers"
            ).all()
        for series, year, number, document, event, device in rows:
            if seen.setdefault((series, year, number), document) != document:
                yield f"{series} {year}: number {number} of two documents"
            for given in run.noted.restored:
                fresh = device == given.device and event not in given.known and (series, year, number) not in given.book
                if fresh and any((s, y) == (series, year) and a <= number <= b for s, y, a, b in given.blocks):
                    yield f"{series} {year}: {number} was given up by {device}"
