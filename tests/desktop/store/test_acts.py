"""Acts: all or nothing, with their outbox rows, sequences and settings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.records.errors import OfficeError
from desktop.store.desk import DeskStore, Draft
from desktop.store.drafts import DraftAttachment
from tests.fixtures.acts import START, Acts


class _Bug(Exception):
    pass


def _fail(store: DeskStore) -> None:
    with store.act() as act:
        act.add_event(Acts().drafted(), START)
        act.enqueue("units/a", b"x")
        act.next_delivery_seq("dev-1", "unit-a")
        act.set_setting("a", "b")
        raise _Bug


def test_an_act_that_fails_leaves_nothing(store: DeskStore) -> None:
    before = store.projection_digest()
    with pytest.raises(_Bug):
        _fail(store)
    assert store.projection_digest() == before
    assert store.events_of_document("doc-1") == []
    assert store.outbox() == []
    assert store.setting("a") is None
    with store.act() as act:
        assert act.next_in_device("dev-1") == (1, "")
        assert act.next_delivery_seq("dev-1", "unit-a") == 1


def test_an_act_sees_itself_and_the_store_does_not_until_it_ends(store: DeskStore) -> None:
    acts = Acts()
    seen: list[int] = []

    def look() -> None:
        seen.append(len(store.events_of_document("doc-1")))

    with store.act() as act:
        act.add_event(acts.drafted(), START)
        assert act.document("doc-1").author == "juana"
        assert store.document("doc-1").author == "juana"  # the thread that acts sees its act through the store too
        assert store.heads_of_document("doc-1") == (acts.made[0].digest,)
        other = threading.Thread(target=look)
        other.start()
        other.join()
        store.set_setting("joined", "yes")
    look()
    assert seen == [0, 1]
    assert store.setting("joined") == "yes"


def test_what_joins_an_act_falls_with_it(store: DeskStore) -> None:
    with pytest.raises(_Bug), store.act():
        store.set_setting("joined", "yes")
        raise _Bug
    assert store.setting("joined") is None


def test_acts_do_not_nest(store: DeskStore) -> None:
    with store.act(), pytest.raises(RuntimeError, match="nest"), store.act():
        pass
    with store.act() as act:
        act.set_setting("a", "b")
    assert store.setting("a") == "b"


def test_acts_of_other_threads_wait(store: DeskStore) -> None:
    def add() -> None:
        for _ in range(20):
            with store.act() as act:
                act.next_delivery_seq("dev-1", "unit-a")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.delivery_seq("dev-1", "unit-a") == 80


def test_device_sequences_go_above_what_events_tell(store: DeskStore) -> None:
    acts = Acts()
    older = acts.drafted(deliveries=[("unit-a", 4)])
    item = acts.numbered(deliveries=[("unit-a", 5), ("unit-b", 2)])
    with store.act() as act:
        assert act.next_delivery_seq("dev-1", "unit-a") == 1
        act.add_event(item, START)
        act.add_event(older, START)
        assert act.next_in_device("dev-1") == (item.event.device_seq + 1, item.digest)
        assert act.next_delivery_seq("dev-1", "unit-a") == 6
        assert act.next_delivery_seq("dev-1", "unit-b") == 3
        assert act.next_delivery_seq("dev-2", "unit-a") == 1
        assert act.next_in_device("dev-2") == (1, "")
    assert store.device_seq("dev-1") == item.event.device_seq


def test_the_outbox_keeps_order_and_an_event_waits_for_its_own_blobs(store: DeskStore) -> None:
    with store.act() as act:
        large = act.put_bytes(b"x" * 100)
        assert act.enqueue("blobs/1", large)
        assert act.enqueue("units/1", b"event 1")
        assert not act.enqueue("units/1", b"again")
    with store.act() as act:
        act.enqueue("units/2", b"event 2")
    rows = store.outbox()
    assert [(row.key, row.source) for row in rows] == [("units/2", "event"), ("blobs/1", "blob")]
    assert [store.outbox_bytes(row) for row in rows] == [b"event 2", b"x" * 100]
    store.outbox_failed(rows[1].id, "storage.unreachable", START + timedelta(minutes=5))
    assert [row.key for row in store.outbox(now=START)] == ["units/2"]
    later = store.outbox(now=START + timedelta(minutes=5))[1]
    assert (later.attempts, later.code, later.retry_at) == (1, "storage.unreachable", START + timedelta(minutes=5))
    counts = store.outbox_counts()
    assert (counts.waiting, counts.events, counts.failed) == (3, 2, 1)
    store.outbox_done(later.id)
    assert [row.key for row in store.outbox()] == ["units/1", "units/2"]
    assert [row.key for row in store.outbox(1)] == ["units/1"]


def test_outbox_ids_are_never_used_again(store: DeskStore) -> None:
    with store.act() as act:
        act.enqueue("units/1", b"1")
    first = store.outbox()[0].id
    store.outbox_done(first)
    with store.act() as act:
        act.enqueue("units/2", b"2")
    assert store.outbox()[0].id > first


def test_mailboxes_never_go_back(store: DeskStore) -> None:
    with store.act() as act:
        act.set_mailbox_seq("dev-2", "unit-a", 7)
        act.set_mailbox_seq("dev-2", "unit-a", 3)
    assert store.mailbox_seq("dev-2", "unit-a") == 7
    assert store.mailbox_seq("dev-2", "unit-b") == 0


def test_quarantine_and_receipts(store: DeskStore) -> None:
    with store.act() as act:
        act.quarantine("units/x", "ab", "event.malformed", START)
        act.quarantine("units/x", "ab", "event.malformed", START + timedelta(days=1))
        act.put_receipt("dep-1", document="doc-1", state="sent", jws="", now=START)
        act.put_receipt("dep-1", document="doc-1", state="accepted", jws="j", now=START, facts='{"a":1}')
    assert [(q.key, q.code, q.at) for q in store.quarantined()] == [("units/x", "event.malformed", START)]
    receipt = store.receipt("dep-1")
    assert receipt is not None
    assert (receipt.state, receipt.jws, receipt.facts, receipt.at) == ("accepted", "j", '{"a":1}', START)
    assert store.receipts() == [receipt]
    assert store.receipt("dep-2") is None


def test_the_directory_is_kept_and_never_goes_back(opener: Callable[..., DeskStore]) -> None:
    store = opener()
    assert store.directory() is None
    store.put_directory(3, "jws-3")
    store.put_directory(3, "jws-3")
    with pytest.raises(OfficeError, match=r"store\.directory_older"):
        store.put_directory(2, "jws-2")
    store.close()
    assert opener().directory() == (3, "jws-3")


def test_drafts_survive_as_they_were_saved(opener: Callable[..., DeskStore]) -> None:
    store = opener()
    draft = Draft(
        "doc-1", "nota_interna", "juana", '{"subject": "Ñandú"}', "[]",
        (DraftAttachment("plano.pdf", 3, "a" * 64, "application/pdf"),), ("juana",), ("ana",), 2, START,
    )  # fmt: skip
    store.save_draft(draft)
    later = Draft("doc-2", "informe", "juana", "{}", "[]", (), ("juana",), (), 2, START + timedelta(seconds=1))
    store.save_draft(later)
    store.close()
    again = opener()
    assert again.drafts() == [later, draft]
    assert again.draft("doc-1") == draft
    again.drop_draft("doc-1")
    assert again.draft("doc-1") is None


def test_a_draft_in_the_wastebasket_is_seen_there_alone(opener: Callable[..., DeskStore]) -> None:
    store = opener()
    draft = Draft("doc-1", "nota_interna", "juana", "{}", "[]", (), ("juana",), (), 2, START)
    store.save_draft(draft)
    with store.act() as act:
        act.mark_discarded("doc-1", START + timedelta(days=1))
    assert (store.draft("doc-1"), store.drafts()) == (None, [])
    store.save_draft(replace(draft, body="[1]"))
    store.close()
    again = opener()
    assert again.wastebasket() == [replace(draft, body="[1]", discarded_at=START + timedelta(days=1))]
    with again.act() as act:
        act.mark_discarded("doc-1", None)
    assert (again.draft("doc-1"), again.wastebasket()) == (replace(draft, body="[1]"), [])


def test_times_without_a_zone_are_a_bug(store: DeskStore) -> None:
    with pytest.raises(ValueError, match="zone"), store.act() as act:
        act.add_event(Acts().drafted(), START.replace(tzinfo=None))


def test_a_callers_own_error_stays_what_it_is(store: DeskStore) -> None:
    with pytest.raises(FileNotFoundError), store.act() as act:
        act.set_setting("a", "b")
        (store.path.parent / "nothing").read_bytes()
    assert store.setting("a") is None
