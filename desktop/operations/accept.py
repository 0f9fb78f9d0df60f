"""Aceptar: the custodian takes waiting deposits into the archive and answers each with a signed receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from desktop.archive.custody import ACCEPTED, Answer, Custodian, accept, pending
from desktop.archive.deposits import Place
from desktop.archive.index import refresh
from desktop.archive.inventory import User, object_folder
from desktop.archive.manifest import DepositFile
from desktop.records.errors import Fact, OfficeError
from desktop.records.events import BlobRef
from desktop.sync.blobs import open_blob
from desktop.sync.receipts import read_manifest, read_receipt, sign_receipt
from signing.verdict import verdict_json

from .archive_log import Act, News, note_all
from .catalogue import note_left, versions_written
from .deposited_acts import acts_found, devices_of
from .desk import Desk, Progress, no_progress
from .directory import refresh_directory
from .raise_archive import raise_archive
from .strangers import lay_beside


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of one deposit. ``folder`` is that of the object in the archive; ``code`` says why it was not taken: for good
    when it was ``refused``, else not yet.

    ``raised`` is the version with validation data and timestamps, empty where none was made; ``owed`` the codes of what is still
    missing from some document: the next round takes it up.
    """

    deposit: str
    accepted: bool
    object: str = ""
    version: str = ""
    folder: str = ""
    code: str = ""
    facts: tuple[tuple[str, Fact], ...] = ()
    refused: bool = False
    raised: str = ""
    owed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "deposit": self.deposit,
            "accepted": self.accepted,
            "refused": self.refused,
            "object": self.object,
            "version": self.version,
            "folder": self.folder,
            "code": self.code,
            "facts": dict(self.facts),
            "raised": self.raised,
            "owed": list(self.owed),
        }


def accept_all(
    desk: Desk,
    *,
    official: str = "",
    progress: Progress = no_progress,
    cancelled: Callable[[], bool] = lambda: False,
    wanted: Callable[[str], bool] = lambda _: True,
    most: int | None = None,
    known: dict[str, tuple[int, str]] | None = None,
    index: bool = True,
) -> list[Accepted]:
    """Answer every waiting deposit; one that cannot be answered yet goes on waiting and the rest goes on.

    What was taken is raised as far as the services allow, as the object's next version. What fails there is told and owed: the
    receipt is for what came, and stands. A cancellation lets the deposit under way be finished. ``wanted`` tells which deposits are
    tried, ``most`` how many of them; ``known`` remembers from round to round what is answered; without ``index``
    the caller brings indice.csv up to date. A line that breaks ends it at that deposit, after what was taken is finished.
    Raises ``accept.not_custodian``, ``archive.none_here``, ``storage.unreachable``.
    """
    actor = desk.acting(official)
    if not desk.unit.custodian:
        raise OfficeError("accept.not_custodian", unit=desk.unit.name)
    exchange = desk.exchange()
    refresh_directory(desk, exchange)
    note_left(desk)
    custodian = custodian_of(desk, User(actor.name, f"urn:qillqa:official:{actor.id}"))
    places = pending(custodian, desk.directory.entity.id, known=known)
    waiting = list(islice((place for place in places if wanted(place.id)), most))
    rows: list[Accepted] = []
    for done, place in enumerate(waiting):
        progress(done, len(waiting))
        if cancelled():
            break
        try:
            rows.append(_accept_one(desk, custodian, place))
        except OfficeError as error:
            if not rows:
                raise
            rows.append(Accepted(place.id, accepted=False, code=error.code, facts=tuple(sorted(error.facts.items()))))
            break
    refused = [row for row in rows if row.refused]
    note_all(
        desk,
        [News(Act.REFUSED, facts={"deposito": row.deposit, "causa": row.code}) for row in refused],
        official=official,
    )
    if any(row.accepted for row in rows):
        versions_written(desk, [row.object for row in rows if row.accepted], official=official)
        rows = _raised(desk, rows, official, cancelled)
        if index:
            refresh(custodian.root)
            lay_beside(desk)
    progress(len(rows), len(waiting))
    return rows


def _raised(desk: Desk, rows: list[Accepted], official: str, cancelled: Callable[[], bool]) -> list[Accepted]:
    """The rows with what became of raising the objects that they name; what a cancellation left is the next round's."""
    objects = [row.object for row in rows if row.accepted]
    done = raise_archive(desk, official=official, objects=objects, cancelled=cancelled)
    versions = dict(done.versions)
    owed: dict[str, list[str]] = {}
    for one in done.owed:
        owed.setdefault(one.object, []).append(one.code)
    for object_id in (*done.conflicts, *objects[done.looked_at :]):
        owed.setdefault(object_id, []).append("raise.not_yet")
    return [
        replace(row, raised=versions.get(row.object, ""), owed=tuple(dict.fromkeys(owed.get(row.object, ()))))
        for row in rows
    ]


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
        prove=lambda lines: acts_found(lines, desk.directory),
        devices=lambda lines: devices_of(lines, desk.directory),
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
    except Exception as error:  # noqa: BLE001 - a bug that one deposit finds must not keep all the others waiting: told, and tried again
        return Accepted(place.id, accepted=False, code="accept.bug", facts=(("reason", repr(error)[:200]),))
    folder = (
        f"{custodian.root.url.removeprefix('folder:')}/root/{object_folder(answer.object)}" if answer.object else ""
    )
    return Accepted(
        place.id,
        answer.state == ACCEPTED,
        answer.object,
        answer.version,
        folder,
        answer.code,
        tuple(answer.facts),
        refused=answer.state != ACCEPTED,
    )
