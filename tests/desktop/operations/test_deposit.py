"""Depositing, accepting, fixity at the desks: who may, what is refused, and that the receipt comes home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from desktop.operations import accept, conclude, deposit, fixity, join, synchronise
from desktop.operations.register_incoming import Paper, register_incoming
from desktop.records.documents import DocumentState
from desktop.records.origin import Origin
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
