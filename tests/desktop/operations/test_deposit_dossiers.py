"""Several documents as one dossier, its description, the answer verified and shown, and what was refused made anew or taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.archive.custody import REFUSED, Answer
from desktop.archive.manifest import Description
from desktop.archive.reading import deposit_of as archived
from desktop.archive.reading import read_file
from desktop.archive.roots import open_root
from desktop.cli.application import run
from desktop.operations import accept, conclude, deposit, join, show, synchronise
from desktop.operations.acts import record
from desktop.operations.deposits_made import DepositState, deposit_of, deposits
from desktop.operations.desk import Desk
from desktop.practice.people import AUTHOR, CHIEF
from desktop.records.documents import AccessClass, DocumentState
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.series import Disposition, Phases, Series, SeriesLevel
from desktop.routing.trays import Tray
from desktop.sync.receipts import sign_receipt
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
SCHEME = (
    Series("01HZZZZZZZZZZZZZZZZZZZZZZ1", "BO-GADOR", "Gobierno Autónomo Departamental de Oruro", level=SeriesLevel.FONDS),
    Series(
        "01HZZZZZZZZZZZZZZZZZZZZZZ2", "SDPD-03", "Equipamiento de salud", parent="01HZZZZZZZZZZZZZZZZZZZZZZ1",
        phases=Phases(2, 8), disposition=Disposition.PERMANENT, norm="RA 12/2025", access=AccessClass.INTERNAL,
    ),
)  # fmt: skip


@pytest.fixture
def stage(signed_stage: Stage, stages: Stages) -> Stage:
    """A signed note and an archive at the other desk; nobody there is asked for the time."""
    made = stages(signed_stage)
    join.keep_archive(made.office.desk_home(FINANCE), f"folder:{made.office.home / 'archivo'}")
    return made


def desks(stage: Stage) -> tuple[Desk, Desk]:
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    custodian.timestamps = None
    return here, custodian


def damage(stage: Stage, made: str) -> Path:
    """One file of a deposit is spoilt in the exchange."""
    files = [path for path in stage.office.exchange.glob(f"archive/in/*/*/{made}/*") if path.name != "deposit.jws"]
    files[0].write_bytes(b"spoilt")
    return files[0]


def refuse(stage: Stage, here: Desk, custodian: Desk) -> str:
    """Deposited, damaged on the way, refused, and the answer is home; gives the deposit's id."""
    conclude.conclude(here, stage.document)
    made = deposit.deposit(here, stage.document, said=deposit.Said(title="Equipamiento 2026"))
    synchronise.synchronise(here)
    damage(stage, made)
    (row,) = accept.accept_all(custodian)
    assert (row.accepted, row.code) == (False, "deposit.damaged_file")
    synchronise.synchronise(here)
    return made


def test_several_documents_become_one_dossier(stage: Stage) -> None:
    here, custodian = desks(stage)
    other = stage.office.signed(here, AUTHOR, subject="Segundo pedido")
    for document in (stage.document, other):
        conclude.conclude(here, document)
    here.directory = replace(here.directory, scheme=SCHEME)
    said = deposit.Said("Equipamiento 2026", "SDPD-03", Description(scope="Todo el equipamiento", related="INV-2025"))
    made = deposit.deposit(here, stage.document, other, said=said)
    assert {here.store.document(one).state for one in (stage.document, other)} == {DocumentState.DEPOSITED}
    (row,) = deposits(here)
    assert (row.deposit, row.state, row.documents) == (made, DepositState.QUEUED, (stage.document, other))
    synchronise.synchronise(here)
    assert deposits(here)[0].state is DepositState.WAITING
    (taken,) = accept.accept_all(custodian)
    assert taken.accepted, taken
    synchronise.synchronise(here)

    (row,) = deposits(here)
    assert (row.state, row.title, row.series, row.doubt) == (
        DepositState.ACCEPTED,
        "Equipamiento 2026",
        SCHEME[1].id,
        "",
    )
    assert (row.object, row.version) == (taken.object, "v1")
    root = open_root(f"folder:{stage.office.home / 'archivo'}")
    manifest = archived(root, taken.object)
    assert [document.id for document in manifest.documents] == [stage.document, other]
    assert (manifest.title, manifest.access) == ("Equipamiento 2026", AccessClass.INTERNAL)
    told = manifest.description
    assert [each.code for each in told.path] == ["BO-GADOR", "SDPD-03"]
    assert (told.scope, told.related) == ("Todo el equipamiento", "INV-2025")
    assert told.appraisal == "Conservación permanente; archivo de oficina 2 años, archivo central 8 años; RA 12/2025."
    assert "PAdES" in told.physical
    assert b"SDPD-03" in read_file(root, taken.object, "metadata/descriptive/ead.xml")


def test_what_nobody_says_is_read_from_the_documents(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    join.keep_archive(stage.office.desk_home(FINANCE), f"folder:{stage.office.home / 'archivo'}")
    custodian = stage.office.desk(FINANCE)
    custodian.timestamps = None
    conclude.conclude(custodian, stage.document)
    deposit.deposit(custodian, stage.document)
    synchronise.synchronise(custodian)
    (row,) = accept.accept_all(custodian)
    assert row.accepted, row
    manifest = archived(open_root(f"folder:{stage.office.home / 'archivo'}"), row.object)
    assert manifest.title == custodian.store.document(stage.document).subject
    told = manifest.description
    assert custodian.store.document(stage.document).cite in told.scope
    assert told.history.startswith("Pasó por: ")
    assert custodian.unit.name in told.history
    assert told.arrangement
    assert (told.series, told.path) == ("", ())


def test_a_series_that_is_not_in_the_scheme_is_refused_and_nothing_happens(stage: Stage) -> None:
    here, _ = desks(stage)
    conclude.conclude(here, stage.document)
    here.directory = replace(here.directory, scheme=SCHEME)
    for code, reason in (("X", "series.unknown"), ("BO-GADOR", "series.holds_no_dossiers")):
        with refused(reason):
            deposit.deposit(here, stage.document, said=deposit.Said(series=code))
    assert here.store.document(stage.document).state is DocumentState.CONCLUDED
    assert deposits(here) == []


def test_one_that_is_not_concluded_keeps_all_from_going(stage: Stage) -> None:
    here, _ = desks(stage)
    other = stage.office.signed(here, AUTHOR, subject="Segundo pedido")
    conclude.conclude(here, stage.document)
    with refused("document.act_forbidden"):
        deposit.deposit(here, stage.document, other)
    assert here.store.document(stage.document).state is DocumentState.CONCLUDED


def test_what_was_refused_is_made_anew_in_one_act(stage: Stage) -> None:
    here, custodian = desks(stage)
    first = refuse(stage, here, custodian)
    made = deposit_of(here, stage.document)
    assert made is not None
    assert (made.refused, made.code) == (True, "deposit.damaged_file")
    assert {EventKind.DEPOSITED, EventKind.REOPENED} <= set(show.card(here, stage.document).acts)

    again = deposit.deposit(here, stage.document)
    assert again != first
    rows = {row.deposit: row for row in deposits(here)}
    assert (rows[again].instead_of, rows[again].title, rows[again].dossier) == (
        first,
        "Equipamiento 2026",
        made.dossier,
    )
    with refused("document.act_forbidden"):  # it waits for its answer now
        deposit.deposit(here, stage.document)
    synchronise.synchronise(here)
    (taken,) = accept.accept_all(custodian)
    assert taken.accepted, taken
    synchronise.synchronise(here)
    assert {row.deposit: row.state for row in deposits(here)} == {
        first: DepositState.REFUSED,
        again: DepositState.ACCEPTED,
    }
    with refused("document.act_forbidden"):
        conclude.reopen(here, stage.document)
    assert not {EventKind.DEPOSITED, EventKind.REOPENED} & set(show.card(here, stage.document).acts)


def test_the_last_deposit_is_the_one_that_follows_the_other_not_the_one_of_a_later_clock(stage: Stage) -> None:
    """The PC's clock went back between the two: the claimed times tell the wrong order."""
    here, custodian = desks(stage)
    refuse(stage, here, custodian)
    now = here.clock()
    here.clock = lambda: now - timedelta(days=3)
    again = deposit.deposit(here, stage.document)
    made = deposit_of(here, stage.document)
    assert made is not None
    assert (made.deposit, made.refused) == (again, False)
    with refused("document.act_forbidden"):
        deposit.deposit(here, stage.document)


def test_what_was_refused_can_be_taken_back_and_corrected(stage: Stage) -> None:
    here, custodian = desks(stage)
    refuse(stage, here, custodian)
    conclude.reopen(here, stage.document)
    assert here.store.document(stage.document).state is DocumentState.SIGNED
    conclude.conclude(here, stage.document)
    deposit.deposit(here, stage.document)
    synchronise.synchronise(here)
    (taken,) = accept.accept_all(custodian)
    assert taken.accepted, taken


def test_a_refusal_that_the_archive_did_not_sign_opens_nothing(stage: Stage) -> None:
    """Somebody writes a refusal into the desk's own database: it counts as no answer at all."""
    here, _ = desks(stage)
    conclude.conclude(here, stage.document)
    made = deposit.deposit(here, stage.document)
    answer = Answer(
        deposit=made, deposit_sha256="", entity=here.directory.entity.id, unit=here.unit_id, document=stage.document,
        state=REFUSED, time=here.clock(), custodian="x", code="deposit.damaged_file",
    )  # fmt: skip
    for jws in (sign_receipt(answer.to_payload(), here.key), "garbage"):
        with here.store.act() as act:
            act.put_receipt(
                made,
                document=stage.document,
                state=REFUSED,
                jws=jws,
                now=here.clock(),
                facts=answer.to_payload().decode(),
            )
        assert deposits(here)[0].doubt
        with refused("document.act_forbidden"):
            deposit.deposit(here, stage.document)
        with refused("document.act_forbidden"):
            conclude.reopen(here, stage.document)


def test_an_answer_for_another_manifest_is_none(stage: Stage) -> None:
    here, custodian = desks(stage)
    conclude.conclude(here, stage.document)
    made = deposit.deposit(here, stage.document)
    answer = Answer(
        deposit=made, deposit_sha256="0" * 64, entity=here.directory.entity.id, unit=here.unit_id, document=stage.document,
        state=REFUSED, time=here.clock(), custodian="x", code="deposit.damaged_file",
    )  # fmt: skip
    with here.store.act() as act:
        act.put_receipt(
            made, document=stage.document, state=REFUSED, jws=sign_receipt(answer.to_payload(), custodian.key),
            now=here.clock(), facts=answer.to_payload().decode(),
        )  # fmt: skip
    (row,) = deposits(here)
    assert (row.state, row.doubt) == (DepositState.UNPROVEN, "receipt.other_manifest")


def test_two_documents_of_one_number_have_folders_of_their_own(stage: Stage) -> None:
    here, _ = desks(stage)
    view = here.store.document(stage.document)
    found = deposit._folders([view, replace(view, id="other"), replace(view, id="third", cite=view.cite.lower())])
    assert len({name.casefold() for name in found.values()}) == 3


def test_the_command_tells_the_answer_with_its_reason(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    here, custodian = desks(stage)
    made = refuse(stage, here, custodian)
    home = str(stage.office.desk_home(PLANNING))
    here.store.close()
    assert run(["archive", "receipts", "--home", home]) == 1
    said = capsys.readouterr().out
    assert "rechazado" in said
    assert "llegó dañado" in said
    assert run(["archive", "receipts", "--home", home, "--json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)["deposits"]
    assert (row["deposit"], row["state"], row["code"]) == (made, "refused", "deposit.damaged_file")
    assert run(["document", "show", stage.document, "--home", home]) == 0
    assert "rechazado" in capsys.readouterr().out
    assert run(["desk", "trays", Tray.ARCHIVE.value, "--home", home]) == 0
    assert "depósito rechazado" in capsys.readouterr().out
    again = [
        "archive",
        "deposit",
        stage.document,
        "--title",
        "Otro título",
        "--home",
        home,
        "--official",
        stage.office.ids[CHIEF],
    ]
    assert run([*again, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["deposit"] != made
    assert run(["archive", "receipts", "--home", home]) == 1
    assert "en cola" in capsys.readouterr().out


def test_an_act_that_names_no_refusal_changes_nothing(stage: Stage) -> None:
    """The rule is the fold's own: an older or a forging program cannot take a deposited document back by itself."""
    here, _ = desks(stage)
    conclude.conclude(here, stage.document)
    deposit.deposit(here, stage.document)
    for kind, named in ((EventKind.REOPENED, "refused"), (EventKind.DEPOSITED, "instead_of")):
        with pytest.raises(OfficeError), here.store.act() as act:
            record(here, act, kind, document=stage.document, actor=here.acting(""), body={named: ""})
            if act.document(stage.document).refused:
                raise OfficeError("document.act_forbidden")
    assert here.store.document(stage.document).state is DocumentState.DEPOSITED
