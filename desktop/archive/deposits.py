"""A deposit: what a desk hands to the custodian through the exchange (docs/formats/archive.md).

    archive/in/<entity>/<unit>/<ulid>/<sha256 of the ciphertext>    each file, sealed to the custodian
    archive/in/<entity>/<unit>/<ulid>/deposit.jws                   the manifest, signed by the desk's device, written last
    archive/out/<entity>/<unit>/<ulid>.jws                          the receipt, or the refusal with its reasons

Sealing, opening, signing and reading are handed in: the keys belong to ``desktop.sync``, which lies above this room.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import rfc8785

from desktop.records.documents import AccessClass
from desktop.records.errors import OfficeError
from desktop.storage import ObjectStore, key_problem

from .inventory import check_logical_path
from .json_reading import parse_object

FORMAT = 1
MANIFEST = "deposit.jws"

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_SHA256 = re.compile(r"[0-9a-f]{64}")

Keys = tuple[tuple[str, str], ...]  # device id → the file's key sealed to that device
Seal = Callable[[bytes], tuple[bytes, Keys]]  # plain bytes → ciphertext and keys
Open = Callable[[bytes, "DepositFile"], bytes]  # ciphertext → plain bytes; raises OfficeError
Sign = Callable[[bytes], str]  # payload → compact JWS by this desk's device
Read = Callable[
    [str], tuple[bytes, str]
]  # compact JWS → payload and the unit whose device signed it; raises OfficeError


class FileRole(StrEnum):
    """What a file is to its dossier. The value travels."""

    DOCUMENT = "document"  # a signed PDF
    ATTACHMENT = "attachment"
    EVENTS = "events"  # compact JWS, one per line, in causal order
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DepositFile:
    """``path`` is its place in the dossier; ``document`` the id of the document it belongs to, empty for the dossier's own."""

    path: str
    sha256: str
    size: int
    media_type: str
    role: FileRole
    document: str = ""
    cipher: str = ""
    keys: Keys = ()


@dataclass(frozen=True, slots=True)
class DepositDocument:
    """A document of the dossier, as the archive describes it. ``day`` is that of the entity's zone."""

    id: str
    kind: str
    cite: str
    subject: str
    day: date
    author: str
    signers: tuple[str, ...]
    folios: int
    access: AccessClass
    sha256: str


@dataclass(frozen=True, slots=True)
class Deposit:
    """The manifest. ``id`` and ``dossier`` are ULIDs; ``principal`` is the document that gives the dossier its cite."""

    id: str
    dossier: str
    entity: str
    entity_name: str
    unit: str
    unit_name: str
    title: str
    principal: str
    slip: str
    access: AccessClass
    folios: int
    made_at: datetime
    made_by: str
    documents: tuple[DepositDocument, ...]
    files: tuple[DepositFile, ...]
    practice: bool = False

    @property
    def cite(self) -> str:
        """The cite of the principal document."""
        return next((document.cite for document in self.documents if document.id == self.principal), "")

    def to_payload(self) -> bytes:
        """Canonical JSON (RFC 8785)."""
        return rfc8785.dumps(
            {
                "v": FORMAT,
                "type": "deposit",
                "id": self.id,
                "dossier": self.dossier,
                "entity": {"id": self.entity, "name": self.entity_name},
                "unit": {"id": self.unit, "name": self.unit_name},
                "title": self.title,
                "principal": self.principal,
                "slip": self.slip,
                "access": int(self.access),
                "folios": self.folios,
                "time": self.made_at.isoformat(timespec="seconds"),
                "by": self.made_by,
                "practice": self.practice,
                "documents": [_document_payload(item) for item in self.documents],
                "files": [_file_payload(item) for item in self.files],
            }
        )

    @classmethod
    def from_payload(cls, payload: bytes) -> Deposit:
        """Read one back, every field checked. Raises ``deposit.malformed``, ``deposit.newer_format``."""
        raw = parse_object(payload, "deposit.malformed")
        version = raw.get("v")
        if isinstance(version, int) and version > FORMAT:
            raise OfficeError("deposit.newer_format", version=version, known=FORMAT)
        try:
            return _checked(_parsed(raw))
        except (KeyError, TypeError, ValueError, AttributeError, OfficeError) as error:
            raise OfficeError("deposit.malformed", reason=str(error)[:200]) from error


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deposit lies in an exchange."""

    entity: str
    unit: str
    id: str

    @property
    def prefix(self) -> str:
        """Of everything that was handed in."""
        return f"archive/in/{self.entity}/{self.unit}/{self.id}/"

    @property
    def manifest(self) -> str:
        """Key of the signed manifest."""
        return self.prefix + MANIFEST

    @property
    def answer(self) -> str:
        """Key of the receipt or refusal."""
        return f"archive/out/{self.entity}/{self.unit}/{self.id}.jws"


@dataclass(frozen=True, slots=True)
class Packed:
    """A deposit ready to be written: ``objects`` in the order in which they must arrive, the manifest last."""

    deposit: Deposit
    objects: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A deposit as the custodian has it in hand: plain bytes by path, all digests checked."""

    deposit: Deposit
    jws: str
    contents: Mapping[str, bytes]


def describe_file(path: str, data: bytes, media_type: str, role: FileRole, document: str = "") -> DepositFile:
    """The manifest's line for those bytes."""
    return DepositFile(path, hashlib.sha256(data).hexdigest(), len(data), media_type, role, document)


def pack(deposit: Deposit, contents: Mapping[str, bytes], *, seal: Seal, sign: Sign) -> Packed:
    """Seal every file and sign the manifest. Nothing is written: the caller may queue the objects.

    Raises ``deposit.incomplete`` when the contents are not what the manifest says.
    """
    _checked(deposit)
    place = Place(deposit.entity, deposit.unit, deposit.id)
    objects: list[tuple[str, bytes]] = []
    files: list[DepositFile] = []
    for file in deposit.files:
        data = contents.get(file.path)
        if data is None or hashlib.sha256(data).hexdigest() != file.sha256 or len(data) != file.size:
            raise OfficeError("deposit.incomplete", deposit=deposit.id, path=file.path)
        cipher, keys = seal(data)
        digest = hashlib.sha256(cipher).hexdigest()
        files.append(replace(file, cipher=digest, keys=tuple(sorted(keys))))
        objects.append((place.prefix + digest, cipher))
    if extra := sorted(set(contents) - {file.path for file in deposit.files}):
        raise OfficeError("deposit.incomplete", deposit=deposit.id, path=extra[0])
    sealed = replace(deposit, files=tuple(files))
    objects.append((place.manifest, sign(sealed.to_payload()).encode("ascii")))
    return Packed(sealed, tuple(objects))


def send(exchange: ObjectStore, packed: Packed) -> None:
    """Write a packed deposit; doing it twice changes nothing."""
    for key, data in packed.objects:
        exchange.put_if_absent(key, data)


def waiting(
    exchange: ObjectStore, entity: str, *, answered: Callable[[Place], bool] = lambda _: True
) -> Iterator[Place]:
    """The deposits whose manifest has arrived and that have no answer yet, oldest first within a unit.

    ``answered`` is asked whether what lies under the answer's key is one.
    """
    start = f"archive/in/{entity}/"
    answers = {entry.key for entry in exchange.list(f"archive/out/{entity}/")}
    for entry in exchange.list(start):
        parts = entry.key.removeprefix(start).split("/")
        if len(parts) == 3 and parts[2] == MANIFEST and _ULID.fullmatch(parts[1]) and not key_problem(parts[0]):
            place = Place(entity, parts[0], parts[1])
            if place.answer not in answers or not answered(place):
                yield place


def unpack(exchange: ObjectStore, place: Place, *, read: Read, open_file: Open) -> Unpacked:
    """Fetch, open and check a deposit.

    Raises ``deposit.misplaced`` (signed for another place, or by another unit's device), ``deposit.missing_file``,
    ``deposit.damaged_file``, ``deposit.malformed``, what ``read`` raises, and storage's codes where the exchange does not answer.
    """
    jws = _ascii(exchange.get(place.manifest))
    payload, unit = read(jws)
    deposit = Deposit.from_payload(payload)
    if Place(deposit.entity, deposit.unit, deposit.id) != place or unit != deposit.unit:
        raise OfficeError("deposit.misplaced", deposit=place.id, unit=place.unit)
    contents = {file.path: _fetch(exchange, place, file, open_file) for file in deposit.files}
    return Unpacked(deposit, jws, contents)


def _fetch(exchange: ObjectStore, place: Place, file: DepositFile, open_file: Open) -> bytes:
    try:
        cipher = exchange.get(place.prefix + file.cipher)
    except OfficeError as error:
        if error.code == "storage.not_found":
            raise OfficeError("deposit.missing_file", deposit=place.id, path=file.path) from error
        raise
    if hashlib.sha256(cipher).hexdigest() != file.cipher:
        raise OfficeError("deposit.damaged_file", deposit=place.id, path=file.path)
    try:
        data = open_file(cipher, file)
    except OfficeError as error:
        raise OfficeError("deposit.damaged_file", deposit=place.id, path=file.path, reason=error.code) from error
    if hashlib.sha256(data).hexdigest() != file.sha256 or len(data) != file.size:
        raise OfficeError("deposit.damaged_file", deposit=place.id, path=file.path)
    return data


def _ascii(data: bytes) -> str:
    try:
        return data.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise OfficeError("deposit.malformed", reason="not ASCII") from error


def _document_payload(item: DepositDocument) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind,
        "cite": item.cite,
        "subject": item.subject,
        "day": item.day.isoformat(),
        "author": item.author,
        "signers": list(item.signers),
        "folios": item.folios,
        "access": int(item.access),
        "sha256": item.sha256,
    }


def _file_payload(item: DepositFile) -> dict[str, Any]:
    return {
        "path": item.path,
        "sha256": item.sha256,
        "size": item.size,
        "type": item.media_type,
        "role": item.role.value,
        "document": item.document,
        "cipher": item.cipher,
        "keys": dict(item.keys),
    }


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("not a whole number")
    return value


def _parsed(raw: Mapping[str, Any]) -> Deposit:
    if raw["type"] != "deposit":
        raise ValueError("type")
    return Deposit(
        id=_text(raw["id"]),
        dossier=_text(raw["dossier"]),
        entity=_text(raw["entity"]["id"]),
        entity_name=_text(raw["entity"]["name"]),
        unit=_text(raw["unit"]["id"]),
        unit_name=_text(raw["unit"]["name"]),
        title=_text(raw["title"]),
        principal=_text(raw["principal"]),
        slip=_text(raw["slip"]),
        access=AccessClass(_whole(raw["access"])),
        folios=_whole(raw["folios"]),
        made_at=datetime.fromisoformat(_text(raw["time"])),
        made_by=_text(raw["by"]),
        practice=raw["practice"] is True,
        documents=tuple(_parsed_document(item) for item in raw["documents"]),
        files=tuple(_parsed_file(item) for item in raw["files"]),
    )


def _parsed_document(raw: Mapping[str, Any]) -> DepositDocument:
    return DepositDocument(
        id=_text(raw["id"]),
        kind=_text(raw["kind"]),
        cite=_text(raw["cite"]),
        subject=_text(raw["subject"]),
        day=date.fromisoformat(_text(raw["day"])),
        author=_text(raw["author"]),
        signers=tuple(_text(item) for item in raw["signers"]),
        folios=_whole(raw["folios"]),
        access=AccessClass(_whole(raw["access"])),
        sha256=_text(raw["sha256"]),
    )


def _parsed_file(raw: Mapping[str, Any]) -> DepositFile:
    return DepositFile(
        path=_text(raw["path"]),
        sha256=_text(raw["sha256"]),
        size=_whole(raw["size"]),
        media_type=_text(raw["type"]),
        role=FileRole(raw["role"]),
        document=_text(raw["document"]),
        cipher=_text(raw["cipher"]),
        keys=tuple(sorted((_text(device), _text(key)) for device, key in raw["keys"].items())),
    )


def _checked(deposit: Deposit) -> Deposit:
    """The rules between the fields. Raises ``deposit.malformed`` with what is wrong."""

    def require(condition: object, reason: str) -> None:
        if not condition:
            raise OfficeError("deposit.malformed", reason=reason)

    require(_ULID.fullmatch(deposit.id) and _ULID.fullmatch(deposit.dossier), "id")
    require(not key_problem(f"{deposit.entity}/{deposit.unit}") and "/" not in deposit.entity + deposit.unit, "place")
    require(deposit.made_at.tzinfo is not None, "time")
    require(deposit.documents and deposit.title, "empty")
    ids = [document.id for document in deposit.documents]
    require(len(set(ids)) == len(ids) and deposit.principal in ids, "documents")
    paths = [file.path for file in deposit.files]
    require(len({path.casefold() for path in paths}) == len(paths), "paths")
    for file in deposit.files:
        check_logical_path(file.path)
        require(_SHA256.fullmatch(file.sha256) and (not file.cipher or _SHA256.fullmatch(file.cipher)), "digest")
        require(file.document in ("", *ids), "document")
        require(re.fullmatch(r"[\w.+-]+/[\w.+-]+", file.media_type), "media type")
    for document in deposit.documents:
        digests = {f.sha256 for f in deposit.files if f.document == document.id and f.role is FileRole.DOCUMENT}
        require(document.sha256 in digests, "document without its file")
    return deposit
