"""Raising: only whoever may append, and the bytes before are the beginning of the bytes after."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.operations import raise_level, verify
from desktop.practice.people import AUTHOR
from desktop.practice.services import PkiServices
from signing.report import Level, Outcome
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def test_raising_appends_and_proves_the_time(
    signed_stage: Stage, stages: Stages, practice_services: PkiServices
) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    assert verify.verify_document(desk, signed_stage.document).outcome is Outcome.INDETERMINATE
    old = desk.store.get_bytes(desk.store.document(signed_stage.document).digest)
    receipt = raise_level.raise_level(desk, signed_stage.document)
    view = desk.store.document(signed_stage.document)
    new = desk.store.get_bytes(view.digest)
    assert new.startswith(old)
    assert len(new) > len(old)
    assert (receipt.level, view.level) == (Level.B_LTA, "B-LTA")
    assert verify.verify_document(desk, signed_stage.document).outcome is Outcome.VALID
    assert list(desk.work_folder().iterdir()) == []


def test_while_a_signature_is_awaited_nobody_else_appends(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    assert stage.office.sign(desk, stage.document, AUTHOR).error is None
    before = desk.store.document(stage.document)
    with refused("raise.not_appender"):
        raise_level.raise_level(desk, stage.document)
    assert desk.store.document(stage.document) == before


def test_only_the_holder_of_the_oficial_appends(received_stage: Stage, stages: Stages) -> None:
    from desktop.operations import synchronise

    stage = stages(received_stage)
    synchronise.synchronise(stage.office.desk(FINANCE))
    desk = stage.office.desk(PLANNING)
    synchronise.synchronise(desk)
    with refused("raise.not_appender"):
        raise_level.raise_level(desk, stage.document)


def test_without_timestamp_service_or_signature(signed_stage: Stage, stages: Stages, founded: TestOffice) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    desk.timestamps = None
    with refused("raise.no_timestamps"):
        raise_level.raise_level(desk, signed_stage.document)
    assert desk.store.document(signed_stage.document).level == "B-B"
