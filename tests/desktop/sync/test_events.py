"""One event: what is signed, what is refused. Each refusal here is the only test of its check."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.errors import OfficeError
from desktop.records.events import BlobRef, EventKind
from desktop.records.people import Delegation, Directory, Secretary
from desktop.sync import envelopes
from desktop.sync.device import DeviceKey
from desktop.sync.events import peek_event, read_event, sign_event
from tests.desktop.sync.office import DIGEST, ENTITY, NOW, Office, device_of, make_office


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def resign(payload: bytes, key: DeviceKey, typ: str = envelopes.EVENT) -> str:
    return envelopes.seal_payload(payload, key, typ)


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(OfficeError) as caught:
        call()
    return caught.value.code


def test_what_is_signed_is_read(office: Office) -> None:
    blob = BlobRef(DIGEST, 3, "a.pdf", "application/pdf", "document", "cd" * 32, (("device-a", "QUJD"),))
    event = office.event(claimed_at=NOW.astimezone(timezone(timedelta(hours=-4))), blobs=(blob,), parents=("ef" * 32,))
    signed = sign_event(event, office.key_a)
    read = read_event(signed.jws, office.directory)
    assert read == signed
    assert read.event == event
    header, payload, _ = signed.jws.split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {
        "alg": "Ed25519",
        "kid": "device-a",
        "typ": "qillqa-event+jws",
    }
    assert base64.urlsafe_b64decode(payload + "==") == rfc8785.dumps(event.to_payload())


def test_the_event_given_back_is_what_a_reader_reads(office: Office) -> None:
    event = office.event(
        claimed_at=NOW.replace(microsecond=123456), body={"kind": "informe", "subject": "x", "signers": ("juana",)}
    )
    signed = sign_event(event, office.key_a)
    assert signed == read_event(signed.jws, office.directory)
    assert signed.event.claimed_at.microsecond == 0
    assert signed.event.body["signers"] == ["juana"]


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**53) + 1, 2**53 - 1)
            | st.text(max_size=8)
            | st.floats(-1e9, 1e9),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
            max_leaves=8,
        ),
        max_size=4,
    )
)
def test_any_json_survives_the_body(more: dict[str, object]) -> None:
    office = make_office()
    event = office.event(
        body={**more, "kind": "informe", "subject": "x", "signers": [], "approvers": [], "access": 0, "practice": True}
    )
    signed = sign_event(event, office.key_a)
    assert read_event(signed.jws, office.directory) == signed


def test_signed_by_another_devices_key(office: Office) -> None:
    forged = resign(envelopes.canonical(office.event().to_payload()), replace(office.key_b, id="device-a"))
    assert code_of(lambda: read_event(forged, office.directory)) == "envelope.bad_signature"


def test_signed_properly_by_one_device_in_the_name_of_another(office: Office) -> None:
    forged = resign(
        envelopes.canonical(office.event().to_payload()), office.key_b
    )  # kid device-b, payload says device-a
    directory = replace(
        office.directory,
        devices=tuple(
            replace(d, enrolments=(("juana", "x"), ("pedro", "x")), unit="unit-a") for d in office.directory.devices
        ),
    )
    assert code_of(lambda: read_event(forged, directory)) == "event.other_device"


def test_one_does_not_sign_for_another_device(office: Office) -> None:
    assert code_of(lambda: sign_event(office.event(), office.key_b)) == "event.other_device"


def test_unknown_device(office: Office) -> None:
    stranger = DeviceKey.generate("device-x")
    signed = sign_event(office.event(device="device-x"), stranger)
    assert code_of(lambda: read_event(signed.jws, office.directory)) == "event.unknown_device"


def test_device_not_enrolled_for_that_official(office: Office) -> None:
    signed = sign_event(office.event(actor=replace(office.actor("pedro"), unit="unit-a")), office.key_a)
    assert code_of(lambda: read_event(signed.jws, office.directory)) == "event.not_enrolled"


def test_official_that_the_directory_does_not_know(office: Office) -> None:
    signed = sign_event(office.event(actor=replace(office.actor("juana"), official="nobody")), office.key_a)
    assert code_of(lambda: read_event(signed.jws, office.directory)) == "event.unknown_official"


def test_official_acting_for_a_unit_that_is_not_his(office: Office) -> None:
    signed = sign_event(office.event(actor=replace(office.actor("juana"), unit="unit-b")), office.key_a)
    assert code_of(lambda: read_event(signed.jws, office.directory)) == "event.wrong_unit"


def test_what_an_official_did_before_he_moved_stays_true(office: Office) -> None:
    signed = sign_event(office.event(), office.key_a)
    moved = replace(office.directory, officials=tuple(replace(o, unit="unit-c") for o in office.directory.officials))
    assert read_event(signed.jws, moved) == signed


def test_revoked_device(office: Office, change_device: Callable[..., Directory]) -> None:
    signed = sign_event(office.event(), office.key_a)
    revoked = change_device(office.directory, "device-a", revoked_at=NOW)
    assert code_of(lambda: read_event(signed.jws, revoked)) == "event.device_revoked"
    earlier = change_device(office.directory, "device-a", revoked_at=NOW + timedelta(seconds=1))
    assert read_event(signed.jws, earlier) == signed


def test_a_thief_who_sets_the_clock_back_is_stopped_by_the_last_sequence_number(
    office: Office, change_device: Callable[..., Directory]
) -> None:
    stolen = sign_event(office.event(claimed_at=NOW - timedelta(days=9), device_seq=8), office.key_a)
    revoked = change_device(office.directory, "device-a", revoked_at=NOW, last_seq=7)
    assert code_of(lambda: read_event(stolen.jws, revoked)) == "event.device_revoked"


def test_expired_device(office: Office, change_device: Callable[..., Directory]) -> None:
    signed = sign_event(office.event(), office.key_a)
    expired = change_device(office.directory, "device-a", valid_until=NOW)
    assert code_of(lambda: read_event(signed.jws, expired)) == "event.device_expired"


def test_altered_payload(office: Office) -> None:
    head, payload, signature = sign_event(office.event(), office.key_a).jws.split(".")
    altered = base64.urlsafe_b64decode(payload + "==").replace(b'"doc-1"', b'"doc-2"')
    assert (
        code_of(lambda: read_event(f"{head}.{b64(altered)}.{signature}", office.directory)) == "envelope.bad_signature"
    )


def test_not_canonical_json_even_when_signed(office: Office) -> None:
    payload = json.dumps(office.event().to_payload(), indent=1).encode()
    assert code_of(lambda: read_event(resign(payload, office.key_a), office.directory)) == "envelope.not_canonical"


def test_a_key_said_twice(office: Office) -> None:
    payload = envelopes.canonical(office.event().to_payload()).replace(b'"v":1}', b'"v":1,"v":1}')
    assert code_of(lambda: read_event(resign(payload, office.key_a), office.directory)) == "envelope.not_canonical"


@pytest.mark.parametrize(
    "change",
    [
        {"seq": "1"},
        {"surprise": 1},
        {"time": "2026-03-05T14:30:00Z"},
        {"time": "2026-03-05T14:30:00"},
        {"parents": "no"},
        {"type": 7},
        {"prev": None},
        {"prev": "ab" * 32},
        {"prev": "", "seq": 2},
        {"seq": 0},
        {"parents": ["short"]},
        {"deliveries": {"unit-a": 0}},
        {"document": ""},
        {"slip": 7},
        {"slip": ""},
        {"on_behalf_of": 3},
        {"body": {"kind": "informe"}},
        {"v": "1"},
    ],
)
def test_fields_that_are_not_what_they_should_be(office: Office, change: dict[str, object]) -> None:
    payload = {**office.event().to_payload(), **change}
    signed = resign(envelopes.canonical(payload), office.key_a)
    assert code_of(lambda: read_event(signed, office.directory)) == "event.malformed"


def test_a_kind_that_a_newer_program_made(office: Office) -> None:
    future = resign(envelopes.canonical({**office.event().to_payload(), "type": "document.invented"}), office.key_a)
    assert code_of(lambda: read_event(future, office.directory)) == "event.unknown_kind"


GROUP = {"principal": "slip-1", "member": "slip-2"}
BODIES: dict[EventKind, dict[str, object]] = {
    EventKind.GROUPED: GROUP,
    EventKind.UNGROUPED: GROUP,
    EventKind.JUSTIFIED: {"hop": "h", "reason": "falta el informe técnico", "until": "2026-04-01"},
    EventKind.PAPER_MOVED: {"hop": "", "paper": "original", "where": "Archivo central"},
    EventKind.REASSIGNED: {"hop": "h", "official": "juana", "reason": "se fue"},
    EventKind.SETTLED: {"about": "oficial", "keep": "h", "drop": ["i"], "reason": "era la primera"},
    EventKind.KEYS_SHARED: {"documents": ["doc-1"], "reason": "device"},
}


@pytest.mark.parametrize("kind", BODIES, ids=lambda kind: kind.value)
def test_the_bodies_of_the_newer_kinds(office: Office, kind: EventKind) -> None:
    slip, body = (None if kind is EventKind.KEYS_SHARED else "slip-1"), BODIES[kind]
    made = office.event(kind=kind, slip=slip, body={**body, "more": 1})
    assert read_event(sign_event(made, office.key_a).jws, office.directory).event == made
    for name, value in body.items():
        wrong: dict[str, object] = {**body, name: 5}
        with pytest.raises(OfficeError, match=r"event\.malformed"):
            sign_event(replace(made, body=wrong), office.key_a)
        if name != "until":
            del wrong[name]
            with pytest.raises(OfficeError, match=r"event\.malformed"):
                sign_event(replace(made, body=wrong), office.key_a)
        assert value != 5
    with pytest.raises(OfficeError, match=r"event\.malformed"):
        sign_event(replace(made, slip=None if slip else "slip-1"), office.key_a)


def test_keys_handed_on_follow_nothing(office: Office) -> None:
    body = BODIES[EventKind.KEYS_SHARED]
    made = office.event(kind=EventKind.KEYS_SHARED, body=body, parents=("ab" * 32,))
    with pytest.raises(OfficeError, match=r"event\.malformed"):
        sign_event(made, office.key_a)


OPTIONAL: list[tuple[EventKind, dict[str, object], str, object]] = [
    (EventKind.DISPATCHED, {"to_unit": "unit-b", "mode": "copia", "action": "archivar"}, name, value)
    for name, value in (("coordinate", "Legal"), ("unscanned", "1 plano"), ("actions", ["archivar", "informe"]))
]
OPTIONAL += [
    (EventKind.RECEIVED, {"hop": "h"}, "paper", "original"),
    (EventKind.CONCLUDED, {}, "folder", "Compras 2026"),
]
OPTIONAL += [
    (EventKind.OPENED, {"number": "I-1", "subject": "Asunto"}, name, value)
    for name, value in (
        ("procedure", "Compra"),
        ("addressee", "Ana Poma"),
        ("deadline", "2026-03-09"),
        ("deadline", None),
    )
]


@pytest.mark.parametrize(("kind", "body", "name", "value"), OPTIONAL)
def test_what_the_older_kinds_may_hold(
    office: Office, kind: EventKind, body: dict[str, object], name: str, value: object
) -> None:
    made = office.event(kind=kind, slip="slip-1", body={**body, name: value})
    assert sign_event(made, office.key_a).event == made
    with pytest.raises(OfficeError, match=r"event\.malformed"):
        sign_event(replace(made, body={**body, name: 5}), office.key_a)


MARK = {"text": "x", "quote": "y", "before": "", "after": "", "page": 1, "place": [[0, "text", 1], [0, "text", 2]]}


@pytest.mark.parametrize(
    "mark",
    [
        "x",
        {**MARK, "text": ""},
        {**MARK, "quote": 1},
        {**MARK, "page": -1},
        {**MARK, "place": [[0, "text", 1]]},
        {**MARK, "place": [[0, "text", 1], [0, 0, 2]]},
        {**MARK, "place": [[0, "text"], [0, "text", 2]]},
    ],
)
def test_marks_that_are_none(office: Office, mark: object) -> None:
    good = office.event(
        kind=EventKind.OBSERVED, body={"remark": "x", "digest": DIGEST, "text": DIGEST, "marks": [MARK]}
    )
    sign_event(good, office.key_a)
    bad = replace(good, body={**good.body, "marks": [mark]})
    assert code_of(lambda: sign_event(bad, office.key_a)) == "event.malformed"


@pytest.mark.parametrize("more", [{"acting": ["juana"]}, {"acting": {"juana": ""}}, {"text": "x"}, {"supersedes": 1}])
def test_a_freezing_that_is_none(office: Office, more: dict[str, object]) -> None:
    event = office.event(kind=EventKind.FROZEN, body={"digest": DIGEST, "pages": 1, "acting": {"juana": "pedro"}})
    sign_event(event, office.key_a)
    assert code_of(lambda: sign_event(replace(event, body={**event.body, **more}), office.key_a)) == "event.malformed"


def test_newer_format_is_told_apart_from_damage(office: Office) -> None:
    payload = {**office.event().to_payload(), "v": 2, "future": True}
    signed = resign(envelopes.canonical(payload), office.key_a)
    assert code_of(lambda: read_event(signed, office.directory)) == "event.newer_format"


def test_another_entitys_event(office: Office) -> None:
    signed = sign_event(office.event(entity="other"), office.key_a)
    assert code_of(lambda: read_event(signed.jws, office.directory)) == "event.foreign_entity"


def test_another_kind_of_paper_by_the_same_key(office: Office) -> None:
    receipt = resign(envelopes.canonical(office.event().to_payload()), office.key_a, envelopes.RECEIPT)
    assert code_of(lambda: read_event(receipt, office.directory)) == "envelope.wrong_type"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": "device-a", "typ": envelopes.EVENT},
        {"alg": "HS256", "kid": "device-a", "typ": envelopes.EVENT},
        {"alg": "Ed25519", "kid": "device-a", "typ": envelopes.EVENT, "crit": ["b64"], "b64": False},
        {"alg": "Ed25519", "kid": ["device-a"], "typ": envelopes.EVENT},
        {"alg": "Ed25519", "typ": envelopes.EVENT},
    ],
)
def test_other_headers(office: Office, header: dict[str, object]) -> None:
    _, payload, signature = sign_event(office.event(), office.key_a).jws.split(".")
    jws = f"{b64(rfc8785.dumps(header))}.{payload}.{signature}"
    assert code_of(lambda: read_event(jws, office.directory)) == "envelope.malformed"


def test_one_event_has_one_text(office: Office) -> None:
    """Otherwise a stranger could make a second digest of the same act by changing unused bits."""
    jws = sign_event(office.event(), office.key_a).jws
    head, payload, signature = jws.split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = alphabet[alphabet.index(signature[-1]) ^ 1]  # 64 bytes leave four unused bits in the last letter
    for changed in (
        f"{head}.{payload}.{signature[:-1]}{twin}",
        f"{jws}=",
        f"{jws}\n",
        jws.replace(".", " .", 1),
        f"{head}=.{payload}.{signature}",
    ):
        assert code_of(lambda text=changed: read_event(text, office.directory)) == "envelope.malformed"  # type: ignore[misc]


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7", b"a.b.c", b"\xff\xfe", b"{}", ("[" * 100_000).encode()])
def test_what_is_no_jws_at_all(office: Office, junk: bytes) -> None:
    assert code_of(lambda: read_event(junk, office.directory)) == "envelope.malformed"


def test_deeply_nested_payload_is_refused_not_a_crash(office: Office) -> None:
    deep = resign(b"[" * 100_000 + b"]" * 100_000, office.key_a)
    assert code_of(lambda: read_event(deep, office.directory)) == "envelope.malformed"


MEMO = Delegation("pedro", "juana", "MEMO-1", date(2026, 3, 5), date(2026, 3, 6), post="Técnico")


def _approval(office: Office, *, memorandum: str = "MEMO-1", post: str = "Técnico", **changes: object) -> str:
    body = {"delegation": {"memorandum": memorandum, "post": post}}
    given = {"kind": EventKind.APPROVED, "on_behalf_of": "pedro", "body": body, **changes}
    return sign_event(office.event(**given), office.key_a).jws


def test_on_behalf_of_needs_a_delegation_of_that_day_and_post(office: Office) -> None:
    directory = replace(office.directory, delegations=(MEMO,))
    assert read_event(_approval(office), directory).event.on_behalf_of == "pedro"
    moved = replace(directory, officials=tuple(replace(o, post="Otro cargo") for o in directory.officials))
    assert read_event(_approval(office), moved).event.on_behalf_of == "pedro"  # what he did before stays true
    # 02:00 UTC of the 5th is still the 4th in Bolivia: the day is the entity's
    early = _approval(office, claimed_at=NOW.replace(hour=2))
    for wrong in (early, _approval(office, memorandum="MEMO-2"), _approval(office, post="Director")):
        assert code_of(lambda jws=wrong: read_event(jws, directory)) == "event.no_delegation"  # type: ignore[misc]
    assert code_of(lambda: read_event(_approval(office), office.directory)) == "event.no_delegation"
    drafted = _approval(office, kind=EventKind.DRAFTED, body={**office.event().body, "delegation": {
        "memorandum": "MEMO-1", "post": "Técnico"}})  # fmt: skip
    assert code_of(lambda: read_event(drafted, directory)) == "event.no_delegation"
    with pytest.raises(OfficeError, match=r"event\.malformed"):
        sign_event(office.event(kind=EventKind.APPROVED, on_behalf_of="pedro", body={}), office.key_a)


def test_a_secretary_receives_in_the_chiefs_name_and_never_approves_or_signs(office: Office) -> None:
    acts = (EventKind.RECEIVED.value, EventKind.REJECTED.value)
    clerk = Secretary("pedro", "juana", acts, "MEMO-1", date(2026, 3, 5), date(2026, 3, 6))
    directory = replace(office.directory, secretaries=(clerk,))
    paper = {"delegation": {"memorandum": "MEMO-1", "post": "Técnico"}}
    received = _approval(office, kind=EventKind.RECEIVED, slip="slip-1", body={"hop": "h", **paper})
    assert read_event(received, directory).event.on_behalf_of == "pedro"
    hop = {"to_unit": "unit-b", "mode": "oficial", "action": "archivar", **paper}
    sent = _approval(office, kind=EventKind.DISPATCHED, slip="slip-1", body=hop)
    signature = {"old": DIGEST, "new": DIGEST, "level": "B-B", **paper}
    signed = _approval(office, kind=EventKind.SIGNED, body=signature)
    for beyond in (_approval(office), sent, signed):
        assert code_of(lambda jws=beyond: read_event(jws, directory)) == "event.secretary_only"  # type: ignore[misc]
    late = replace(directory, secretaries=(replace(clerk, last_day=date(2026, 3, 4), first_day=date(2026, 3, 1)),))
    assert code_of(lambda: read_event(received, late)) == "event.no_delegation"


def test_a_dispatch_must_be_one(office: Office) -> None:
    body = {"to_unit": "unit-b", "mode": "oficial", "action": "archivar", "deadline": "2026-02-30"}
    event = office.event(kind=EventKind.DISPATCHED, slip="slip-1", body=body)
    assert code_of(lambda: sign_event(event, office.key_a)) == "event.malformed"
    assert (
        code_of(lambda: sign_event(replace(event, slip=None, body={**body, "deadline": None}), office.key_a))
        == "event.malformed"
    )
    sign_event(replace(event, body={**body, "deadline": "2026-02-28"}), office.key_a)


def test_peeking_believes_nothing_but_reads(office: Office) -> None:
    signed = sign_event(office.event(device="device-x"), DeviceKey.generate("device-x"))
    assert peek_event(signed.jws) == signed


def test_a_second_official_on_the_same_device(office: Office) -> None:
    directory = replace(office.directory, devices=(device_of(office.key_a, "unit-a", ("juana", "pedro")),))
    signed = sign_event(office.event(actor=office.actor("pedro")), office.key_a)
    assert read_event(signed.jws, directory) == signed
    assert signed.event.entity == ENTITY


def test_a_large_event_is_an_event(office: Office) -> None:
    """Sealed keys for hundreds of devices pass the limits that JOSE libraries set themselves."""
    blob = BlobRef(
        DIGEST,
        3,
        "a.pdf",
        "application/pdf",
        "document",
        "cd" * 32,
        tuple((f"device-{n:04}", "A" * 400) for n in range(900)),
    )
    signed = sign_event(office.event(blobs=(blob,) * 3), office.key_a)
    assert len(signed.jws) > 1_000_000
    assert read_event(signed.jws, office.directory) == signed
