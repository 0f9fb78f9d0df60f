"""Every document says how far its news has come; a pause ends an exchange and the next goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.operations import delivery, dispatch, receive, synchronise
from desktop.operations.delivery import DeliveryState
from tests.desktop.sync.exchanges import Counting
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


class Asked:
    """Asks for a pause at once."""

    def requested(self) -> bool:
        return True


def test_queued_delivered_received(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    office, document = stage.office, stage.document
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    slip = dispatch.dispatch(here, document, office.to_finance())
    assert delivery.states(here, [document, "unknown"]) == {document: DeliveryState.QUEUED}
    assert delivery.status(here).events > 0
    paused = synchronise.synchronise(here, pause=Asked())
    assert (paused.paused, paused.sent) == (True, 0)
    assert delivery.states(here, [document]) == {document: DeliveryState.QUEUED}
    assert not synchronise.synchronise(here).paused
    assert delivery.states(here, [document]) == {document: DeliveryState.DELIVERED}
    assert delivery.status(here).waiting == 0
    synchronise.synchronise(there)
    receive.receive(there, slip, there.store.slip(slip).hops[0].id)
    synchronise.synchronise(there)
    synchronise.synchronise(here)
    assert delivery.states(here, [document]) == {document: DeliveryState.RECEIVED}


def test_what_was_set_aside_is_listed(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    here = stage.office.desk(PLANNING)
    synchronise.synchronise(here)
    folder = next(stage.office.exchange.glob("units/*")) / here.unit_id / "in"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vacaciones.jpg").write_bytes(b"jpg")
    here.store.set_setting(f"pull.listed:{here.unit_id}", "2020-01-01T00:00:00+00:00")  # a day has gone
    synchronise.synchronise(here)
    (row,) = delivery.set_aside(here)
    assert (row.key.rpartition("/")[2], row.code) == ("vacaciones.jpg", "mail.foreign")


def test_a_quiet_exchange_asks_little(received_stage: Stage, stages: Stages) -> None:
    """In a folder each hint is read besides; in S3 its tag tells that it is the same (``test_line``)."""
    stage = stages(received_stage)
    here = stage.office.desk(PLANNING)
    synchronise.synchronise(here)
    watched = Counting(here.exchange())
    here.exchange = lambda: watched
    synchronise.synchronise(here)
    asked = [call for call in watched.calls if "/heads/" not in call[1] or call[0] == "list"]
    assert len(asked) <= 5, asked
