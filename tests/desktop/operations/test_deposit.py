"""Depositing, accepting, fixity at the desks: who may, what is refused, and that the receipt comes home."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.archive.reading import read_file
from desktop.archive.roots import open_root
from desktop.operations import accept, conclude, deposit, fixity, join, raise_archive, synchronise
from desktop.operations.desk import Desk
from desktop.operations.receipts import collect_receipts
from desktop.operations.register_incoming import Paper, register_incoming
from desktop.practice.services import PkiServices
from desktop.records.documents import DocumentState, DocumentView
from desktop.records.origin import Origin
from signing.report import Level, Outcome
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _with_archive(office: TestOffice) -> str:
    url = f"folder:{office.home / 'archivo'}"
    join.keep_archive(office.desk_home(FINANCE), url)
    return url


def test_a_document_goes_to_the_archive_and_its_receipt_comes_back(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    _with_archive(stage.office)
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    with refused("document.act_forbidden"):
        deposit.deposit(here, stage.document)
    conclude.conclude(here, stage.document)
    made = deposit.deposit(here, stage.document)
    assert here.store.document(stage.document).state is DocumentState.DEPOSITED
    with refused("document.act_forbidden"):
        deposit.deposit(here, stage.document)
    with refused("document.act_forbidden"):
        conclude.reopen(here, stage.document)
    assert accept.accept_all(custodian) == []  # it has not travelled yet
    synchronise.synchronise(here)

    (row,) = accept.accept_all(custodian)
    assert (row.deposit, row.accepted) == (made, True), row
    assert accept.accept_all(custodian) == []
    assert synchronise.synchronise(here).receipts == 1
    assert synchronise.synchronise(here).receipts == 0
    assert [receipt.deposit for receipt in here.store.receipts()] == [made]
    report = fixity.check_archive(custodian)
    assert (report.objects, report.problems) == (1, ())
    assert len(fixity.list_archive(custodian)) == 1


def test_what_is_taken_is_raised_as_the_next_version(
    signed_stage: Stage, stages: Stages, practice_services: PkiServices
) -> None:
    stage = stages(signed_stage)
    url = _with_archive(stage.office)
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    conclude.conclude(here, stage.document)
    deposit.deposit(here, stage.document)
    synchronise.synchronise(here)
    timestamps, custodian.timestamps = custodian.timestamps, None  # nobody to ask for the time
    (row,) = accept.accept_all(custodian)
    assert (row.accepted, row.version, row.raised, row.owed) == (True, "v1", "", ("raise.no_timestamps",))
    assert fixity.check_archive(custodian).intact

    custodian.timestamps = timestamps
    done = raise_archive.raise_archive(custodian)
    assert (done.versions, done.owed, done.finished) == (((row.object, "v2"),), (), True)
    root = open_root(url)
    pdf = next(path for path in root.inventory(row.object).state if path.endswith(".pdf"))  # type: ignore[union-attr]
    first, second = (read_file(root, row.object, pdf, version) for version in ("v1", "v2"))
    assert first == here.store.get_bytes(here.store.document(stage.document).digest)
    assert second.startswith(first)
    told = read_file(root, row.object, "metadata/preservation/premis.xml", "v2").decode()
    assert "Nivel antes: B-B; después: B-LTA; Sello de tiempo del " in told
    assert "; Autoridad de sellado: " in told
    copy = stage.office.home / "de-archivo.pdf"
    copy.write_bytes(second)
    verdict = custodian.verifier.verify(copy, trust=custodian.trust)
    assert verdict.outcome is Outcome.VALID
    assert {one.level for one in verdict.signatures if one.kind == "signature"} == {Level.B_LTA}
    assert raise_archive.raise_archive(custodian).versions == ()  # nothing is owed
    assert raise_archive.raise_archive(custodian, again=True).versions == ((row.object, "v3"),)
    assert fixity.check_archive(custodian).intact
    assert synchronise.synchronise(here).receipts == 1  # for what came: it stands


def test_raising_is_the_custodians_and_can_be_stopped(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    with refused("accept.not_custodian"):
        raise_archive.raise_archive(stage.office.desk(PLANNING))
    _with_archive(stage.office)
    done = raise_archive.raise_archive(stage.office.desk(FINANCE), objects=["urn:uuid:x"], cancelled=lambda: True)
    assert (done.looked_at, done.finished) == (0, False)


def test_a_letter_from_outside_is_kept_as_it_came(founded: TestOffice, stages: Stages) -> None:
    office = stages(founded).office
    _with_archive(office)
    here, custodian = office.desk(PLANNING), office.desk(FINANCE)
    made = register_incoming(here, Paper(Origin("Juana Mamani Quispe"), "Caminos vecinales"))
    conclude.conclude(here, made.document)
    deposit.deposit(here, made.document)
    synchronise.synchronise(here)
    (row,) = accept.accept_all(custodian)
    assert row.accepted, row
    (path,) = (office.home / "archivo").rglob(f"{made.number}.pdf")
    assert path.read_bytes() == here.store.get_bytes(made.receipt)


def test_a_receipt_for_a_unit_that_ended_comes_to_its_successor(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    _with_archive(stage.office)
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    conclude.conclude(here, stage.document)
    made = deposit.deposit(here, stage.document)
    synchronise.synchronise(here)
    accept.accept_all(custodian)
    old = here.unit
    heir = replace(old, id="01HZZZZZZZZZZZZZZZZZZZZHEIR")
    ended = replace(old, ended_on=here.now_local().date(), successors=(heir.id,))
    units = tuple(ended if unit.id == old.id else unit for unit in here.directory.units)
    here.directory, here.unit_id = replace(here.directory, units=(*units, heir)), heir.id
    assert collect_receipts(here, here.exchange()) == 1
    assert [receipt.deposit for receipt in here.store.receipts()] == [made]
    assert collect_receipts(here, here.exchange()) == 0


def test_a_forged_receipt_is_not_believed(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    _with_archive(stage.office)
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    conclude.conclude(here, stage.document)
    made = deposit.deposit(here, stage.document)
    synchronise.synchronise(here)
    accept.accept_all(custodian)
    (path,) = stage.office.exchange.glob(f"archive/out/*/*/{made}.jws")
    header, payload, signature = path.read_text("ascii").split(".")
    path.write_text(f"{header}.{payload}.{'A' * len(signature)}", "ascii")
    assert synchronise.synchronise(here).receipts == 0
    path.write_text(f"{header}.{payload}.{signature}", "ascii")
    assert synchronise.synchronise(here).receipts == 1


def test_only_the_custodian_accepts_and_only_with_an_archive(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    with refused("accept.not_custodian"):
        accept.accept_all(stage.office.desk(PLANNING))
    with refused("archive.none_here"):
        accept.accept_all(stage.office.desk(FINANCE))


def test_only_the_holder_deposits_and_only_to_a_living_custodian(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    conclude.conclude(there, stage.document)
    synchronise.synchronise(there)
    synchronise.synchronise(here)
    with refused("deposit.not_holder"):
        deposit.deposit(here, stage.document)
    now = there.clock
    there.clock = lambda: now() + timedelta(days=800)
    with refused("deposit.no_custodian"):
        deposit.deposit(there, stage.document)
    assert there.store.document(stage.document).state is DocumentState.CONCLUDED


def test_acts_that_somebody_changed_are_refused_and_the_reason_comes_home(
    signed_stage: Stage, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A desk's own data were tampered with: an act no longer bears the device's signature."""
    stage = stages(signed_stage)
    _with_archive(stage.office)
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    conclude.conclude(here, stage.document)
    genuine = deposit._events

    def changed(desk: Desk, views: list[DocumentView]) -> bytes:
        lines = genuine(desk, views).decode().splitlines()
        header, payload, signature = lines[-1].split(".")
        end = "AAAAAA" if signature[-6:] != "AAAAAA" else "BBBBBB"
        return "".join(f"{line}\n" for line in (*lines[:-1], f"{header}.{payload}.{signature[:-6]}{end}")).encode()

    monkeypatch.setattr(deposit, "_events", changed)
    deposit.deposit(here, stage.document)
    synchronise.synchronise(here)
    (row,) = accept.accept_all(custodian)
    assert (row.accepted, row.code) == (False, "deposit.acts_forged"), row
    synchronise.synchronise(here)
    (kept,) = here.store.receipts()
    assert kept.state == "refused"


def test_what_the_custodian_found_out_stands_in_the_package(signed_stage: Stage, stages: Stages) -> None:
    """On real documents: the list of the last page, the acts of the office, the PDF/A that the engine wrote."""
    stage = stages(signed_stage)
    url = _with_archive(stage.office)
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    conclude.conclude(here, stage.document)
    deposit.deposit(here, stage.document)
    synchronise.synchronise(here)
    custodian.timestamps = None
    (row,) = accept.accept_all(custodian)
    root = open_root(url)
    text = read_file(root, row.object, "metadata/preservation/premis.xml").decode()
    for told in ("PDF/A-2A", "1 en la lista", ">completo<", ">íntegros<", "text/csv"):
        assert told in text
    verdict = json.loads(read_file(root, row.object, f"metadata/preservation/verdicts/{stage.document}.json"))
    assert [one["state"] for one in verdict["attachments"]] == ["same"]
