"""Signing: the right person, his own token, one PIN asked last, and nothing half done whatever breaks."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from desktop.operations import check, sign, tokens
from desktop.operations.desk import Desk
from desktop.practice.people import ANSWERER, AUTHOR, CHIEF
from desktop.practice.ports import free_port
from desktop.practice.services import PkiServices
from desktop.records.documents import DocumentState
from desktop.records.errors import Cancelled
from desktop.records.events import EventKind
from signing.errors import SigningCancelled, TokenError
from signing.options import SignaturePolicy
from signing.report import Certificate, Level, Outcome, Token
from signing.timestamps import TimestampClient
from tests.fixtures.office import FINANCE, PLANNING, CountingPin, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _own(office: TestOffice, desk: Desk, label: str) -> tuple[Token, Certificate]:
    return tokens.own(desk, desk.directory.official(office.ids[label]))


def test_a_signature_appends_and_names_its_field(signed_stage: Stage, frozen_stage: Stage, stages: Stages) -> None:
    before = frozen_stage.office.desk(PLANNING).store
    frozen = before.get_bytes(before.document(frozen_stage.document).digest)
    frozen_stage.office.close()
    desk = stages(signed_stage).office.desk(PLANNING)
    view = desk.store.document(signed_stage.document)
    assert view.state is DocumentState.SIGNED
    assert [(item.field, item.level) for item in view.appended] == [("firma-1", "B-B"), ("firma-2", "B-B")]
    assert desk.store.get_bytes(view.digest).startswith(desk.store.get_bytes(view.appended[1].old))
    assert desk.store.get_bytes(view.appended[0].new).startswith(frozen)
    assert list(desk.work_folder().iterdir()) == []


def test_out_of_turn_no_pin_is_asked(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    before, pin = desk.store.document(stage.document), stage.office.pin(CHIEF)
    token, certificate = _own(stage.office, desk, CHIEF)
    with refused("document.not_your_turn"):
        sign.sign(desk, [stage.document], token, certificate, pin, official=stage.office.ids[CHIEF])
    assert (pin.asked, desk.store.document(stage.document)) == (0, before)


@pytest.mark.parametrize("whose", [CHIEF, ANSWERER])
def test_with_somebody_elses_token_no_pin_is_asked(frozen_stage: Stage, stages: Stages, whose: str) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    pin = stage.office.pin(whose)
    token, certificate = _own(stage.office, desk, whose)
    with refused("sign.not_your_token"):
        sign.sign(desk, [stage.document], token, certificate, pin)
    assert pin.asked == 0
    assert desk.store.document(stage.document).appended == ()


def test_an_unusable_certificate_is_refused_before_the_pin(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    pin = stage.office.pin(AUTHOR)
    token, certificate = _own(stage.office, desk, AUTHOR)
    with refused("sign.certificate_unusable"):
        sign.sign(desk, [stage.document], token, replace(certificate, unusable="expired"), pin)
    assert pin.asked == 0


def test_a_wrong_pin_is_tried_once_and_signs_nothing(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    before, wrong = desk.store.document(stage.document), CountingPin("00000000")
    token, certificate = _own(stage.office, desk, AUTHOR)
    with refused("pin.wrong"):
        sign.sign(desk, [stage.document], token, certificate, wrong)
    assert (wrong.asked, desk.store.document(stage.document)) == (1, before)
    assert stage.office.sign(desk, stage.document, AUTHOR).error is None


def test_cancelling_the_pin_is_no_error_and_signs_nothing(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    token, certificate = _own(stage.office, desk, AUTHOR)

    def cancel(_token: Token, _certificate: Certificate | None) -> str:
        raise SigningCancelled

    with pytest.raises(SigningCancelled):
        sign.sign(desk, [stage.document], token, certificate, cancel)
    assert desk.store.document(stage.document).appended == ()


def test_a_batch_asks_one_pin_and_a_bad_file_stops_no_other(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    batch = [office.frozen(desk, subject=f"Nota {n}") for n in range(3)]
    desk.store.path_of(desk.store.document(batch[1]).digest).write_bytes(b"%PDF-1.7 nada")
    token, certificate = _own(office, desk, AUTHOR)
    pin, told = office.pin(AUTHOR), []
    rows = sign.sign(desk, batch, token, certificate, pin, progress=lambda done, total: told.append((done, total)))
    assert pin.asked == 1
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert [row.document for row in rows] == batch
    assert [row.error is None for row in rows] == [True, False, True]
    states = [desk.store.document(document).state for document in batch]
    assert states == [DocumentState.SIGNED, DocumentState.FROZEN, DocumentState.SIGNED]
    assert list(desk.work_folder().iterdir()) == []


@pytest.fixture
def few_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a pile of a dozen has documents that were not begun."""
    monkeypatch.setattr("signing.batch._IN_FLIGHT", 3)


def test_a_token_worker_killed_in_the_middle_leaves_each_signed_or_as_it_was(
    stages: Stages, founded: TestOffice, few_under_way: None
) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING, own_worker=True)
    batch = [office.frozen(desk) for _ in range(12)]
    before = [desk.store.document(document) for document in batch]
    token, certificate = _own(office, desk, AUTHOR)

    def kill_after_the_first(done: int, _total: int) -> None:
        if done == 1:
            for pid in desk.worker.process_ids():
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(TokenError):
        sign.sign(desk, batch, token, certificate, office.pin(AUTHOR), progress=kill_after_the_first)
    now = [desk.store.document(document) for document in batch]
    assert now[0].state is DocumentState.SIGNED
    assert now[-1] == before[-1]
    assert {view.state for view in now} == {DocumentState.SIGNED, DocumentState.FROZEN}
    assert list(desk.work_folder().iterdir()) == []
    assert office.sign(desk, batch[-1], AUTHOR).error is None  # the next attempt gets a fresh worker


def test_stopping_keeps_what_was_signed_and_says_what_was_not(
    stages: Stages, founded: TestOffice, few_under_way: None
) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    batch = [office.frozen(desk) for _ in range(10)]
    token, certificate = _own(office, desk, AUTHOR)

    def stop(done: int, _total: int) -> None:
        if done:
            raise Cancelled

    rows = sign.sign(desk, batch, token, certificate, office.pin(AUTHOR), progress=stop)
    assert [row.document for row in rows] == batch
    assert rows[0].receipt is not None
    assert (rows[-1].receipt, rows[-1].error) == (None, None)
    for row in rows:
        signed = desk.store.document(row.document).state is DocumentState.SIGNED
        assert signed == (row.receipt is not None)
    assert list(desk.work_folder().iterdir()) == []


def test_with_the_timestamp_service_off_the_level_is_lower_and_says_so(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    desk.timestamps = TimestampClient(f"http://127.0.0.1:{free_port()}/tsa", timeout=2.0)
    row = stage.office.sign(desk, stage.document, AUTHOR, level=Level.B_LTA)
    assert row.receipt is not None
    assert (row.receipt.level, row.receipt.degraded) == (Level.B_B, "tsa.unreachable")
    assert desk.store.document(stage.document).level == "B-B"


def test_a_desk_without_timestamp_service_refuses_a_higher_level_before_the_pin(
    frozen_stage: Stage, stages: Stages
) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    desk.timestamps = None
    token, certificate = _own(stage.office, desk, AUTHOR)
    pin = stage.office.pin(AUTHOR)
    with refused("tsa.none"):
        sign.sign(desk, [stage.document], token, certificate, pin, level=Level.B_LTA)
    assert pin.asked == 0


def test_signed_at_b_lta_at_once(stages: Stages, founded: TestOffice, practice_services: PkiServices) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    document = office.frozen(desk, template="informe")
    row = office.sign(desk, document, AUTHOR, level=Level.B_LTA)
    assert row.receipt is not None
    assert (row.receipt.level, row.receipt.degraded) == (Level.B_LTA, "")
    verdict = desk.verifier.verify(desk.store.path_of(desk.store.document(document).digest), trust=desk.trust)
    assert verdict.outcome is Outcome.VALID


def test_policy_and_commitment_follow_the_documents_type(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    policy = SignaturePolicy("2.16.68.9.1", bytes(32), uri="https://example.bo/politica.pdf")
    informe = desk.templates["informe"]
    desk.templates["informe"] = replace(informe, signing=replace(informe.signing, policy=policy))
    pile = [office.frozen(desk, template=name) for name in ("nota_interna", "informe")]
    token, certificate = _own(office, desk, AUTHOR)
    rows = sign.sign(desk, pile, token, certificate, office.pin(AUTHOR))
    assert [row.error for row in rows] == [None, None]
    note, report = (_attributes(desk, document) for document in pile)
    assert note["commitment_type"]["commitment_type_id"].native == "proof_of_origin"
    assert "signature_policy_identifier" not in note
    assert report["commitment_type"]["commitment_type_id"].native == "proof_of_approval"
    found = report["signature_policy_identifier"].chosen
    assert (found["sig_policy_id"].dotted, found["sig_policy_hash"]["digest"].native) == (policy.oid, policy.digest)


def test_a_reason_of_ones_own_takes_the_commitments_place(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    document = office.frozen(desk)
    token, certificate = _own(office, desk, AUTHOR)
    (row,) = sign.sign(desk, [document], token, certificate, office.pin(AUTHOR), reason="Visto bueno")
    assert row.error is None
    assert "commitment_type" not in _attributes(desk, document)


def _attributes(desk: Desk, document: str) -> dict[str, Any]:
    with desk.store.path_of(desk.store.document(document).digest).open("rb") as file:
        (made,) = PdfFileReader(file).embedded_signatures
        return {item["type"].native: item["values"][0] for item in made.signer_info["signed_attrs"]}


def test_two_appends_to_the_same_bytes_are_refused(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    stale = desk.store.document(stage.document)
    assert stage.office.sign(desk, stage.document, AUTHOR).error is None
    now = desk.store.document(stage.document)
    with refused("document.forked"):
        sign.keep_append(desk, stale, b"%PDF-1.7 otra", EventKind.RAISED, desk.acting(), level=Level.B_LTA)
    assert desk.store.document(stage.document) == now


def test_no_token_of_ones_own(founded: TestOffice, stages: Stages) -> None:
    office = stages(founded).office
    desk = office.desk(FINANCE)
    person = replace(desk.acting(), ci="9999999")
    with refused("sign.no_own_token"):
        tokens.own(desk, person)
    assert len(tokens.present(desk)) == 4


def test_what_is_known_before_the_pin(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    assert [(f.code, f.good) for f in check.check_before_signing(desk, stage.document)] == [("check.archival", True)]
    desk.official = stage.office.ids[CHIEF]
    (finding,) = check.check_before_signing(desk, stage.document)
    assert (finding.code, finding.blocks) == ("document.not_your_turn", True)
    assert finding.facts["turn"] == "Juana Mamani Quispe"


def test_export_writes_the_current_bytes_under_the_cite(signed_stage: Stage, stages: Stages, tmp_path: Path) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    view = desk.store.document(signed_stage.document)
    path = sign.export(desk, signed_stage.document, tmp_path / "salida")
    assert path.name == view.cite.replace("/", "-") + ".pdf"
    assert path.read_bytes() == desk.store.get_bytes(view.digest)
    assert [each.name for each in path.parent.iterdir()] == [path.name]
