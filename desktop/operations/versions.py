"""Versiones: what a document was at each freezing and whenever its author kept it; text and pages of two, side by side."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from desktop.drafting.body import Body
from desktop.drafting.comparison import Comparison, compare
from desktop.drafting.setting import preview
from desktop.records.errors import OfficeError

from . import writing
from .desk import Desk
from .freeze import page_job


@dataclass(frozen=True, slots=True)
class Version:
    """One state of the text. ``text`` is the digest of its JSON, ``pdf`` that of its frozen page ("" where none was)."""

    at: datetime
    author: str
    label: str
    text: str
    pdf: str = ""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two versions: what differs in the text, and both pages as PDF."""

    old: Version
    new: Version
    text: Comparison
    old_pdf: bytes
    new_pdf: bytes


def versions(desk: Desk, document: str) -> list[Version]:
    """Every version that this desk has, the oldest first: those the author kept here, and every freezing.

    Raises ``document.unknown`` where there is neither a draft nor an event.
    """
    kept = desk.store.draft(document)
    found = (
        [Version(v.at, v.author, v.label, v.sha256, v.pdf) for v in writing.versions(desk, document)] if kept else []
    )
    told = {item.pdf for item in found}
    if kept is None or desk.store.events_of_document(document):
        view = desk.store.document(document)
        found += [
            Version(item.at, view.author, view.cite, item.text, item.digest)
            for item in view.versions
            if item.digest not in told
        ]
    return sorted(found, key=lambda item: item.at)


def side_by_side(desk: Desk, document: str, old: Version, new: Version) -> SideBySide:
    """Compare two of them. Raises ``version.text_missing`` where a text never came to this desk."""
    texts = [_text(desk, version) for version in (old, new)]
    pages = [_page(desk, document, version, body) for version, body in zip((old, new), texts, strict=True)]
    return SideBySide(old, new, compare(*texts), *pages)


def _text(desk: Desk, version: Version) -> Body:
    if not version.text or not desk.store.has_bytes(version.text):
        raise OfficeError("version.text_missing", label=version.label)
    return Body.from_json(json.loads(desk.store.get_bytes(version.text)))


def _page(desk: Desk, document: str, version: Version, body: Body) -> bytes:
    """The frozen page, or one set anew as a draft with today's header and the CITE that it has by now."""
    if version.pdf and desk.store.has_bytes(version.pdf):
        return desk.store.get_bytes(version.pdf)
    kept = desk.store.draft(document)
    if kept is None:
        raise OfficeError("version.text_missing", label=version.label)
    text = json.dumps(body.to_json(), ensure_ascii=False)
    cite = desk.store.document(document).cite if desk.store.events_of_document(document) else ""
    job = page_job(desk, replace(kept, body=text), desk.directory.official(kept.author), cite, desk.clock())
    return preview(replace(job, cite=cite or None, qr="")).pdf  # what its QR would lead to is not frozen yet
