"""Two desks over one folder: what one does the other sees, whatever dies in between."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.slips import HopState
from desktop.storage.protocol import ObjectStore
from desktop.store.desk import DeskStore, projection_digest
from desktop.sync.keys import head_key, mail_prefix
from desktop.sync.proof import prove
from desktop.sync.push import push
from tests.desktop.sync.exchanges import Counting, Killed
from tests.desktop.sync.office import ENTITY, NOW, Office, Seat

PDF = b"%PDF-1.7 prueba"


def whole_life(juana: Seat, pedro: Seat) -> str:
    """A sends a document, B receives it, answers and sends it back, A receives and concludes. Returns the slip."""
    juana.make("doc-1", PDF)
    out = juana.dispatch("doc-1", "slip-1", "unit-b")
    juana.sync()
    pedro.sync()
    pedro.act(EventKind.RECEIVED, "doc-1", {"hop": out.event.id}, slip="slip-1")
    pedro.make("doc-2", PDF + b" respuesta", 2)
    parents = (*pedro.store.heads_of_document("doc-2"), *pedro.store.heads_of_document("doc-1"))
    pedro.act(EventKind.ANSWERED, "doc-2", {"hop": out.event.id, "answer": "doc-2"}, slip="slip-1", parents=parents)
    back = pedro.dispatch("doc-1", "slip-1", "unit-a")
    pedro.sync()
    juana.sync()
    juana.act(EventKind.RECEIVED, "doc-1", {"hop": back.event.id}, slip="slip-1")
    juana.act(EventKind.CONCLUDED, "doc-1", {"remark": ""}, slip="slip-1")
    juana.sync()
    pedro.sync()
    return "slip-1"


def test_a_document_goes_there_and_comes_back(juana: Seat, pedro: Seat) -> None:
    slip = whole_life(juana, pedro)
    for seat in (juana, pedro):
        view = seat.store.slip(slip)
        assert [hop.to_unit for hop in view.hops] == ["unit-b", "unit-a"]
        assert view.concluded
        assert view.documents == ("doc-1", "doc-2")
        assert seat.store.document("doc-1").state is DocumentState.CONCLUDED
        for document in view.documents:
            assert seat.store.get_bytes(seat.store.document(document).digest).endswith(b"firmado")
    assert projection_digest(juana.store) == projection_digest(pedro.store)
    assert juana.store.outbox_counts().waiting == pedro.store.outbox_counts().waiting == 0


def test_the_first_delivery_brings_bytes_and_history(juana: Seat, pedro: Seat) -> None:
    digest = juana.make("doc-1", PDF)
    juana.dispatch("doc-1", "slip-1", "unit-b")
    pushed = juana.push()
    assert pushed.events == 6
    assert pushed.deliveries == 7
    assert pushed.problems == ()
    report = pedro.pull()
    assert (report.events, report.history, report.blobs, report.problems) == (1, 5, 2, ())
    assert pedro.store.get_bytes(digest) == PDF + b" firmado"
    assert pedro.store.document("doc-1").cite == "unit-a/1"
    assert pedro.store.slip("slip-1").hops[0].state is HopState.SENT
    assert pedro.store.missing_parents() == ()


def test_nothing_is_readable_in_the_exchange(juana: Seat, tmp_path: Path) -> None:
    juana.make("doc-1", b"%PDF-1.7 reservado")
    juana.dispatch("doc-1", "slip-1", "unit-b")
    juana.push()
    blobs = [path for path in (tmp_path / "exchange" / "blobs").rglob("*") if path.is_file()]
    assert len(blobs) == 4
    assert all(b"reservado" not in path.read_bytes() and b"eyJ" not in path.read_bytes() for path in blobs)


def test_pushing_and_pulling_again_changes_nothing(juana: Seat, pedro: Seat) -> None:
    whole_life(juana, pedro)
    before = projection_digest(pedro.store)
    assert juana.push().deliveries == 0
    for full in (False, True):
        report = pedro.pull(full=full)
        assert (report.events, report.history, report.blobs, report.quarantined, report.problems) == (0, 0, 0, 0, ())
    assert projection_digest(pedro.store) == before


def test_a_deleted_database_is_rebuilt_the_same(juana: Seat, pedro: Seat, tmp_path: Path, office: Office) -> None:
    whole_life(juana, pedro)
    before = projection_digest(pedro.store)
    shutil.rmtree(tmp_path / "home-b" / "bytes")
    pedro.store.close()
    for left in (tmp_path / "home-b").glob("desk.sqlite3*"):
        left.unlink()
    with DeskStore.open(tmp_path / "home-b", now=NOW) as store:
        again = Seat(office, office.key_b, "unit-b", "pedro", store, pedro.exchange, pedro.clock)
        report = again.pull()
        assert report.problems == ()
        assert projection_digest(store) == before
        assert store.get_bytes(store.document("doc-1").digest) == PDF + b" firmado"
        # It goes on numbering where it was, and what it queues again changes nothing in the exchange.
        assert store.device_seq("device-b") == 7
        assert again.push().problems == ()
        again.make("doc-3", PDF, 3)
        again.push()
        assert juana.pull(full=True).problems == ()


def test_a_rebuilt_desk_delivers_what_had_reached_only_its_own_mailbox(
    juana: Seat, pedro: Seat, tmp_path: Path, office: Office
) -> None:
    juana.make("doc-1", PDF)
    juana.dispatch("doc-1", "slip-1", "unit-b")
    juana.push()
    shutil.rmtree(tmp_path / "exchange" / "units" / ENTITY / "unit-b")
    with DeskStore.open(tmp_path / "home-a2", now=NOW) as store:
        again = Seat(office, office.key_a, "unit-a", "juana", store, juana.exchange, juana.clock)
        again.pull()
        again.push()
    assert pedro.pull().events == 1


def test_two_desks_of_one_unit_agree(juana: Seat, pedro: Seat, tmp_path: Path, office: Office) -> None:
    whole_life(juana, pedro)
    with DeskStore.open(tmp_path / "home-b2", now=NOW) as store:
        other = Seat(office, office.key_b, "unit-b", "pedro", store, pedro.exchange, pedro.clock)
        other.pull()
        assert projection_digest(store) == projection_digest(pedro.store)


def test_copies_act_in_parallel(juana: Seat, pedro: Seat) -> None:
    juana.make("doc-1", PDF)
    juana.act(EventKind.OPENED, "doc-1", {"number": "slip-1", "subject": "x"}, slip="slip-1")
    official = juana.dispatch("doc-1", "slip-1", "unit-b")
    juana.sync()
    pedro.sync()
    pedro.act(EventKind.RECEIVED, "doc-1", {"hop": official.event.id}, slip="slip-1")
    juana.act(EventKind.CANCELLED, "doc-1", {"hop": official.event.id, "reason": "error"}, slip="slip-1")
    for seat in (juana, pedro, juana, pedro):
        seat.sync()
    assert projection_digest(juana.store) == projection_digest(pedro.store)
    assert len(juana.store.heads_of_document("doc-1")) == 2


def test_small_events_go_before_the_large_blobs_of_others(juana: Seat, exchange: ObjectStore) -> None:
    juana.make("doc-1", os.urandom(600_000))
    juana.act(EventKind.DRAFTED, "doc-2", {"kind": "informe", "subject": "chico", "signers": []})
    watched = Counting(exchange)
    push(juana.store, watched, now=juana.now(), lanes=1)
    written = [key for name, key in watched.calls if name == "put_if_absent"]
    events = [index for index, key in enumerate(written) if key.startswith("units/")]
    lists = [index for index, key in enumerate(written) if key.endswith(".pieces")]
    # DRAFTED, NUMBERED and the other document's DRAFTED need no blob; FROZEN and SIGNED follow their own, each of three pieces.
    assert events == [0, 1, 2, 7, 12]
    assert lists == [6, 11]


@pytest.mark.parametrize("side", ["push", "pull"])
def test_dying_at_any_call_converges(juana: Seat, pedro: Seat, exchange: ObjectStore, side: str) -> None:
    juana.make("doc-1", PDF)
    juana.dispatch("doc-1", "slip-1", "unit-b")
    if side == "pull":
        juana.push()
    deaths = 0
    while True:
        dying = Counting(exchange, die_at=deaths)
        try:
            if side == "push":
                juana.push(dying)
            else:
                pedro.pull(dying, full=True)
            break
        except Killed:
            deaths += 1
        if deaths > 200:
            pytest.fail("never converged")
    assert deaths > 3
    juana.push()
    pedro.pull(full=True)
    # Pedro's unit never had the acts before the dispatch delivered; the history brought them: the same set, the same fold.
    assert projection_digest(juana.store) == projection_digest(pedro.store)
    assert pedro.store.quarantined() == []


_CHILD = """
import os, signal, sys, pickle
from pathlib import Path
from desktop.storage import open_storage
from desktop.store.desk import DeskStore
from desktop.sync.pull import pull
from tests.desktop.sync.exchanges import Counting
from tests.desktop.sync.office import NOW
home, folder, secret, die_at = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
key, directory = pickle.loads(Path(secret).read_bytes())
def die():
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
store = DeskStore.open(home, now=NOW)
pull(store, Counting(open_storage(f"folder:{folder}"), die_at=die_at, die=die), key, directory, ("unit-b",), now=NOW, full=True)
store.close()
print("done")
"""


def test_a_killed_pull_is_taken_up_again(juana: Seat, pedro: Seat, office: Office, tmp_path: Path) -> None:
    import pickle

    juana.make("doc-1", PDF)
    juana.dispatch("doc-1", "slip-1", "unit-b")
    juana.push()
    secret = tmp_path / "secret"
    secret.write_bytes(pickle.dumps((office.key_b, office.directory)))
    killed = 0
    for die_at in (2, 3, 4, 999):
        ran = subprocess.run(
            [
                sys.executable,
                "-c",
                _CHILD,
                str(tmp_path / "home-k"),
                str(tmp_path / "exchange"),
                str(secret),
                str(die_at),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=Path(__file__).parents[3],
        )
        killed += ran.returncode != 0
        assert ran.returncode == 0 or ran.stderr == ""
    assert killed >= 2
    assert ran.stdout.strip() == "done"
    pedro.pull()
    with DeskStore.open(tmp_path / "home-k", now=NOW) as store:
        assert projection_digest(store) == projection_digest(pedro.store)
        assert store.get_bytes(store.document("doc-1").digest) == PDF + b" firmado"


def test_the_line_goes_and_comes(juana: Seat, pedro: Seat, tmp_path: Path) -> None:
    juana.make("doc-1", PDF)
    juana.dispatch("doc-1", "slip-1", "unit-b")
    (tmp_path / "exchange").rename(tmp_path / "away")
    waiting = juana.store.outbox_counts().waiting
    for call in (juana.push, pedro.pull):
        with pytest.raises(OfficeError, match=r"storage\.unreachable"):
            call()
    assert juana.store.outbox_counts().waiting == waiting
    (tmp_path / "away").rename(tmp_path / "exchange")
    juana.push()
    assert pedro.pull().events == 1


def test_a_row_that_fails_waits_and_the_rest_goes_on(juana: Seat, exchange: ObjectStore) -> None:
    juana.make("doc-1", PDF)
    refusing, moment = Counting(exchange, refuse="blobs/"), juana.now()
    report = push(juana.store, refusing, now=moment)
    assert [code for code, _ in report.problems] == ["storage.denied", "storage.denied"]
    assert report.events == 2  # drafted and numbered need no blob
    counts = juana.store.outbox_counts()
    assert (counts.waiting, counts.failed) == (4, 2)
    before = len(refusing.calls)
    push(juana.store, refusing, now=moment + timedelta(seconds=29))
    assert len(refusing.calls) == before  # their time has not come
    assert push(juana.store, exchange, now=moment + timedelta(seconds=30)).problems == ()
    assert juana.store.outbox_counts().waiting == 0


def test_a_deposit_exists_only_when_all_of_it_is_there(juana: Seat, exchange: ObjectStore) -> None:
    folder = f"archive/in/{ENTITY}/unit-a/01HZDEPOSIT"
    with juana.store.act() as act:
        for place, name in enumerate(("blobs/a", "blobs/b", "deposit.jws")):
            act.enqueue(f"{folder}/{name}", name.encode(), priority=2 + place)
    refusing, moment = Counting(exchange, refuse=f"{folder}/blobs/a"), juana.now()
    report = push(juana.store, refusing, now=moment)
    assert [code for code, _ in report.problems] == ["storage.denied"]
    assert exchange.head(f"{folder}/blobs/b") is not None  # the rest goes on, but for what makes it exist
    assert exchange.head(f"{folder}/deposit.jws") is None
    assert push(juana.store, exchange, now=moment + timedelta(minutes=1)).others == 2
    assert exchange.head(f"{folder}/deposit.jws") is not None


def test_a_quick_pull_reads_only_what_the_hints_tell(juana: Seat, pedro: Seat, exchange: ObjectStore) -> None:
    whole_life(juana, pedro)
    juana.make("doc-5", PDF, 5)
    juana.dispatch("doc-5", "slip-5", "unit-b")
    juana.push()
    watched = Counting(exchange)
    assert pedro.pull(watched).events == 1
    listed = [key for name, key in watched.calls if name == "list"]
    assert listed == [f"units/{ENTITY}/unit-b/heads/", mail_prefix(ENTITY, "unit-b", "device-a")]
    assert sum(name == "get" and "/in/" in key for name, key in watched.calls) == 1


def test_a_lost_hint_is_made_good_by_the_daily_listing(
    juana: Seat, pedro: Seat, exchange: ObjectStore, tmp_path: Path
) -> None:
    pedro.pull()
    juana.make("doc-1", PDF)
    juana.dispatch("doc-1", "slip-1", "unit-b")
    juana.push()
    (tmp_path / "exchange" / head_key(ENTITY, "unit-b", "device-a")).unlink()
    assert pedro.pull().events == 0
    for _ in range(24 * 60):
        pedro.now()
    assert pedro.pull().events == 1


def test_nobody_to_open_it(juana: Seat) -> None:
    juana.make("doc-1", PDF)
    with pytest.raises(OfficeError, match=r"compose\.unit_without_device"):
        juana.dispatch("doc-1", "slip-1", "unit-c")
    assert juana.store.slip("slip-1").hops == ()


def test_the_slip_proves_itself_on_both_desks(juana: Seat, pedro: Seat, office: Office) -> None:
    whole_life(juana, pedro)
    for seat in (juana, pedro):
        events = [item.jws for document in ("doc-1", "doc-2") for item in seat.store.events_of_document(document)]
        proof = prove(events, office.directory)
        assert proof.whole
        assert len(proof.hops) == 2
        assert proof.problems == ()
