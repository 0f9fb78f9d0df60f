"""What came of trying to raise a document: this desk's own memory, beside the events and never needed to find what is owed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from desktop.records.documents import DocumentState, DocumentView
from desktop.records.errors import Fact

from .tables import documents, raising
from .times import read_time, write_time
from .views import read_document_view

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class RaisingTry:
    """The last try. ``code`` and ``facts`` have words; ``aside``: a person must look, it is not tried again by itself."""

    document: str
    tries: int
    code: str
    facts: Mapping[str, Fact]
    tried_at: datetime
    retry_at: datetime
    aside: bool = False


def put_try(connection: Connection, made: RaisingTry) -> None:
    """Insert or replace it."""
    row = {
        "document": made.document,
        "tries": made.tries,
        "code": made.code,
        "facts": json.dumps(dict(made.facts), ensure_ascii=False, sort_keys=True),
        "tried_at": write_time(made.tried_at),
        "retry_at": write_time(made.retry_at),
        "aside": made.aside,
    }
    statement = insert(raising).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=[raising.c.document], set_=row))


def drop_try(connection: Connection, document: str) -> None:
    """Forget it; nothing happens where there is none."""
    connection.execute(delete(raising).where(raising.c.document == document))


def read_tries(connection: Connection) -> dict[str, RaisingTry]:
    """All of them, by document."""
    return {
        row.document: RaisingTry(
            row.document, row.tries, row.code, json.loads(row.facts), read_time(row.tried_at), read_time(row.retry_at),
            bool(row.aside),
        )
        for row in connection.execute(select(raising))
    }  # fmt: skip


def read_at_levels(
    connection: Connection, levels: Collection[str], states: Collection[DocumentState]
) -> list[DocumentView]:
    """Documents at one of those levels and in one of those states, the oldest first."""
    statement = (
        select(documents.c.view)
        .where(documents.c.level.in_(list(levels)), documents.c.state.in_([state.value for state in states]))
        .order_by(documents.c.rowid)
    )
    return [read_document_view(view) for view in connection.scalars(statement)]
