"""A reserved matter from desk to desk: who is addressed reads it all, and the exchange holds no word of it."""

from __future__ import annotations

import base64
import binascii
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.records.documents import AccessClass
from desktop.records.events import EventKind
from desktop.routing.slips import HopState
from desktop.storage import open_storage
from desktop.storage.opening import S3Settings
from desktop.storage.protocol import ObjectStore
from desktop.sync.keys import read_mail
from tests.desktop.sync.office import Seat, document_blob

SUBJECT = "Sumario administrativo por el caudal Ñandutí"
SENDER = "Hermenegildo Yapura"
REMARK = "Averígüese con sigilo"
WORDS = ("Ñandutí", "Hermenegildo", "sigilo", "CITE-777", "informe", "historia.json")


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, s3_settings: S3Settings, s3_url: str) -> ObjectStore:
    if request.param == "folder":
        return open_storage(f"folder:{tmp_path / 'exchange'}", create=True)
    return open_storage(s3_url, s3=s3_settings)


@pytest.fixture
def both(juana: Seat, pedro: Seat, place: ObjectStore) -> tuple[Seat, Seat]:
    for seat in (juana, pedro):
        seat.exchange = place
    return juana, pedro


def readable(store: ObjectStore) -> Iterator[str]:
    """Everything that somebody with the exchange before him reads: keys, texts, and what base64url hides from the eye."""
    for entry in store.list(""):
        data = store.get(entry.key)
        yield entry.key
        yield data.decode("utf-8", "replace")
        for part in data.split(b"."):
            try:
                clear = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
            except (binascii.Error, ValueError):
                continue
            yield clear.decode("utf-8", "replace")  # canonical JSON escapes no letter


def found(store: ObjectStore) -> set[str]:
    return {word for text in readable(store) for word in WORDS if word in text}


def whole_life(juana: Seat, pedro: Seat, access: AccessClass) -> None:
    """Registered, sent with a remark, received, justified and concluded; both desks synchronise in between."""
    digest = juana.store.put_bytes(b"%PDF caudal")
    origin = {"sender": SENDER, "post": "", "entity": "", "cite": "CITE-777"}
    body = {
        "kind": "carta", "subject": SUBJECT, "number": "E-1", "digest": digest, "pages": 1, "origin": origin,
        "access": int(access),
    }  # fmt: skip
    juana.act(EventKind.REGISTERED, "doc-1", body, blobs=[document_blob(b"%PDF caudal")])
    juana.act(EventKind.OPENED, "doc-1", {"number": "E-1", "subject": SUBJECT}, slip="s-1")
    juana.dispatch("doc-1", "s-1", "unit-b")
    slip = juana.store.slip("s-1")
    hop = {"hop": slip.hops[0].id}
    for seat in (juana, pedro):
        seat.sync()
    pedro.act(EventKind.RECEIVED, "doc-1", hop, slip="s-1")
    pedro.act(EventKind.JUSTIFIED, "doc-1", {**hop, "reason": REMARK}, slip="s-1")
    for seat in (pedro, juana):
        seat.sync()


def test_who_is_addressed_reads_it_and_the_exchange_holds_no_word(both: tuple[Seat, Seat]) -> None:
    juana, pedro = both
    whole_life(juana, pedro, AccessClass.RESERVED)
    assert pedro.store.document("doc-1").subject == SUBJECT
    assert pedro.store.has_bytes(pedro.store.document("doc-1").digest)
    (hop,) = juana.store.slip("s-1").hops
    assert (hop.state, hop.justifications[0].reason) == (HopState.RECEIVED, REMARK)
    assert juana.store.projection_digest() == pedro.store.projection_digest()
    assert not pedro.store.quarantined()
    assert found(juana.exchange) == set()


@pytest.mark.parametrize("reserved", ["doc-1", "doc-2"])
def test_what_goes_with_a_reserved_matter_in_one_group_is_sealed_as_well(
    both: tuple[Seat, Seat], reserved: str
) -> None:
    """One remark is written into the hop of each slip of the group, whichever of them it is about."""
    juana, _ = both
    for name, slip in (("doc-1", "s-1"), ("doc-2", "s-2")):
        access = AccessClass.RESERVED if name == reserved else AccessClass.INTERNAL
        digest = juana.store.put_bytes(b"%PDF " + name.encode())
        origin = {"sender": "Alguien", "post": "", "entity": "", "cite": ""}
        body = {
            "kind": "carta", "subject": name, "number": slip, "digest": digest, "pages": 1, "origin": origin, "access": int(access),
        }  # fmt: skip
        juana.act(EventKind.REGISTERED, name, body)
        juana.act(EventKind.OPENED, name, {"number": slip, "subject": name}, slip=slip)
    pair = {"principal": "s-1", "member": "s-2"}
    juana.act(EventKind.GROUPED, "doc-1", pair, slip="s-1")
    juana.act(EventKind.GROUPED, "doc-2", pair, slip="s-2")
    for name, slip in (("doc-1", "s-1"), ("doc-2", "s-2")):
        body = {"to_unit": "unit-b", "mode": "oficial", "action": "otro", "documents": [name], "remark": REMARK}
        more = {"principal": "s-1"} if slip == "s-2" else {}
        juana.act(EventKind.DISPATCHED, name, {**body, **more}, slip=slip, units=("unit-b",))
    assert juana.store.slip("s-1").members == ("s-2",)
    juana.push()
    assert "sigilo" not in found(juana.exchange)


def test_the_search_would_find_them(both: tuple[Seat, Seat]) -> None:
    """The same life of an open matter: the search above is one that finds."""
    juana, pedro = both
    whole_life(juana, pedro, AccessClass.INTERNAL)
    assert found(juana.exchange) >= set(WORDS) - {"informe"}


def test_without_the_rule_the_words_lie_there(both: tuple[Seat, Seat], monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.sync import compose

    monkeypatch.setattr(compose, "is_confidential", lambda told, event: False)
    juana, pedro = both
    whole_life(juana, pedro, AccessClass.SECRET)
    assert "sigilo" in found(juana.exchange)


def test_a_rebuilt_desk_sends_its_reserved_acts_again_as_letters(
    juana: Seat, pedro: Seat, empty_home: Path, tmp_path: Path
) -> None:
    """It finds its own acts in its mailbox and delivers them once more; nothing of it may come out in clear then."""
    import shutil

    from desktop.store.desk import DeskStore
    from tests.desktop.sync.office import NOW

    whole_life(juana, pedro, AccessClass.CONFIDENTIAL)
    shutil.copytree(empty_home, tmp_path / "again")
    with DeskStore.open(tmp_path / "again", now=NOW) as store:
        again = replace(pedro, store=store, clock=itertools.count(500))
        again.pull()
        assert again.store.slip("s-1").hops[0].justifications[0].reason == REMARK
        again.push()
        assert store.outbox_counts().waiting == 0
    assert not [entry.key for entry in juana.exchange.list("units/") if read_mail(entry.key)]
    assert not [problem for problem in juana.pull(full=True).problems if problem[0] != "mail.gap"]
    assert found(juana.exchange) == set()


def test_a_class_that_rises_seals_what_comes_after(
    juana: Seat, change_class: Callable[[Seat, AccessClass], None]
) -> None:
    """What went out before is out: docs/formats/exchange.md says so."""
    juana.act(EventKind.DRAFTED, "doc-1", {"kind": "informe", "subject": SUBJECT})
    juana.push()
    assert len([e for e in juana.exchange.list("units/") if read_mail(e.key)]) == 1
    change_class(juana, AccessClass.RESERVED)
    juana.act(EventKind.NUMBERED, "doc-1", {"cite": "CITE-777"})
    juana.push()
    assert len([e for e in juana.exchange.list("units/") if read_mail(e.key)]) == 1


@pytest.fixture
def change_class() -> Callable[[Seat, AccessClass], None]:
    def change(seat: Seat, access: AccessClass) -> None:
        digest = seat.store.put_bytes(b"%PDF")
        seat.act(EventKind.FROZEN, "doc-1", {"digest": digest, "pages": 1, "access": int(access)})

    return change
