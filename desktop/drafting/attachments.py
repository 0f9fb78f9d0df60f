"""The attachment list of the last page, and the files that are embedded (ISO 19005-3 §6.8)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pikepdf
from pikepdf import Dictionary, String

from desktop.records.documents import Attachment
from desktop.records.errors import OfficeError

from .glyphs import breakable, tidy
from .jobs import AttachedFile, PageJob


def list_attachments(job: PageJob, files: dict[str, bytes], *, embed: bool) -> list[dict[str, Any]]:
    """The rows of the list. Bytes to embed go into ``files``.

    Raises ``drafting.attachment_name`` for a name with a folder in it or given twice, ``drafting.attachment_changed``
    for bytes that are not those listed.
    """
    rows: list[dict[str, Any]] = []
    for number, item in enumerate(job.attachments):
        name = tidy(item.name).replace("\n", " ").strip()
        if not name or set(name) & set("/\\") or name in {".", ".."} or any(name == row["name"] for row in rows):
            raise OfficeError("drafting.attachment_name", name=item.name)
        key = f"adjunto-{number + 1:03}"
        row: dict[str, str | None] = {
            "name": name,
            "shown": breakable(name),
            "size_words": size_in_words(item.size),
            "sha256": item.sha256,
            "media_type": item.media_type,
            "description": f"Adjunto {number + 1}: {name}",
            "file": None,
            "key": key,
        }
        if isinstance(item, AttachedFile):
            row["description"] = tidy(item.description) or row["description"]
            if item.embed and embed:
                files[key] = _listed_bytes(item)
                row["file"] = f"/files/{key}"
        rows.append(row)
    return rows


def name_embedded_files(document: pikepdf.Pdf, names: Mapping[str, str]) -> None:
    """Give embedded files the names that people gave them: typst writes paths, and these as UTF-8 into ``/F``."""
    for item in document.objects:
        if isinstance(item, Dictionary) and "/EF" in item:
            name = names[str(item.UF).rpartition("/")[2]]
            item.F = item.UF = String(name)


def size_in_words(size: int) -> str:
    """Bytes as people read them, in decimal units with a comma: ``1,2 MB``."""
    for unit, factor in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}".replace(".", ",")
    return f"{size} B"


def listed(attachment: AttachedFile | Attachment) -> Attachment:
    """The record of an attachment, as the frozen event carries it."""
    return attachment.listed() if isinstance(attachment, AttachedFile) else attachment


def _listed_bytes(item: AttachedFile) -> bytes:
    if item.data is None or len(item.data) != item.size or sha256(item.data).hexdigest() != item.sha256:
        raise OfficeError("drafting.attachment_changed", name=item.name)
    return item.data
