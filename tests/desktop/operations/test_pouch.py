"""The pouch between desks: everything arrives by the next stick, whatever was lost, crossed, read twice or pulled out."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.operations import pouch, pouch_relay
from desktop.operations.delivery import DeliveryState, states
from desktop.operations.pouch_letters import settle_acks, take_ack
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.storage import folder
from desktop.store.desk import projection_digest
from desktop.store.pouches import waiting_mail
from desktop.sync.acks import Acked, seal_ack
from desktop.sync.device import DeviceKey
from desktop.sync.directory_json import to_payload
from desktop.sync.envelopes import DIRECTORY, canonical, digest_of, seal_payload
from desktop.sync.keys import Ack, Letter, directory_key, head_key
from desktop.sync.letters import open_letter, seal_letter
from desktop.sync.pouch import Bundle, Manifest, find_bundles, folder_name, read_bundle, travels
from tests.desktop.operations.pouch_office import DEPARTMENT, PDF, TOWN, PouchOffice, send
from tests.desktop.sync.conftest import empty_home  # noqa: F401 - a fixture
from tests.desktop.sync.exchanges import Counting, Killed
from tests.desktop.sync.office import ENTITY, NOW, device_of
from tests.fixtures.damage import flipped


@pytest.fixture
def office(tmp_path: Path, empty_home: Path) -> Iterator[PouchOffice]:  # noqa: F811
    made = PouchOffice(tmp_path, empty_home)
    yield made
    made.close()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_document_goes_by_stick_and_the_answer_comes_back_by_stick(office: PouchOffice) -> None:
    town, department = office.town, office.department
    out = send(town, "doc-1", "slip-1", DEPARTMENT)
    waiting = town.desk.store.outbox_counts().waiting
    assert states(town.desk, ["doc-1"]) == {"doc-1": DeliveryState.QUEUED}
    written = pouch.write(town.desk, office.stick)
    assert (written.number, written.problems) == (1, ())
    assert set(written.for_units) == {TOWN, DEPARTMENT}
    assert town.desk.store.outbox_counts().waiting == waiting, "a stick may be lost: only an acknowledgement forgets"
    assert pouch.status(town.desk).aloft == written.letters
    assert states(town.desk, ["doc-1"]) == {"doc-1": DeliveryState.ALOFT}
    town.seat.act(EventKind.JUSTIFIED, "doc-1", {"hop": out.event.id, "reason": "Feriado"}, slip="slip-1")
    assert states(town.desk, ["doc-1"]) == {"doc-1": DeliveryState.QUEUED}, "not all of it is on the stick"
    (office.stick / written.folder / "foto.jpg").write_bytes(b"somebody else's")
    pouch.write(town.desk, office.stick)
    assert [path.name for path in files(office.stick / written.folder)] == ["foto.jpg"]

    came = pouch.read(department.desk, office.stick)
    assert (came.pouches, came.events, came.blobs, came.problems) == (1, 2, 2, ())
    view = department.desk.store.document("doc-1")
    assert department.desk.store.get_bytes(view.digest) == PDF + b" firmado"
    department.receive(out)
    back = office.new_stick("back")
    pouch.write(department.desk, back, to=[TOWN])
    shutil.copytree(office.stick, back, dirs_exist_ok=True)  # its own letters come back to it, too
    home = pouch.read(town.desk, back)
    assert (home.events, home.problems) == (1, ())
    assert home.acks > 0
    assert states(town.desk, ["doc-1"]) == {"doc-1": DeliveryState.RECEIVED}
    assert projection_digest(town.desk.store) == projection_digest(department.desk.store)
    assert town.desk.store.outbox_counts().waiting == 0
    assert pouch.status(town.desk).aloft == 0


def test_relayed_unopened_both_ways(office: PouchOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    town, department, carrier = office.town, office.department, office.carrier
    out = send(town, "doc-1", "slip-1", DEPARTMENT)
    pouch.write(town.desk, office.stick)

    def refuse(*_: object) -> str:
        raise AssertionError("the carrier opened a letter")

    with monkeypatch.context() as patched:
        patched.setattr("desktop.sync.pouch_read.open_letter", refuse)
        relayed = pouch_relay.relay(carrier.desk, office.stick)
    assert relayed.problems == ()
    assert relayed.put > 0
    assert carrier.desk.store.events_of_document("doc-1") == []

    outcome = department.sync()
    assert outcome.problems == ()
    assert department.desk.store.document("doc-1").cite == "unit-a/1"
    department.receive(out)
    department.sync()

    relayed = pouch_relay.relay(carrier.desk, office.stick)
    assert relayed.fetched > 0
    home = pouch.read(town.desk, office.stick)
    assert home.problems == ()
    assert projection_digest(town.desk.store) == projection_digest(department.desk.store)
    assert town.desk.store.outbox_counts().waiting == 0
    assert pouch.status(town.desk) == pouch.PouchStatus(0, 0, ())


def test_nothing_on_the_stick_or_in_the_relay_can_be_read(office: PouchOffice) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    pouch.write(office.town.desk, office.stick)
    pouch_relay.relay(office.carrier.desk, office.stick)
    found = [
        *files(office.stick),
        *files(office.folder / "exchange" / "pouch"),
        *files(office.folder / "exchange" / "blobs"),
    ]
    assert len(found) > 10
    for path in found:
        data = path.read_bytes()
        for secret in (b"secreto", b"Asunto", b"para_su_consideracion", b"slip-1", b"%PDF"):
            assert secret not in data
    for path in (office.folder / "exchange" / "pouch").rglob("*.age"):
        with pytest.raises(Exception, match=r"letter\.not_for_us"):
            open_letter(path.read_bytes(), office.key_c)


def test_a_lost_stick_costs_nothing(office: PouchOffice) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    pouch.write(office.town.desk, office.new_stick("lost"))
    send(office.town, "doc-2", "slip-2", DEPARTMENT, 2)
    pouch.write(office.town.desk, office.stick)
    came = pouch.read(office.department.desk, office.stick)
    assert (came.events, came.problems) == (2, ())


def test_sticks_read_twice_out_of_order_and_crossing(office: PouchOffice) -> None:
    town, department = office.town, office.department
    first, second, other = (office.new_stick(name) for name in ("one", "two", "three"))
    send(town, "doc-1", "slip-1", DEPARTMENT)
    pouch.write(town.desk, first)
    send(town, "doc-2", "slip-2", DEPARTMENT, 2)
    pouch.write(town.desk, second)
    send(department, "doc-3", "slip-3", TOWN, 3)
    department.sync()
    pouch.write(department.desk, other, to=[TOWN])
    assert pouch.read(department.desk, second).events == 2
    for stick in (first, second, first):
        came = pouch.read(department.desk, stick)
        assert (came.events, came.blobs, came.problems) == (0, 0, ())
    assert pouch.read(town.desk, other).events == 1
    assert pouch.read(town.desk, other).events == 0
    assert projection_digest(town.desk.store) == projection_digest(department.desk.store)


def test_by_line_and_by_stick_nothing_is_doubled(office: PouchOffice) -> None:
    department, carrier = office.department, office.carrier
    send(carrier, "doc-1", "slip-1", DEPARTMENT)
    pouch.write(carrier.desk, office.stick, to=[DEPARTMENT])
    assert pouch.read(department.desk, office.stick).events == 1
    carrier.sync()
    outcome = department.sync()
    assert (outcome.received, outcome.problems) == (0, ())
    send(carrier, "doc-2", "slip-2", DEPARTMENT, 2)
    carrier.sync()
    assert department.sync().received == 1


def finished(office: PouchOffice, stick: Path) -> list[str]:
    return [one.folder for one in find_bundles(pouch.open_stick(stick)) if one.finished]


def test_killed_at_any_write_the_next_one_goes_on_from_there(
    office: PouchOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stick is pulled out before each of the calls; nothing counts as a pouch until all is there, and little is written twice."""
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    open_stick = pouch.open_stick
    for die_at in itertools.count():
        stick = office.new_stick(f"torn-{die_at}")
        dying = Counting(open_stick(stick), die_at=die_at)
        with monkeypatch.context() as patched:
            patched.setattr(pouch, "open_stick", lambda _path, dying=dying: dying)
            with suppress(Killed):
                pouch.write(office.town.desk, stick)
        if finished(office, stick):
            break  # it died after the last write, or not at all
        kept = {path: path.stat().st_mtime_ns for path in files(stick)}
        written = pouch.write(office.town.desk, stick)
        assert finished(office, stick) == [written.folder]
        assert {path: path.stat().st_mtime_ns for path in kept} == kept
        names = {path.name for path in (stick / written.folder / "objects").iterdir()}
        _, bundle = read_bundle(pouch.open_stick(stick), written.folder)
        assert names == {item.sha256 for item in bundle.items}
    assert die_at > 15
    assert pouch.read(office.department.desk, stick).events == 1


def test_a_reader_killed_at_any_moment_reads_on(office: PouchOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    pouch.write(office.town.desk, office.stick)
    open_stick = pouch.open_stick
    for die_at in itertools.count():
        dying = Counting(open_stick(office.stick), die_at=die_at)
        with monkeypatch.context() as patched:
            patched.setattr(pouch, "open_stick", lambda _path, dying=dying: dying)
            try:
                pouch.read(office.department.desk, office.stick)
                break
            except Killed:
                pass
    assert die_at > 5
    assert pouch.read(office.department.desk, office.stick).problems == ()
    assert office.department.desk.store.document("doc-1").cite == "unit-a/1"
    assert office.department.desk.store.missing_parents() == ()


def test_a_relay_killed_at_any_moment_goes_on(office: PouchOffice) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    pouch.write(office.town.desk, office.stick)
    carrier, exchange = office.carrier.desk, office.exchange
    for die_at in itertools.count():
        carrier.exchange = lambda die_at=die_at: Counting(exchange, die_at=die_at)  # type: ignore[misc]
        try:
            pouch_relay.relay(carrier, office.stick)
            break
        except Killed:
            pass
    assert die_at > 20
    assert office.department.sync().problems == ()
    assert office.department.desk.store.document("doc-1").cite == "unit-a/1"


@pytest.mark.parametrize(("reason", "code"), [(errno.ENOSPC, "storage.disk_full"), (errno.EROFS, "storage.denied")])
def test_a_full_or_locked_stick_holds_no_pouch_and_nothing_is_forgotten(
    office: PouchOffice, monkeypatch: pytest.MonkeyPatch, reason: int, code: str
) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    waiting = office.town.desk.store.outbox_counts().waiting
    write_temporary, room = folder._write_temporary, iter(range(5))

    def full(where: Path, data: bytes) -> Path:
        if next(room, None) is None:
            raise OSError(reason, os.strerror(reason))
        return write_temporary(where, data)

    with monkeypatch.context() as patched:
        patched.setattr(folder, "_write_temporary", full)
        with pytest.raises(OfficeError, match=code):
            pouch.write(office.town.desk, office.stick)
    assert finished(office, office.stick) == []
    with pytest.raises(OfficeError, match=r"pouch\.none") if not files(office.stick) else nullcontext():
        problems = pouch.read(office.department.desk, office.stick).problems
        assert [one for one, _ in problems] == ["pouch.unfinished"]
    assert office.town.desk.store.outbox_counts().waiting == waiting
    pouch.write(office.town.desk, office.stick)
    assert pouch.read(office.department.desk, office.stick).events == 1


def test_a_large_file_travels_in_pieces(office: PouchOffice) -> None:
    data = random.Random(7).randbytes(1_300_000)
    office.town.seat.make("doc-1", data)
    office.town.seat.dispatch("doc-1", "slip-1", DEPARTMENT)
    pouch.write(office.town.desk, office.stick)
    assert max(path.stat().st_size for path in files(office.stick)) <= 300_000
    pouch_relay.relay(office.carrier.desk, office.stick)
    office.department.sync()
    view = office.department.desk.store.document("doc-1")
    assert office.department.desk.store.get_bytes(view.digest) == data + b" firmado"


def test_a_large_file_goes_on_to_the_town_in_pieces(office: PouchOffice) -> None:
    data = random.Random(8).randbytes(1_300_000)
    send(office.town, "doc-0", "slip-0", DEPARTMENT)
    office.department.seat.make("doc-1", data)
    office.department.seat.dispatch("doc-1", "slip-1", TOWN)
    assert office.department.sync().waiting == 0
    pouch.write(office.town.desk, office.stick)
    pouch_relay.relay(office.carrier.desk, office.stick)
    assert pouch.read(office.town.desk, office.stick).problems == ()
    view = office.town.desk.store.document("doc-1")
    assert office.town.desk.store.get_bytes(view.digest) == data + b" firmado"


def test_letters_do_not_put_off_the_listing_of_the_exchange(office: PouchOffice) -> None:
    """A lost hint is made good by the daily listing, also where something comes by pouch every day."""
    department = office.department
    department.sync()
    send(office.carrier, "doc-1", "slip-1", DEPARTMENT)
    office.carrier.sync()
    (office.folder / "exchange" / head_key(ENTITY, DEPARTMENT, "device-c")).unlink()
    for day in range(2):
        send(office.town, f"doc-{day + 5}", f"slip-{day + 5}", DEPARTMENT, day + 5)
        pouch.write(office.town.desk, office.stick)
        pouch_relay.relay(office.carrier.desk, office.stick)
        office.now += timedelta(hours=20)
        department.sync()
    assert department.desk.store.slip("slip-6").document == "doc-6"
    assert department.desk.store.slip("slip-1").document == "doc-1"


@pytest.mark.parametrize("before", [True, False], ids=["on a stick before", "first stick"])
def test_a_reserved_delivery_is_sealed_anew_for_who_reads_there_now(office: PouchOffice, before: bool) -> None:
    """It waits as a letter to those who read there when it was written; a PC that came since would never acknowledge those bytes."""
    out = send(office.town, "doc-1", "slip-1", DEPARTMENT)
    store = office.town.desk.store
    (row,) = [one for one in waiting_mail(store) if f"/{DEPARTMENT}/" in one.key]
    letter = seal_letter(out.jws, [(office.office.key_b.id, office.office.key_b.public()[1])])
    named = Letter(ENTITY, DEPARTMENT, "device-a", dict(out.event.deliveries)[DEPARTMENT], sha(letter))
    with store.act() as act:
        act.outbox_done(row.id)
        act.enqueue(named.key, letter)
        act.outbox_serves(out.digest)
    if before:
        pouch.write(office.town.desk, office.new_stick("lost"))
    second = DeviceKey.generate("device-d")
    directory = office.office.directory
    devices = (*directory.devices, device_of(second, DEPARTMENT, ("pedro",)))
    office.publish(replace(directory, number=2, devices=devices))
    office.town.desk.directory = office.department.desk.directory = office.office.directory
    other = office.place("second", second, DEPARTMENT, "pedro")
    pouch.write(office.town.desk, office.stick)
    for number, place in enumerate((office.department, other)):
        assert pouch.read(place.desk, office.stick).events == 1
        back = office.new_stick(f"back-{number}")
        pouch.write(place.desk, back)
        pouch.read(office.town.desk, back)
    assert not any(f"/{DEPARTMENT}/" in one.key for one in waiting_mail(store))


# -- what somebody else did to a stick, or left on it


def forge(office: PouchOffice, key: DeviceKey, items: dict[str, bytes], **changes: object) -> None:
    """A pouch by that key with those objects, whatever they are."""
    stick = pouch.open_stick(office.stick)
    manifest = Manifest(ENTITY, key.id, TOWN, 9, (DEPARTMENT,), 0, ())
    manifest = replace(manifest, **changes)  # type: ignore[arg-type]
    bundle = Bundle(stick, folder_name(key.id, manifest.number))
    for name, data in items.items():
        bundle.put_if_absent(name, data)
    bundle.finish(replace(manifest, items=bundle.items), key)


def codes(problems: Sequence[tuple[str, object]]) -> list[str]:
    return [code for code, _ in problems]


def test_a_pouch_for_another_unit_is_told_and_may_be_relayed(office: PouchOffice) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    pouch.write(office.town.desk, office.stick, to=[DEPARTMENT])
    came = pouch.read(office.carrier.desk, office.stick)
    assert (came.events, codes(came.problems)) == (0, ["pouch.not_for_us"])
    assert came.problems[0][1]["units"] == "Sistemas"
    pouch_relay.relay(office.carrier.desk, office.stick)
    office.department.sync()
    assert office.department.desk.store.slip("slip-1").document == "doc-1"


def test_foreign_unknown_and_falsely_signed_pouches_are_set_aside(office: PouchOffice) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    pouch.write(office.town.desk, office.stick)
    thief = DeviceKey.generate("device-x")
    forge(office, thief, {"blobs/" + sha(b"x"): b"x"})
    forge(office, office.key_c, {}, entity="01HZOTHER00000000000000000", number=8)
    falsely = replace(thief, id=office.office.key_a.id)
    forge(office, falsely, {}, number=77)
    came = pouch.read(office.department.desk, office.stick)
    assert sorted(codes(came.problems)) == ["pouch.damaged", "pouch.foreign_entity", "pouch.unknown_device"]
    assert (came.pouches, came.events) == (1, 1)
    relayed = pouch_relay.relay(office.carrier.desk, office.stick)
    assert sorted(codes(relayed.problems)) == ["pouch.damaged", "pouch.foreign_entity", "pouch.unknown_device"]
    assert office.exchange.head("blobs/" + sha(b"x")) is None


@pytest.mark.parametrize("cut", [0, 1, 100, -1, -40])
def test_a_torn_or_altered_manifest_takes_nothing_and_stops_nobody(office: PouchOffice, cut: int) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    written = pouch.write(office.town.desk, office.stick)
    path = office.stick / written.folder / "manifest.jws"
    path.write_bytes(path.read_bytes()[:cut])
    came = pouch.read(office.department.desk, office.stick)
    assert (came.pouches, came.events, codes(came.problems)) == (0, 0, ["pouch.damaged"])


def test_altered_missing_and_linked_objects_are_told_and_the_rest_goes_on(office: PouchOffice, tmp_path: Path) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    send(office.town, "doc-2", "slip-2", DEPARTMENT, 2)
    send(office.town, "doc-3", "slip-3", DEPARTMENT, 3)
    send(office.town, "doc-4", "slip-4", DEPARTMENT, 4)
    written = pouch.write(office.town.desk, office.stick)
    _, bundle = read_bundle(pouch.open_stick(office.stick), written.folder)
    letters = sorted(
        item.key
        for item in bundle.items
        if item.key.startswith(f"pouch/{ENTITY}/{DEPARTMENT}/device-a/") and item.key.endswith(".age")
    )
    objects = {item.key: office.stick / written.folder / "objects" / item.sha256 for item in bundle.items}
    first, second, third, _ = (objects[key] for key in letters)
    first.write_bytes(flipped(first.read_bytes()))
    second.unlink()
    outside = tmp_path / "outside"
    outside.write_bytes(third.read_bytes())
    third.unlink()
    third.symlink_to(outside)
    came = pouch.read(office.department.desk, office.stick)
    assert came.events == 1
    assert sorted(code for code in codes(came.problems) if not code.startswith("mail.gap")) == [
        "mail.damaged",
        "storage.not_found",
        "storage.not_found",
    ]
    again = office.new_stick("again")
    pouch.write(office.town.desk, again)
    came = pouch.read(office.department.desk, again)
    assert (came.events, came.problems) == (3, ())


def test_blocks_and_keys_of_other_kinds_never_come_out_of_a_pouch(office: PouchOffice) -> None:
    items = {
        f"blocks/{ENTITY}/serie/2026/000001.jws": b"block",
        f"units/{ENTITY}/{DEPARTMENT}/in/device-a/0000000001-{'0' * 64}.jws": b"event",
        f"units/{ENTITY}/{DEPARTMENT}/heads/device-a": b"99",
        "../../outside": b"path",
        "blobs/" + "0" * 64: b"not what its name says",
        f"pouch/{ENTITY}/{DEPARTMENT}/device-a/0000000001-{'0' * 64}.age": b"neither",
        "CON": b"device",
    }
    forge(office, office.office.key_a, items)
    before = sorted(files(office.folder / "exchange"))
    relayed = pouch_relay.relay(office.carrier.desk, office.stick)
    assert (relayed.put, relayed.problems) == (0, ())
    assert sorted(files(office.folder / "exchange")) == before
    came = pouch.read(office.department.desk, office.stick)
    assert (came.events, came.blobs) == (0, 0)
    assert not any(travels(key, ENTITY, sha(data)) for key, data in items.items())


def test_thousands_of_tiny_files_and_other_folders_are_nobodys(office: PouchOffice) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    written = pouch.write(office.town.desk, office.stick)
    for name in ("fotos", f"{written.folder}/objects", "SOBRE-device-a-x"):
        (office.stick / name).mkdir(exist_ok=True)
        for number in range(2000):
            (office.stick / name / f"{number}.txt").write_bytes(b"x")
    came = pouch.read(office.department.desk, office.stick)
    assert (came.pouches, came.events, came.problems) == (1, 1, ())


def test_only_a_reader_of_that_mailbox_can_acknowledge(office: PouchOffice) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    pouch.write(office.town.desk, office.new_stick("lost"))
    waiting = office.town.desk.store.outbox_counts().waiting
    seen = {"device-a": 99}
    forged = {
        Ack(ENTITY, DEPARTMENT, "device-c").key: seal_ack(Acked(ENTITY, DEPARTMENT, "device-c", seen), office.key_c),
        Ack(ENTITY, DEPARTMENT, "device-b").key: seal_ack(
            Acked(ENTITY, DEPARTMENT, "device-b", seen), replace(office.key_c, id="device-b")
        ),
        Ack(ENTITY, TOWN, "device-b").key: seal_ack(Acked(ENTITY, TOWN, "device-b", seen), office.office.key_b),
    }
    forge(office, office.key_c, {key: jws.encode("ascii") for key, jws in forged.items()})
    came = pouch.read(office.town.desk, office.stick)
    assert came.acks == 0
    assert sorted(codes(came.problems))[:1] == ["envelope.bad_signature"]
    assert codes(came.problems).count("pouch.ack_refused") == 2
    assert office.town.desk.store.outbox_counts().waiting == waiting
    true = seal_ack(Acked(ENTITY, DEPARTMENT, "device-b", {"device-a": 1}), office.office.key_b)
    take_ack(office.town.desk, true.encode("ascii"))
    assert settle_acks(office.town.desk) > 0
    older = seal_ack(Acked(ENTITY, DEPARTMENT, "device-b", {"device-a": 0}), office.office.key_b)
    take_ack(office.town.desk, older.encode("ascii"))
    assert office.town.desk.store.setting("pouch.acks:unit-b:device-b") == '{"device-a": 1}'


def test_every_pc_of_a_unit_must_have_it_before_it_is_forgotten(office: PouchOffice) -> None:
    """A second PC, enrolled after the first stick was written, reads the next one: letters are sealed anew for it."""
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    pouch.write(office.town.desk, office.new_stick("lost"))
    second = DeviceKey.generate("device-d")
    directory = office.office.directory
    devices = (*directory.devices, device_of(second, DEPARTMENT, ("pedro",)))
    office.publish(replace(directory, number=2, devices=devices))
    office.town.desk.directory = office.department.desk.directory = office.office.directory
    other = office.place("second", second, DEPARTMENT, "pedro")
    pouch.write(office.town.desk, office.stick)
    pouch.read(office.department.desk, office.stick)
    back = office.new_stick("back")
    pouch.write(office.department.desk, back)
    pouch.read(office.town.desk, back)
    assert any(row.key.startswith(f"units/{ENTITY}/{DEPARTMENT}/") for row in waiting_mail(office.town.desk.store))
    assert pouch.read(other.desk, office.stick).events == 1
    pouch.write(other.desk, office.new_stick("back-2"))
    pouch.read(office.town.desk, office.folder / "back-2")
    assert not any(row.key.startswith(f"units/{ENTITY}/{DEPARTMENT}/") for row in waiting_mail(office.town.desk.store))


def test_the_directory_travels_and_is_believed_only_by_the_pinned_key(office: PouchOffice) -> None:
    first = office.office.directory
    thief = DeviceKey.generate("admin")
    forged = seal_payload(canonical(to_payload(replace(first, number=7))), thief, DIRECTORY, kid="admin")
    forge(office, office.key_c, {directory_key(ENTITY, 7, digest_of(forged)): forged.encode("ascii")}, directory=7)
    pouch.read(office.town.desk, office.stick)
    assert office.town.desk.directory.number == 1
    office.publish(replace(first, number=2))
    assert office.carrier.desk.exchange() is office.exchange
    pouch.write(office.town.desk, office.stick)
    pouch_relay.relay(office.carrier.desk, office.stick)
    pouch.read(office.town.desk, office.stick)
    assert office.town.desk.directory.number == 2
    assert office.town.desk.store.directory()[0] == 2  # type: ignore[index]
    shutil.rmtree(office.stick)
    office.stick.mkdir()
    old = office.directory_jws(first)
    forge(office, office.key_c, {directory_key(ENTITY, 1, digest_of(old)): old.encode("ascii")}, directory=1)
    pouch.read(office.town.desk, office.stick)
    assert office.town.desk.directory.number == 2


def test_no_stick_no_pouch_no_letter(office: PouchOffice) -> None:
    with pytest.raises(OfficeError, match=r"pouch\.no_stick"):
        pouch.write(office.town.desk, office.folder / "nowhere")
    with pytest.raises(OfficeError, match=r"pouch\.none"):
        pouch.read(office.town.desk, office.stick)
    assert pouch.write(office.town.desk, office.stick).letters == 0
    came = pouch.read(office.department.desk, office.stick)
    assert (came.pouches, came.events, came.problems) == (1, 0, ())


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_carrier_puts_nothing_altered_into_the_exchange(office: PouchOffice) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    written = pouch.write(office.town.desk, office.stick)
    _, bundle = read_bundle(pouch.open_stick(office.stick), written.folder)
    blob = next(item for item in bundle.items if item.key.startswith("blobs/"))
    path = office.stick / written.folder / "objects" / blob.sha256
    path.write_bytes(flipped(path.read_bytes()))
    relayed = pouch_relay.relay(office.carrier.desk, office.stick)
    assert codes(relayed.problems) == ["mail.damaged"]
    assert office.exchange.head(blob.key) is None


def test_a_letter_overwritten_in_the_exchange_is_told(office: PouchOffice) -> None:
    out = send(office.town, "doc-1", "slip-1", DEPARTMENT)
    pouch.write(office.town.desk, office.stick)
    pouch_relay.relay(office.carrier.desk, office.stick)
    (letter,) = (office.folder / "exchange" / "pouch" / ENTITY / DEPARTMENT).rglob("*.age")
    letter.write_bytes(seal_letter(out.jws, [("device-b", office.office.key_b.public()[1])]))
    assert "mail.damaged" in codes(office.department.sync().problems)


def test_acknowledgements_only_rise_in_the_exchange_and_lie_under_their_own_key(office: PouchOffice) -> None:
    key = Ack(ENTITY, DEPARTMENT, "device-b").key
    newer = seal_ack(Acked(ENTITY, DEPARTMENT, "device-b", {"device-a": 5}), office.office.key_b).encode("ascii")
    older = seal_ack(Acked(ENTITY, DEPARTMENT, "device-b", {"device-a": 4}), office.office.key_b).encode("ascii")
    office.exchange.put(key, newer)
    forge(office, office.office.key_a, {key: older, Ack(ENTITY, TOWN, "device-b").key: newer})
    relayed = pouch_relay.relay(office.carrier.desk, office.stick)
    assert codes(relayed.problems) == ["pouch.ack_refused"]
    assert office.exchange.get(key) == newer
    assert office.exchange.head(Ack(ENTITY, TOWN, "device-b").key) is None


def test_what_the_town_has_acknowledged_is_not_put_on_its_stick_again(office: PouchOffice) -> None:
    send(office.department, "doc-1", "slip-1", TOWN)
    office.department.sync()
    pouch.write(office.town.desk, office.stick)
    pouch_relay.relay(office.carrier.desk, office.stick)
    assert pouch.read(office.town.desk, office.stick).events == 1
    fresh = office.new_stick("fresh")
    pouch.write(office.town.desk, fresh)
    (folder,) = pouch_relay.relay(office.carrier.desk, fresh).folders
    _, bundle = read_bundle(pouch.open_stick(fresh), folder)
    assert not any(item.key.endswith(".age") for item in bundle.items)


def test_what_another_stick_does_not_hold_keeps_the_reason_for_which_it_was_put_aside(office: PouchOffice) -> None:
    town, old = office.town.desk, office.office.directory
    send(office.department, "doc-1", "slip-1", TOWN)
    office.department.sync()
    gone = [
        replace(each, until=NOW.date() - timedelta(days=9)) if each.id == "pedro" else each for each in old.officials
    ]
    office.publish(replace(old, number=old.number + 1, officials=tuple(gone)))
    pouch.write(town, office.stick)
    pouch_relay.relay(office.carrier.desk, office.stick)
    assert codes(pouch.read(town, office.stick).problems) == ["event.official_left"]
    other = office.new_stick("other")
    pouch.write(town, other)
    assert pouch.read(town, other).problems == ()
    assert [item.code for item in town.store.quarantined()] == ["event.official_left"]
