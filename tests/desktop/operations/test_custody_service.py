"""The custodian as a service: real processes, told to stop, kept from each other, without a line for a while."""

from __future__ import annotations

import configparser
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.archive.roots import Root
from desktop.cli.application import run
from desktop.operations import accept, archive_log, conclude, custody_service, deposit, join, raise_archive, synchronise
from desktop.operations.accept import Accepted
from desktop.operations.custody_service import CustodyService, Line
from desktop.operations.deposits_made import DepositState, deposits
from desktop.operations.desk import Desk
from desktop.operations.raise_archive import ArchiveRaised, Owed
from desktop.practice.people import AUTHOR
from desktop.practice.services import PkiServices
from desktop.records.errors import OfficeError
from tests.fixtures.damage import flipped
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def stage(signed_stage: Stage, stages: Stages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A signed note, an archive at the other desk, and a state folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = stages(signed_stage)
    join.keep_archive(made.office.desk_home(FINANCE), f"folder:{made.office.home / 'archivo'}")
    return made


def hand_in(here: Desk, document: str) -> str:
    conclude.conclude(here, document)
    made = deposit.deposit(here, document)
    synchronise.synchronise(here)
    return made


class Running:
    """A service as a process; its log is read as it comes."""

    def __init__(self, home: Path, log: Path, *more: str) -> None:
        self._log = log
        command = [
            sys.executable,
            "-m",
            "desktop",
            "archive",
            "accept",
            "--watch",
            "--every",
            "1",
            "--home",
            str(home),
            *more,
        ]
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, cwd=ROOT)

    @property
    def said(self) -> str:
        return self._log.read_text("utf-8")

    def wait_for(self, text: str, *, seconds: float = 90) -> None:
        until = time.monotonic() + seconds
        while text not in self.said:
            assert self.process.poll() is None, self.process.communicate()[1].decode()
            assert time.monotonic() < until, f"{text!r} never came: {self.said}"
            time.sleep(0.1)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=120)
        return self.process.returncode


@contextmanager
def running(home: Path, log: Path, *more: str) -> Iterator[Running]:
    service = Running(home, log, *more)
    try:
        yield service
    finally:
        service.process.kill()
        service.process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="SIGTERM of another process ends it at once on Windows")
def test_it_answers_what_comes_lives_through_a_lost_line_and_ends_when_told(stage: Stage, tmp_path: Path) -> None:
    here = stage.office.desk(PLANNING)
    home = stage.office.desk_home(FINANCE)
    first = hand_in(here, stage.document)
    with running(home, tmp_path / "log") as service:
        service.wait_for(f"aceptado depósito={first}")
        second = Running(home, tmp_path / "second")  # the same root, on the same PC
        assert second.process.wait(timeout=60) == 66
        assert "ya hay un servicio de custodia" in second.process.communicate()[1].decode()

        stage.office.exchange.rename(stage.office.home / "gone")
        service.wait_for("sin línea causa=storage.")
        (stage.office.home / "gone").rename(stage.office.exchange)
        other = stage.office.signed(here, AUTHOR, subject="Segundo pedido")
        made = hand_in(here, other)
        service.wait_for("con línea")
        service.wait_for(f"aceptado depósito={made}")
        assert service.end() == 0
        assert service.said.splitlines()[-1].endswith("termina")
        synchronise.synchronise(here)
        assert {row.state for row in deposits(here)} == {DepositState.ACCEPTED}
        for private in (here.store.document(other).cite, "Segundo pedido", "Mamani", here.unit.name):
            assert private not in service.said


@pytest.mark.skipif(os.name == "nt", reason="SIGTERM of another process ends it at once on Windows")
def test_its_log_as_lines_of_json(stage: Stage, tmp_path: Path) -> None:
    made = hand_in(stage.office.desk(PLANNING), stage.document)
    with running(stage.office.desk_home(FINANCE), tmp_path / "log", "--json") as service:
        service.wait_for('"accepted"')
        assert service.end() == 0
        rows = [json.loads(line) for line in service.said.splitlines()]
    assert [row["what"] for row in rows] == ["started", "accepted", "stopped"]
    assert rows[1]["deposit"] == made


def service_of(desk: Desk) -> tuple[CustodyService, list[Line]]:
    told: list[Line] = []
    return CustodyService(desk, told.append), told


def test_what_cannot_be_answered_yet_is_tried_ever_more_seldom(stage: Stage) -> None:
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    custodian.timestamps = None
    made = hand_in(here, stage.document)
    (file,) = list(stage.office.exchange.glob(f"archive/in/*/*/{made}/*"))[:1]
    aside = next(path for path in file.parent.iterdir() if path.name != "deposit.jws")
    aside.rename(stage.office.home / "aside")
    service, told = service_of(custodian)
    now = custodian.clock()
    for minutes, tried in ((0, True), (0.5, False), (1.1, True), (2, False), (3.2, True)):
        custodian.clock = lambda at=now + timedelta(minutes=minutes): at  # type: ignore[misc]
        told.clear()
        service.round()
        assert [line.what for line in told] == (["waits"] if tried else []), minutes
    (stage.office.home / "aside").rename(aside)
    custodian.clock = lambda: now + timedelta(minutes=10)
    service.round()
    assert [line.what for line in told] == ["waits", "accepted"]


def test_what_is_answered_is_not_asked_for_again_unless_it_was_written_over(stage: Stage) -> None:
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    custodian.timestamps = None
    made = hand_in(here, stage.document)
    service, told = service_of(custodian)
    service.round()
    exchange, asked = custodian.exchange(), []

    class Counting:
        def __getattr__(self, name: str) -> object:
            return getattr(exchange, name)

        def get(self, key: str) -> bytes:
            asked.append(key)
            return exchange.get(key)

    custodian.exchange = Counting  # type: ignore[assignment]
    service.round()
    asked.clear()
    service.round()
    assert not [key for key in asked if key.startswith("archive/")]
    (answer,) = stage.office.exchange.glob(f"archive/out/*/*/{made}.jws")
    answer.write_bytes(b"forged")
    service.round()
    assert [line.what for line in told] == ["accepted", "accepted"]
    synchronise.synchronise(here)
    assert deposits(here)[0].state is DepositState.ACCEPTED


def test_a_line_that_is_gone_is_told_once_and_asked_ever_more_seldom(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, told = service_of(stage.office.desk(FINANCE))
    service.rhythm.chance.random = lambda: 0.5  # type: ignore[method-assign]

    def gone(*_: object, **__: object) -> list[Accepted]:
        raise OfficeError("storage.unreachable")

    with monkeypatch.context() as patched:
        patched.setattr(custody_service, "accept_all", gone)
        waits = [service.round() for _ in range(3)]
    assert waits == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert service.round() == service.every
    assert [(line.what, line.code) for line in told] == [("trouble", "storage.unreachable"), ("well", "")]


def test_a_desk_that_is_no_custodian_ends_at_once(stage: Stage) -> None:
    service, _ = service_of(stage.office.desk(PLANNING))
    with refused("archive.none_here"):
        service.run()
    with refused("accept.not_custodian"):
        service.round()


def test_what_was_owed_is_taken_up_by_a_later_run(stage: Stage, practice_services: PkiServices) -> None:
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    hand_in(here, stage.document)
    timestamps, custodian.timestamps = custodian.timestamps, None
    service, told = service_of(custodian)
    service.round()
    assert told[0].owed == ("raise.no_timestamps",)
    custodian.timestamps = timestamps
    service, told = service_of(custodian)  # another day, another process
    service.round()
    assert [(line.what, line.version) for line in told] == [("raised", "v2")]
    service.round()
    assert len(told) == 1


def test_a_service_that_does_not_answer_is_asked_once_and_again_within_the_hour(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    for document in (stage.document, stage.office.signed(here, AUTHOR, subject="Segundo pedido")):
        hand_in(here, document)
    timestamps, custodian.timestamps = custodian.timestamps, None
    assert len(accept.accept_all(custodian)) == 2
    custodian.timestamps = timestamps
    asked: list[str] = []

    def silent(_desk: Desk, *, objects: list[str], **_: object) -> ArchiveRaised:
        asked.extend(objects)
        return ArchiveRaised(owed=(Owed(objects[0], "x", "tsa.unreachable"),), looked_at=1)

    monkeypatch.setattr(custody_service, "raise_archive", silent)
    service, _ = service_of(custodian)
    now = custodian.clock()
    for minutes, tries in ((0, 1), (30, 1), (61, 2)):
        custodian.clock = lambda at=now + timedelta(minutes=minutes): at  # type: ignore[misc]
        service.round()
        assert len(asked) == tries, minutes


def test_a_damaged_object_is_told_and_the_others_are_raised(stage: Stage, practice_services: PkiServices) -> None:
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    for document in (stage.document, stage.office.signed(here, AUTHOR, subject="Segundo pedido")):
        hand_in(here, document)
    timestamps, custodian.timestamps = custodian.timestamps, None
    rows = accept.accept_all(custodian)
    spoilt = next((stage.office.home / "archivo" / "root").rglob("data/*/*.pdf"))
    spoilt.write_bytes(flipped(spoilt.read_bytes()))
    custodian.timestamps = timestamps
    service, told = service_of(custodian)
    service.round()
    assert sorted((line.what, line.code) for line in told) == [("damaged", "archive.damaged"), ("raised", "")]
    assert {line.object for line in told if line.what == "raised"} < {row.object for row in rows}
    assert "archivo" not in str([line.object for line in told])  # no path of this machine in the log


def test_the_index_is_brought_up_to_date_seldom_and_at_the_end(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    custodian.timestamps = None
    made: list[int] = []
    genuine = custody_service.refresh

    def slow(root: Root) -> int:
        made.append(genuine(root))
        time.sleep(0.5)  # so that the next one is due after ten seconds
        return made[-1]

    monkeypatch.setattr(custody_service, "refresh", slow)
    service, _ = service_of(custodian)
    for number, document in enumerate((stage.document, stage.office.signed(here, AUTHOR, subject="Segundo pedido"))):
        hand_in(here, document)
        service.round()
        assert made == [1], number
    service.stop.set()
    service.run()
    assert made == [1, 2]


def test_a_bug_that_one_deposit_finds_stops_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    custodian.timestamps = None
    first = hand_in(here, stage.document)
    second = hand_in(here, stage.office.signed(here, AUTHOR, subject="Segundo pedido"))
    genuine = accept.accept

    def stumbling(custodian: object, place: object, **more: object) -> object:
        if getattr(place, "id", "") == first:
            raise ZeroDivisionError
        return genuine(custodian, place, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(accept, "accept", stumbling)
    rows = {row.deposit: row for row in accept.accept_all(custodian)}
    assert (rows[first].accepted, rows[first].refused, rows[first].code) == (False, False, "accept.bug")
    assert rows[second].accepted


def test_a_line_that_breaks_in_between_loses_nothing_of_what_was_taken(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    custodian.timestamps = None
    first = hand_in(here, stage.document)
    second = hand_in(here, stage.office.signed(here, AUTHOR, subject="Segundo pedido"))
    genuine = accept.accept

    def breaking(custodian: object, place: object, **more: object) -> object:
        if getattr(place, "id", "") == second:
            raise OfficeError("storage.unreachable", url="x")
        return genuine(custodian, place, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(accept, "accept", breaking)
        service, told = service_of(custodian)
        service.round()
    assert [(line.what, line.deposit) for line in told] == [("accepted", first), ("waits", second)]
    assert told[1].code == "storage.unreachable"
    assert [one.act for one in archive_log.log_of(custodian.archive()).entries()] == ["version"]
    (row,) = accept.accept_all(custodian)
    assert row.accepted


def test_a_refusal_stands_in_the_archives_log(stage: Stage) -> None:
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    made = hand_in(here, stage.document)
    spoilt = next(path for path in stage.office.exchange.glob(f"archive/in/*/*/{made}/*") if path.name != "deposit.jws")
    spoilt.write_bytes(b"spoilt")
    accept.accept_all(custodian)
    (entry,) = archive_log.log_of(custodian.archive()).entries()
    assert (entry.act, json.loads(entry.facts)) == ("rechazo", {"deposito": made, "causa": "deposit.damaged_file"})


def test_another_custodian_at_the_same_object_does_not_end_the_service(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, told = service_of(stage.office.desk(FINANCE))

    def busy(*_: object, **__: object) -> list[Accepted]:
        raise OfficeError("archive.busy")

    monkeypatch.setattr(custody_service, "accept_all", busy)
    assert service.round() > timedelta(0)
    assert [(line.what, line.code) for line in told] == [("trouble", "archive.busy")]


def test_told_to_stop_it_finishes_the_deposit_under_way_and_owes_the_raise(stage: Stage) -> None:
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    made = {hand_in(here, stage.document), hand_in(here, stage.office.signed(here, AUTHOR, subject="Segundo pedido"))}
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(len(asked) > 0)
        return asked[-1]

    (row,) = accept.accept_all(custodian, cancelled=stop)
    assert (row.accepted, row.raised, row.owed) == (True, "", ("raise.not_yet",))
    (other,) = accept.accept_all(custodian)
    assert {row.deposit, other.deposit} == made
    assert raise_archive.raise_archive(custodian).looked_at == 2


def test_the_unit_file_names_options_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(ROOT / "installers" / "linux" / "qillqa-custodia.service", "utf-8")
    service = parser["Service"]
    _, *command = shlex.split(service["ExecStart"])
    assert command[:2] == ["archive", "accept"]
    assert run([*command[:2], "--help"]) == 0
    said = capsys.readouterr().out
    assert all(option in said for option in command if option.startswith("--"))
    assert (service["KillSignal"], service["Restart"]) == ("SIGTERM", "on-failure")
    assert service["RestartPreventExitStatus"].split() == ["64", "66"]
