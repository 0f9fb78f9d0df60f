"""Whoever may write into the exchange cannot make a desk believe anything, stop it, or hide that something is gone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop.records import events
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, SignedEvent, in_causal_order
from desktop.records.people import Directory
from desktop.storage.protocol import Entry, ObjectStore, Version
from desktop.store.desk import projection_digest
from desktop.sync import envelopes
from desktop.sync.compose import OutgoingBlob
from desktop.sync.device import DeviceKey
from desktop.sync.events import sign_event
from desktop.sync.keys import Mail, blob_key, head_key, mail_prefix
from desktop.sync.luggage import pack_history
from desktop.sync.proof import prove
from desktop.sync.pull import PullReport
from tests.desktop.sync.exchanges import Counting
from tests.desktop.sync.office import ENTITY, NOW, Office, Seat, device_of

PDF = b"%PDF-1.7 prueba"


def sent(juana: Seat, document: str = "doc-1", slip: str = "slip-1", number: int = 1) -> SignedEvent:
    juana.make(document, PDF + document.encode(), number)
    out = juana.dispatch(document, slip, "unit-b")
    juana.push()
    return out


def mail_of(signed: SignedEvent, unit: str, seq: int | None = None, device: str = "") -> str:
    number = dict(signed.event.deliveries).get(unit, 1) if seq is None else seq
    return Mail(ENTITY, unit, device or signed.event.device, number, signed.digest).key


def codes(report: PullReport) -> list[str]:
    return [code for code, _ in report.problems]


def put(exchange: ObjectStore, jws: str, *, unit: str = "unit-b", device: str = "device-a", seq: int = 1) -> str:
    key = Mail(ENTITY, unit, device, seq, envelopes.digest_of(jws)).key
    exchange.put_if_absent(key, jws.encode())
    return key


@pytest.mark.parametrize("attack", ["other_key", "altered", "stranger", "not_canonical", "junk", "wrong_official"])
def test_forged_events_are_set_aside_and_true_ones_arrive(
    juana: Seat, pedro: Seat, exchange: ObjectStore, office: Office, attack: str
) -> None:
    sent(juana)
    base = office.event(document="doc-9", deliveries=(("unit-b", 2),), device_seq=99)
    payload = envelopes.canonical(base.to_payload())
    forged, code = {
        "other_key": (envelopes.seal_payload(payload, replace(office.key_b, id="device-a"), envelopes.EVENT), "envelope.bad_signature"),
        "altered": (_altered(sign_event(base, office.key_a).jws), "envelope.bad_signature"),
        "stranger": (sign_event(replace(base, device="x"), DeviceKey.generate("x")).jws, "event.unknown_device"),
        "not_canonical": (envelopes.seal_payload(b" " + payload, office.key_a, envelopes.EVENT), "envelope.not_canonical"),
        "junk": ("<html>virus</html>", "envelope.malformed"),
        "wrong_official": (
            sign_event(replace(base, actor=office.actor("pedro")), office.key_a).jws, "event.not_enrolled"),
    }[attack]  # fmt: skip
    put(exchange, forged, seq=2)
    report = pedro.pull()
    assert codes(report) == [code]
    assert report.events == 1
    assert pedro.store.slip("slip-1").hops
    with pytest.raises(OfficeError):
        pedro.store.document("doc-9")
    assert [item.code for item in pedro.store.quarantined()] == [code]
    assert pedro.pull(full=True).problems == ()  # told once


def _altered(jws: str) -> str:
    head, body, signature = jws.split(".")
    other = "B" if body[40] == "A" else "A"
    return f"{head}.{body[:40]}{other}{body[41:]}.{signature}"


def test_revoked_device(juana: Seat, pedro: Seat, office: Office, change_device: Callable[..., Directory]) -> None:
    sent(juana)
    directory = change_device(office.directory, "device-a", revoked_at=NOW)
    assert codes(pedro.pull(directory=directory)) == ["event.device_revoked"]


def test_an_event_copied_into_another_mailbox(juana: Seat, pedro: Seat, exchange: ObjectStore) -> None:
    """Drafts of unit A are not for unit B: a copy by a stranger is not believed to be addressed to it."""
    drafted = juana.act(EventKind.DRAFTED, "doc-7", {"kind": "informe", "subject": "interno", "signers": []})
    juana.push()
    exchange.put_if_absent(mail_of(drafted, "unit-b", 1), drafted.jws.encode())
    assert codes(pedro.pull()) == ["mail.misplaced"]
    with pytest.raises(OfficeError, match=r"document\.unknown"):
        pedro.store.document("doc-7")


def test_an_event_copied_under_another_number_or_device(juana: Seat, pedro: Seat, exchange: ObjectStore) -> None:
    out = sent(juana)
    exchange.put_if_absent(mail_of(out, "unit-b", 2), out.jws.encode())
    exchange.put_if_absent(mail_of(out, "unit-b", 1, device="device-b"), out.jws.encode())
    report = pedro.pull()
    assert sorted(codes(report)) == ["mail.misplaced", "mail.misplaced"]
    assert report.events == 1


def test_a_forged_number_does_not_hide_the_true_event_that_comes_later(
    juana: Seat, pedro: Seat, exchange: ObjectStore
) -> None:
    sent(juana)
    put(exchange, "basura", seq=2)
    assert pedro.pull().events == 1
    sent(juana, "doc-2", "slip-2", 2)
    assert pedro.pull().events == 1


def test_an_overwritten_event_is_noticed_and_the_author_puts_it_right(
    juana: Seat, pedro: Seat, exchange: ObjectStore, tmp_path: Path, office: Office
) -> None:
    out = sent(juana)
    exchange.put(mail_of(out, "unit-b"), b"otra cosa")
    assert codes(pedro.pull()) == ["mail.damaged"]
    with juana.store.act() as act:
        act.enqueue(mail_of(out, "unit-b"), out.jws.encode())
    juana.push()
    report = pedro.pull()
    assert (report.events, report.problems) == (1, ())
    assert pedro.store.quarantined() == []


def test_a_deleted_event_leaves_a_gap(juana: Seat, pedro: Seat, tmp_path: Path) -> None:
    first = sent(juana)
    sent(juana, "doc-2", "slip-2", 2)
    (tmp_path / "exchange" / mail_of(first, "unit-b")).unlink()
    report = pedro.pull()
    assert codes(report) == ["mail.gap"]
    assert (report.gaps[0].device, report.gaps[0].first, report.gaps[0].last) == ("device-a", 1, 1)
    assert report.events == 1
    assert codes(pedro.pull()) == ["mail.gap"]  # it is told until it is closed
    (tmp_path / "exchange" / mail_of(first, "unit-b")).write_text(first.jws, encoding="ascii")
    report = pedro.pull()
    assert (report.events, report.gaps) == (1, ())
    assert pedro.store.mailbox_seq("device-a", "unit-b") == 2


def test_a_deleted_last_event_is_told_by_the_hint(juana: Seat, pedro: Seat, tmp_path: Path) -> None:
    out = sent(juana)
    (tmp_path / "exchange" / mail_of(out, "unit-b")).unlink()
    report = pedro.pull()
    assert codes(report) == ["mail.hint_ahead"]
    assert report.gaps[0].hinted


def test_a_forged_hint_costs_a_listing_and_nothing_else(juana: Seat, pedro: Seat, exchange: ObjectStore) -> None:
    for junk in (b"-1", b"mucho", b"9" * 400):
        exchange.put(head_key(ENTITY, "unit-b", "device-a"), junk)
        pedro.pull()
    sent(juana)
    exchange.put(head_key(ENTITY, "unit-b", "device-a"), b"junk")
    assert pedro.pull().events == 1


def test_foreign_files_are_set_aside(juana: Seat, pedro: Seat, exchange: ObjectStore) -> None:
    sent(juana)
    exchange.put(f"{mail_prefix(ENTITY, 'unit-b')}LEEME.txt", b"hola")
    exchange.put(f"{mail_prefix(ENTITY, 'unit-b', 'device-a')}0000000002.jws", b"hola")
    report = pedro.pull()
    assert codes(report) == ["mail.foreign", "mail.foreign"]
    assert report.events == 1


def test_something_huge_is_not_even_read(pedro: Seat, exchange: ObjectStore) -> None:
    huge = Mail(ENTITY, "unit-b", "device-a", 1, "0" * 64).key
    exchange.put(huge, bytes(envelopes.MAX_CHARACTERS + 1))
    watched = Counting(exchange)
    assert codes(pedro.pull(watched)) == ["mail.foreign"]
    assert ("get", huge) not in watched.calls


def test_swapped_or_missing_ciphertext(juana: Seat, pedro: Seat, exchange: ObjectStore, tmp_path: Path) -> None:
    out = sent(juana)
    other = sent(juana, "doc-2", "slip-2", 2)
    ref, swapped = (next(blob for blob in item.event.blobs if blob.role == "document") for item in (out, other))
    good = exchange.get(blob_key(ref.cipher))
    exchange.put(blob_key(ref.cipher), exchange.get(blob_key(swapped.cipher)))
    (tmp_path / "exchange" / blob_key(swapped.cipher)).rename(tmp_path / "kept")
    report = pedro.pull()
    assert sorted(codes(report)) == ["blob.damaged", "blob.missing"]
    assert report.events == 2  # where the documents are is known; their bytes are not here
    digest = pedro.store.document("doc-1").digest
    assert not pedro.store.has_bytes(digest)
    exchange.put(blob_key(ref.cipher), good)
    (tmp_path / "kept").rename(tmp_path / "exchange" / blob_key(swapped.cipher))
    report = pedro.pull()
    assert report.problems == ()
    assert report.blobs >= 2
    assert pedro.store.has_bytes(digest)
    assert pedro.store.has_bytes(pedro.store.document("doc-2").digest)
    assert pedro.store.quarantined() == []


def test_a_missing_history_is_brought_later(juana: Seat, pedro: Seat, tmp_path: Path) -> None:
    out = sent(juana)
    ref = next(blob for blob in out.event.blobs if blob.role == "history")
    (tmp_path / "exchange" / blob_key(ref.cipher)).rename(tmp_path / "kept")
    assert codes(pedro.pull()) == ["blob.missing"]
    assert pedro.store.missing_parents()
    (tmp_path / "kept").rename(tmp_path / "exchange" / blob_key(ref.cipher))
    assert pedro.pull().history == 5
    assert projection_digest(pedro.store) == projection_digest(juana.store)


@pytest.mark.parametrize(("device", "code"), [("x", "blob.history_early"), ("device-a", "blob.history_refused")])
def test_a_forged_past_is_refused_and_the_rest_of_the_history_comes(
    juana: Seat, pedro: Seat, office: Office, device: str, code: str
) -> None:
    """An unknown device may still become known; who signs in the name of a known one is refused for good."""
    juana.make("doc-1", PDF)
    juana.act(EventKind.OPENED, "doc-1", {"number": "slip-1", "subject": "x"}, slip="slip-1")
    forged = sign_event(office.event(document="doc-1", device=device, device_seq=50), DeviceKey.generate(device))
    past = [*juana.store.events_of_document("doc-1"), forged]
    body = {"to_unit": "unit-b", "mode": "oficial", "action": "otro", "documents": ["doc-1"]}
    juana.act(
        EventKind.DISPATCHED, "doc-1", body, slip="slip-1", units=("unit-b",),
        blobs=[OutgoingBlob(pack_history(past), "h", "application/json", "history")],
    )  # fmt: skip
    juana.push()
    report = pedro.pull()
    assert codes(report) == [code]
    assert report.history == 5
    assert pedro.store.event(forged.digest) is None


def test_an_act_that_came_in_a_history_still_gets_what_goes_with_it(juana: Seat, pedro: Seat) -> None:
    """Its own delivery, later, brings its files and its past: a history brings acts alone."""
    signed = juana.make("doc-1", PDF)
    sent = juana.dispatch("doc-1", "slip-1", "unit-b")
    told = [OutgoingBlob(pack_history([sent]), "h", "application/json", "history")]
    body: dict[str, object] = {"hop": "", "paper": "Original", "where": "Estante 1"}
    juana.act(EventKind.PAPER_MOVED, "doc-1", body, slip="slip-1", blobs=told, units=("unit-b",))
    juana.push()
    exchange: Any = juana.exchange
    (mail,) = exchange._root.glob(f"units/*/unit-b/in/*/*-{sent.digest}.jws")
    aside = mail.rename(exchange._root.parent / mail.name)
    pedro.pull()
    assert pedro.store.event(sent.digest) is not None
    assert not pedro.store.has_bytes(signed)
    aside.rename(mail)
    pedro.pull()
    assert pedro.store.has_bytes(signed)
    assert pedro.store.events_of_document("doc-1") == juana.store.events_of_document("doc-1")
    assert pedro.store.quarantined() == []


@pytest.mark.parametrize("hole", [False, True])
def test_what_was_taken_with_all_that_it_carries_is_fetched_once(
    juana: Seat, pedro: Seat, tmp_path: Path, hole: bool
) -> None:
    """A full listing meets all of it again, and so does every pull behind a hole: neither asks for a file or a history that is here."""
    first = sent(juana)
    if hole:
        sent(juana, "doc-2", "slip-2", 2)
        (tmp_path / "exchange" / mail_of(first, "unit-b")).unlink()
    pedro.pull()
    again = Counting(pedro.exchange)
    pedro.pull(again, full=True)
    pedro.pull(again)
    assert [key for _, key in again.calls if key.startswith("blobs/")] == []


@pytest.mark.parametrize("junk", [b"{}", b"[1]", b"\xff", b"[" * 100_000])
def test_a_history_that_is_none(juana: Seat, pedro: Seat, junk: bytes) -> None:
    juana.act(
        EventKind.DRAFTED, "doc-1", {"kind": "informe", "subject": "x"}, units=("unit-b",),
        blobs=[OutgoingBlob(junk, "h", "application/json", "history")],
    )  # fmt: skip
    juana.push()
    report = pedro.pull()
    assert codes(report) == ["blob.bad_history"]
    assert report.events == 1


def test_a_newer_event_waits_for_a_newer_program(
    juana: Seat, pedro: Seat, exchange: ObjectStore, office: Office
) -> None:
    future = {**office.event(deliveries=(("unit-b", 1),)).to_payload(), "v": 2, "new": True}
    put(exchange, envelopes.seal_payload(envelopes.canonical(future), office.key_a, envelopes.EVENT))
    with juana.store.act() as act:
        act.next_delivery_seq("device-a", "unit-b")
    sent(juana)
    report = pedro.pull()
    assert codes(report) == ["event.newer_format"]
    assert report.events == 1
    assert pedro.store.slip("slip-1").hops


def test_a_kind_of_a_newer_program_waits_and_is_taken_by_it(
    juana: Seat, pedro: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = sent(juana)
    body: dict[str, object] = {"hop": out.event.id, "reason": "falta el informe técnico"}
    newer = juana.act(EventKind.JUSTIFIED, "doc-1", body, slip="slip-1")
    juana.push()
    with monkeypatch.context() as older:
        known = events._kind

        def kind_of(value: object) -> EventKind:
            if value == "slip.justified":
                raise OfficeError("event.unknown_kind", act=str(value))
            return known(value)

        older.setattr(events, "_kind", kind_of)
        report = pedro.pull()
        assert (report.events, codes(report)) == (1, ["event.unknown_kind"])
        assert pedro.store.slip("slip-1").hops
        assert pedro.pull().problems == ()  # told once, and tried again
    report = pedro.pull()  # no full listing is needed: the reason was one that passes
    assert (report.events, report.problems) == (1, ())
    assert pedro.store.event(newer.digest) == newer
    assert pedro.store.quarantined() == []


def test_an_unknown_device_is_asked_about_once_then_waits(juana: Seat, pedro: Seat, office: Office) -> None:
    sent(juana)
    old = replace(office.directory, devices=(office.directory.devices[1],))
    asked: list[int] = []

    def refresh(answer: Directory) -> Callable[[], Directory]:
        def ask() -> Directory:
            asked.append(1)
            return answer

        return ask

    assert codes(pedro.pull(directory=old, refresh=refresh(old))) == ["event.unknown_device"]
    assert len(asked) == 1
    report = pedro.pull(directory=old, refresh=refresh(office.directory))
    assert len(asked) == 2
    assert (report.events, report.history, report.problems) == (1, 5, ())
    assert pedro.store.quarantined() == []


def test_a_device_enrolled_later_knows_where_papers_are_but_cannot_open_old_ones(
    juana: Seat, pedro: Seat, office: Office
) -> None:
    sent(juana)
    late = DeviceKey.generate("device-late")
    newcomer = replace(pedro, key=late)
    directory = replace(office.directory, devices=(*office.directory.devices, device_of(late, "unit-b", ("pedro",))))
    report = newcomer.pull(directory=directory)
    assert codes(report) == ["blob.not_for_us"]
    assert report.events == 1
    assert report.gaps == ()
    assert newcomer.pull(directory=directory).problems == ()


class Versioned(Counting):
    """An exchange that keeps versions, as an S3 bucket does; only what the reader asks of it."""

    def __init__(self, inner: ObjectStore) -> None:
        super().__init__(inner)
        self._inner_store = inner
        self.kept: dict[str, list[bytes]] = {}
        self.gone: set[str] = set()

    def overwrite(self, key: str, data: bytes) -> None:
        self.kept.setdefault(key, []).append(self._inner_store.get(key))
        self._inner_store.put(key, data)

    def hide(self, key: str) -> None:
        self.kept.setdefault(key, []).append(self._inner_store.get(key))
        self.gone.add(key)

    def get(self, key: str) -> bytes:
        if key in self.gone:
            raise OfficeError("storage.not_found", key=key)
        return super().get(key)

    def list(self, prefix: str, *, after: str = "") -> Iterator[Entry]:
        return (entry for entry in super().list(prefix, after=after) if entry.key not in self.gone)

    def versions(self, prefix: str) -> Iterator[Version]:
        for key, items in sorted(self.kept.items()):
            if key.startswith(prefix):
                for index, data in enumerate(items):
                    yield Version(key, str(index), len(data), latest=False, marker=False)

    def get_version(self, key: str, version: str) -> bytes:
        return self.kept[key][int(version)]

    def revive(self, key: str, version: str) -> bool:
        return False

    def retained_until(self, key: str, version: str = "") -> None: ...
    def retain(self, key: str, until: object, version: str = "") -> None: ...
    def purge_version(self, key: str, version: str) -> bool:
        return False


def test_a_store_with_versions_makes_overwriting_and_deleting_harmless(
    juana: Seat, pedro: Seat, exchange: ObjectStore
) -> None:
    versioned = Versioned(exchange)
    first = sent(juana)
    second = sent(juana, "doc-2", "slip-2", 2)
    sent(juana, "doc-3", "slip-3", 3)
    ref = next(blob for blob in first.event.blobs if blob.role == "document")
    versioned.hide(mail_of(first, "unit-b"))
    versioned.overwrite(mail_of(second, "unit-b"), b"otra cosa")
    versioned.hide(blob_key(ref.cipher))
    report = pedro.pull(versioned)
    assert (report.events, report.problems, report.gaps) == (3, (), ())
    assert pedro.store.has_bytes(pedro.store.document("doc-1").digest)


def test_a_taken_key_is_put_right_because_only_one_content_can_be(juana: Seat, exchange: ObjectStore) -> None:
    juana.make("doc-1", PDF)
    row = juana.store.outbox(50)[0]
    exchange.put_if_absent(row.key, b"ocupado")
    assert juana.push().problems == ()
    assert exchange.get(row.key) == juana.store.outbox_bytes(row)


# --- proof from events alone ------------------------------------------------------------------------------------------


def slip_events(seat: Seat) -> list[SignedEvent]:
    return in_causal_order(seat.store.events_of_document("doc-1"))


def received_and_back(juana: Seat, pedro: Seat) -> list[SignedEvent]:
    out = sent(juana)
    pedro.pull()
    pedro.act(EventKind.RECEIVED, "doc-1", {"hop": out.event.id}, slip="slip-1")
    pedro.dispatch("doc-1", "slip-1", "unit-a")
    pedro.push()
    juana.pull()
    return slip_events(juana)


def test_a_removed_hop_leaves_its_digest_behind(juana: Seat, pedro: Seat, office: Office) -> None:
    events = received_and_back(juana, pedro)
    assert prove([item.jws for item in events], office.directory).whole
    parents = {parent for item in events for parent in item.event.parents}
    removed = [item for item in events if item.digest in parents]
    assert len(removed) == len(events) - 1
    for gone in removed:
        proof = prove([item.jws for item in events if item is not gone], office.directory)
        assert not proof.whole
        assert proof.missing == (gone.digest,)
        assert ("proof.missing", {"event": gone.digest}) in proof.problems


def test_a_cut_off_end_is_found_in_the_mailbox(juana: Seat, pedro: Seat, office: Office) -> None:
    events = received_and_back(juana, pedro)
    pedro.act(EventKind.DRAFTED, "doc-8", {"kind": "informe", "subject": "x"}, units=("unit-a",))
    pedro.push()
    juana.pull()
    last = events[-1]
    mailbox = [*events, *juana.store.events_of_document("doc-8")]
    cut = [item.jws for item in mailbox if item is not last]
    assert prove(cut, office.directory).whole  # the chain alone cannot tell
    proof = prove(cut, office.directory, mailbox="unit-a")
    assert [(gap.device, gap.first, gap.last) for gap in proof.gaps] == [("device-b", 2, 2)]
    assert not proof.whole
    assert prove([item.jws for item in mailbox], office.directory, mailbox="unit-a").whole


def test_an_altered_event_is_named(juana: Seat, pedro: Seat, office: Office) -> None:
    events = [item.jws for item in received_and_back(juana, pedro)]
    events[2] = _altered(events[2])
    proof = prove(events, office.directory)
    assert [(item.place, item.code) for item in proof.altered] == [(2, "envelope.bad_signature")]
    assert len(proof.missing) == 1
    assert proof.facts() == {"events": 7, "hops": 2, "missing": 1, "altered": 1, "gaps": 0}


def test_one_number_for_two_acts_is_found(office: Office) -> None:
    one, other = (sign_event(office.event(document=name), office.key_a) for name in ("doc-1", "doc-2"))
    assert prove([one.jws, other.jws], office.directory).doubled == (("device-a", 1),)
    assert not prove([one.jws, other.jws], office.directory).whole
    assert prove([one.jws, one.jws], office.directory).whole


def test_nothing_proves_nothing(office: Office) -> None:
    assert not prove([], office.directory).whole
    proof = prove([None, 7, "x"], office.directory)  # type: ignore[list-item]
    assert len(proof.altered) == 3
    assert [code for code, _ in proof.problems] == ["envelope.malformed"] * 3 + ["proof.nothing"]


def test_an_act_that_the_rules_forbid_has_no_effect(juana: Seat, pedro: Seat, office: Office) -> None:
    out = sent(juana)
    pedro.pull()
    forced = pedro.act(EventKind.CANCELLED, "doc-1", {"hop": out.event.id, "reason": "mío"}, slip="slip-1")
    pedro.push()
    juana.pull()
    assert juana.store.slip("slip-1").hops[0].state == "sent"
    proof = prove([item.jws for item in slip_events(juana)], office.directory)
    assert proof.refused == (forced.digest,)
    assert proof.whole


def test_the_exchange_may_vanish_wholly(juana: Seat, pedro: Seat, tmp_path: Path) -> None:
    sent(juana)
    pedro.pull()
    before = projection_digest(pedro.store)
    shutil.rmtree(tmp_path / "exchange")
    (tmp_path / "exchange").mkdir()
    assert pedro.pull(full=True).events == 0
    assert projection_digest(pedro.store) == before
