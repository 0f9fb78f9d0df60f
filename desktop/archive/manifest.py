"""The manifest of a deposit: what it says of a dossier, its documents and its files (docs/formats/archive.md, "Deposits").

Canonical JSON (RFC 8785), signed by the desk's device; every field is checked when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import rfc8785

from desktop.records.documents import AccessClass
from desktop.records.errors import OfficeError
from desktop.records.series import SeriesLevel
from desktop.storage import key_problem

from .inventory import check_logical_path
from .json_reading import parse_object

FORMAT = 1

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LEVELS = frozenset(SeriesLevel)

Keys = tuple[tuple[str, str], ...]  # device id → the file's key sealed to that device


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
class SchemeRow:
    """A row above the dossier in the classification scheme: ISAD(G) level (``fonds`` … ``subseries``), code and title."""

    level: str
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Description:
    """What the deposit says of the dossier beyond its documents; each member by its rule of ISAD(G), empty where nothing is said.

    ``series`` is the id of a row of the directory's scheme, ``path`` that row and all above it, the fonds first: so that the
    archive can be read without the directory.
    """

    series: str = ""
    path: tuple[SchemeRow, ...] = ()  # 3.1.1, 3.1.4
    history: str = ""  # 3.2.3
    scope: str = ""  # 3.3.1
    appraisal: str = ""  # 3.3.2
    arrangement: str = ""  # 3.3.4
    reproduction: str = ""  # 3.4.2
    physical: str = ""  # 3.4.4
    related: str = ""  # 3.5.3
    note: str = ""  # 3.6.1


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
    description: Description = Description()

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
                **_described(self.description),
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
            return checked(_parsed(raw))
        except (KeyError, TypeError, ValueError, AttributeError, OfficeError) as error:
            raise OfficeError("deposit.malformed", reason=str(error)[:200]) from error


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


_DESCRIBED = tuple(member.name for member in fields(Description) if member.name != "path")


def _described(description: Description) -> dict[str, Any]:
    """The member ``description``, absent where nothing is said: as an older program wrote it."""
    texts = {name: text for name in _DESCRIBED if (text := getattr(description, name))}
    path = [{"level": row.level, "code": row.code, "title": row.title} for row in description.path]
    member = {**texts, **({"path": path} if path else {})}
    return {"description": member} if member else {}


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
        description=_parsed_description(raw.get("description", {})),
    )


def _parsed_description(raw: Mapping[str, Any]) -> Description:
    path = tuple(SchemeRow(_text(r["level"]), _text(r["code"]), _text(r["title"])) for r in raw.get("path", ()))
    return Description(path=path, **{name: _text(raw.get(name, "")) for name in _DESCRIBED})


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


def is_ulid(text: str) -> bool:
    """Whether it has the form of one."""
    return _ULID.fullmatch(text) is not None


def checked(deposit: Deposit) -> Deposit:
    """The rules between the fields. Raises ``deposit.malformed`` with what is wrong."""

    def require(condition: object, reason: str) -> None:
        if not condition:
            raise OfficeError("deposit.malformed", reason=reason)

    require(is_ulid(deposit.id) and is_ulid(deposit.dossier), "id")
    require(not key_problem(f"{deposit.entity}/{deposit.unit}") and "/" not in deposit.entity + deposit.unit, "place")
    require(deposit.made_at.tzinfo is not None, "time")
    require(deposit.documents and deposit.title, "empty")
    require(all(row.level in _LEVELS for row in deposit.description.path), "level")
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
