"""Los actos de un depósito: what the events that came with a dossier prove by themselves, against the custodian's own directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from desktop.archive.checks import ActsFound
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.sync.envelopes import EVENT, RECEIPT, take_apart
from desktop.sync.events import read_event
from desktop.sync.proof import prove

if TYPE_CHECKING:
    from desktop.records.people import Device, Directory

# No desk of the entity can have taken such a line for an act, whichever directory it had: it was made or changed afterwards.
_FORGED = ("envelope.", "event.malformed", "event.other_device", "event.foreign_entity", "event.unknown_device")

_GIVES_BYTES = {
    EventKind.REGISTERED: "digest",
    EventKind.SCANNED: "digest",
    EventKind.FROZEN: "digest",
    EventKind.SIGNED: "new",
    EventKind.RAISED: "new",
}  # the member of the body that names them


def acts_found(lines: Sequence[str], directory: Directory) -> ActsFound:
    """What those compact JWS prove; never raises for what they hold."""
    proof = prove(lines, directory)
    codes = [item.code for item in proof.altered]
    contradictions = [code for code, many in (("proof.doubled", proof.doubled), ("proof.broken", proof.broken)) if many]
    return ActsFound(
        events=proof.events,
        missing=len(proof.missing),
        forged=tuple(code for code in codes if code.startswith(_FORGED)),
        doubted=(*(code for code in codes if not code.startswith(_FORGED)), *contradictions),
        digests=_digests(lines, directory),
    )


def _digests(lines: Sequence[str], directory: Directory) -> dict[str, frozenset[str]]:
    """Document → every SHA-256 that its genuine acts give to its bytes: each freezing, signature and raise, of every branch."""
    named: dict[str, set[str]] = {}
    for line in dict.fromkeys(lines):
        with suppress(OfficeError, AttributeError, TypeError):
            event = read_event(line, directory).event
            member = _GIVES_BYTES.get(event.kind)
            if member:
                named.setdefault(event.document, set()).add(str(event.body.get(member)))
    return {document: frozenset(found) for document, found in named.items()}


def devices_of(lines: Sequence[str], directory: Directory) -> Mapping[str, Any]:
    """The devices that those compact JWS name, as the directory has them, with the statements by which tokens enrolled each.

    Never raises for what the lines hold: what is no paper of a device names none.
    """
    named = {name for line in lines if (name := _device_named(line))}
    devices = [_told(directory, device) for device in directory.devices if device.id in named]
    return {"v": 1, "entity": directory.entity.id, "directory": directory.number, "devices": devices}


def _device_named(line: str) -> str:
    for typ in (EVENT, RECEIPT):
        with suppress(OfficeError):
            return take_apart(line, typ).kid
    return ""


def _told(directory: Directory, device: Device) -> dict[str, Any]:
    return {
        "id": device.id,
        "unit": device.unit,
        "unit_name": directory.unit(device.unit).name,
        "verify_key": device.verify_key,
        "valid_until": device.valid_until.isoformat(),
        "revoked_at": device.revoked_at.isoformat() if device.revoked_at else "",
        "last_seq": device.last_seq,
        "enrolments": [_enrolment(directory, official, statement) for official, statement in device.enrolments],
    }


def _enrolment(directory: Directory, official: str, statement: str) -> dict[str, str]:
    person = directory.official(official)
    return {"official": official, "name": person.name, "post": person.post, "statement": statement}
