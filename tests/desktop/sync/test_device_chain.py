"""The chain of a device: each of its events names the one before, through deaths, copies and two acts in one transaction."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.records.errors import OfficeError
from desktop.records.events import Event, EventKind, SignedEvent
from desktop.store.act import Act
from desktop.store.desk import DeskStore
from desktop.sync.compose import compose
from desktop.sync.device import DeviceKey
from desktop.sync.events import sign_event
from desktop.sync.proof import prove
from tests.desktop.sync.office import NOW, Office, Seat

BODY: dict[str, object] = {"kind": "informe", "subject": "x", "signers": []}


def own(seat: Seat, *documents: str) -> list[SignedEvent]:
    """Everything of those documents by that seat's device, in the order of its numbers."""
    found = [item for document in documents for item in seat.store.events_of_document(document)]
    return sorted((i for i in found if i.event.device == seat.key.id), key=lambda i: i.event.device_seq)


def is_chained(events: list[SignedEvent]) -> bool:
    numbers = [item.event.device_seq for item in events]
    return numbers == list(range(1, len(events) + 1)) and [item.event.prev for item in events] == [
        "",
        *(item.digest for item in events[:-1]),
    ]


def two_at_once(seat: Seat, act: Act, *documents: str) -> None:
    for document in documents:
        compose(
            act,
            key=seat.key,
            directory=seat.office.directory,
            event_id=seat.office.ids(),
            kind=EventKind.DRAFTED,
            document=document,
            slip=None,
            parents=(),
            actor=seat.office.actor(seat.official),
            body=BODY,
            blobs=(),
            audience=(),
            now=seat.now(),
        )


def test_two_acts_in_one_transaction_follow_each_other(juana: Seat) -> None:
    juana.act(EventKind.DRAFTED, "doc-1", BODY)
    with juana.store.act() as act:
        two_at_once(juana, act, "doc-2", "doc-3")
    juana.act(EventKind.DRAFTED, "doc-4", BODY)
    events = own(juana, "doc-1", "doc-2", "doc-3", "doc-4")
    assert is_chained(events)
    assert prove([item.jws for item in events], juana.office.directory, devices=["device-a"]).whole


def test_an_act_that_dies_half_way_is_followed_by_nobody(juana: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    juana.act(EventKind.DRAFTED, "doc-1", BODY)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Act, "enqueue", die)  # after the event was added, before it is queued
        with juana.store.act() as act:
            two_at_once(juana, act, "doc-2")
    juana.act(EventKind.DRAFTED, "doc-3", BODY)
    assert own(juana, "doc-2") == []
    assert is_chained(own(juana, "doc-1", "doc-3"))


def test_a_desk_opened_again_and_one_rebuilt_go_on_in_the_chain(juana: Seat, tmp_path: Path) -> None:
    juana.act(EventKind.DRAFTED, "doc-1", BODY)
    juana.store.close()
    with DeskStore.open(tmp_path / "home-a", now=NOW) as again:
        juana.store = again
        juana.act(EventKind.DRAFTED, "doc-2", BODY)
        juana.push()
    with DeskStore.open(tmp_path / "new-home", now=NOW) as fresh:
        juana.store = fresh
        assert juana.pull().events == 2
        juana.act(EventKind.DRAFTED, "doc-3", BODY)
        assert is_chained(own(juana, "doc-1", "doc-2", "doc-3"))


def test_an_old_copy_that_acts_doubles_a_number_and_is_found(juana: Seat, tmp_path: Path) -> None:
    juana.act(EventKind.DRAFTED, "doc-1", BODY)
    juana.store.close()
    shutil.copytree(tmp_path / "home-a", tmp_path / "copy")
    proofs = []
    for home, name in (("home-a", "doc-2"), ("copy", "doc-3")):
        with DeskStore.open(tmp_path / home, now=NOW) as store:
            juana.store = store
            juana.act(EventKind.DRAFTED, name, BODY)
            juana.act(EventKind.DRAFTED, f"{name}-more", BODY)
            proofs += [item.jws for item in own(juana, "doc-1", name, f"{name}-more")]
    proof = prove(proofs, juana.office.directory, devices=["device-a"])
    assert proof.doubled == (("device-a", 2), ("device-a", 3))
    assert proof.broken == proof.unpreceded == ()  # both branches are at hand: it is a fork, and nothing else
    half = [jws for place, jws in enumerate(proofs) if place not in (0, 1, 5)]  # one branch's 2, the other's 3
    assert prove(half, juana.office.directory).broken == (("device-a", 3),)


@pytest.fixture
def chain(office: Office) -> Callable[..., list[SignedEvent]]:
    def make(length: int, key: DeviceKey | None = None) -> list[SignedEvent]:
        made: list[SignedEvent] = []
        for n in range(1, length + 1):
            before = made[-1].digest if made else ""
            event: Event = office.event(document=f"doc-{n}", device_seq=n, prev=before, deliveries=(("unit-a", n),))
            made.append(sign_event(event, key or office.key_a))
        return made

    return make


def test_a_missing_predecessor_is_told_only_where_the_device_is_whole(
    office: Office, chain: Callable[..., list[SignedEvent]]
) -> None:
    events = chain(4)
    cut = [item.jws for item in events if item is not events[1]]
    assert prove(cut, office.directory).whole  # a slip does not hold all that its devices signed
    proof = prove(cut, office.directory, devices=["device-a"])
    assert (proof.unpreceded, proof.whole) == ((("device-a", 3),), False)
    assert ("proof.unpreceded", {"device": "device-a", "seq": 3}) in proof.problems
    assert prove(cut, office.directory, devices=["device-b"]).whole
    assert prove([item.jws for item in events], office.directory, devices=["device-a"]).whole


@pytest.mark.parametrize("wrong", ["other_digest", "later", "far_back"])
def test_a_wrong_predecessor_is_told_always(
    office: Office, chain: Callable[..., list[SignedEvent]], wrong: str
) -> None:
    events = chain(3)
    prev = {"other_digest": "ab" * 32, "later": events[0].digest, "far_back": events[0].digest}[wrong]
    last = sign_event(replace(events[2].event, prev=prev), office.key_a)
    handed = [events[0], last] if wrong == "far_back" else [*events[:2], last]
    proof = prove([item.jws for item in handed], office.directory)
    assert (proof.broken, proof.whole) == ((("device-a", 3),), False)
    assert ("proof.broken", {"device": "device-a", "seq": 3}) in proof.problems
    assert proof.facts()["altered"] == 1


def shared(seat: Seat, document: str) -> SignedEvent:
    body: dict[str, object] = {"documents": ["doc-1"], "reason": "equipo nuevo"}
    return seat.act(EventKind.KEYS_SHARED, document, body, parents=())


@pytest.mark.parametrize("chain_of", ["fresh", "doc-1"])
def test_keys_handed_on_make_no_document_and_end_no_chain(juana: Seat, chain_of: str) -> None:
    """Even under a document's own id, where a careless desk may have put them."""
    drafted = juana.act(EventKind.DRAFTED, "doc-1", BODY)
    before = juana.store.projection_digest()
    made = shared(juana, chain_of)
    assert juana.store.event(made.digest) == made
    assert juana.store.heads_of_document("doc-1") == (drafted.digest,)
    assert juana.store.projection_digest() == before
    juana.store.rebuild_projections()
    assert juana.store.projection_digest() == before
    with pytest.raises(OfficeError, match=r"document\.unknown"):
        juana.store.document("fresh")
    following = juana.act(EventKind.NUMBERED, "doc-1", {"cite": "unit-a/1"})
    assert following.event.parents == (drafted.digest,)
    assert following.event.prev == made.digest
