"""An act made beside a dispatch that its desk did not know of reaches every unit of the slip all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.operations import dispatch, late_news, open_slip, paper, pouch, pouch_relay, synchronise
from desktop.operations.desk import Desk
from desktop.operations.verify import verify_slip
from desktop.practice.people import AUTHOR
from desktop.records.events import EventKind, SignedEvent
from desktop.records.people import Directory
from desktop.store import own_line
from desktop.store.past import came_between, last_place
from tests.fixtures.appointments import change_directory, second_pc
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _exchange(*desks: Desk, rounds: int = 2) -> None:
    for _ in range(rounds):
        for desk in desks:
            synchronise.synchronise(desk)


def _two_pcs(stage: Stage) -> tuple[Desk, Desk, Desk, str]:
    """Two PCs of Planning, one of Finance, and a slip that lies with Planning."""
    office = stage.office
    one, there = office.desk(PLANNING), office.desk(FINANCE)
    two = second_pc(office, office.units["planning"], AUTHOR)
    synchronise.synchronise(one)
    slip = open_slip.open_slip(one, stage.document, open_slip.SlipHeading())
    _exchange(one, two)
    return one, two, there, slip


def _beside(stage: Stage) -> tuple[Desk, Desk, Desk, str]:
    """Two PCs of Planning; one derives to Finance, the other, without that news, says where the paper is."""
    one, two, there, slip = _two_pcs(stage)
    office = stage.office
    dispatch.dispatch(one, stage.document, office.to_finance())
    paper.move_paper(two, slip, "Estante 3", paper="Original")
    return one, two, there, slip


def _handings(desk: Desk) -> list[SignedEvent]:
    came = came_between(desk.store, 0, last_place(desk.store), limit=10_000)
    return [each.signed for each in came if each.signed.event.kind is EventKind.KEYS_SHARED]


def _known(desk: Desk, slip: str) -> set[str]:
    return {item.digest for item in desk.store.events_of_slip(slip)}


def test_every_unit_of_a_slip_knows_the_same_acts(signed_stage: Stage, stages: Stages) -> None:
    one, two, there, slip = _beside(stages(signed_stage))
    _exchange(one, two, there, rounds=3)
    (moved,) = [item for item in two.store.events_of_slip(slip) if item.event.kind is EventKind.PAPER_MOVED]
    assert there.unit_id not in dict(moved.event.deliveries)
    assert moved.digest in _known(there, slip)
    assert _known(one, slip) == _known(two, slip) == _known(there, slip)
    assert one.store.slip(slip) == two.store.slip(slip) == there.store.slip(slip)
    assert verify_slip(there, slip).whole
    assert there.store.quarantined() == []


def test_once_and_to_nobody_else(signed_stage: Stage, stages: Stages) -> None:
    one, two, there, slip = _beside(stages(signed_stage))
    _exchange(one, two, there, rounds=4)
    handed = [
        item for desk in (one, two, there) for item in _handings(desk) if item.event.body["reason"] == late_news.LATE
    ]
    assert {item.event.device for item in handed} == {two.key.id}
    assert len({item.digest for item in handed}) == 1
    (told,) = {frozenset(dict(item.event.deliveries)) for item in handed}
    assert told <= {two.unit_id, there.unit_id, *two.store.slip_units(slip)}
    assert late_news.send_late(two) == 0
    two.store.set_setting("late-place", "0")  # looked through once more: what was sent is known from the events
    assert late_news.send_late(two) == 0


def test_without_it_the_unit_never_hears(signed_stage: Stage, stages: Stages, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = tuple(hook for hook in synchronise.AFTER_PULL if hook is not late_news.tell_late)
    monkeypatch.setattr(synchronise, "AFTER_PULL", hooks)
    one, two, there, slip = _beside(stages(signed_stage))
    _exchange(one, two, there, rounds=3)
    assert _known(there, slip) < _known(two, slip)


def _line_lost(stage: Stage, *desks: Desk) -> None:
    """By the directory Planning has no line any more: what goes there is laid ready for whoever carries it."""
    planning = stage.office.units["planning"]

    def cut(now: Directory) -> Directory:
        return replace(now, units=tuple(replace(unit, line=unit.id != planning) for unit in now.units))

    change_directory(stage.office, cut)
    _exchange(*desks)


def _carried_back(stick: Path, home: Desk, carrier: Desk) -> None:
    pouch.write(home, stick)
    pouch_relay.relay(carrier, stick)
    pouch.read(home, stick)


def test_a_pc_without_a_line_tells_by_stick(signed_stage: Stage, stages: Stages, tmp_path: Path) -> None:
    stage = stages(signed_stage)
    one, two, there, slip = _two_pcs(stage)
    _line_lost(stage, one, two, there)
    dispatch.dispatch(one, stage.document, stage.office.to_finance())
    paper.move_paper(two, slip, "Estante 3", paper="Original")
    _exchange(one, there)
    for _ in range(2):
        _carried_back(tmp_path, two, there)
        _exchange(there, one)
    (moved,) = [item for item in two.store.events_of_slip(slip) if item.event.kind is EventKind.PAPER_MOVED]
    assert there.unit_id not in dict(moved.event.deliveries)
    assert _known(one, slip) == _known(two, slip) == _known(there, slip)
    assert [item.event.body["reason"] for item in _handings(two)].count(late_news.LATE) == 1


def test_a_copy_hands_nothing_on_and_its_stick_is_written(
    signed_stage: Stage, stages: Stages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits until what the copy did is known again."""
    hooks = tuple(hook for hook in synchronise.AFTER_PULL if hook is not late_news.tell_late)
    one, two, there, _ = _beside(stages(signed_stage))
    with monkeypatch.context() as patched:
        patched.setattr(synchronise, "AFTER_PULL", hooks)
        _exchange(one, two, there)
    two.store.set_setting(own_line.COPY, own_line.RESTORED)
    assert late_news.send_late(two) == 0
    assert pouch.write(two, tmp_path).problems == ()
    two.store.set_setting(own_line.COPY, "")
    assert late_news.send_late(two) == 1


def test_it_leaves_as_a_letter(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    one, two, there, _ = _beside(stage)
    _exchange(one, two, there, rounds=2)
    device = f"/in/{two.key.id}/"
    names = [path for path in stage.office.exchange.rglob("*.age") if device in path.as_posix()]
    assert names
    assert not any(b"Estante 3" in path.read_bytes() for path in names)


def test_what_a_dispatch_followed_and_came_after_it_is_handed_on(signed_stage: Stage, stages: Stages) -> None:
    """A PC derives on an act whose own parent was not there yet: the history that the dispatch carried has a hole."""
    stage = stages(signed_stage)
    one, two, there, slip = _two_pcs(stage)
    office = stage.office
    for place in ("Estante 1", "Estante 2"):
        paper.move_paper(one, slip, place, paper="Original")
    synchronise.synchronise(one)
    moves = [item for item in one.store.events_of_slip(slip) if item.event.kind is EventKind.PAPER_MOVED]
    first, second = sorted(moves, key=lambda item: item.event.device_seq)
    (mail,) = office.exchange.rglob(f"*-{first.digest[:8]}*.jws")
    aside = mail.rename(office.exchange.parent / mail.name)
    synchronise.synchronise(two)
    assert first.digest not in _known(two, slip)
    assert second.digest in _known(two, slip)
    dispatch.dispatch(two, stage.document, office.to_finance())
    aside.rename(mail)
    _exchange(two, there, one, rounds=4)
    assert _known(one, slip) == _known(two, slip) == _known(there, slip)
    assert verify_slip(there, slip).whole
    assert there.store.quarantined() == []
