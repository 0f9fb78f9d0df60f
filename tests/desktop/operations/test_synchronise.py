"""Synchronising: without a line nothing is lost, twice changes nothing, and the exchange alone rebuilds a desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.operations import dispatch, join, receive, synchronise
from desktop.store.desk import DATABASE
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
