"""Verifying at a desk: a document, its attachments, and a slip from its events alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.operations import sign, verify
from desktop.operations.trusting import trust_of_desk
from desktop.practice.pki import PracticePki
from desktop.practice.tampering import append_page, drop_hop, flip_byte
from desktop.records.errors import OfficeError
from signing.errors import SigningError
from signing.report import Outcome
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def test_attachments_are_compared_with_the_signed_list(signed_stage: Stage, stages: Stages, tmp_path: Path) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    view = desk.store.document(signed_stage.document)
    (item,) = view.attachments
    assert [(f.name, f.problem) for f in verify.verify_attachments(view, tmp_path)] == [(item.name, "missing")]
    (tmp_path / item.name).write_bytes(desk.store.get_bytes(item.sha256))
    assert verify.verify_attachments(view, tmp_path) == []
    (tmp_path / item.name).write_bytes(b"Total;1\n")
    assert [(f.name, f.problem) for f in verify.verify_attachments(view, tmp_path)] == [(item.name, "changed")]


@pytest.mark.parametrize("forge", [flip_byte, append_page])
def test_a_forged_copy_is_found(
    signed_stage: Stage, stages: Stages, tmp_path: Path, forge: Callable[[bytes], bytes]
) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    genuine = sign.export(desk, signed_stage.document, tmp_path)
    assert verify.verify_path(desk, genuine).outcome is Outcome.INDETERMINATE  # B-B without revocation data
    forged = tmp_path / "falsa.pdf"
    forged.write_bytes(forge(genuine.read_bytes()))
    assert verify.verify_path(desk, forged).outcome is Outcome.INVALID


def test_the_forger_says_when_there_is_nothing_to_forge() -> None:
    with pytest.raises(OfficeError, match=r"practice\.nothing_to_tamper"):
        flip_byte(b"%PDF-1.7")


def test_a_hop_taken_out_of_the_events_is_found(received_stage: Stage, stages: Stages) -> None:
    desk = stages(received_stage).office.desk(FINANCE)
    events = verify.slip_events(desk, received_stage.slip)
    assert verify.verify_slip(desk, received_stage.slip).whole
    assert verify.prove_events(desk, list(reversed(events))).whole
    proof = verify.prove_events(desk, drop_hop(events))
    assert not proof.whole
    assert proof.missing


def test_a_policy_that_lets_nobody_be_asked_is_told(signed_stage: Stage, stages: Stages) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    assert desk.trust.policy.practice  # its services answer on this computer
    desk.trust = replace(desk.trust, policy=replace(desk.trust.policy, online=False))
    assert verify.verify_document(desk, signed_stage.document).signatures
    with pytest.raises(OfficeError, match=r"policy\.offline"):
        verify.verify_document(desk, signed_stage.document, online=True)


def test_a_real_office_does_not_open_with_practice_anchors(tmp_path: Path, practice_pki: PracticePki) -> None:
    anchors = [practice_pki.anchors_pem()]
    assert trust_of_desk(tmp_path, anchors, practice=True).anchors
    with pytest.raises(SigningError, match=r"trust\.practice_anchor"):
        trust_of_desk(tmp_path, anchors, practice=False)
