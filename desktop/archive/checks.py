"""What the custodian finds out by himself before he takes a deposit: formats, signatures, attachments, acts.

Nothing is believed of the desk: its own verdicts are kept as they came (``veredictos.json``) and judged again. How a PDF is judged and
acts are proved is handed in: verifier and directory belong to rooms above.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.records.errors import OfficeError

from .deposits import Unpacked
from .formats import FileFormat, formats_of
from .manifest import Deposit, DepositDocument, DepositFile, FileRole

Judge = Callable[
    [Path], Mapping[str, Any]
]  # a PDF → its entry of ``verify --json`` (verdict, explanation, attachments, …)

_FROM_OUTSIDE = frozenset({"valid", "indeterminate", "invalid", "unsigned"})  # all that can be read
_NOT_LISTED = "embedded"  # of an attachment's states (signing.report): inside the PDF, on no list
_ELSEWHERE = frozenset({"missing", "not_checked"})  # it did not lie beside the file that was judged


@dataclass(frozen=True, slots=True)
class ActsFound:
    """What the acts of a deposit prove. ``forged`` are codes of lines that no device of the entity signed as they stand: no desk can
    have believed them. ``doubted`` are codes of those that this directory no longer lets stand, and of contradictions; ``missing`` is
    how many acts are named that did not come. ``digests``: document → SHA-256 of all bytes that its acts name.
    """

    events: int = 0
    missing: int = 0
    forged: tuple[str, ...] = ()
    doubted: tuple[str, ...] = ()
    digests: Mapping[str, frozenset[str]] = field(default_factory=dict)


Prove = Callable[[Sequence[str]], ActsFound]  # compact JWS → what they prove; never raises for what they hold


@dataclass(frozen=True, slots=True)
class AttachmentsFound:
    """Of one document: how many its last page lists and are in the deposit, and the names of files that came and no list tells."""

    document: str
    listed: int
    unlisted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found. ``verdicts`` by document id, as ``verify --json`` gives them."""

    verdicts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    formats: tuple[FileFormat, ...] = ()
    attachments: tuple[AttachmentsFound, ...] = ()
    acts: ActsFound | None = None


def examine(found: Unpacked, *, judge: Judge, prove: Prove, accepted: frozenset[str]) -> Findings:
    """Look at everything. ``accepted`` are the verdicts on a PDF that somebody here signed.

    Raises ``deposit.signature_refused``, ``deposit.attachment_missing``, ``deposit.acts_forged``, ``deposit.acts_of_others``.
    """
    deposit = found.deposit
    verdicts: dict[str, Mapping[str, Any]] = {}
    attachments = []
    for document in deposit.documents:
        file = _file_of(deposit, document)
        verdict = _judged(found, file, judge)
        if verdict.get("verdict") not in (accepted if document.signers else _FROM_OUTSIDE):
            raise OfficeError(
                "deposit.signature_refused", deposit=deposit.id, path=file.path, verdict=str(verdict.get("verdict"))
            )
        verdicts[document.id] = with_attachments(deposit, document, verdict)
        attachments.append(_complete(deposit, document, file, verdicts[document.id]))
    acts = _proved(found, prove)
    return Findings(verdicts, formats_of(deposit.files, found.contents), tuple(attachments), acts)


def _file_of(deposit: Deposit, document: DepositDocument) -> DepositFile:
    wanted = (document.id, FileRole.DOCUMENT, document.sha256)
    return next(file for file in deposit.files if (file.document, file.role, file.sha256) == wanted)


def _judged(found: Unpacked, file: DepositFile, judge: Judge) -> Mapping[str, Any]:
    with tempfile.TemporaryDirectory(prefix="qillqa-") as folder:
        path = Path(folder) / "document.pdf"
        path.write_bytes(found.contents[file.path])
        return {**judge(path), "file": file.path}


def with_attachments(deposit: Deposit, document: DepositDocument, verdict: Mapping[str, Any]) -> Mapping[str, Any]:
    """The verdict on a document that was judged alone, with what the deposit brought for each row of its signed list."""
    came = _attachments_of(deposit, document)
    rows = [
        {**row, "state": "same", "size": came[row["sha256"]].size}
        if row.get("state") in _ELSEWHERE and row.get("sha256") in came
        else row
        for row in verdict.get("attachments", ())
    ]
    return {**verdict, "attachments": rows} if rows else verdict


def _complete(
    deposit: Deposit, document: DepositDocument, file: DepositFile, verdict: Mapping[str, Any]
) -> AttachmentsFound:
    """Raises ``deposit.attachment_missing``. What nobody here signed lists nothing of ours, whatever its last page looks like."""
    rows = [row for row in verdict.get("attachments", ()) if row.get("state") != _NOT_LISTED]
    wanting = [str(row.get("name", "")) for row in rows if row.get("state") != "same"]
    if wanting and document.signers:
        raise OfficeError("deposit.attachment_missing", deposit=deposit.id, path=file.path, name=wanting[0])
    listed = {str(row.get("sha256", "")) for row in rows}
    came = _attachments_of(deposit, document)
    unlisted = tuple(sorted(one.path for digest, one in came.items() if digest not in listed))
    return AttachmentsFound(document.id, len(rows) - len(wanting), unlisted)


def _attachments_of(deposit: Deposit, document: DepositDocument) -> dict[str, DepositFile]:
    wanted = (document.id, FileRole.ATTACHMENT)
    return {file.sha256: file for file in deposit.files if (file.document, file.role) == wanted}


def _proved(found: Unpacked, prove: Prove) -> ActsFound:
    """What the acts prove. Raises ``deposit.acts_forged``, ``deposit.acts_of_others``.

    Acts that did not come are told: a unit has those that were told to it. But all that came must be genuine, and the deposited bytes
    must be some that a document's acts name; unless acts are doubted, which this program or directory may be too old for.
    """
    deposit = found.deposit
    acts = prove(act_lines(found))
    if acts.forged:
        raise OfficeError("deposit.acts_forged", deposit=deposit.id, count=len(acts.forged), reason=acts.forged[0])
    for document in () if acts.doubted else deposit.documents:
        named = acts.digests.get(document.id, frozenset())
        if (named or document.signers) and document.sha256 not in named:
            raise OfficeError("deposit.acts_of_others", deposit=deposit.id, cite=document.cite)
    return acts


def act_lines(found: Unpacked) -> list[str]:
    """The acts that came: compact JWS, in the order in which they lie there."""
    return [
        line
        for file in found.deposit.files
        if file.role is FileRole.EVENTS
        for line in found.contents[file.path].decode("utf-8", "replace").splitlines()
        if line.strip()
    ]
