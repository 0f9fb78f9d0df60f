"""Every write of a small office's day, one after another, is the last that a desk does: counted, stepped through, told by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from desktop.operations import dispatch, receive
from desktop.records.errors import OfficeError
from desktop.store import bytes_
from desktop.store.mark import Marked, NumberMark
from tests.desktop.sync.exchanges import Killed

from .acts import make
from .world import DyingStore, Place, World

DOCUMENT = "doc-1"


class Writes:
    """Counts the places between two writes; at the ``at``-th it kills. ``names`` tells what was about to be written."""

    def __init__(self, at: int = -1) -> None:
        self._at = at
        self.names: list[str] = []

    def next(self, name: str) -> None:
        """Before the write of that name."""
        self.names.append(name)
        if len(self.names) - 1 == self._at:
            raise Killed


@contextmanager
def dying(world: World, writes: Writes) -> Iterator[None]:
    """Store commits, files, number marks and the exchange's puts are counted. Nothing dies in the exchange's own files."""
    act, mark, whole = DyingStore.act, NumberMark.write, bytes_.write_whole
    homes = [place.home for place in world.places]

    @contextmanager
    def counted_act(store: DyingStore) -> Iterator[object]:
        with act(store) as it:
            yield it
            writes.next("commit")
        writes.next("after commit")

    def counted_mark(own: NumberMark, told: Marked) -> None:
        writes.next("mark")
        mark(own, told)

    def counted_file(path: Path, data: bytes) -> None:
        if any(path.is_relative_to(home) for home in homes):
            writes.next("file")
        whole(path, data)

    for place in world.places:
        place.line.before_put = lambda: writes.next("put")
        place.line.after_put = lambda: writes.next("after put")
    with (
        patch.object(DyingStore, "act", counted_act),
        patch.object(NumberMark, "write", counted_mark),
        patch.object(bytes_, "write_whole", counted_file),
    ):
        try:
            yield
        finally:
            for place in world.places:
                place.line.before_put = place.line.after_put = _nothing


def day(world: World) -> None:
    """One paper goes from unit to unit and is received; each step is done again where its desk died in it."""
    sender, reader = world.places[0], world.places[1]
    steps: list[tuple[Place, Callable[[], None]]] = [
        (sender, lambda: _make(sender)),
        (sender, lambda: _send(sender, reader.unit)),
        (sender, lambda: world.synchronise(sender)),
        (reader, lambda: world.synchronise(reader)),
        (reader, lambda: _receive(reader)),
        (reader, lambda: world.synchronise(reader)),
        (sender, lambda: world.synchronise(sender)),
    ]
    for place, work in steps:
        deaths = world.deaths
        try:
            work()
        except Killed:
            world.died(place)
        if world.deaths > deaths:
            _again(work)


def _again(work: Callable[[], None]) -> None:
    """What people do after the program came back: look, and do what was not done."""
    try:
        work()
    except OfficeError as error:
        if error.code not in {"slip.act_forbidden", "document.act_forbidden", "slip.in_transit"}:
            raise


def _make(place: Place) -> None:
    if not place.desk.store.events_of_document(DOCUMENT):
        make(place.desk, DOCUMENT)


def _send(place: Place, to: str) -> None:
    dispatch.dispatch(place.desk, DOCUMENT, dispatch.Order(to))


def _receive(place: Place) -> None:
    for slip in place.desk.store.slips():
        receive.receive(place.desk, slip.id, slip.hops[0].id)


def _nothing() -> None:
    pass
