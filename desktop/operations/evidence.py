"""Evidencia: one timestamp over the inventories of all dossiers that have none yet, renewed before it ages, and a record for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.archive.evidence import Proven, verify
from desktop.archive.evidence_dossiers import (
    FIRST,
    TIMESTAMP,
    TREE,
    Covered,
    Evidence,
    Step,
    add_step,
    digest_of,
    evidence_of,
    look_through,
    next_step,
    records_of,
    write_evidence,
)
from desktop.archive.inventory import Inventory, User
from desktop.archive.laying_out import laid_out
from desktop.records.errors import OfficeError
from signing.algorithms import strength_of
from signing.errors import SigningError
from signing.kept_tokens import check_kept_token

from .archive_log import require_custodian
from .catalogue import note_left, versions_written
from .desk import Desk
from .renew_archive import YEAR

if TYPE_CHECKING:
    from desktop.archive.roots import Root

ALGORITHM = "sha512"
RECORD_FILE = "registro.ers"


@dataclass(frozen=True, slots=True)
class EvidenceMade:
    """``written``: (object, version, what it is) of each version. ``covered``: inventories that were taken in now. ``owed``: why there
    is no timestamp where there should be one, or empty; ``waiting``: evidence near its end whose service gives nothing longer;
    ``unreadable``: folders of objects that could not be told.
    """

    written: tuple[tuple[str, str, str], ...] = ()
    covered: int = 0
    owed: str = ""
    waiting: int = 0
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """For one version of a dossier: the record (DER), the bytes that it is about, and what it proves by this desk's trust."""

    object: str
    version: str
    record: bytes
    inventory: bytes
    proven: Proven


@dataclass(frozen=True, slots=True)
class Standing:
    """How one evidence stands. ``until`` None: no timestamp, or it could not be judged for ``problem``."""

    object: str
    label: str
    inventories: int
    stamped_at: datetime | None
    until: datetime | None
    problem: str = ""


def make_evidence(
    desk: Desk, *, within: timedelta = YEAR, official: str = "", algorithm: str = ALGORITHM, renew_tree: bool = False
) -> EvidenceMade:
    """Take in what no evidence covers, stamp what has no timestamp, renew what ends ``within``: each a version of its own, so that a run
    that was killed is taken up. ``renew_tree``: a new tree by ``algorithm`` over all evidence whose newest is another (RFC 4998 §5.3).

    Without a timestamp service the tree is written alone. Raises ``accept.not_custodian``, ``archive.none_here``, the archive's codes.
    """
    actor = desk.acting(official)
    require_custodian(desk)
    note_left(desk)
    root, user = desk.archive(), User(actor.name, f"urn:qillqa:official:{actor.id}")
    shelf = look_through(root)
    known = {one for evidence in shelf.evidence for one in evidence.covered}
    fresh = {(Covered(one.id, one.head)): digest_of(one, one.head, algorithm) for one in shelf.dossiers}
    fresh = {one: digest for one, digest in fresh.items() if one not in known}
    written: list[tuple[str, str, str]] = []
    names = [one.id for one in shelf.evidence]
    if fresh:
        names.append(write_evidence(root, fresh, algorithm, user=user, now=desk.clock()))
        versions_written(desk, names[-1:], official=official)
        written.append((names[-1], "v1", "arbol"))
    owed, waiting = "", 0
    by_id = {one.id: one for one in shelf.dossiers}
    for name in names:
        evidence = evidence_of(root, _inventory(root, name))
        kind = _needed(desk, evidence, within, algorithm if renew_tree else "")
        if kind in ("", _WAITING):
            waiting += kind == _WAITING
            continue
        again = _again(root, by_id, evidence, algorithm) if kind == TREE else ()
        try:
            wanted = (
                algorithm if kind == TREE else evidence.steps[-1].algorithm if evidence.steps else evidence.algorithm
            )
            step = next_step(evidence, kind, wanted, _stamp(desk), again)
        except OfficeError as error:
            if not error.code.startswith(("tsa.", "raise.")):
                raise
            owed = error.code
            break  # the others would be told the same
        version = add_step(root, evidence, step, user=user, now=desk.clock(), again=again)
        versions_written(desk, [name], official=official)
        written.append((name, version, kind))
    return EvidenceMade(tuple(written), len(fresh), owed, waiting, shelf.unreadable)


def evidence_state(desk: Desk) -> list[Standing]:
    """How each evidence of this archive stands. Raises ``archive.none_here``, the archive's codes."""
    root = desk.archive()
    return [_standing(desk, evidence) for evidence in look_through(root).evidence]


def record_for(desk: Desk, object_id: str, version: str = "") -> Record:
    """The record of one dossier, of its newest version that is covered where none is named; judged before it is given.

    Raises ``archive.no_object``, ``evidence.none_for``, ``evidence.unstamped``, ``evidence.*``, ``tsa.untrusted``.
    """
    root = desk.archive()
    inventory = _inventory(root, object_id)
    found = [
        (one, evidence)
        for evidence in look_through(root).evidence
        for one in evidence.covered
        if one.object == object_id and version in ("", one.version)
    ]
    if not found:
        raise OfficeError("evidence.none_for", object=object_id)
    one, evidence = max(found, key=lambda pair: (int(pair[0].version[1:]), bool(pair[1].steps)))
    ((_, record),) = records_of(evidence, one).items()
    proven = verify(record, partial(digest_of, inventory, one.version), partial(_judge, desk))
    data = inventory.as_of(int(one.version[1:])).to_bytes()
    return Record(object_id, one.version, record, data, proven)


def write_record(given: Record, folder: Path) -> None:
    """The record and what it is about, in a new folder, whole or not at all. Raises ``export.exists``, ``report.not_written``."""
    try:
        with laid_out(folder) as made:
            made.put(RECORD_FILE, [given.record])
            made.put("inventory.json", [given.inventory])
    except OSError as error:
        raise OfficeError("report.not_written", file=folder.name, reason=error.strerror or "") from error


_WAITING = "waiting"
_NEWLY = timedelta(days=30)  # as in the calendar: what was stamped in these days shows what the service gives


def _needed(desk: Desk, evidence: Evidence, within: timedelta, algorithm: str) -> str:
    """The step that it needs now, or empty."""
    if not evidence.steps:
        return FIRST
    newest = evidence.steps[-1]
    if algorithm and newest.algorithm != algorithm:
        return TREE
    at, until = _times(desk, newest)
    now = desk.clock()
    if until > now + within:
        return ""
    return _WAITING if now - at <= _NEWLY else TIMESTAMP


def _times(desk: Desk, step: Step) -> tuple[datetime, datetime]:
    """When it was given and until when it holds, by certificates and by the hash of its tree. Raises ``tsa.*``."""
    try:
        at, until = check_kept_token(step.token, bytes.fromhex(step.root), step.algorithm, desk.trust)
    except SigningError as error:
        raise _told(error) from error
    end = strength_of(step.algorithm, 0).end()
    return at, min(until, end) if end else until


def _standing(desk: Desk, evidence: Evidence) -> Standing:
    common = evidence.id, evidence.label, len(evidence.covered)
    if not evidence.steps:
        return Standing(*common, None, None)
    try:
        return Standing(*common, *_times(desk, evidence.steps[-1]))
    except OfficeError as error:
        return Standing(*common, None, None, error.code)


def _again(root: Root, dossiers: dict[str, Inventory], evidence: Evidence, algorithm: str) -> tuple[bytes, ...]:
    """The digests of the same inventories by another hash; first by the old one, so that nothing else is sworn to anew.

    Raises ``evidence.not_covered``, ``archive.no_object``.
    """
    found: list[bytes] = []
    for one, digest in zip(evidence.covered, evidence.digests[evidence.algorithm], strict=True):
        inventory = dossiers.get(one.object) or _inventory(root, one.object)
        if digest_of(inventory, one.version, evidence.algorithm) != digest:
            raise OfficeError("evidence.not_covered", digest=digest.hex())
        found.append(digest_of(inventory, one.version, algorithm))
    return tuple(found)


def _stamp(desk: Desk) -> Callable[[bytes, str], bytes]:
    def stamp(digest: bytes, algorithm: str) -> bytes:
        if desk.timestamps is None:
            raise OfficeError("raise.no_timestamps")
        if desk.timestamps.remaining(desk.clock()) == 0:
            raise OfficeError("raise.quota_spent")
        service = desk.timestamps

        async def ask() -> bytes:
            async with service.stamper(desk.trust) as stamper:
                return await stamper.async_token(digest, algorithm)

        try:
            return asyncio.run(ask())
        except SigningError as error:
            raise _told(error) from error

    return stamp


def _judge(desk: Desk, token: bytes, digest: bytes) -> None:
    """As ``evidence.Trusted``."""
    names = {32: "sha256", 48: "sha384", 64: "sha512"}
    try:
        check_kept_token(token, digest, names.get(len(digest), ""), desk.trust)
    except SigningError as error:
        raise _told(error) from error


def _inventory(root: Root, name: str) -> Inventory:
    inventory = root.inventory(name)
    if inventory is None:
        raise OfficeError("archive.no_object", object=name)
    return inventory


def _told(error: SigningError) -> OfficeError:
    facts: dict[str, Any] = {name: value for name, value in error.facts.items() if name != "on_disk"}
    return OfficeError(error.code, **facts)
