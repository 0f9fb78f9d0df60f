"""Keys are handed on to a PC that came later, to no other, newest first and once."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desktop.operations import sharing
from desktop.operations.desk import Desk
from desktop.records.documents import AccessClass
from desktop.records.events import EventKind
from desktop.records.people import Directory
from desktop.store.desk import DeskStore
from desktop.sync.blobs import open_blob
from desktop.sync.compose import OutgoingBlob
from desktop.sync.device import DeviceKey
from desktop.sync.enrolment import ask
from desktop.sync.keys import blob_key
from desktop.sync.luggage import HISTORY, pack_history, wanted
from desktop.sync.pull import pull
from desktop.sync.sharing import entitled
from tests.desktop.sync.office import ENTITY, NOW, Office, Seat, asked_for, document_blob
from tests.fixtures.office import refused


@dataclass
class House:
    """Juana's desk as operations see it, and where newcomers open theirs."""

    seat: Seat
    desk: Desk
    room: Path
    empty: Path
    stack: ExitStack

    def enrol(self, key: DeviceKey, unit: str = "unit-a", official: str = "juana") -> None:
        directory = self.seat.office.directory
        directory = replace(directory, devices=(*directory.devices, asked_for(key, unit, official)))
        self.set(directory)

    def set(self, directory: object) -> None:
        self.seat.office = replace(self.seat.office, directory=directory)  # type: ignore[arg-type]
        self.desk.directory = directory  # type: ignore[assignment]

    def newcomer(self, key: DeviceKey, unit: str = "unit-a") -> DeskStore:
        """A fresh store of that device that has pulled everything."""
        shutil.copytree(self.empty, self.room / key.id, dirs_exist_ok=True)
        store = self.stack.enter_context(DeskStore.open(self.room / key.id, now=NOW))
        pull(store, self.seat.exchange, key, self.seat.office.directory,
             self.seat.office.directory.mailboxes_of(unit), now=NOW)  # fmt: skip
        return store

    def share(self) -> int:
        count = sharing.share_keys(self.desk, self.seat.exchange)
        self.seat.push()
        return count


@pytest.fixture
def house(juana: Seat, tmp_path: Path, empty_home: Path) -> Iterator[House]:
    nothing: object = None
    desk = Desk(
        home=tmp_path / "home-a", store=juana.store, key=juana.key, directory=juana.office.directory, pins=nothing,  # type: ignore[arg-type]
        unit_id="unit-a", clock=juana.now, ids=juana.office.ids, exchange=lambda: juana.exchange, templates=nothing,  # type: ignore[arg-type]
        heading=nothing, resources=nothing, archive=nothing, worker=nothing, verifier=nothing, trust=nothing,  # type: ignore[arg-type]
        official="juana",
    )  # fmt: skip
    with ExitStack() as stack:
        yield House(juana, desk, tmp_path, empty_home, stack)


def test_a_device_enrolled_later_reads_what_its_unit_has(house: House) -> None:
    digests = [house.seat.make(f"doc-{n}", b"%%PDF %d" % n, n) for n in range(3)]
    house.seat.push()
    late = DeviceKey.generate("device-z")
    house.enrol(late)
    store = house.newcomer(late)
    assert not any(store.has_bytes(digest) for digest in digests)
    assert house.share() == 6  # each document frozen and signed
    store = house.newcomer(late)
    assert all(store.has_bytes(digest) for digest in digests)
    assert store.document("doc-1") == house.seat.store.document("doc-1")
    assert house.share() == 0  # once


def test_letters_of_before_are_handed_on_whole(house: House) -> None:
    body = {"kind": "informe", "subject": "Sumario", "access": int(AccessClass.SECRET)}
    house.seat.act(EventKind.DRAFTED, "doc-s", body)
    house.seat.push()
    late = DeviceKey.generate("device-z")
    house.enrol(late)
    store = house.newcomer(late)
    with refused("document.unknown"):
        store.document("doc-s")
    assert house.share() == 1
    assert house.newcomer(late).document("doc-s").subject == "Sumario"
    assert house.share() == 0
    house.desk.clock = lambda: NOW + timedelta(days=90)  # a letter of then was sealed to it by whoever wrote it
    house.seat.store.set_setting("sharing:device-z", "")
    house.desk.store.set_setting("sharing:device-z", json.dumps({"floor": 0, "next": 0, "top": 0}))
    assert house.share() == 0


def test_a_device_of_another_unit_gets_nothing(house: House) -> None:
    """Not one of its own unit's ordering, nor by having been enrolled for an official who was once here."""
    house.seat.make("doc-1", b"%PDF propio")
    other = DeviceKey.generate("device-x")
    house.enrol(other, "unit-c", "pedro")
    official = replace(house.desk.directory.official("pedro"), unit="unit-a")
    people = tuple(official if o.id == "pedro" else o for o in house.desk.directory.officials)
    house.set(replace(house.desk.directory, officials=people))
    assert house.share() == 0
    assert not house.seat.store.events_of_document("keys-")
    signed = house.seat.store.events_of_document("doc-1")[-1]
    house.seat.push()
    ref = signed.event.blobs[0]
    with refused("blob.not_for_us"):
        open_blob(house.seat.exchange.get(blob_key(ref.cipher)), ref, other)


@pytest.mark.parametrize("change", [{"revoked_at": NOW}, {"valid_until": NOW}])
def test_a_device_that_is_over_gets_nothing(house: House, change: dict[str, object]) -> None:
    house.seat.make("doc-1", b"%PDF propio")
    late = DeviceKey.generate("device-z")
    house.enrol(late)
    devices = tuple(replace(d, **change) if d.id == late.id else d for d in house.desk.directory.devices)  # type: ignore[arg-type]
    house.set(replace(house.desk.directory, devices=devices))
    assert house.share() == 0


def test_the_unit_that_took_over_reads_what_the_ended_one_had(house: House) -> None:
    digest = house.seat.make("doc-1", b"%PDF heredado")
    directory = house.desk.directory
    units = tuple(
        replace(u, ended_on=NOW.date(), successors=("unit-c",)) if u.id == "unit-a" else u for u in directory.units
    )
    people = tuple(replace(o, unit="unit-c") if o.id == "juana" else o for o in directory.officials)
    heir = DeviceKey.generate("device-c")
    house.set(replace(directory, units=units, officials=people))
    house.enrol(heir, "unit-c", "juana")
    house.desk.unit_id = house.desk.directory.unit_at(house.desk.key.id, "")
    assert house.desk.unit_id == "unit-c"
    assert house.share() == 2
    assert house.newcomer(heir, "unit-c").has_bytes(digest)


@pytest.mark.parametrize("ended", ["unit-a", "unit-c"], ids=["the ended one's letters", "the other one's letters"])
@pytest.mark.parametrize(("ends", "handed"), [(0, 1), (-60, 0)], ids=["before", "long after"])
def test_after_a_merge_letters_of_before_are_handed_on_to_pcs_that_were_there_long_before(
    house: House, ended: str, ends: int, handed: int
) -> None:
    """They were sealed to the PCs of one of the two units; all of them work for the same unit now, and what is written later is for all."""
    other = DeviceKey.generate("device-c")
    house.enrol(other, "unit-c", "juana")
    long_before = house.desk.directory.device("device-c").valid_until - timedelta(days=3659)
    house.set(_enrolled_at(house.desk.directory, "device-c", long_before))
    house.seat.act(
        EventKind.DRAFTED, "doc-s", {"kind": "informe", "subject": "Sumario", "access": int(AccessClass.SECRET)}
    )
    house.seat.push()
    heir = {"unit-a": "unit-c", "unit-c": "unit-a"}[ended]
    directory = house.desk.directory
    day = (NOW + timedelta(days=ends)).date()
    units = tuple(replace(u, ended_on=day, successors=(heir,)) if u.id == ended else u for u in directory.units)
    people = tuple(replace(o, unit=heir) if o.id == "juana" else o for o in directory.officials)
    house.set(replace(directory, units=units, officials=people))
    house.desk.unit_id = house.desk.directory.unit_at(house.desk.key.id, "")
    assert house.share() == handed
    if handed:
        assert house.newcomer(other, heir).document("doc-s").subject == "Sumario"
    assert house.share() == 0


def _enrolled_at(directory: Directory, device: str, at: datetime) -> Directory:
    """Each enrolment of that device signed then."""
    row = directory.device(device)
    key = DeviceKey.generate(device)
    asked = ask(key, entity=ENTITY, unit=row.unit, official="juana", until=row.valid_until, now=at)
    payload = base64.urlsafe_b64encode(asked.to_payload()).rstrip(b"=").decode()
    changed = replace(row, enrolments=(("juana", f"e30.{payload}.e30"),))
    return replace(directory, devices=tuple(changed if one.id == device else one for one in directory.devices))


def test_what_came_from_elsewhere_is_handed_on_as_well_and_not_to_the_sender(house: House, pedro: Seat) -> None:
    digest = pedro.make("doc-p", b"%PDF de Pedro")
    pedro.dispatch("doc-p", "s-1", "unit-a")
    pedro.push()
    house.seat.pull()
    late = DeviceKey.generate("device-z")
    house.enrol(late)
    assert house.share() > 0
    assert house.newcomer(late).has_bytes(digest)
    shared = [e for e in house.seat.exchange.list("units/") if f"/{house.seat.key.id}/" in e.key]
    assert {entry.key.split("/")[2] for entry in shared} == {"unit-a"}


def test_open_slips_and_newest_first_and_no_more_than_so_many_at_a_time(
    house: House, pedro: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old open slip goes first, then the newest; in the end everything, however often it was cut off."""
    digest = pedro.make("doc-p", b"%PDF de Pedro")
    pedro.dispatch("doc-p", "s-1", "unit-a")
    pedro.push()
    house.seat.pull()
    digests = [house.seat.make(f"doc-{n}", b"%%PDF %d" % n, n) for n in range(6)]
    monkeypatch.setattr(sharing, "MOST", 4)
    monkeypatch.setattr(sharing, "LOOKED_THROUGH", 7)
    late = DeviceKey.generate("device-z")
    house.enrol(late)
    assert 0 < house.share() <= 6  # the events under way are not cut in two
    store = house.newcomer(late)
    assert store.has_bytes(digest)
    assert not store.has_bytes(digests[0])
    for _ in range(40):
        house.share()
    store = house.newcomer(late)
    assert all(store.has_bytes(each) for each in digests)
    assert house.share() == 0


def test_a_key_that_its_sender_sealed_wrongly_stops_nobody(house: House, office: Office) -> None:
    late = DeviceKey.generate("device-z")
    signed = house.seat.act(
        EventKind.DRAFTED, "doc-1", {"kind": "informe", "subject": "x"}, blobs=[document_blob(b"a")]
    )
    ref = signed.event.blobs[0]
    house.enrol(late)
    import pyrage

    own = pyrage.x25519.Recipient.from_str(office.key_a.public()[1])
    for content in (b"no es una identidad", b"\xff"):
        wrong = base64.b64encode(pyrage.encrypt(content, [own])).decode("ascii")
        assert sharing._resealed(house.desk, ref, wrong, {late.id: late.public()[1]}) is None
    assert sharing._resealed(house.desk, ref, "!", {late.id: late.public()[1]}) is None


def test_nobody_who_left_hands_on_anything(house: House) -> None:
    house.seat.make("doc-1", b"%PDF propio")
    house.enrol(DeviceKey.generate("device-z"))
    people = tuple(replace(o, until=NOW.date() - timedelta(days=1)) for o in house.desk.directory.officials)
    house.set(replace(house.desk.directory, officials=people))
    assert house.share() == 0


def test_who_is_entitled_is_told_by_directory_and_deliveries(house: House) -> None:
    mine, other = DeviceKey.generate("device-m"), DeviceKey.generate("device-x")
    house.enrol(mine)
    house.enrol(other, "unit-c", "pedro")
    signed = house.seat.act(EventKind.DRAFTED, "doc-1", {"kind": "informe", "subject": "x"}, units=("unit-b",))
    directory = house.desk.directory

    def readers(mailboxes: tuple[str, ...], directory: Directory = directory) -> set[str]:
        return set(entitled(directory, signed.event, mailboxes, NOW))

    assert readers(("unit-a",)) == {"device-a", "device-m"}  # and not unit-b's: that unit's desks see to it
    assert readers(("unit-c",)) == set()  # nothing was delivered there
    for change in ({"revoked_at": NOW}, {"valid_until": NOW}):
        devices = tuple(replace(d, **change) if d.id == "device-m" else d for d in directory.devices)  # type: ignore[arg-type]
        assert readers(("unit-a",), replace(directory, devices=devices)) == {"device-a"}


def test_desks_that_lack_nothing_are_told_of_no_trouble(house: House, pedro: Seat) -> None:
    """What is handed on to one PC, a history too, is not missed by another that has it from the beginning."""
    old = DeviceKey.generate("device-w")
    house.enrol(old)
    pedro.office = house.seat.office
    pedro.make("doc-p", b"%PDF de Pedro")
    pedro.dispatch("doc-p", "s-1", "unit-a")
    pedro.push()
    house.seat.pull()
    house.enrol(DeviceKey.generate("device-z"))
    assert house.share() > 0
    assert house.newcomer(old).quarantined() == []


def test_the_note_of_a_history_goes_once_all_that_it_told_is_here(house: House, pedro: Seat) -> None:
    """A PC that came later was noted a history that it cannot open; keys.shared brings what was in it, and the note goes."""
    pedro.make("doc-p", b"%PDF de Pedro")
    pedro.dispatch("doc-p", "s-1", "unit-a")
    pedro.push()
    house.seat.pull()
    late = DeviceKey.generate("device-z")
    house.enrol(late)
    store = house.newcomer(late)

    def noted(days: int) -> list[str]:
        directory = house.seat.office.directory
        pull(store, house.seat.exchange, late, directory, ("unit-a",), now=NOW + timedelta(days=days), full=True)
        return [item.code for item in store.quarantined()]

    assert noted(1) == ["blob.not_for_us"]  # it does lack something
    assert house.share() > 0
    noted(2)
    assert noted(3) == []
    assert len(store.events_of_document("doc-p")) == len(house.seat.store.events_of_document("doc-p"))


@pytest.mark.parametrize(
    ("documents", "pdf", "behind", "left"),
    [
        (["doc-1", "doc-2"], b"%PDF dos firmado", (), False),
        (["doc-1", "doc-x"], b"%PDF dos firmado", (), True),  # never told of
        (["doc-1", "doc-2"], b"%PDF dos con otra firma", (), True),  # told of an earlier state
        (["doc-1", "doc-2"], b"%PDF dos firmado", ("f" * 64,), True),  # something far behind is missing
    ],
)
def test_what_a_history_may_still_bring(
    house: House, documents: list[str], pdf: bytes, behind: tuple[str, ...], *, left: bool
) -> None:
    seat = house.seat
    seat.make("doc-1", b"%PDF uno")
    seat.make("doc-2", b"%PDF dos", 2)
    if behind:
        seat.act(EventKind.OBSERVED, "doc-1", {"remark": "Falta"}, parents=behind)
        seat.act(EventKind.APPROVED, "doc-1", {})
    seat.store.put_bytes(pdf)
    history = OutgoingBlob(
        pack_history(seat.store.events_of_document("doc-1")), "historia.json", "application/json", HISTORY
    )
    body = {"to_unit": "unit-b", "mode": "oficial", "action": "para_su_consideracion", "documents": documents}
    signed = seat.act(
        EventKind.DISPATCHED, "doc-1", body, slip="s-1", blobs=[document_blob(pdf), history], units=("unit-b",)
    )
    assert [ref.role for ref in wanted(seat.store, signed, DeviceKey.generate("device-z"), ())] == (
        [HISTORY] if left else []
    )
