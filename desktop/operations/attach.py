"""Adjuntar: a file that goes with a document, looked at by its content and by what its type allows, before anybody signs the list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from desktop.drafting.content import PDF, Risk, content_of
from desktop.drafting.templates import AttachmentRules, Manner
from desktop.records.errors import OfficeError
from desktop.store.drafts import DraftAttachment
from signing.errors import SigningError

from .desk import Desk
from .file_names import safe_name

_MEGABYTE = 1_000_000


def attach_all(desk: Desk, files: Sequence[Path], rules: AttachmentRules) -> tuple[DraftAttachment, ...]:
    """Keep these files' bytes for a draft, in order; names get a form that every system and the archive can bear.

    Raises ``draft.attachment_unreadable``, ``_empty``, ``_too_large``, ``_total_too_large``, ``_risky``, ``store.disk_full``.
    """
    kept: list[DraftAttachment] = []
    for path in files:
        kept.append(_attach(desk, path, rules, [item.name for item in kept]))
        total = sum(item.size for item in kept)
        if total > rules.total * _MEGABYTE:
            raise OfficeError("draft.attachment_total_too_large", megabytes=rules.total, bytes=total)
    return tuple(kept)


def told_of(item: DraftAttachment) -> tuple[OfficeError, ...]:
    """What a person should know of an attachment before it is sent: ``attached.…``."""
    risks = {Risk.PROGRAM: "attached.program", Risk.SCRIPT: "attached.script", Risk.MACROS: "attached.macros"}
    codes = ([risks[Risk(item.risk)]] if item.risk else []) + (["attached.misnamed"] if item.misnamed else [])
    return tuple(OfficeError(code, name=item.name, kind=item.media_type) for code in codes)


def _attach(desk: Desk, path: Path, rules: AttachmentRules, taken: Sequence[str]) -> DraftAttachment:
    name = safe_name(path.name, desk.resources / "fonts", taken)
    try:
        size = path.stat().st_size
        if size > rules.largest * _MEGABYTE:
            raise OfficeError("draft.attachment_too_large", name=name, megabytes=rules.largest)
        data = path.read_bytes()
    except OSError as error:
        raise OfficeError("draft.attachment_unreadable", name=path.name) from error
    if not data:
        raise OfficeError("draft.attachment_empty", name=name)
    content = content_of(data, path.name)
    if content.risk and not rules.risky:
        raise OfficeError("draft.attachment_risky", name=name, kind=content.media_type)
    manner = rules.pdf if content.media_type == PDF else rules.others
    return DraftAttachment(
        name=name,
        size=len(data),
        sha256=desk.store.put_bytes(data),
        media_type=content.media_type,
        pages=_pages(desk, path) if manner is Manner.PAGES else 0,
        embed=manner is Manner.EMBED,
        risk=content.risk or "",
        misnamed=content.misnamed,
    )


def _pages(desk: Desk, path: Path) -> int:
    """The hojas that a PDF adds, counted in the verifier's child; none where it is locked or damaged: it goes along all the same."""
    try:
        return desk.verifier.layout(path, 0)[1]
    except SigningError:
        return 0
