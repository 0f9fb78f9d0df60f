"""What the window is told of the queue, from a real desk with real services."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.practice.services import PkiServices
from desktop.ui.binding import BoundDesk
from signing.report import Level
from tests.fixtures.office import PLANNING, Stage, TestOffice

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def test_a_desk_tells_what_waits_and_why_and_raises_when_it_is_told(
    signed_stage: Stage, stages: Stages, practice_services: PkiServices
) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    bound = BoundDesk(desk)
    service, desk.timestamps = desk.timestamps, None
    (row,) = bound.status().to_raise
    assert (row.document, row.level, row.code, row.aside) == (stage.document, Level.B_B, "raise.no_timestamps", False)
    done = bound.raise_now(lambda *_now: None)
    assert (done.raised, done.left, done.waits) == ((), 1, "raise.no_timestamps")
    desk.timestamps = service
    owed = bound.card(stage.document).owed
    assert owed is not None
    assert owed.code == "raise.waits_for_line"
    assert (owed,) == bound.status().to_raise  # one document's row is the row of the list
    done = bound.raise_now(lambda *_now: None)
    assert (done.raised, done.left, done.waits) == (((row.cite, Level.B_LTA),), 0, "")
    assert bound.card(stage.document).owed is None
    assert bound.status().to_raise == ()
