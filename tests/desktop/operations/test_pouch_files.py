"""Files that a letter names: no letter counts as arrived without them, and they come by a later stick whatever happened before."""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.operations import pouch, pouch_relay
from desktop.operations.desk import Desk
from desktop.records.errors import OfficeError
from desktop.storage.protocol import ObjectStore
from desktop.store.pouches import waiting_mail
from desktop.sync.acks import Acked, seal_ack
from desktop.sync.keys import Ack
from desktop.sync.pouch import read_bundle
from desktop.sync.pull import pull
from desktop.sync.push import push
from tests.desktop.operations.pouch_office import DEPARTMENT, PDF, TOWN, PouchOffice, send
from tests.desktop.sync.conftest import empty_home  # noqa: F401 - a fixture
from tests.desktop.sync.exchanges import Counting, Killed
from tests.desktop.sync.office import ENTITY
from tests.fixtures.damage import flipped


@pytest.fixture
def office(tmp_path: Path, empty_home: Path) -> Iterator[PouchOffice]:  # noqa: F811
    made = PouchOffice(tmp_path, empty_home)
    yield made
    made.close()


def codes(problems: Sequence[tuple[str, object]]) -> list[str]:
    return [code for code, _ in problems]


class Breaking(Counting):
    """The line breaks at the first file that is sent."""

    def put_if_absent(self, key: str, data: bytes) -> bool:
        if key.startswith("blobs/"):
            raise OfficeError("storage.unreachable", url=self.url, reason="cut")
        return super().put_if_absent(key, data)


def with_line(desk: Desk, line: ObjectStore) -> None:
    desk.exchange = lambda: line  # type: ignore[misc]


def round_trip(office: PouchOffice, name: str, *, carrier: Desk | None = None) -> pouch.PouchRead:
    """A stick from the town to somebody who relays it, and back."""
    stick = office.new_stick(name)
    pouch.write(office.town.desk, stick)
    pouch_relay.relay(carrier or office.carrier.desk, stick)
    return pouch.read(office.town.desk, stick)


def whole(office: PouchOffice, document: str) -> bool:
    """Whether the town has that document with its file, and misses nothing."""
    store = office.town.desk.store
    digest = store.document(document).digest
    return bool(digest) and store.has_bytes(digest) and store.quarantined() == []


def blobs(office: PouchOffice) -> Path:
    return office.folder / "exchange" / "blobs"


def test_a_stick_filled_when_the_line_broke_before_the_files_brings_them_with_the_next(office: PouchOffice) -> None:
    send(office.department, "doc-1", "slip-1", TOWN)
    with_line(office.department.desk, Breaking(office.exchange))
    with pytest.raises(OfficeError, match=r"storage\.unreachable"):
        office.department.sync()
    assert list(office.exchange.list(f"pouch/{ENTITY}/{TOWN}/")) == [], "nothing lies ready before its files"
    assert round_trip(office, "early").problems == ()
    with_line(office.department.desk, office.exchange)
    office.department.sync()
    assert round_trip(office, "late").problems == ()
    assert whole(office, "doc-1")


@pytest.mark.parametrize("on_stick", [False, True])
def test_a_sender_that_dies_at_any_moment_leaves_no_letter_without_its_files(
    office: PouchOffice, on_stick: bool
) -> None:
    """Before each call to the exchange; also where the letters were on a stick before, which is lost."""
    desk, exchange = office.department.desk, office.exchange
    for die_at in itertools.count():
        document = f"doc-{die_at}"
        send(office.department, document, f"slip-{die_at}", TOWN, die_at + 1)
        if on_stick:
            pouch.write(desk, office.new_stick(f"lost-{die_at}"), to=[TOWN])
        with_line(desk, Counting(exchange, die_at=die_at))
        try:
            office.department.sync()
            died = False
        except Killed:
            died = True
        assert round_trip(office, f"early-{die_at}").problems == ()
        with_line(desk, exchange)
        office.department.sync()
        round_trip(office, f"late-{die_at}")
        assert whole(office, document), die_at
        if not died:
            break
    assert die_at > 15


@pytest.mark.parametrize("size", [0, 700_000])
def test_a_letter_without_its_file_is_not_acknowledged_and_the_file_comes_by_a_later_stick(
    office: PouchOffice, size: int
) -> None:
    """In every order: the stick that had it lost, an older one read after a newer one, another desk that relays."""
    office.department.seat.make("doc-1", PDF + random.Random(size).randbytes(size), 1)
    office.department.seat.dispatch("doc-1", "slip-1", TOWN)
    office.department.sync()
    shutil.move(blobs(office), office.folder / "away")
    crossing = office.new_stick("crossing")
    pouch.write(office.town.desk, crossing)
    came = round_trip(office, "first")
    assert (came.events, came.blobs) == (1, 0)
    assert set(codes(came.problems)) == {"blob.missing"}
    sent_later = send(office.department, "doc-2", "slip-2", TOWN, 2)
    office.department.sync()
    round_trip(office, "second")
    assert office.town.desk.store.event(sent_later.digest) is not None, "what follows does not wait for the file"
    assert not whole(office, "doc-1")

    shutil.copytree(office.folder / "away", blobs(office), dirs_exist_ok=True)
    lost = office.new_stick("lost")
    pouch.write(office.town.desk, lost)
    pouch_relay.relay(office.carrier.desk, lost)
    round_trip(office, "third", carrier=office.department.desk)
    assert whole(office, "doc-1")
    pouch_relay.relay(office.carrier.desk, crossing)
    assert pouch.read(office.town.desk, crossing).problems == ()
    fresh = office.new_stick("fresh")
    pouch.write(office.town.desk, fresh)
    (folder,) = pouch_relay.relay(office.carrier.desk, fresh).folders
    _, bundle = read_bundle(pouch.open_stick(fresh), folder)
    assert not any(item.key.endswith(".age") for item in bundle.items), "now it is acknowledged"


def test_a_file_of_what_came_by_the_line_is_asked_for_on_the_stick(office: PouchOffice) -> None:
    """No letter tells a carrier of it: the unit had a line when the event came, and lost it before the file did."""
    came_by_line = send(office.department, "doc-1", "slip-1", TOWN)
    units = tuple(replace(unit, line=True) for unit in office.office.directory.units)
    office.department.desk.directory = replace(office.office.directory, units=units)
    with_line(office.department.desk, office.exchange)
    push(office.department.desk.store, office.exchange, now=office.tick())
    shutil.move(blobs(office), office.folder / "away")
    town = office.town.desk
    pull(town.store, office.exchange, town.key, town.directory, [TOWN], now=office.tick())
    assert town.store.event(came_by_line.digest) is not None
    shutil.copytree(office.folder / "away", blobs(office), dirs_exist_ok=True)
    assert list(office.exchange.list(f"pouch/{ENTITY}/{TOWN}/device-b/")) == []
    round_trip(office, "first")
    round_trip(office, "second")
    assert whole(office, "doc-1")


def test_half_a_large_file_in_the_exchange_stops_no_relay(office: PouchOffice) -> None:
    office.department.seat.make("doc-1", PDF + random.Random(5).randbytes(700_000), 1)
    office.department.seat.dispatch("doc-1", "slip-1", TOWN)
    office.department.sync()
    names = {path: path.read_bytes() for path in blobs(office).rglob("*.pieces")}
    for listed in names:
        listed.unlink()
    came = round_trip(office, "first")
    assert (came.events, codes(came.problems)) == (1, ["blob.missing"])
    for listed, data in names.items():
        listed.write_bytes(data)
    round_trip(office, "second")
    assert whole(office, "doc-1")


def test_what_an_older_program_acknowledged_without_its_file_comes_after_all(office: PouchOffice) -> None:
    """The exchange still says that the town has it; what the town says on its own newest stick counts."""
    send(office.department, "doc-1", "slip-1", TOWN)
    office.department.sync()
    shutil.move(blobs(office), office.folder / "away")
    round_trip(office, "first")
    acked = seal_ack(Acked(ENTITY, TOWN, "device-a", {"device-b": 1}), office.office.key_a)
    office.exchange.put(Ack(ENTITY, TOWN, "device-a").key, acked.encode("ascii"))
    shutil.copytree(office.folder / "away", blobs(office), dirs_exist_ok=True)
    round_trip(office, "second")
    assert whole(office, "doc-1")


def test_a_letter_whose_file_is_damaged_on_the_stick_waits_with_it(office: PouchOffice) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    written = pouch.write(office.town.desk, office.stick)
    _, bundle = read_bundle(pouch.open_stick(office.stick), written.folder)
    for item in bundle.items:
        if item.key.startswith("blobs/"):
            path = office.stick / written.folder / "objects" / item.sha256
            path.write_bytes(flipped(path.read_bytes()))
    relayed = pouch_relay.relay(office.carrier.desk, office.stick)
    assert set(codes(relayed.problems)) == {"mail.damaged"}
    laid = f"pouch/{ENTITY}/{DEPARTMENT}/device-a/"
    assert [one.key for one in office.exchange.list(laid) if one.key.endswith(".age")] == []
    assert office.department.sync().problems == ()
    round_trip(office, "second")
    assert office.department.sync().problems == ()
    view = office.department.desk.store.document("doc-1")
    assert office.department.desk.store.get_bytes(view.digest) == PDF + b" firmado"


def test_a_sender_without_a_line_keeps_what_arrived_without_its_file(office: PouchOffice) -> None:
    """From hand to hand, without a relay: nobody else has the file, so that the acknowledgement must not cover its letter."""
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    written = pouch.write(office.town.desk, office.stick)
    _, bundle = read_bundle(pouch.open_stick(office.stick), written.folder)
    for item in bundle.items:
        if item.key.startswith("blobs/"):
            path = office.stick / written.folder / "objects" / item.sha256
            path.write_bytes(flipped(path.read_bytes()))
    department = office.department.desk
    came = pouch.read(department, office.stick)
    assert (came.events, set(codes(came.problems))) == (1, {"blob.damaged"})
    back = office.new_stick("back")
    pouch.write(department, back)
    pouch.read(office.town.desk, back)
    again = office.new_stick("again")
    pouch.write(office.town.desk, again)
    assert pouch.read(department, again).problems == ()
    assert department.store.get_bytes(department.store.document("doc-1").digest) == PDF + b" firmado"
    assert department.store.quarantined() == []
    pouch.write(department, back)
    pouch.read(office.town.desk, back)
    assert not any(f"/{DEPARTMENT}/" in row.key for row in waiting_mail(office.town.desk.store)), "now it has arrived"


def test_what_a_desk_says_on_its_own_stick_counts_more_than_what_the_exchange_keeps(office: PouchOffice) -> None:
    """As that of a desk that was put back from a copy: it lacks what it once acknowledged."""
    send(office.department, "doc-1", "slip-1", TOWN)
    office.department.sync()
    round_trip(office, "first")
    send(office.department, "doc-2", "slip-2", TOWN, 2)
    office.department.sync()
    acked = seal_ack(Acked(ENTITY, TOWN, "device-a", {"device-b": 99}), office.office.key_a)
    office.exchange.put(Ack(ENTITY, TOWN, "device-a").key, acked.encode("ascii"))
    round_trip(office, "second")
    assert whole(office, "doc-2")
