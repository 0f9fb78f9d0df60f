"""Verificar: any file, a document of this desk, or a slip from its events alone. Nothing leaves the machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from desktop.records.documents import DocumentView
from desktop.sync.proof import SlipProof, prove
from signing.attachments import Listed, check_attachments
from signing.file_walk import walk
from signing.report import FileVerdict

from .desk import Desk
from .trusting import require_online


@dataclass(frozen=True, slots=True)
class AttachmentFinding:
    """An attachment that does not match the list that was signed. ``problem``: ``missing``, ``changed`` or ``not_checked``."""

    name: str
    problem: str


def files_under(paths: Sequence[Path], most: int) -> list[Path]:
    """The files named and the PDFs in the folders named, at most ``most``; places that cannot be looked into are among them."""
    return [place.path for place in islice(walk(paths), most)]


def verify_path(desk: Desk, path: Path, *, online: bool = False, password: str = "") -> FileVerdict:
    """The verdict on any PDF, parsed in the killable child. ``online`` may ask the certificates' own OCSP and CRL services.

    ``password``: of a file that is locked.

    Raises ``policy.offline`` or ``policy.locked_option`` where the policy lets nobody be asked.
    """
    if online:
        require_online(desk.trust.policy)
    return desk.verifier.verify(path, trust=desk.trust, at=None, online=online, password=password)


def verify_document(desk: Desk, document: str, *, online: bool = False) -> FileVerdict:
    """The verdict on a document's current bytes."""
    view = desk.store.document(document)
    return verify_path(desk, desk.store.path_of(view.digest), online=online)


def verify_attachments(view: DocumentView, folder: Path) -> list[AttachmentFinding]:
    """Compare the files in a folder with the signed list (docs/formats/document.md)."""
    listed = [Listed(number, item.name, str(item.size), item.sha256) for number, item in enumerate(view.attachments, 1)]
    return [AttachmentFinding(one.name, one.state) for one in check_attachments(listed, folder) if one.state != "same"]


def verify_slip(desk: Desk, slip: str) -> SlipProof:
    """What the slip's signed events alone prove: hops told, events missing, events altered."""
    return prove_events(desk, slip_events(desk, slip))


def prove_events(desk: Desk, events: Sequence[str]) -> SlipProof:
    """The same over JWS handed in, e.g. from a file that somebody brought."""
    return prove(events, desk.directory)


def slip_events(desk: Desk, slip: str) -> list[str]:
    """Every JWS of the slip and of the documents on it, for proof or for keeping."""
    found = {item.digest: item.jws for item in desk.store.events_of_slip(slip)}
    for document in desk.store.slip(slip).documents:
        found |= {item.digest: item.jws for item in desk.store.events_of_document(document)}
    return [found[digest] for digest in sorted(found)]
