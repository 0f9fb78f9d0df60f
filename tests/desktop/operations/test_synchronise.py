"""Synchronising: without a line nothing is lost, twice changes nothing, and the exchange alone rebuilds a desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.operations import dispatch, join, receive, synchronise
from desktop.operations.desk import Desk
from desktop.storage.protocol import ObjectStore
from desktop.store.desk import DATABASE
from desktop.sync.push import Problem
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def test_without_a_line_the_queue_is_kept_and_goes_later(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    office = stage.office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    slip = dispatch.dispatch(here, stage.document, office.to_finance())
    waiting = here.store.outbox_counts().waiting
    assert waiting > 0
    office.exchange.rename(office.home / "desenchufado")
    for _ in range(2):
        with refused("storage.unreachable"):
            synchronise.synchronise(here)
    assert here.offline_since is not None
    assert here.store.outbox_counts().waiting == waiting
    office.close()
    assert office.desk(PLANNING).store.outbox_counts().waiting == waiting

    (office.home / "desenchufado").rename(office.exchange)
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    outcome = synchronise.synchronise(here)
    assert (outcome.sent > 0, outcome.waiting, outcome.problems) == (True, 0, ())
    assert here.offline_since is None
    assert here.last_contact is not None
    assert synchronise.synchronise(there).received > 0
    assert there.store.slip(slip).document == stage.document
    again = synchronise.synchronise(here), synchronise.synchronise(there)
    assert [(each.sent, each.received) for each in again] == [(0, 0), (0, 0)]


def test_hooks_run_before_the_push_and_after_the_pull_and_are_told(
    signed_stage: Stage, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = stages(signed_stage)
    here = stage.office.desk(PLANNING)
    synchronise.synchronise(here)
    slip = dispatch.dispatch(here, stage.document, stage.office.to_finance())
    seen: list[tuple[str, int, bool]] = []

    def hook(name: str) -> synchronise.Hook:
        def run(desk: Desk, exchange: ObjectStore) -> list[Problem]:
            seen.append((name, desk.store.outbox_counts().waiting, any(exchange.list("units/"))))
            return [("slip.unknown", {"slip": f"{slip} {name}"})]

        return run

    monkeypatch.setattr(synchronise, "BEFORE_PUSH", (hook("first"), hook("second")))
    monkeypatch.setattr(synchronise, "AFTER_PULL", (hook("after"),))
    outcome = synchronise.synchronise(here)
    assert [(name, waiting > 0) for name, waiting, _ in seen] == [("first", True), ("second", True), ("after", False)]
    assert all(reached for *_, reached in seen)
    assert [facts["slip"] for _, facts in outcome.problems] == [f"{slip} {name}" for name, *_ in seen]


@pytest.mark.parametrize("name", [PLANNING, FINANCE])
def test_a_deleted_database_is_rebuilt_from_the_exchange(received_stage: Stage, stages: Stages, name: str) -> None:
    stage = stages(received_stage)
    office = stage.office
    for each in (FINANCE, PLANNING):
        synchronise.synchronise(office.desk(each))
    before = office.desk(name).store.projection_digest()
    office.close()
    for suffix in ("", "-wal", "-shm"):
        (office.desk_home(name) / (DATABASE + suffix)).unlink(missing_ok=True)
    with refused("desk.not_admitted"):
        office.desk(name)
    join.enter(office.desk_home(name))
    desk = office.desk(name)
    assert desk.store.projection_digest() != before
    synchronise.synchronise(desk)
    assert desk.store.projection_digest() == before
    assert desk.store.document(stage.document).cite


def test_acts_after_a_rebuild_go_on_from_where_the_chain_ended(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    office = stage.office
    for suffix in ("", "-wal", "-shm"):
        (office.desk_home(FINANCE) / (DATABASE + suffix)).unlink(missing_ok=True)
    join.enter(office.desk_home(FINANCE))
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    synchronise.synchronise(there)
    receive.receive(there, stage.slip, there.store.slip(stage.slip).hops[0].id)
    synchronise.synchronise(there)
    outcome = synchronise.synchronise(here)
    assert outcome.problems == ()
    assert here.store.slip(stage.slip).holder == office.units["finance"]


def test_a_share_that_left_an_empty_folder_gets_nothing(signed_stage: Stage, stages: Stages) -> None:
    """The mount is gone and its mount point is there: nothing is written to the local disk and forgotten."""
    stage = stages(signed_stage)
    office = stage.office
    here = office.desk(PLANNING)
    synchronise.synchronise(here)
    dispatch.dispatch(here, stage.document, office.to_finance())
    waiting = here.store.outbox_counts().waiting
    office.exchange.rename(office.home / "desmontado")
    office.exchange.mkdir()
    for _ in range(2):
        with refused("storage.emptied"):
            synchronise.synchronise(here)
    assert list(office.exchange.iterdir()) == []
    assert here.offline_since is not None
    office.exchange.rmdir()
    (office.home / "desmontado").rename(office.exchange)
    assert synchronise.synchronise(here).sent > 0
    assert (waiting, here.store.outbox_counts().waiting) == (waiting, 0)
