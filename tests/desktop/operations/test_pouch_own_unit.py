"""The own unit's copy of what went by stick: other PCs of the unit have it, a desk put back finds itself in it, a revocation counts it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.operations import copies, pouch, pouch_relay
from desktop.operations.copies import CopyState
from desktop.operations.device_ends import end_of
from desktop.operations.entity import EntityDesk, revoke_device
from desktop.records.events import EventKind
from desktop.storage.protocol import ObjectStore
from desktop.store.own_line import COPY, RESTORED
from desktop.store.pouches import waiting_mail
from desktop.sync.acks import Acked, seal_ack
from desktop.sync.device import DeviceKey, choose_vault
from desktop.sync.events import read_event
from desktop.sync.keys import Ack
from tests.desktop.operations.pouch_office import DEPARTMENT, TOWN, Place, PouchOffice, send
from tests.desktop.sync.conftest import empty_home  # noqa: F401 - a fixture
from tests.desktop.sync.exchanges import Counting
from tests.desktop.sync.office import ENTITY, device_of
from tests.fixtures.office import refused


@pytest.fixture
def office(tmp_path: Path, empty_home: Path) -> Iterator[PouchOffice]:  # noqa: F811
    made = PouchOffice(tmp_path, empty_home)
    yield made
    made.close()


def trip(office: PouchOffice, place: Place, name: str) -> pouch.PouchRead:
    """A stick from a PC to the carrier, who relays it, and back."""
    stick = office.new_stick(name)
    pouch.write(place.desk, stick)
    pouch_relay.relay(office.carrier.desk, stick)
    return pouch.read(place.desk, stick)


def another_pc(office: PouchOffice, name: str, *, line: bool) -> Place:
    """One more PC of the town, enrolled; everybody has the directory that says so."""
    key = DeviceKey.generate(name)
    old = office.office.directory
    office.publish(replace(old, number=old.number + 1, devices=(*old.devices, device_of(key, TOWN, ("juana",)))))
    for place in (office.town, office.department, office.carrier):
        place.desk.directory = office.office.directory
    return office.place(name, key, TOWN, "juana", line=line)


def put_back(office: PouchOffice, copy: Path | None = None, *, line: bool = False) -> Place:
    """The town's PC as it was in ``copy``, or with nothing but its key: a copy that has to ask before it acts."""
    office.town.desk.store.close()
    home = office.folder / "town"
    shutil.rmtree(home)
    if copy is None:
        office.town = office.place("town", office.office.key_a, TOWN, "juana", line=line)
    else:
        shutil.copytree(copy, home)
        office.town = office.reopened("town", office.office.key_a, TOWN, "juana", line=line)
    office.town.desk.store.set_setting(COPY, RESTORED)
    return office.town


def copied(office: PouchOffice) -> Path:
    """The town's home as its backup has it."""
    office.town.desk.store.close()
    shutil.copytree(office.folder / "town", office.folder / "copy")
    office.town = office.reopened("town", office.office.key_a, TOWN, "juana", line=False)
    office.town.desk.store.set_setting(COPY, "")
    return office.folder / "copy"


def with_line(place: Place, line: ObjectStore) -> None:
    place.desk.exchange = lambda: line  # type: ignore[misc]


def events_of(place: Place, document: str) -> set[str]:
    return {item.digest for item in place.desk.store.events_of_document(document)}


def test_every_pc_of_the_unit_has_it_by_stick_or_line_and_then_it_is_forgotten(office: PouchOffice) -> None:
    second, third = another_pc(office, "device-d", line=False), another_pc(office, "device-e", line=True)
    town = office.town
    send(town, "doc-1", "slip-1", DEPARTMENT)
    town.seat.act(EventKind.JUSTIFIED, "doc-1", {"hop": "x", "reason": "Feriado"}, slip="slip-1", units=())
    trip(office, town, "out")
    assert trip(office, second, "second").problems == ()
    assert third.sync().problems == ()
    office.department.sync()
    for place in (second, third):
        assert events_of(place, "doc-1") == events_of(town, "doc-1")
        digest = place.desk.store.document("doc-1").digest
        assert place.desk.store.has_bytes(digest)
    assert waiting_mail(town.desk.store), "the second PC has not said so yet"
    trip(office, second, "acks")
    trip(office, town, "home")
    trip(office, town, "home again")
    assert waiting_mail(town.desk.store) == []
    assert pouch.status(town.desk) == pouch.PouchStatus(0, 0, ())


def test_a_stick_for_one_unit_only_carries_the_own_unit_s_copy_as_well(office: PouchOffice) -> None:
    """Nobody is to know of an act that the desk, put back, could not find again."""
    copy = copied(office)
    out = send(office.town, "doc-1", "slip-1", DEPARTMENT)
    written = pouch.write(office.town.desk, office.stick, to=[DEPARTMENT])
    assert (written.letters, written.for_units) == (1, (DEPARTMENT,))
    pouch_relay.relay(office.carrier.desk, office.stick)
    office.department.sync()
    assert office.department.desk.store.event(out.digest) is not None
    town = put_back(office, copy, line=True)
    copies.require_newest(town.desk, office.exchange)
    assert town.desk.store.device_seq("device-a") == out.event.device_seq


def test_the_own_unit_s_letters_are_laid_first(office: PouchOffice) -> None:
    """A relay that dies at any moment leaves nothing for others that the desk could not find again."""
    send(office.department, "doc-1", "slip-1", TOWN)  # the sender's unit comes after the other one in the alphabet
    pouch.write(office.department.desk, office.stick)
    counted = Counting(office.exchange)
    with_line(office.carrier, counted)
    pouch_relay.relay(office.carrier.desk, office.stick)
    laid = [key for name, key in counted.calls if name.startswith("put") and key.endswith(".age")]
    assert [key.split("/")[2] for key in laid] == [DEPARTMENT] * (len(laid) - 1) + [TOWN]
    assert len(laid) > 1


def test_a_desk_without_a_line_that_was_put_back_finds_what_it_did_on_its_next_stick(office: PouchOffice) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    trip(office, office.town, "out")
    copy = copied(office)
    after = send(office.town, "doc-2", "slip-2", DEPARTMENT, 2)
    trip(office, office.town, "out-2")
    trip(office, office.town, "out-3")  # it has acknowledged its own letters: the exchange says that it has all of them
    town = put_back(office, copy)
    assert town.desk.store.event(after.digest) is None
    assert trip(office, town, "back").problems == ()
    assert town.desk.store.event(after.digest) is not None
    assert town.desk.store.document("doc-2").cite == "unit-a/2"
    assert copies.state(town.desk) is CopyState.RESTORED, "a stick tells what arrived, never what did not"


def test_a_desk_that_was_put_back_from_before_its_first_stick_finds_it_all(office: PouchOffice) -> None:
    """It has never heard of any letter, its own among them, while the exchange keeps that it once had all of them."""
    copy = copied(office)
    after = send(office.town, "doc-1", "slip-1", DEPARTMENT)
    for name in ("out", "out-2", "out-3"):
        trip(office, office.town, name)
    town = put_back(office, copy)
    assert trip(office, town, "back").problems == ()
    assert town.desk.store.event(after.digest) is not None


def test_a_desk_of_which_nothing_is_left_but_its_key_is_rebuilt_by_stick(office: PouchOffice) -> None:
    after = send(office.town, "doc-1", "slip-1", DEPARTMENT)
    back = send(office.department, "doc-2", "slip-2", TOWN, 2)
    office.department.sync()
    for name in ("out", "out-2", "out-3"):
        trip(office, office.town, name)
    assert office.town.desk.store.event(back.digest) is not None
    town = put_back(office)
    assert trip(office, town, "back").problems == ()
    for digest in (after.digest, back.digest):
        assert town.desk.store.event(digest) is not None


def test_put_back_with_a_line_it_finds_by_the_line_what_went_by_stick_before_it_may_act(office: PouchOffice) -> None:
    """Its mailbox in the exchange says nothing of it: the acts lie where the carrier has laid them."""
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    copy = copied(office)
    after = send(office.town, "doc-2", "slip-2", DEPARTMENT, 2)
    trip(office, office.town, "out")
    town = put_back(office, copy, line=True)
    brought = copies.require_newest(town.desk, office.exchange)
    assert brought > 0
    assert copies.state(town.desk) is CopyState.NONE
    assert town.desk.store.event(after.digest) is not None
    assert town.desk.store.device_seq("device-a") == after.event.device_seq
    assert town.sync().problems == ()
    assert town.desk.store.document("doc-2").cite == "unit-a/2"


def test_what_went_from_hand_to_hand_and_lies_nowhere_keeps_a_copy_from_acting(office: PouchOffice) -> None:
    """The exchange has nothing of it; whoever read the stick has acknowledged it there. Relayed later, all is well."""
    copy = copied(office)
    out = send(office.town, "doc-1", "slip-1", DEPARTMENT)
    pouch.write(office.town.desk, office.stick)
    assert pouch.read(office.department.desk, office.stick).events == 1
    office.department.sync()
    town = put_back(office, copy, line=True)
    with refused("desk.copy_elsewhere"):
        town.sync()
    assert copies.state(town.desk) is CopyState.RESTORED
    key = Ack(ENTITY, DEPARTMENT, "device-b").key
    true = office.exchange.get(key)
    falsely = Acked(ENTITY, DEPARTMENT, "device-c", {"device-a": 99})  # reads no mailbox there
    office.exchange.put(Ack(ENTITY, DEPARTMENT, "device-c").key, seal_ack(falsely, office.key_c).encode("ascii"))
    pouch_relay.relay(office.carrier.desk, office.stick)
    assert office.exchange.get(key) == true
    assert town.sync().problems == (("desk.copy_caught_up", {"count": 6}),)
    assert copies.state(town.desk) is CopyState.NONE
    assert town.desk.store.device_seq("device-a") == out.event.device_seq


def test_a_snapshot_that_acted_meets_its_other_half_where_the_carrier_laid_it(office: PouchOffice) -> None:
    """Nothing here can tell that it is a copy; by the line it learns that its number was taken by stick."""
    copy = copied(office)
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    trip(office, office.town, "out")
    town = put_back(office, copy, line=True)
    town.desk.store.set_setting(COPY, "")
    parallel = send(town, "doc-2", "slip-2", DEPARTMENT, 2)
    with refused("desk.cloned"):
        town.sync()
    assert parallel.digest in {item.digest for item in copies.own_line.held_back(town.desk.store)}
    assert [one.key for one in office.exchange.list(f"units/{ENTITY}/{TOWN}/in/device-a/")] == []


def test_looking_for_it_costs_one_listing_and_nothing_where_all_have_a_line(office: PouchOffice) -> None:
    desk = office.department.desk
    desk.store.set_setting(COPY, RESTORED)
    counted = Counting(office.exchange)
    copies.require_newest(desk, counted)
    assert [key.split("/")[0] for name, key in counted.calls if name == "list" and "/acks/" not in key] == [
        "units",
        "pouch",
    ]
    send(office.department, "doc-1", "slip-1", TOWN)
    desk.directory = replace(desk.directory, units=tuple(replace(unit, line=True) for unit in desk.directory.units))
    counted = Counting(office.exchange)
    copies.require_newest(desk, counted)
    assert [name for name, _ in counted.calls].count("list") == 1


def test_a_revocation_counts_what_went_by_stick(office: PouchOffice, tmp_path: Path) -> None:
    """Else everything that a PC without a line ever did would be false for whoever comes later."""
    out = send(office.town, "doc-1", "slip-1", DEPARTMENT)
    trip(office, office.town, "out")
    end = end_of(office.exchange, office.office.directory, office.office.directory.device("device-a"))
    assert end.number >= out.event.device_seq
    folder = tmp_path / "entity"
    folder.mkdir()
    choose_vault(folder).save(office.office.admin)
    revoked = revoke_device(EntityDesk(folder, ENTITY, office.exchange, datetime.now(UTC)), "device-a").directory
    for item in office.town.desk.store.events_of_document("doc-1"):
        assert read_event(item.jws, revoked).digest == item.digest
