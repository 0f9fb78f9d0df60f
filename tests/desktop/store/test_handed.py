"""What was handed on is looked up, and read again from the events when everything is folded anew."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import text

from desktop.records.events import BlobRef, EventKind
from desktop.store import handed
from desktop.store.desk import DeskStore
from tests.fixtures.acts import START, Acts

_CIPHER = "c" * 64


def _told(opener: Callable[..., DeskStore]) -> DeskStore:
    store = opener()
    mine, other = Acts(device="dev-1"), Acts(device="dev-2")
    keys = (("dev-1", "for one"), ("dev-3", "x"))
    ref = BlobRef("a" * 64, 3, "n.pdf", "application/pdf", "document", _CIPHER, keys)
    shared = EventKind.KEYS_SHARED
    with store.act() as act:
        for made in (
            mine(shared, "keys-1", events=["e" * 64], reason="late", deliveries=[("unit-b", 1)]),
            other(shared, "keys-2", events=["f" * 64], reason="late", deliveries=[("unit-b", 1)]),
            other(shared, "keys-3", events=["d" * 64], devices=["dev-3"], blobs=[ref]),
        ):
            act.add_event(made, START)
    return store


def _asked(store: DeskStore) -> tuple[handed.Handed, set[tuple[str, str]]]:
    whats = [_CIPHER, *(letter * 64 for letter in "def")]
    return handed.handed_on(store, whats, "dev-1"), handed.told_late(store, whats, "dev-1")


def test_it_is_known_to_whom_and_by_which_key(opener: Callable[..., DeskStore]) -> None:
    found, late = _asked(_told(opener))
    assert found.opened_by == {_CIPHER: "for one"}
    assert {(_CIPHER, "dev-1"), (_CIPHER, "dev-3"), ("d" * 64, "dev-3")} <= found.pairs
    assert late == {("e" * 64, "unit-b")}  # what another desk handed on is not this one's


def test_folding_anew_reads_it_again(opener: Callable[..., DeskStore]) -> None:
    store = _told(opener)
    before = _asked(store)
    with store.act() as act, act.reading() as connection:
        connection.execute(text("DELETE FROM handed"))
    assert _asked(store) != before
    store.rebuild_projections()
    assert _asked(store) == before


def test_what_is_rare_is_found_by_index(opener: Callable[..., DeskStore]) -> None:
    from sqlalchemy import select

    from desktop.store.cite_register import _SETTLEMENTS
    from desktop.store.tables import slips

    by_conflict = select(slips.c.view).order_by(slips.c.number, slips.c.id).where(slips.c.conflict == True)  # noqa: E712
    statements = {_SETTLEMENTS: "ix_events_kind", by_conflict: "ix_slips_conflict"}
    with opener().reading() as connection:
        for statement, index in statements.items():
            asked = str(statement.compile(connection.engine, compile_kwargs={"literal_binds": True}))
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
            assert index in plan[0][-1], plan
