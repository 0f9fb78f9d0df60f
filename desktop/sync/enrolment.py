"""Enrolling a device: an official's token signs for the device's keys; the admin checks who signed and publishes it.

Signing and reading by token are handed in as callables (signing.statement), so that this room knows no token.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from desktop.records.errors import OfficeError
from desktop.records.events import Json
from desktop.records.people import Device, Directory, Official

from .device import DeviceKey
from .envelopes import canonical, digest_of, payload_of, read_canonical
from .keys import request_key, requests_prefix

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore

FORMAT = 1
TYPE = "qillqa-enrolment"


class SignerPerson(Protocol):
    """Who a certificate names (signing.report.Person)."""

    @property
    def ci(self) -> str: ...
    @property
    def complement(self) -> str: ...


class SignerCertificate(Protocol):
    """What is needed of a certificate (signing.report.Certificate)."""

    @property
    def person(self) -> SignerPerson: ...
    @property
    def issuer(self) -> str: ...
    @property
    def not_after(self) -> datetime: ...


class ReadStatement(Protocol):
    """A statement whose signature and chain hold (signing.statement.Statement)."""

    @property
    def payload(self) -> bytes: ...
    @property
    def certificate(self) -> SignerCertificate: ...


Read = Callable[[str], ReadStatement]
Sign = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the token signs: these keys on this PC act for this official until then. Times are aware."""

    entity: str
    device: str
    unit: str
    official: str
    verify_key: str
    age_recipient: str
    until: datetime
    asked_at: datetime

    def to_payload(self) -> bytes:
        """Canonical JSON."""
        return canonical(
            {
                "v": FORMAT,
                "type": TYPE,
                "entity": self.entity,
                "device": self.device,
                "unit": self.unit,
                "official": self.official,
                "verify_key": self.verify_key,
                "age_recipient": self.age_recipient,
                "until": self.until.isoformat(timespec="seconds"),
                "time": self.asked_at.isoformat(timespec="seconds"),
            }
        )

    @classmethod
    def from_payload(cls, payload: bytes) -> Enrolment:
        """Raises ``enrolment.malformed``."""
        try:
            value: Json = read_canonical(payload)
            if value["type"] != TYPE or value["v"] != FORMAT:
                raise ValueError("type")
            texts = {
                name: value[name] for name in ("entity", "device", "unit", "official", "verify_key", "age_recipient")
            }
            if not all(isinstance(text, str) and text for text in texts.values()):
                raise TypeError("text")
            until, asked_at = datetime.fromisoformat(value["until"]), datetime.fromisoformat(value["time"])
            if until.tzinfo is None or asked_at.tzinfo is None:
                raise ValueError("time without offset")
            return cls(**texts, until=until, asked_at=asked_at)
        except (OfficeError, KeyError, TypeError, ValueError) as error:
            raise OfficeError("enrolment.malformed", reason=type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request that lies in the exchange. Nothing of it is believed before ``admit`` has read its statement."""

    digest: str
    jws: str
    asked: Enrolment


def ask(key: DeviceKey, *, entity: str, unit: str, official: str, until: datetime, now: datetime) -> Enrolment:
    """What to show the official, and then to sign by his token."""
    verify_key, recipient = key.public()
    return Enrolment(entity, key.id, unit, official, verify_key, recipient, until, now)


def submit(exchange: ObjectStore, enrolment: Enrolment, sign: Sign) -> str:
    """Have the token sign it and put it where the admin looks; returns the digest of the request."""
    jws = sign(enrolment.to_payload())
    digest = digest_of(jws)
    exchange.put_if_absent(request_key(enrolment.entity, digest), jws.encode("ascii"))
    return digest


def pending(exchange: ObjectStore, directory: Directory) -> list[PendingRequest]:
    """Requests that no version of the directory has taken up yet. Files that are no requests are passed over."""
    taken = {jws for device in directory.devices for _, jws in device.enrolments}
    found = []
    for entry in exchange.list(requests_prefix(directory.entity.id)):
        try:
            jws = exchange.get(entry.key).decode("ascii")
            asked = Enrolment.from_payload(payload_of(jws))
        except (OfficeError, ValueError) as error:
            if isinstance(error, OfficeError) and error.code in ("storage.unreachable", "storage.denied"):
                raise
            continue
        if jws not in taken and entry.key == request_key(directory.entity.id, digest_of(jws)):
            found.append(PendingRequest(digest_of(jws), jws, asked))
    return found


def admit(directory: Directory, jws: str, *, read: Read, now: datetime) -> Directory:
    """The next version of the directory, with that device enrolled for that official.

    ``read`` checks the token's signature and its chain to the entity's anchors. A second official on a device joins the first;
    the same official again renews his own. Raises ``enrolment.*`` and what ``read`` raises.
    """
    asked, official = require_enrolment(directory, jws, read=read)
    if asked.until <= now:
        raise OfficeError("enrolment.expired", name=official.name)
    directory.unit(asked.unit)
    if not directory.serving(official.id, now.astimezone(ZoneInfo(directory.entity.zone)).date()):
        raise OfficeError("enrolment.left_office", name=official.name)
    known = next((device for device in directory.devices if device.id == asked.device), None)
    heirs = (
        directory.successors_of(asked.unit) if known is not None else ()
    )  # a PC outlives its unit, none is made for it
    if (
        official.unit != asked.unit and official.unit not in heirs
    ):  # else he would read what is sent there, and act for it
        raise OfficeError("enrolment.other_unit", name=official.name, unit=asked.unit)
    if known is None and directory.unit(asked.unit).ended_on is not None:
        raise OfficeError("enrolment.unit_ended", unit=directory.unit(asked.unit).name)
    for device in directory.devices:
        if device.id != asked.device and asked.verify_key == device.verify_key:
            raise OfficeError("enrolment.key_taken", device=device.id)
    if known is None:
        device = Device(
            asked.device, asked.unit, asked.verify_key, asked.age_recipient, asked.until, ((official.id, jws),)
        )
        return replace(directory, number=directory.number + 1, devices=(*directory.devices, device))
    device = _joined(known, asked, official, jws)
    devices = tuple(device if item.id == device.id else item for item in directory.devices)
    return replace(directory, number=directory.number + 1, devices=devices)


def require_enrolment(directory: Directory, jws: str, *, read: Read) -> tuple[Enrolment, Official]:
    """Check a statement by itself: anybody may, the admin's word is not needed.

    Raises ``enrolment.malformed``, ``enrolment.foreign_entity``, ``enrolment.other_person`` where the certificate's CI is not that
    of the official, ``directory.unknown_official``, and what ``read`` raises.
    """
    statement = read(jws)
    asked = Enrolment.from_payload(statement.payload)
    if asked.entity != directory.entity.id:
        raise OfficeError("enrolment.foreign_entity", entity=asked.entity)
    official = directory.official(asked.official)
    person = statement.certificate.person
    if not person.ci or _identity(person.ci, person.complement) != _identity(official.ci, official.complement):
        raise OfficeError("enrolment.other_person", name=official.name)
    return asked, official


def revoke(directory: Directory, device_id: str, *, at: datetime, last_seq: int | None = None) -> Directory:
    """The next version, with that device revoked. ``last_seq`` is the highest event number of it that is still believed."""
    found = replace(directory.device(device_id), revoked_at=at, last_seq=last_seq)
    devices = tuple(found if item.id == device_id else item for item in directory.devices)
    return replace(directory, number=directory.number + 1, devices=devices)


def _joined(known: Device, asked: Enrolment, official: Official, jws: str) -> Device:
    if known.revoked_at is not None:
        raise OfficeError("enrolment.device_revoked", device=known.id)
    if (known.verify_key, known.age_recipient, known.unit) != (asked.verify_key, asked.age_recipient, asked.unit):
        raise OfficeError("enrolment.key_differs", device=known.id)
    enrolments = tuple(sorted({**dict(known.enrolments), official.id: jws}.items()))
    ends = [asked.until if who == official.id else _until(text, known.valid_until) for who, text in enrolments]
    return replace(known, enrolments=enrolments, valid_until=min(ends))


def _until(jws: str, otherwise: datetime) -> datetime:
    """The end that an enrolment already taken up names; the earliest of all of them ends the device."""
    try:
        return Enrolment.from_payload(payload_of(jws)).until
    except OfficeError:
        return otherwise


def _identity(ci: str, complement: str) -> tuple[str, str]:
    return ci.strip().upper(), complement.strip().upper()
