"""Projections: the set of events decides them, not the order in which they came, nor in how many acts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, SignedEvent
from desktop.routing.slips import HopState
from desktop.routing.trays import Tray
from desktop.store.desk import DeskStore, projection_digest
from tests.fixtures.acts import HEX, START, Acts


def _add(store: DeskStore, events: Sequence[SignedEvent], *, at_once: bool = True) -> None:
    for part in [list(events)] if at_once else [[item] for item in events]:
        with store.act() as act:
            for item in part:
                act.add_event(item, START)


def _life() -> Acts:
    acts = Acts()
    acts.journey(1)
    acts.journey(2)
    return acts


def test_views_are_what_the_pure_rules_say(store: DeskStore) -> None:
    acts = _life()
    _add(store, acts.made)
    view = store.document("doc-1")
    assert (view.state, view.cite, view.slip) == (DocumentState.DEPOSITED, "GADOR-SDPD/NI/00001/2026", "slip-1")
    assert store.document("answer-1").state is DocumentState.CONCLUDED
    assert store.document("answer-1").slip == "slip-1"
    slip = store.slip("slip-1")
    assert (slip.concluded, slip.holder, slip.documents) == (True, "unit-b", ("doc-1", "answer-1"))
    assert [hop.state for hop in slip.hops] == [HopState.CONCLUDED, HopState.SENT]
    assert store.slip_units("slip-1") == ("unit-a", "unit-b", "unit-c")
    assert (view.refused, slip.refused) == ((), ())


def test_read_views_equal_written_views(store: DeskStore) -> None:
    from desktop.records.documents import fold_document
    from desktop.routing.slips import fold_slip

    acts = _life()
    acts.sent("unit-c", "slip-2", "doc-2", deadline="2026-04-01")
    _add(store, acts.made)
    for document in ("doc-1", "doc-2", "answer-1"):
        assert store.document(document) == fold_document(document, acts.made)
    assert store.slip("slip-2") == fold_slip("slip-2", acts.made)
    rare = Acts(device="dev-7")
    rare.disputed()
    with store.act() as act:
        for table in ("seen_numbers", "event_parents", "events"):
            act._connection.exec_driver_sql(f"DELETE FROM {table}")
        act.rebuild_projections()
    _add(store, rare.made)
    view = store.slip("slip-1")
    assert view == fold_slip("slip-1", rare.made)
    assert all((view.conflicts, view.heading.procedure, view.deadline, view.paper.where, view.folder))
    assert any(hop.justifications and hop.reassignments for hop in view.hops)
    with store.act() as act:
        row = act._connection.exec_driver_sql("SELECT subject, folder, deadline, conflict FROM slips").one()
        hops = act._connection.exec_driver_sql("SELECT from_official, action, remark, urgent FROM hops ORDER BY place")
        assert tuple(row) == ("Compra de tóner", "Compras", "2026-04-01", 0)
        assert tuple(hops.first() or ()) == ("juana", "para_su_consideracion", "", 0)
    grouped = Acts(device="dev-6")
    grouped.born("doc-6")
    grouped.opened("slip-6", "doc-6")
    grouped.grouped("slip-5", "slip-6", on="slip-6", document="doc-6")
    _add(store, grouped.made)
    with store.act() as act:
        chosen = act._connection.exec_driver_sql("SELECT id FROM slips WHERE principal = 'slip-5'").scalars().all()
    assert chosen == ["slip-6"]


def test_what_the_via_tells_is_kept_whole(store: DeskStore) -> None:
    from desktop.records.documents import fold_document

    acts = Acts()
    acts.drafted(approvers=["ana"])
    acts.frozen(text=HEX["other"], acting={"juana": "zoe"})
    mark = {"text": "x", "quote": "y", "page": 2, "place": [[0, "text", 1], [0, "text", 2]]}
    acts(EventKind.OBSERVED, who="ana", remark="x", marks=[mark, {"text": "z"}])
    _add(store, acts.made)
    view = store.document("doc-1")
    assert view == fold_document("doc-1", acts.made)
    assert [len(item.marks) for item in view.observations] == [2]


def test_views_of_an_older_program_are_folded_anew_once(opener: Callable[..., DeskStore]) -> None:
    store = opener()
    _add(store, _life().made)
    before = projection_digest(store)
    with store.act() as act:
        act._connection.exec_driver_sql("UPDATE documents SET view = '{}'")
        act.set_setting("views", "1")
    store.close()
    store = opener()
    assert store.document("doc-1").slip == "slip-1"
    assert projection_digest(store) == before


def test_adding_twice_changes_nothing(store: DeskStore) -> None:
    acts = _life()
    _add(store, acts.made)
    before = projection_digest(store)
    with store.act() as act:
        assert not any(act.add_event(item, START) for item in acts.made)
    assert projection_digest(store) == before


@pytest.mark.parametrize("seed", range(4))
def test_another_order_gives_the_same_digest(opener: Callable[..., DeskStore], seed: int) -> None:
    acts = _life()
    one, other = opener("one"), opener("other")
    _add(one, acts.made)
    shuffled = list(acts.made)
    Random(seed).shuffle(shuffled)
    _add(other, shuffled, at_once=False)
    assert projection_digest(one) == projection_digest(other)


def test_deleting_the_database_and_adding_again_gives_the_same_digest(
    opener: Callable[..., DeskStore], tmp_path: Path
) -> None:
    acts = _life()
    first = opener()
    _add(first, acts.made)
    before = projection_digest(first)
    first.close()
    for path in (tmp_path / "home").glob("desk.sqlite3*"):
        path.unlink()
    again = opener()
    assert projection_digest(again) != before
    _add(again, list(reversed(acts.made)))
    assert projection_digest(again) == before


def test_rebuilding_gives_identical_projections(store: DeskStore) -> None:
    acts = _life()
    _add(store, acts.made, at_once=False)
    store.index_text("doc-1", "María Huanca Ayma")
    before = projection_digest(store)
    store.rebuild_projections()
    assert projection_digest(store) == before
    assert store.search("huanca") == ["doc-1"]
    with store.act() as act:
        act._connection.exec_driver_sql("UPDATE documents SET state = 'void', view = '{}'")
        act._connection.exec_driver_sql("DELETE FROM tray_items")
    assert projection_digest(store) != before
    store.rebuild_projections()
    assert projection_digest(store) == before
    assert store.check() == ()


def test_local_data_is_not_in_the_digest(opener: Callable[..., DeskStore]) -> None:
    acts = _life()
    one, other = opener("one"), opener("other")
    _add(one, acts.made)
    with other.act() as act:
        for item in acts.made:
            act.add_event(item, START.replace(year=2027))
        act.set_setting("x", "y")
        act.enqueue("units/x", b"1")
    assert projection_digest(one) == projection_digest(other)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_part_in_any_order_is_projected_alike(opener: Callable[..., DeskStore], data: st.DataObject) -> None:
    acts = Acts()
    acts.journey(1)
    hop = next(i for i in acts.made if i.event.kind is EventKind.DISPATCHED)
    acts.took(hop, "unit-a", EventKind.CANCELLED, parents=[hop])
    acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-x")
    acts.disputed()
    some = data.draw(st.lists(st.sampled_from(acts.made), unique_by=lambda i: i.digest))
    store = opener()
    with store.act() as act:
        for table in ("seen_numbers", "event_parents", "events"):
            act._connection.exec_driver_sql(f"DELETE FROM {table}")
        act.rebuild_projections()
    _add(store, data.draw(st.permutations(some)), at_once=False)
    step_by_step = projection_digest(store)
    store.rebuild_projections()
    assert projection_digest(store) == step_by_step
    store.close()


def test_a_forged_conclusion_acts_neither_on_the_slip_nor_on_the_document(store: DeskStore) -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    acts.sent("unit-b")
    _add(store, acts.made)
    trays = store.tray_counts("unit-a"), store.tray_counts("unit-b")
    forged = acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-x")
    _add(store, [forged])
    assert not store.slip("slip-1").concluded
    assert store.document("doc-1").state is DocumentState.SIGNED
    assert forged.digest in store.document("doc-1").refused
    assert (store.tray_counts("unit-a"), store.tray_counts("unit-b")) == trays


def test_an_unreadable_body_does_not_stop_the_desk(store: DeskStore) -> None:
    acts = Acts()
    acts.born()
    acts(EventKind.FROZEN, digest=None)
    acts(EventKind.OPENED, slip="slip-1")
    _add(store, acts.made)
    assert len(store.document("doc-1").refused) == 2  # what its slip refuses, too
    assert len(store.slip("slip-1").refused) == 1


def test_a_digest_that_is_not_that_of_the_text_is_refused(store: DeskStore) -> None:
    item = Acts().drafted()
    with pytest.raises(OfficeError, match=r"store\.event_digest"), store.act() as act:
        act.add_event(SignedEvent(item.event, "0" * 64, item.jws), START)
    assert store.events_of_document("doc-1") == []


def test_reading_events(store: DeskStore) -> None:
    acts = Acts()
    made = acts.journey(1)
    _add(store, made[:-1])
    assert store.event(made[0].digest) == made[0]
    assert store.event("0" * 64) is None
    assert store.events_of_document("answer-1") == [i for i in made[:-1] if i.event.document == "answer-1"]
    assert store.events_of_slip("slip-1") == [i for i in made[:-1] if i.event.slip == "slip-1"]
    assert store.heads_of_document("nothing") == ()


def test_heads_follow_the_chain_across_documents(store: DeskStore) -> None:
    """After an answer the principal's chain ends in the answering event: whoever acts next has known of it."""
    acts = Acts()
    made = acts.journey(1)
    until = next(n for n, i in enumerate(made) if i.event.kind is EventKind.ANSWERED) + 1
    _add(store, made[:until])
    copy = [i for i in made if i.event.kind is EventKind.DISPATCHED][1]
    assert store.heads_of_document("doc-1") == (made[until - 1].digest,)
    assert copy.digest not in store.heads_of_document("doc-1")
    assert store.heads_of_document("answer-1") == (made[until - 1].digest,)


def test_two_ends_are_two_heads_and_missing_parents_are_named(store: DeskStore) -> None:
    acts = Acts()
    root = acts.drafted()
    hidden = acts(EventKind.RAISED, parents=[root])
    left, right = acts.numbered(parents=[root]), acts(EventKind.VOIDED, parents=[hidden])
    _add(store, [root, left, right])
    assert set(store.heads_of_document("doc-1")) == {left.digest, right.digest}
    assert store.missing_parents() == (hidden.digest,)
    assert store.missing_parents("doc-1") == (hidden.digest,)
    assert store.missing_parents("doc-2") == ()


def test_unknown_ones_are_told(store: DeskStore) -> None:
    with pytest.raises(OfficeError, match=r"document\.unknown"):
        store.document("x")
    with pytest.raises(OfficeError, match=r"slip\.unknown"):
        store.slip("x")
    assert store.slip_units("x") == ()


def test_lists_of_documents_and_slips(store: DeskStore) -> None:
    acts = _life()
    acts.born("doc-3", 3)
    _add(store, acts.made)
    assert [view.id for view in store.documents(state=DocumentState.SIGNED)] == ["doc-3"]
    assert {view.id for view in store.documents(unit="unit-b")} == {"answer-1", "answer-2"}
    assert [view.id for view in store.documents(cite="GADOR-SDPD/NI/00002/2026")] == ["doc-2"]
    assert [view.id for view in store.slips(holder="unit-b", concluded=True, conflict=False)] == ["slip-1", "slip-2"]
    assert store.slips(concluded=False) == []


def test_trays_hold_what_the_rules_place(store: DeskStore) -> None:
    acts = Acts()
    for n in (1, 2):
        acts.born(f"doc-{n}", n)
        acts.opened(f"slip-{n}", f"doc-{n}")
    hop = acts.sent("unit-b", "slip-1", "doc-1", to_official="maria")
    acts.born("doc-3", 3)
    acts.drafted("doc-4", parents=())
    acts.frozen("doc-4")
    _add(store, acts.made)
    item = store.tray(Tray.INCOMING, "unit-b")[0]
    assert item.slip is not None
    assert item.hop is not None
    assert (item.document.id, item.slip.id, item.hop.id) == ("doc-1", "slip-1", hop.event.id)
    assert {i.document.id for i in store.tray(Tray.PENDING, "unit-a")} == {"doc-2", "doc-3"}
    assert store.tray_counts("unit-a")[Tray.PENDING] == 2
    assert [i.document.id for i in store.tray(Tray.TO_SIGN, "unit-b", "juana")] == ["doc-4"]
    assert store.tray(Tray.TO_SIGN, "unit-a", "pedro") == []
    assert store.tray_counts("unit-a", "pedro")[Tray.TO_SIGN] == 0
    _add(store, [acts.took(hop, "unit-b", who="ana")])
    assert [i.document.id for i in store.tray(Tray.PENDING, "unit-b", "maria")] == ["doc-1"]
    assert store.tray(Tray.PENDING, "unit-b", "ana") == []
    assert store.tray_counts("unit-b")[Tray.PENDING] == 1
    assert len(store.tray(Tray.PENDING, "unit-a", limit=1, offset=1)) == 1
    assert store.tray(Tray.PENDING, "unit-a", limit=1)[0].document.id == "doc-2"
