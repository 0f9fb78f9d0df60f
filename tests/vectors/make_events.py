"""Makes the test vectors of docs/formats/events.md and exchange.md from fixed seeds: run it only when a format changes.

``python -m tests.vectors.make_events`` writes tests/vectors/events/*.json. Ed25519 is deterministic, so the files come out the
same; only the age-sealed blob differs at each run. It is kept as it is unless its file is deleted, and so is the directory.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from desktop.records.cite import NumberBlock
from desktop.records.events import Actor, BlobRef, Event, EventKind, Json, SignedEvent
from desktop.records.people import Device, Directory, Entity, Official, Unit
from desktop.routing.slips import fold_slip
from desktop.sync import envelopes
from desktop.sync.blobs import seal
from desktop.sync.blocks import block_payload
from desktop.sync.device import DeviceKey
from desktop.sync.directory_json import to_payload
from desktop.sync.events import sign_event
from desktop.sync.letters import seal_letter
from desktop.sync.proof import prove

FOLDER = Path(__file__).parent / "events"
BOLIVIA = timezone(timedelta(hours=-4))
START = datetime(2026, 3, 5, 10, 30, tzinfo=BOLIVIA)


def key_of(name: str) -> DeviceKey:
    """A key from a public seed: for vectors only."""
    return DeviceKey(name, hashlib.sha256(f"qillqa test vector {name}".encode()).digest(), fixed_age(name))


def fixed_age(name: str) -> str:
    """The age identity of a vector's device, kept in the folder since age keys are not made from seeds."""
    path = FOLDER / "age.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if name not in kept:
        kept[name] = DeviceKey.generate(name).age_identity
        write("age.json", kept)
    return kept[name]


def directory_of(keys: list[DeviceKey]) -> Directory:
    """Two units, an official each, a device each."""
    verify = [key.public() for key in keys]
    until = datetime(2027, 3, 5, tzinfo=UTC)
    return Directory(
        number=3,
        entity=Entity("01JENT0000000000000000000A", "Gobierno Autónomo Departamental de Oruro", "GADOR", practice=True),
        units=(
            Unit("01JUNT0000000000000000000A", "Secretaría de Planificación", "GADOR-SDPD"),
            Unit("01JUNT0000000000000000000B", "Archivo Departamental", "GADOR-AD", custodian=True),
        ),
        officials=(
            Official("01JOFF0000000000000000000A", "Juana Mamani Quispe", "1111111", "Técnica", "01JUNT0000000000000000000A"),
            Official("01JOFF0000000000000000000B", "Saturnino Ñuñez Condori", "2222222", "Archivista", "01JUNT0000000000000000000B", "1A"),
        ),
        devices=(
            Device(keys[0].id, "01JUNT0000000000000000000A", *verify[0], until, (("01JOFF0000000000000000000A", "statement"),)),
            Device(keys[1].id, "01JUNT0000000000000000000B", *verify[1], until, (("01JOFF0000000000000000000B", "statement"),)),
        ),
    )  # fmt: skip


def chain(key: DeviceKey, directory: Directory, blob: BlobRef) -> list[SignedEvent]:
    """Draft, number, freeze, sign, open, dispatch: each the parent of the next."""
    unit, other = directory.units
    person = directory.officials[0]
    digest, signed = blob.sha256, hashlib.sha256(b"firmado").hexdigest()
    steps: list[tuple[EventKind, dict[str, Json], tuple[BlobRef, ...]]] = [
        (EventKind.DRAFTED, {"kind": "informe", "subject": "Ñandú «α» 😀", "signers": [person.id], "approvers": [], "access": 2}, ()),
        (EventKind.NUMBERED, {"cite": "GADOR-SDPD/INF/00045/2026", "series": "cite-x", "year": 2026, "number": 45}, ()),
        (EventKind.FROZEN, {"digest": digest, "pages": 2, "attachments": []}, (blob,)),
        (EventKind.SIGNED, {"old": digest, "new": signed, "level": "B-B", "field": "firma-1"}, ()),
        (EventKind.OPENED, {"number": "I-2026-00546", "subject": "Ñandú «α» 😀"}, ()),
        (EventKind.DISPATCHED, {"to_unit": other.id, "mode": "oficial", "action": "archivar", "deadline": "2026-03-12",
                                "documents": ["01JDOC0000000000000000000A"]}, ()),
    ]  # fmt: skip
    found: list[SignedEvent] = []
    for number, (kind, body, blobs) in enumerate(steps, 1):
        deliveries = [(unit.id, number)] + ([(other.id, 1)] if kind is EventKind.DISPATCHED else [])
        event = Event(
            id=f"01JEVT00000000000000000{number:03d}",
            kind=kind,
            entity=directory.entity.id,
            document="01JDOC0000000000000000000A",
            slip="01JSLP0000000000000000000A" if kind.value.startswith("slip.") else None,
            parents=(found[-1].digest,) if found else (),
            actor=Actor(person.id, person.post, person.unit),
            claimed_at=START + timedelta(minutes=number),
            device=key.id,
            device_seq=number,
            prev=found[-1].digest if found else "",
            deliveries=tuple(deliveries),
            body=body,
            blobs=blobs,
        )
        found.append(sign_event(event, key))
    return found


def refusals(events: list[SignedEvent], key: DeviceKey, other: DeviceKey) -> list[dict[str, str]]:
    """Texts that must be refused, each with its code."""
    genuine = events[0]
    payload = genuine.event.to_payload()
    unordered = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    head, body, signature = genuine.jws.split(".")

    def signed(value: bytes, by: DeviceKey = key, typ: str = envelopes.EVENT) -> str:
        return envelopes.seal_payload(value, by, typ)

    other_bit = "B" if body[40] == "A" else "A"
    return [
        {"code": "envelope.bad_signature", "why": "payload altered", "jws": f"{head}.{body[:40]}{other_bit}{body[41:]}.{signature}"},
        {"code": "envelope.bad_signature", "why": "another device's key",
         "jws": signed(envelopes.canonical(payload), replace(other, id=key.id))},
        {"code": "envelope.not_canonical", "why": "members not in order", "jws": signed(unordered)},
        {"code": "envelope.malformed", "why": "padding", "jws": f"{genuine.jws}=="},
        {"code": "envelope.malformed", "why": "alg none", "jws": f"eyJhbGciOiJub25lIn0.{body}."},
        {"code": "envelope.wrong_type", "why": "a receipt", "jws": signed(envelopes.canonical(payload), typ=envelopes.RECEIPT)},
        {"code": "event.newer_format", "why": "version 2", "jws": signed(envelopes.canonical({**payload, "v": 2}))},
        {"code": "event.malformed", "why": "unknown member", "jws": signed(envelopes.canonical({**payload, "extra": 1}))},
        {"code": "event.malformed", "why": "seq is text", "jws": signed(envelopes.canonical({**payload, "seq": "1"}))},
        {"code": "event.malformed", "why": "a first event that follows one of its device",
         "jws": signed(envelopes.canonical({**payload, "prev": genuine.digest}))},
        {"code": "event.malformed", "why": "a second event of a device that follows none",
         "jws": signed(envelopes.canonical({**events[1].event.to_payload(), "prev": ""}))},
        {"code": "event.malformed", "why": "without prev",
         "jws": signed(envelopes.canonical({name: value for name, value in payload.items() if name != "prev"}))},
        {"code": "event.unknown_kind", "why": "a kind that is not known",
         "jws": signed(envelopes.canonical({**payload, "type": "document.invented"}))},
        {"code": "event.malformed", "why": "body without subject",
         "jws": signed(envelopes.canonical({**payload, "body": {"kind": "informe"}}))},
        {"code": "event.unknown_device", "why": "unknown device",
         "jws": sign_event(replace(genuine.event, device="unknown"), replace(other, id="unknown")).jws},
        {"code": "event.not_enrolled", "why": "official of another device",
         "jws": sign_event(replace(genuine.event, device=other.id), other).jws},
        {"code": "event.wrong_unit", "why": "acts for a unit that is not hers",
         "jws": sign_event(replace(genuine.event, actor=replace(genuine.event.actor, unit="01JUNT0000000000000000000B")), key).jws},
        {"code": "event.device_expired", "why": "after the end of the enrolment",
         "jws": sign_event(replace(genuine.event, claimed_at=START + timedelta(days=400)), key).jws},
        {"code": "event.foreign_entity", "why": "another entity", "jws": sign_event(replace(genuine.event, entity="other"), key).jws},
    ]  # fmt: skip


class Line:
    """Signs one event after another by a device, each after the parents that it is given."""

    def __init__(self, start: list[SignedEvent]) -> None:
        self.template = start[0].event
        self.last = {start[-1].event.device: start[-1]}

    def __call__(
        self, key: DeviceKey, kind: EventKind, parents: list[SignedEvent], body: dict[str, Json], **more: Json
    ) -> SignedEvent:
        before = self.last.get(key.id)
        seq = before.event.device_seq + 1 if before else 1
        unit, person = ("A", "Técnica") if key.id.endswith("A") else ("B", "Archivista")
        event = replace(
            self.template, id=f"01JEVT000000000000000{unit}{seq:04d}", kind=kind, slip="01JSLP0000000000000000000A",
            parents=tuple(sorted(item.digest for item in parents)),
            actor=Actor(f"01JOFF0000000000000000000{unit}", person, f"01JUNT0000000000000000000{unit}"),
            claimed_at=START + timedelta(hours=1, minutes=seq), device=key.id, device_seq=seq, prev=before.digest if before else "",
            deliveries=(), body=body, blobs=(),
        )  # fmt: skip
        signed = sign_event(replace(event, **more), key)
        self.last[key.id] = signed
        return signed


def proofs(events: list[SignedEvent], key: DeviceKey, other: DeviceKey) -> list[dict[str, Json]]:
    """Sets of events, each with what it proves."""
    opened, sent = events[4], events[5]
    unit = "01JUNT0000000000000000000B"
    line = Line(events)
    took = line(other, EventKind.RECEIVED, [sent], {"hop": sent.event.id})
    copy: dict[str, Json] = {"to_unit": unit, "mode": "copia", "action": "otro"}
    same_id = line(other, EventKind.DISPATCHED, [took], copy, id=sent.event.id)
    fork = sign_event(replace(sent.event, body={**sent.event.body, "remark": "otra vez"}), key)
    conflict = Line(events)
    second = conflict(key, EventKind.DISPATCHED, [opened], {**copy, "mode": "oficial"})
    settled = conflict(
        key,
        EventKind.SETTLED,
        [sent, second],
        {"about": "oficial", "keep": second.event.id, "drop": [sent.event.id], "reason": "vale la segunda"},
    )
    crossing = Line(events)
    cancelled = crossing(key, EventKind.CANCELLED, [sent], {"hop": sent.event.id, "reason": "error"})
    grouping = Line(events[:5])
    grouped = grouping(
        key,
        EventKind.GROUPED,
        [opened],
        {"principal": "01JSLP0000000000000000000B", "member": "01JSLP0000000000000000000A"},
    )
    alone = grouping(key, EventKind.DISPATCHED, [grouped], {**copy, "mode": "oficial"})
    cases: list[tuple[str, list[SignedEvent]]] = [
        ("whole", [*events, took]),
        ("a parent is missing", [*events[:2], *events[3:]]),
        ("a number used twice", [*events, fork]),
        ("prev is not the event before", [*events, sign_event(replace(second.event, prev=opened.digest), key)]),
        ("a conflict", [*events, second]),
        ("a conflict settled", [*events, second, settled]),
        ("a cancellation that a reception crossed", [*events, cancelled, took]),
        ("a member of a group does not go alone", [*events[:5], grouped, alone]),
        ("a dispatch under the id of a hop that is there", [*events, took, same_id]),
        ("everything twice", [*events, *events]),
        ("nothing", []),
    ]
    directory = directory_of([key, other])
    return [
        {"why": why, "events": [item.jws for item in given], "proves": proved(given, directory)} for why, given in cases
    ]


def proved(given: list[SignedEvent], directory: Directory) -> dict[str, Json]:
    """The part of a proof that the vectors hold."""
    proof = prove([item.jws for item in given], directory)
    views = [fold_slip(slip, given) for slip in proof.slips]
    return {
        "whole": proof.whole,
        "events": proof.events,
        "missing": list(proof.missing),
        "doubled": [list(place) for place in proof.doubled],
        "broken": [list(place) for place in proof.broken],
        "refused": list(proof.refused),
        "hops": [
            {"id": hop.id, "digest": hop.digest, "state": hop.state.value, "void": hop.void} for hop in proof.hops
        ],
        "conflicts": [
            {"about": item.about.value, "hops": list(item.hops), "open": item.settlement is None}
            for view in views
            for item in view.conflicts
        ],
    }


def write(name: str, value: Json) -> None:
    """Indented JSON, UTF-8."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Write every file."""
    keys = [key_of("01JDEV0000000000000000000A"), key_of("01JDEV0000000000000000000B")]
    admin = key_of("admin")
    directory = directory_of(keys)
    data = b"%PDF-1.7 vector de prueba\n"
    if not (FOLDER / "blob.json").exists():
        sealed = seal(data, [(key.id, key.public()[1]) for key in keys])
        ref = sealed.ref("vector.pdf", "application/pdf", "document")
        write("blob.json", {"cipher": base64.b64encode(sealed.cipher).decode(), "plain": base64.b64encode(data).decode(),
                            "sha256": ref.sha256, "size": ref.size, "cipher_sha256": ref.cipher, "keys": dict(ref.keys)})  # fmt: skip
    kept = json.loads((FOLDER / "blob.json").read_text(encoding="utf-8"))
    blob = BlobRef(
        kept["sha256"],
        kept["size"],
        "vector.pdf",
        "application/pdf",
        "document",
        kept["cipher_sha256"],
        tuple(sorted(kept["keys"].items())),
    )
    events = chain(keys[0], directory, blob)
    if not (FOLDER / "letter.json").exists():  # sealed to the second device alone
        jws = str(events[-1].jws)
        sealed_letter = seal_letter(jws, [(keys[1].id, keys[1].public()[1])])
        write("letter.json", {"reader": keys[1].id, "sealed": base64.b64encode(sealed_letter).decode(), "jws": jws})
    write("keys.json", [
        {"id": key.id, "ed25519_seed": key.signing_seed.hex(), "verify_key": key.public()[0], "age_identity": key.age_identity,
         "age_recipient": key.public()[1]}
        for key in (*keys, admin)
    ])  # fmt: skip
    if not (FOLDER / "directory.json").exists():  # kept: one that an older program wrote must be read for ever
        jws = envelopes.seal_payload(
            envelopes.canonical(to_payload(directory)), admin, envelopes.DIRECTORY, kid="admin"
        )
        write("directory.json", {"admin_key": admin.public()[0], "jws": jws, "payload": to_payload(directory)})
    write("chain.json", [
        {"jws": item.jws, "digest": item.digest, "payload": item.event.to_payload(),
         "canonical": envelopes.canonical(item.event.to_payload()).decode()}
        for item in events
    ])  # fmt: skip
    write("refused.json", refusals(events, keys[0], keys[1]))
    write("proofs.json", proofs(events, keys[0], keys[1]))
    block = NumberBlock("cite-x", 2026, 1, 1, 50, keys[0].id)
    payload = block_payload(block, directory.entity.id, START)
    write(
        "block.json",
        {"jws": envelopes.seal_payload(envelopes.canonical(payload), keys[0], envelopes.BLOCK), "payload": payload},
    )


if __name__ == "__main__":
    main()
