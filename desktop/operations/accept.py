"""Aceptar: the custodian takes waiting deposits into the archive and answers each with a signed receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from desktop.archive.custody import ACCEPTED, Answer, Custodian, accept, pending
from desktop.archive.deposits import DepositFile, Place
from desktop.archive.index import refresh
from desktop.archive.inventory import User, object_folder
from desktop.records.errors import Fact, OfficeError
from desktop.records.events import BlobRef
from desktop.sync.blobs import open_blob
from desktop.sync.receipts import read_manifest, read_receipt, sign_receipt
from signing.verdict import verdict_json

from .desk import Desk, Progress, no_progress
from .directory import refresh_directory


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of one deposit. ``folder`` is that of the object in the archive; ``code`` says why it was not taken, or not yet."""

    deposit: str
    accepted: bool
    object: str = ""
    version: str = ""
    folder: str = ""
    code: str = ""
    facts: tuple[tuple[str, Fact], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "deposit": self.deposit,
            "accepted": self.accepted,
            "object": self.object,
            "version": self.version,
            "folder": self.folder,
            "code": self.code,
            "facts": dict(self.facts),
        }


def accept_all(desk: Desk, *, official: str = "", progress: Progress = no_progress) -> list[Accepted]:
    """Answer every waiting deposit; one that cannot be answered yet goes on waiting and the rest goes on.

    Raises ``accept.not_custodian``, ``archive.none_here``, ``storage.unreachable``.
    """
    actor = desk.acting(official)
    if not desk.unit.custodian:
        raise OfficeError("accept.not_custodian", unit=desk.unit.name)
    exchange = desk.exchange()
    refresh_directory(desk, exchange)
    custodian = custodian_of(desk, User(actor.name, f"urn:qillqa:official:{actor.id}"))
    waiting = list(pending(custodian, desk.directory.entity.id))
    rows = []
    for done, place in enumerate(waiting):
        progress(done, len(waiting))
        rows.append(_accept_one(desk, custodian, place))
    if any(row.accepted for row in rows):
        refresh(custodian.root)
    progress(len(waiting), len(waiting))
    return rows


def custodian_of(desk: Desk, user: User) -> Custodian:
    """This desk's parts, as the archive needs them."""

    def judge(path: Path) -> Mapping[str, Any]:
        return verdict_json(desk.verifier.verify(path, trust=desk.trust), lambda code: (code, ""))

    def open_file(cipher: bytes, file: DepositFile) -> bytes:
        ref = BlobRef(file.sha256, file.size, file.path, file.media_type, file.role.value, file.cipher, file.keys)
        return open_blob(cipher, ref, desk.key)

    return Custodian(
        root=desk.archive(),
        exchange=desk.exchange(),
        read=lambda jws: read_manifest(jws, desk.directory),
        open_file=open_file,
        judge=judge,
        sign=lambda payload: sign_receipt(payload, desk.key),
        read_answer=lambda jws: read_receipt(jws, desk.directory),
        user=user,
        software_version=version("qillqa"),
    )


def _accept_one(desk: Desk, custodian: Custodian, place: Place) -> Accepted:
    try:
        answer: Answer = accept(custodian, place, now=desk.clock())
    except OfficeError as error:
        if error.code.startswith("storage."):
            raise
        return Accepted(place.id, accepted=False, code=error.code, facts=tuple(sorted(error.facts.items())))
    folder = (
        f"{custodian.root.url.removeprefix('folder:')}/root/{object_folder(answer.object)}" if answer.object else ""
    )
    return Accepted(
        place.id, answer.state == ACCEPTED, answer.object, answer.version, folder, answer.code, tuple(answer.facts)
    )
