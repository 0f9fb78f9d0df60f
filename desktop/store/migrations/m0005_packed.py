"""5: an event's JWS once and deflated, whose act it was in a column, what was handed on to whom, indexes for what is rare."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations

_AT_A_TIME = 500  # rows of some kB each


def upgrade(op: Operations) -> None:
    """From version 4. What was handed on is filled when everything is folded anew, right after."""
    op.add_column("events", sa.Column("unit", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("events", sa.Column("packed", sa.LargeBinary(), server_default=sa.text("x''"), nullable=False))
    connection, last = op.get_bind(), -1
    while True:
        rows = connection.execute(
            sa.text("SELECT rowid, payload, jws FROM events WHERE rowid > :last ORDER BY rowid LIMIT :most"),
            {"last": last, "most": _AT_A_TIME},
        ).all()
        if not rows:
            break
        connection.execute(
            sa.text("UPDATE events SET unit = :unit, packed = :packed WHERE rowid = :at"),
            [{"at": row.rowid, "unit": _unit(row.payload), "packed": _pack(row.payload, row.jws)} for row in rows],
        )
        last = rows[-1].rowid
    op.drop_column("events", "payload")
    op.drop_column("events", "jws")
    rare = sa.text("kind = 'document.number_settled'")
    op.create_index("ix_events_kind", "events", ["kind"], unique=False, sqlite_where=rare)
    op.create_index("ix_slips_conflict", "slips", ["conflict"], unique=False, sqlite_where=sa.text("conflict = 1"))
    op.create_table(
        "handed",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("what", "receiver", "event", name=op.f("pk_handed")),
        sqlite_with_rowid=False,
    )


def _unit(payload: str) -> str:
    return str(json.loads(payload)["actor"]["unit"])


def _pack(payload: str, jws: str) -> bytes:
    value = json.loads(payload)
    parts = jws.split(".")
    try:
        data = (
            base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
            if len(parts) == 3 and jws.isascii()
            else None
        )
    except (binascii.Error, ValueError):
        data = None
    compact = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
    if data == compact and base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii") == parts[1]:
        return b"\x01" + zlib.compress(f"{parts[0]}.{parts[2]}.".encode("ascii") + data)
    return b"\x00" + zlib.compress(json.dumps(value, ensure_ascii=False).encode("utf-8") + b"\n" + jws.encode("utf-8"))
