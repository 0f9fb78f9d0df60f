"""The window's pouch against real desks, real folders and a real full disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock, Thread

import pytest

from desktop.operations import pouch, pouch_log
from desktop.operations.pouch import open_stick
from desktop.operations.pouch_stick import about_stick
from desktop.records.errors import Cancelled, OfficeError
from desktop.storage import folder
from desktop.sync.pouch import find_bundles, read_bundle
from desktop.ui.pouch.binding import BoundPouch
from tests.desktop.operations.pouch_office import DEPARTMENT, TOWN, PouchOffice, send
from tests.desktop.sync.conftest import empty_home  # noqa: F401 - a fixture
from tests.fixtures.office import refused


@pytest.fixture
def office(tmp_path: Path, empty_home: Path) -> Iterator[PouchOffice]:  # noqa: F811
    made = PouchOffice(tmp_path, empty_home)
    yield made
    made.close()


def _nothing(_done: int, _total: int, _name: str) -> None:
    """No progress is looked at."""


def test_there_by_stick_carried_on_and_acknowledged_back(office: PouchOffice) -> None:
    town, department, carrier = (BoundPouch(p.desk, Lock()) for p in (office.town, office.department, office.carrier))
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    assert town.read().sticks == ()
    written = town.write(office.stick, (), _nothing)
    assert set(written.to) == {office.town.desk.directory.unit(unit).name for unit in (TOWN, DEPARTMENT)}
    (stick,) = town.read().sticks
    assert (stick.number, stick.letters, stick.unacknowledged) == (1, written.letters, written.letters)
    assert town.read().aloft == written.letters
    steps: list[tuple[int, int, str]] = []
    carried = carrier.relay(office.stick, lambda *step: steps.append(step))
    assert carried.put > 0
    assert steps[-1][0] == steps[-1][1] > 0
    assert department.take(office.stick, _nothing).events > 0
    back = office.new_stick("back")
    department.write(back, (TOWN,), _nothing)
    home = town.take(back, _nothing)
    assert (home.pouches, home.acks > 0, home.problems) == (1, True, ())
    (stick,) = town.read().sticks
    assert stick.unacknowledged == sum(count for _name, count in town.read().by_unit)
    send(office.town, "doc-2", "slip-2", DEPARTMENT, 2)
    town.write(office.stick, (), _nothing)
    assert [one.number for one in town.read().sticks] == [2, 1]
    assert len(town.read().units) == len(office.town.desk.directory.units) - 1


def test_the_log_keeps_the_latest_sticks(office: PouchOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pouch_log, "_MOST", 2)
    for _ in range(3):
        pouch.write(office.town.desk, office.stick)
    found = pouch_log.prepared(office.town.desk)
    assert [(one.number, one.letters, one.unacknowledged) for one in found] == [(3, 0, 0), (2, 0, 0)]


def test_a_stick_for_another_unit_and_a_damaged_letter_are_told_and_the_rest_goes_on(office: PouchOffice) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    BoundPouch(office.town.desk, Lock()).write(office.stick, (DEPARTMENT,), _nothing)
    elsewhere = BoundPouch(office.carrier.desk, Lock()).take(office.stick, _nothing)
    assert [code for code, _facts in elsewhere.problems] == ["pouch.not_for_us"]
    for path in (office.stick).rglob("objects/*"):
        path.write_bytes(b"x" + path.read_bytes())
    came = BoundPouch(office.department.desk, Lock()).take(office.stick, _nothing)
    assert "mail.damaged" in {code for code, _facts in came.problems}
    assert came.events == 0


def test_stopped_in_the_middle_the_stick_holds_no_pouch_and_it_goes_on_later(office: PouchOffice) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    bound = BoundPouch(office.town.desk, Lock())

    def stop(done: int, _total: int, _name: str) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        bound.write(office.stick, (), stop)
    assert not list(office.stick.rglob("manifest.jws"))
    assert bound.read().sticks == ()
    assert bound.write(office.stick, (), _nothing).letters > 0
    assert [one.number for one in bound.read().sticks] == [1]


def test_carrying_on_can_be_stopped_while_the_stick_is_filled_and_is_done_again(office: PouchOffice) -> None:
    town, carrier = (BoundPouch(place.desk, Lock()) for place in (office.town, office.carrier))
    out = send(office.town, "doc-1", "slip-1", DEPARTMENT)
    town.write(office.stick, (), _nothing)
    carrier.relay(office.stick, _nothing)
    office.department.sync()
    office.department.receive(out)
    office.department.sync()
    steps: list[tuple[int, int]] = []
    stick = open_stick(office.stick)
    (found,) = [one for one in find_bundles(stick) if one.device == office.town.desk.key.id]
    carried = len(read_bundle(stick, found.folder)[1].items)

    def stop(done: int, total: int, _name: str) -> None:
        steps.append((done, total))
        if len(steps) > carried:
            raise Cancelled

    with pytest.raises(Cancelled):
        carrier.relay(office.stick, stop)
    assert carrier.relay(office.stick, _nothing).fetched > 0
    assert town.take(office.stick, _nothing).events > 0


def test_a_full_stick_is_told_as_one_and_another_takes_it_all(
    office: PouchOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    bound, full = BoundPouch(office.town.desk, Lock()), folder._write_temporary
    with monkeypatch.context() as patched:

        def no_room(where: Path, data: bytes) -> Path:
            with Path("/dev/full").open("wb", buffering=0) as stream:  # the system's own refusal
                stream.write(data)
            return full(where, data)

        patched.setattr(folder, "_write_temporary", no_room)
        with refused("pouch.stick_full"):
            bound.write(office.stick, (), _nothing)
    assert bound.read().sticks == ()
    assert bound.write(office.new_stick("other"), (), _nothing).letters > 0


def test_a_stick_pulled_out_is_told_whatever_was_being_done(office: PouchOffice) -> None:
    send(office.town, "doc-1", "slip-1", DEPARTMENT)
    town, department = (BoundPouch(place.desk, Lock()) for place in (office.town, office.department))

    def pull_out(_done: int, _total: int, _name: str) -> None:
        shutil.rmtree(office.stick, ignore_errors=True)

    with refused("pouch.stick_pulled"):
        town.write(office.stick, (), pull_out)
    with refused("pouch.stick_pulled"):
        town.write(office.stick, (), _nothing)  # not there from the start
    office.stick.mkdir()
    town.write(office.stick, (), _nothing)
    with refused("pouch.stick_pulled"):
        department.take(office.stick, pull_out)


def test_what_the_exchange_refuses_is_not_told_of_the_stick(office: PouchOffice) -> None:
    with refused("storage.unreachable"):
        BoundPouch(office.town.desk, Lock()).relay(office.stick, _nothing)  # the town has no line
    with refused("storage.denied"), about_stick(office.stick):
        raise OfficeError("storage.denied", url="s3://cubo", key="x")


@pytest.mark.parametrize(
    ("code", "told"), [("storage.denied", "pouch.stick_protected"), ("storage.disk_full", "pouch.stick_full")]
)
def test_storage_s_codes_of_the_stick_become_its_own(tmp_path: Path, code: str, told: str) -> None:
    with refused(told), about_stick(tmp_path):
        raise OfficeError(code, url=f"folder:{tmp_path}", key="x")


@pytest.mark.parametrize("code", ["storage.denied", "storage.disk_full", "storage.unreachable"])
def test_whatever_a_stick_that_went_answers_it_is_told_as_gone(tmp_path: Path, code: str) -> None:
    gone = tmp_path / "gone"
    with refused("pouch.stick_pulled"), about_stick(gone):
        raise OfficeError(code, url=f"folder:{gone}", key="x")


def test_a_fault_of_ours_stays_one(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), about_stick(tmp_path):
        raise PermissionError(13, "x")
    with refused("pouch.stick_pulled"), about_stick(tmp_path / "gone"):
        raise FileNotFoundError(2, "x")


def test_it_waits_its_turn_and_can_be_stopped_meanwhile(office: PouchOffice) -> None:
    lock = Lock()
    bound = BoundPouch(office.town.desk, lock)
    lock.acquire()

    def stop(_done: int, total: int, _name: str) -> None:
        assert total == 0
        raise Cancelled

    with pytest.raises(Cancelled):
        bound.write(office.stick, (), stop)
    waited: list[int] = []

    def let_go(_done: int, total: int, _name: str) -> None:
        if total == 0 and not waited:
            waited.append(total)
            lock.release()

    written: list[object] = []
    thread: Callable[[], None] = lambda: written.append(bound.write(office.stick, (), let_go))  # noqa: E731
    other = Thread(target=thread)
    other.start()
    other.join(20)
    assert written
    assert waited == [0]
    assert not lock.locked()
