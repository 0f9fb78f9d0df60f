"""The line as it is: news before files, pauses, quiet days that cost a question, mailboxes full of strangers."""

from __future__ import annotations

import errno
import hashlib
import os
import time
import tracemalloc
from pathlib import Path

import pytest

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.storage import ObjectStore, S3Settings, open_storage
from desktop.store import bytes_, projections
from desktop.sync import intake, pieces
from desktop.sync import pull as pulling
from desktop.sync.keys import Letter, mail_prefix
from desktop.sync.letters import seal_letter
from desktop.sync.pieces import LARGE, PIECE
from desktop.sync.push import push
from tests.desktop.sync.exchanges import After, Counting
from tests.desktop.sync.office import ENTITY, Office, Seat

BIG = os.urandom(5 * PIECE)
SMALL = b"%PDF-1.7 chico"


def _sent(juana: Seat, document: str, data: bytes, slip: str = "") -> None:
    juana.make(document, data)
    juana.dispatch(document, slip or f"slip-{document}", "unit-b")


def test_news_come_before_large_files(juana: Seat, pedro: Seat, exchange: ObjectStore) -> None:
    _sent(juana, "doc-1", BIG)
    _sent(juana, "doc-2", SMALL)
    juana.push()
    watched = Counting(exchange)
    report = pedro.pull(watched)
    assert report.events == 2
    assert pedro.store.get_bytes(pedro.store.document("doc-1").digest) == BIG + b" firmado"
    got = [key for name, key in watched.calls if name == "get"]
    parts = [index for index, key in enumerate(got) if ".d/" in key]
    assert parts
    assert min(parts) > max(index for index, key in enumerate(got) if "/in/" in key)
    assert pedro.store.quarantined() == []
    assert not pedro.store.incoming.exists()  # nothing half there is left


def test_a_large_file_is_taken_up_where_a_pause_ended_it(juana: Seat, pedro: Seat, exchange: ObjectStore) -> None:
    _sent(juana, "doc-1", BIG)
    juana.push()
    first = pedro.pull(pause=After(4))
    assert (first.paused, first.events) == (True, 1)
    assert pedro.store.slip("slip-doc-1").number  # the news is here, its file is not
    digest = pedro.store.document("doc-1").digest
    assert not pedro.store.has_bytes(digest)
    assert [one.code for one in pedro.store.quarantined()] == ["blob.waits"]
    assert not any(code == "blob.waits" for code, _ in first.problems)  # nothing to worry anybody with
    watched = Counting(exchange)
    second = pedro.pull(watched)
    assert not second.paused
    assert pedro.store.has_bytes(digest)
    fetched = sum(name == "get" and ".d/" in key for name, key in watched.calls)
    assert 0 < fetched < 6
    assert pedro.store.quarantined() == []


def test_a_large_file_that_never_came_is_told_and_looked_for_again(juana: Seat, pedro: Seat, tmp_path: Path) -> None:
    _sent(juana, "doc-1", BIG)
    juana.push()
    for path in (tmp_path / "exchange" / "blobs").glob("*.pieces"):
        path.rename(path.with_suffix(".gone"))
    report = pedro.pull()
    assert report.events == 1
    assert ("blob.missing" in {code for code, _ in report.problems}) is True
    for path in (tmp_path / "exchange" / "blobs").glob("*.gone"):
        path.rename(path.with_suffix(".pieces"))
    pedro.pull()
    assert pedro.store.has_bytes(pedro.store.document("doc-1").digest)
    assert pedro.store.quarantined() == []


def test_a_push_pauses_between_pieces_and_goes_on(juana: Seat, pedro: Seat, exchange: ObjectStore) -> None:
    _sent(juana, "doc-1", BIG)
    report = push(juana.store, exchange, now=juana.now(), pause=After(8), lanes=1)
    assert report.paused
    assert juana.store.outbox_counts().waiting > 0
    assert push(juana.store, exchange, now=juana.now(), pause=After(0)).events == 0  # asked before anything began
    watched = Counting(exchange)
    assert not juana.push(watched).paused
    again = [key for name, key in watched.calls if name == "put_if_absent" and ".d/" in key]
    assert 0 < len(again) < 3 * 6  # three files of six pieces, some of which had gone
    assert pedro.pull().events == 1


def test_an_event_goes_while_a_large_file_is_under_way(juana: Seat, exchange: ObjectStore) -> None:
    """It becomes ready in the middle of the push, and is there before the file is."""
    _sent(juana, "doc-1", BIG)
    order: list[str] = []

    class Watching(Counting):
        def put_if_absent(self, key: str, data: bytes) -> bool:
            if ".d/000000-" in key and "late" not in order:
                order.append("late")
                juana.act(EventKind.DRAFTED, "doc-9", {"kind": "informe", "subject": "urgente", "signers": []})
            elif ".d/" in key:
                time.sleep(0.3)  # a slow line
            done = super().put_if_absent(key, data)
            order.append(key)
            return done

    juana.push(Watching(exchange))
    number = juana.store.delivery_seq(juana.key.id, "unit-a")
    event = next(index for index, key in enumerate(order) if f"/unit-a/in/device-a/{number:010d}-" in key)
    assert event < next(index for index, key in enumerate(order) if key.endswith(".pieces"))


def test_a_quiet_mailbox_costs_one_request(juana: Seat, pedro: Seat, s3_url: str, s3_settings: S3Settings) -> None:
    store = open_storage(s3_url, s3=s3_settings)
    _sent(juana, "doc-1", SMALL)
    juana.push(store)
    assert pedro.pull(store).events == 1
    watched = Counting(store)
    assert pedro.pull(watched).events == 0
    assert watched.calls == [("list", f"units/{ENTITY}/unit-b/heads/")]
    _sent(juana, "doc-2", SMALL)
    juana.push(store)
    assert pedro.pull(Counting(store)).events == 1  # the hint's tag has changed
    store.close()


def test_what_is_behind_the_hint_is_taken_and_no_gap_is_told_for_it(
    juana: Seat, pedro: Seat, exchange: ObjectStore, tmp_path: Path
) -> None:
    """Deliveries are under way side by side: a later one may be there first."""
    pedro.pull()  # the day's full listing
    _sent(juana, "doc-1", SMALL)
    _sent(juana, "doc-2", SMALL)
    _sent(juana, "doc-3", SMALL)
    juana.push()
    folder = tmp_path / "exchange" / mail_prefix(ENTITY, "unit-b", "device-a")
    second = next(folder.glob("0000000002-*"))
    second.rename(tmp_path / second.name)
    (tmp_path / "exchange" / f"units/{ENTITY}/unit-b/heads/device-a").write_text("1")
    report = pedro.pull()
    assert (report.events, report.gaps) == (2, ())
    assert pedro.pull(full=True).gaps != ()  # the truth
    (tmp_path / second.name).rename(second)
    (tmp_path / "exchange" / f"units/{ENTITY}/unit-b/heads/device-a").write_text("3")
    report = pedro.pull()
    assert (report.events, report.gaps) == (1, ())


def test_many_strangers_are_counted_and_the_rest_goes_on(
    juana: Seat, pedro: Seat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_ASIDE", 10)
    monkeypatch.setattr(pulling, "MOST_ASIDE", 10)
    folder = tmp_path / "exchange" / mail_prefix(ENTITY, "unit-b")
    folder.mkdir(parents=True)
    for number in range(25):
        (folder / f"foto-{number:03d}.jpg").write_bytes(b"jpg")
    _sent(juana, "doc-1", SMALL)
    juana.push()
    report = pedro.pull()
    assert report.events == 1
    assert len(pedro.store.quarantined()) == 10
    assert [facts["count"] for code, facts in report.problems if code == "mail.foreign_many"] == [25]


def test_a_full_listing_is_taken_up_where_it_ended(
    juana: Seat, pedro: Seat, office: Office, exchange: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "BATCH", 2)
    for number in range(9):
        _sent(juana, f"doc-{number}", SMALL)
    juana.push()
    assert pedro.pull(pause=After(2)).events == 4
    watched = Counting(exchange)
    report = pedro.pull(watched)
    assert (report.events, report.gaps) == (5, ())
    assert sum("/in/" in key for name, key in watched.calls if name == "get") == 5  # the first four are not read again


@pytest.mark.parametrize("reader", ["key_b", "key_a"])
def test_a_letter_is_opened_by_its_readers_and_passed_over_by_others(
    juana: Seat, pedro: Seat, office: Office, exchange: ObjectStore, tmp_path: Path, reader: str
) -> None:
    _sent(juana, "doc-1", BIG)
    juana.push()
    (event,) = [one for one in juana.store.events_of_slip("slip-doc-1") if one.event.kind is EventKind.DISPATCHED]
    seq = dict(event.event.deliveries)["unit-b"]
    (opened,) = (tmp_path / "exchange" / mail_prefix(ENTITY, "unit-b", "device-a")).glob(f"{seq:010d}-*")
    data = seal_letter(event.jws, [("x", getattr(office, reader).public()[1])])
    exchange.put(Letter(ENTITY, "unit-b", "device-a", seq, hashlib.sha256(data).hexdigest()).key, data)
    opened.unlink()  # the letter takes its place
    report = pedro.pull(full=True)
    assert report.gaps == ()
    if reader == "key_a":
        assert [code for code, _ in report.problems] == ["letter.not_for_us"]
        assert report.events == 0
        assert pedro.pull().problems == ()  # told once
        return
    assert (report.events, report.problems) == (1, ())
    assert pedro.store.get_bytes(pedro.store.document("doc-1").digest) == BIG + b" firmado"  # its large file as well


def test_a_torn_letter_is_set_aside(pedro: Seat, exchange: ObjectStore) -> None:
    data = b"age-encryption.org/v1\n-> X25519 nonsense"
    name = Letter(ENTITY, "unit-b", "device-a", 1, hashlib.sha256(data).hexdigest()).key
    exchange.put(name, data)
    report = pedro.pull(full=True)
    assert [code for code, _ in report.problems if code.startswith("letter")] == ["letter.damaged"]


def test_one_event_that_cannot_be_folded_spoils_no_batch(
    juana: Seat, pedro: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        _sent(juana, f"doc-{number}", SMALL)
    juana.push()
    real = projections.project

    def project(connection: object, chains: set[str]) -> None:
        if "doc-3" in chains:
            raise ValueError("unfoldable")
        real(connection, chains)  # type: ignore[arg-type]

    monkeypatch.setattr(projections, "project", project)
    report = pedro.pull()
    assert report.events == 4
    assert [code for code, _ in report.problems if code.startswith("event")] == ["event.unfoldable"]


def test_a_full_disk_in_mid_pull_loses_and_doubles_nothing(
    juana: Seat, pedro: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        _sent(juana, f"doc-{number}", SMALL + bytes([number]))
    _sent(juana, "doc-big", BIG)
    juana.push()
    real, left = bytes_.write_whole, [3]

    def write_whole(path: Path, data: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "full")
        real(path, data)

    monkeypatch.setattr(bytes_, "write_whole", write_whole)
    with pytest.raises(OfficeError, match=r"store\.disk_full"):
        pedro.pull()
    monkeypatch.setattr(bytes_, "write_whole", real)
    first = pedro.store.documents()
    report = pedro.pull()
    assert len(first) + report.events == 7
    assert report.gaps == ()
    assert all(pedro.store.has_bytes(view.digest) for view in pedro.store.documents())
    assert pedro.store.quarantined() == []


def test_what_travels_serves_its_event(juana: Seat, exchange: ObjectStore) -> None:
    """So that it can be told of each document whether something of it still waits."""
    juana.make("doc-1", BIG)
    juana.make("doc-2", SMALL)
    assert juana.store.unsent(["doc-1", "doc-2", "doc-3"]) == {"doc-1", "doc-2"}
    assert all(row.event for row in juana.store.outbox(100))
    refusing = Counting(exchange, refuse="blobs/")
    juana.push(refusing)
    assert juana.store.unsent(["doc-1", "doc-2"]) == {"doc-1", "doc-2"}
    push(juana.store, exchange, now=juana.now().replace(year=2027))
    assert juana.store.unsent(["doc-1", "doc-2"]) == set()


def test_a_large_file_needs_no_memory(juana: Seat, pedro: Seat) -> None:
    """It is opened from disk to disk: what is held at a time is a piece."""
    _sent(juana, "doc-1", os.urandom(1 << 20) * 40)
    juana.push()
    tracemalloc.start()
    report = pedro.pull()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (report.events, report.problems) == (1, ())
    assert peak < 8_000_000
    assert pedro.store.path_of(pedro.store.document("doc-1").digest).stat().st_size > 40 << 20


def test_what_is_smaller_goes_before_any_file_in_pieces(juana: Seat) -> None:
    """However many large files wait: what an act needs is offered, and its event follows."""
    for number in range(40):
        juana.make(f"doc-{number}", b"%d" % number + BIG)
    juana.make("doc-chico", os.urandom(300_000))
    rows = juana.store.outbox(10_000)
    large = [row.sha256 is not None and juana.store.path_of(row.sha256).stat().st_size > LARGE for row in rows]
    assert sum(large) == 80
    assert large == sorted(large)  # False before True


def test_an_event_that_waits_for_its_file_is_no_gap(juana: Seat, pedro: Seat, exchange: ObjectStore) -> None:
    """The next one went; a reader looks in between. What is still missing at the next look is told."""
    _sent(juana, "doc-0", SMALL)
    juana.push()
    pedro.pull()
    looks: list[tuple[int, list[str]]] = []

    class Watching(Counting):
        def put_if_absent(self, key: str, data: bytes) -> bool:
            if ".d/000003-" in key and not looks:
                time.sleep(2.5)
                report = pedro.pull()
                looks.append((report.events, [code for code, _ in report.problems]))
            return super().put_if_absent(key, data)

    _sent(juana, "doc-1", BIG)
    _sent(juana, "doc-2", SMALL)
    juana.push(Watching(exchange))
    assert looks == [(1, [])]
    assert pedro.pull().problems == ()


def test_a_gap_is_told_when_it_is_still_there(juana: Seat, pedro: Seat, tmp_path: Path) -> None:
    pedro.pull()
    for number in range(3):
        _sent(juana, f"doc-{number}", SMALL)
    juana.push()
    next((tmp_path / "exchange" / mail_prefix(ENTITY, "unit-b", "device-a")).glob("0000000002-*")).unlink()
    assert pedro.pull().gaps == ()
    assert [(gap.first, gap.last) for gap in pedro.pull().gaps] == [(2, 2)]


def test_a_line_that_is_gone_waits_for_no_file(juana: Seat, exchange: ObjectStore) -> None:
    """Another object learns it first: the file under way ends with its piece."""
    juana.make("doc-1", os.urandom(40 * PIECE))
    juana.make("doc-2", b"x")
    state = {"down": False, "after": 0}

    class Flaky(Counting):
        def put_if_absent(self, key: str, data: bytes) -> bool:
            if ".d/" in key:
                state["after"] += state["down"]
                time.sleep(0.1)
            elif not key.startswith("units") and not state["down"]:
                time.sleep(0.3)
                state["down"] = True
                raise OfficeError("storage.unreachable", url="x")
            return super().put_if_absent(key, data)

    with pytest.raises(OfficeError, match=r"storage\.unreachable"):
        juana.push(Flaky(exchange))
    assert state["after"] <= 3
    assert juana.store.outbox_counts().waiting > 0


def test_a_reader_that_was_ahead_of_the_hint_asks_it_once(
    juana: Seat, pedro: Seat, s3_url: str, s3_settings: S3Settings
) -> None:
    store = open_storage(s3_url, s3=s3_settings)
    _sent(juana, "doc-1", SMALL)
    juana.push(store)
    pedro.pull(store)
    _sent(juana, "doc-2", SMALL)

    class Between(Counting):
        """The reader looks after the delivery came and before the hint."""

        def put(self, key: str, data: bytes) -> None:
            if "/unit-b/heads/" in key:
                pedro.pull(store, full=True)
            super().put(key, data)

    push(juana.store, Between(store), now=juana.now(), lanes=1)
    pedro.pull(store)
    watched = Counting(store)
    pedro.pull(watched)
    assert [name for name, _ in watched.calls] == ["list"]
    store.close()


def test_a_file_that_never_came_is_told_once(juana: Seat, pedro: Seat, tmp_path: Path) -> None:
    _sent(juana, "doc-1", BIG)
    juana.push()
    for path in (tmp_path / "exchange" / "blobs").glob("*.pieces"):
        path.rename(path.with_suffix(".gone"))
    assert {code for code, _ in pedro.pull().problems} == {"blob.missing"}
    assert [pedro.pull().problems for _ in range(3)] == [(), (), ()]
    for path in (tmp_path / "exchange" / "blobs").glob("*.gone"):
        path.rename(path.with_suffix(".pieces"))
    pedro.pull()
    assert pedro.store.has_bytes(pedro.store.document("doc-1").digest)


def test_a_disk_that_is_full_for_a_piece_is_told_as_such(
    juana: Seat, pedro: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sent(juana, "doc-1", BIG)
    juana.push()

    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(pieces, "_write_whole", full)
    with pytest.raises(OfficeError, match=r"store\.disk_full"):
        pedro.pull()
    monkeypatch.undo()
    pedro.pull()
    assert pedro.store.has_bytes(pedro.store.document("doc-1").digest)
