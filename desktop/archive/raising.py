"""Raising what lies in the archive: validation data and timestamps are appended, and that is the object's next version.

The bytes that came stay as they came, in v1; those of a later version begin with them (EN 319 142-1 §5.5 touches no /Contents).
How a file is raised and judged is handed in: keys, services and trust belong to others.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desktop.records.errors import OfficeError

from .checks import Judge, with_attachments
from .eark import VERDICTS, json_bytes, place_of
from .inventory import Inventory, User
from .manifest import Deposit, DepositDocument, DepositFile, FileRole
from .premis import Agent, PreservationEvent
from .reading import deposit_of, read_file
from .reception import CUSTODIAN, PROGRAM
from .roots import Fault, Root, no_fault
from .versions import next_version

RAISED_EVENT = "modification"  # id.loc.gov/vocabulary/preservation/eventType has no narrower one
_TAKEN = frozenset({"valid", "indeterminate"})


@dataclass(frozen=True, slots=True)
class Raise:
    """What came of raising one file: its new level, and the code of what kept it below the one wanted, or empty."""

    level: str
    degraded: str = ""
    timestamp: datetime | None = None


Raiser = Callable[
    [Path, Path], Raise
]  # source, output → what it is now; raises OfficeError with the reason why nothing was made


@dataclass(frozen=True, slots=True)
class RaisedFile:
    """One document's file. ``code`` says why it was not raised; the SHA-512 ``before`` and ``after`` are of the bytes."""

    path: str
    document: str
    before: str
    after: str = ""
    level: str = ""
    degraded: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class RaisedObject:
    """``version`` is the new one, empty when nothing was raised and nothing written."""

    object: str
    version: str
    files: tuple[RaisedFile, ...]

    @property
    def owed(self) -> tuple[RaisedFile, ...]:
        """Those that are not yet what was wanted."""
        return tuple(file for file in self.files if file.code or file.degraded)


@dataclass(frozen=True, slots=True)
class Raising:
    """What it is done with. ``wanted`` is the level of a whole file below which it is raised."""

    raiser: Raiser
    judge: Judge
    user: User
    software_version: str
    wanted: str = "B-LTA"
    fault: Fault = no_fault

    @property
    def agents(self) -> tuple[Agent, ...]:
        """Who did it, for PREMIS."""
        return (
            Agent(CUSTODIAN, self.user.name, "organization"),
            Agent(PROGRAM, "Qillqa", "software", self.software_version),
        )


LEVELS = ("", "B-B", "B-T", "B-LT", "B-LTA")  # EN 319 142-1 §6.1; empty: nothing known


def level_of(verdict: Mapping[str, Any]) -> str:
    """The level of a file: the lowest of its signatures', as an entry of ``verify --json`` tells them; empty without any."""
    found = [str(item.get("level") or "") for item in verdict.get("signatures", ()) if item.get("kind") != "timestamp"]
    return min(found, key=lambda level: LEVELS.index(level) if level in LEVELS else 0, default="")


def raise_object(
    root: Root, object_id: str, raising: Raising, *, now: datetime, again: bool = False, head: str = ""
) -> RaisedObject:
    """Raise the documents of an object that are below the wanted level, as one new version.

    ``again`` raises also what has the level: a renewal, before its newest timestamp ages. A file that cannot be raised now is told
    with its code and stays as it is; the others go on. What was raised must be judged no worse than the deposit was.
    ``head``: the version that was looked at to decide it; when there is another one by now, ``archive.conflict``.
    Raises ``archive.no_object``, ``archive.damaged``, ``archive.bad_package``, ``archive.conflict`` and storage's codes.
    """
    inventory = root.inventory(object_id)
    if inventory is None:
        raise OfficeError("archive.no_object", object=object_id)
    if head and inventory.head != head:
        raise OfficeError("archive.conflict", on_disk="unchanged", object=object_id, base=head)
    at = now.astimezone(UTC).replace(microsecond=0)
    files: list[RaisedFile] = []
    changed: dict[str, bytes] = {}
    events: list[PreservationEvent] = []
    deposit = deposit_of(root, object_id)
    for document, file in _documents(deposit):
        if place_of(file) not in inventory.state:
            raise OfficeError("archive.bad_package", object=object_id, path=place_of(file))
        before = verdict_of(root, inventory, document.id)
        if level_of(before) == raising.wanted and not again:
            continue
        one, made = _raise_one(root, inventory, deposit, document, place_of(file), raising, at, level_of(before))
        files.append(one)
        if made is not None:
            changed |= made.files
            events += made.events
    if not changed:
        return RaisedObject(object_id, "", tuple(files))
    raising.fault("raised")
    newest = next_version(
        object_id, lambda path: read_file(root, object_id, path), changed, events, raising.agents, at=at
    )
    version = root.write_version(
        object_id,
        dict(newest),
        base=inventory.head,
        message="Datos de validación y sellos de tiempo agregados (renovación)" if again else _MESSAGE,
        user=raising.user,
        now=at,
    )
    return RaisedObject(object_id, version, tuple(files))


def signed_documents(root: Root, inventory: Inventory) -> list[str]:
    """The ids of the documents of a dossier that somebody here signed. Raises as ``deposit_of``."""
    return [document.id for document, _ in _documents(deposit_of(root, inventory.id))]


def verdict_of(root: Root, inventory: Inventory, document: str) -> Mapping[str, Any]:
    """The newest kept verdict on a document; empty where there is none."""
    path = f"{VERDICTS}{document}.json"
    if path not in inventory.state:
        return {}
    found = json.loads(read_file(root, inventory.id, path))
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class _Made:
    files: Mapping[str, bytes]
    events: tuple[PreservationEvent, ...]


def _documents(deposit: Deposit) -> list[tuple[DepositDocument, DepositFile]]:
    """The documents that somebody here signed, each with its file. What came from outside stays exactly as it came."""
    files = {(file.document, file.sha256): file for file in deposit.files if file.role is FileRole.DOCUMENT}
    return [(one, files[one.id, one.sha256]) for one in deposit.documents if one.signers]


def _raise_one(
    root: Root,
    inventory: Inventory,
    deposit: Deposit,
    document: DepositDocument,
    path: str,
    raising: Raising,
    at: datetime,
    level: str,
) -> tuple[RaisedFile, _Made | None]:
    old = read_file(root, inventory.id, path)
    before = inventory.state[path]
    with tempfile.TemporaryDirectory(prefix="qillqa-") as folder:
        source, output = Path(folder) / "document.pdf", Path(folder) / "raised.pdf"
        source.write_bytes(old)
        try:
            raised = raising.raiser(source, output)
        except OfficeError as error:
            return RaisedFile(path, document.id, before, code=error.code), None
        new = output.read_bytes()
        verdict = with_attachments(deposit, document, {**raising.judge(output), "file": path})
    if len(new) <= len(old) or not new.startswith(old):
        raise OfficeError("archive.raise_rewrote", object=inventory.id, path=path, on_disk="unchanged")
    if verdict.get("verdict") not in _TAKEN:
        return RaisedFile(path, document.id, before, code="archive.raise_judged_worse"), None
    after = PreservationEvent(
        RAISED_EVENT,
        at,
        "Datos de validación y sello de tiempo de documento agregados al final del archivo (EN 319 142-1 §5.5)",
        raised.level,
        _told(raised, verdict, level),
        (path,),
        (CUSTODIAN, PROGRAM),
    )
    judged = PreservationEvent(
        "digital signature validation",
        at,
        "Procedimiento de EN 319 102-1 según el nivel hallado",
        str(verdict.get("verdict", "")),
        str(verdict.get("explanation", "")),
        (path,),
        (CUSTODIAN, PROGRAM),
    )
    digest = hashlib.sha512(new).hexdigest()
    made = {path: new, f"{VERDICTS}{document.id}.json": json_bytes(verdict)}
    return RaisedFile(path, document.id, before, digest, raised.level, raised.degraded), _Made(made, (after, judged))


def _told(raised: Raise, verdict: Mapping[str, Any], before: str) -> str:
    """Level before and after, and by whose timestamp: as the custodian's verifier reads it from the file."""
    stamps = [item for item in verdict.get("signatures", ()) if item.get("kind") == "timestamp"]
    signer = (stamps[-1].get("signer") or {}) if stamps else {}
    parts = [f"Nivel antes: {before or 'sin comprobar'}; después: {raised.level}"]
    parts += [f"Sello de tiempo del {raised.timestamp.isoformat()}"] if raised.timestamp else []
    parts += [f"Autoridad de sellado: {signer['name']}"] if signer.get("name") else []
    parts += [f"No se llegó más alto: {raised.degraded}"] if raised.degraded else []
    return "; ".join(parts)


_MESSAGE = "Datos de validación y sellos de tiempo agregados"
