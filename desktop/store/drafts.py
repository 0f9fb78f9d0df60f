"""Drafts: this desk's own text before it becomes events. Kept at every save; they never travel. Some lie in the wastebasket."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from .tables import drafts
from .times import read_time, write_time

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class DraftAttachment:
    """A file that the draft will list; its bytes lie in the store. ``sha256`` in hex, ``size`` in bytes."""

    name: str
    size: int
    sha256: str
    media_type: str
    pages: int = 0  # hojas that it adds to the document's
    embed: bool = False
    risk: str = ""  # why it may do harm when it is opened
    misnamed: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """``id`` is the document's id; ``fields`` and ``body`` are JSON text; signers and approvers are official ids.

    ``discarded_at``: since when (UTC) it lies in the wastebasket; ``mark_discarded`` alone changes it.
    """

    id: str
    template: str
    author: str
    fields: str
    body: str
    attachments: tuple[DraftAttachment, ...]
    signers: tuple[str, ...]
    approvers: tuple[str, ...]
    access: int
    updated_at: datetime
    discarded_at: datetime | None = None


def keep_draft(connection: Connection, draft: Draft) -> None:
    """Insert or replace it; one in the wastebasket stays there."""
    row: dict[str, Any] = {
        "id": draft.id,
        "template": draft.template,
        "author": draft.author,
        "fields": draft.fields,
        "body": draft.body,
        "attachments": json.dumps([asdict(item) for item in draft.attachments], ensure_ascii=False),
        "signers": json.dumps(draft.signers),
        "approvers": json.dumps(draft.approvers),
        "access": draft.access,
        "updated_at": write_time(draft.updated_at),
    }
    statement = insert(drafts).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=[drafts.c.id], set_=row))


def mark_discarded(connection: Connection, draft: str, at: datetime | None) -> None:
    """Into the wastebasket since then, or out of it (None)."""
    told = "" if at is None else write_time(at)
    connection.execute(update(drafts).where(drafts.c.id == draft).values(discarded_at=told))


def forget_draft(connection: Connection, draft: str) -> None:
    """Remove it; nothing happens where there is none."""
    connection.execute(delete(drafts).where(drafts.c.id == draft))


def read_drafts(connection: Connection, draft: str | None = None, *, discarded: bool = False) -> list[Draft]:
    """All drafts, the latest first, or the one of that id; else those in the wastebasket."""
    there = drafts.c.discarded_at != "" if discarded else drafts.c.discarded_at == ""
    statement = select(drafts).where(there).order_by(drafts.c.updated_at.desc(), drafts.c.id)
    if draft is not None:
        statement = statement.where(drafts.c.id == draft)
    return [
        Draft(
            id=row.id,
            template=row.template,
            author=row.author,
            fields=row.fields,
            body=row.body,
            attachments=tuple(DraftAttachment(**item) for item in json.loads(row.attachments)),
            signers=tuple(json.loads(row.signers)),
            approvers=tuple(json.loads(row.approvers)),
            access=row.access,
            updated_at=read_time(row.updated_at),
            discarded_at=read_time(row.discarded_at) if row.discarded_at else None,
        )
        for row in connection.execute(statement)
    ]
