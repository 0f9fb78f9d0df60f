"""4: what travels by line and by pouch, all that a slip tells in columns, people and prefixes in the search, `prev` in the events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """From version 3. Columns of projections and the index are filled when everything is folded anew, right after."""
    # Events of before had no predecessor named; what is kept of them must be readable, their JWS stays as it was signed.
    op.execute("UPDATE events SET payload = json_set(payload, '$.prev', '') WHERE json_type(payload, '$.prev') IS NULL")
    op.add_column("mailboxes", _text("tag"))
    op.add_column("outbox", _text("event"))
    op.create_index("ix_outbox_event", "outbox", ["event"], unique=False)
    for name in ("from_official", "action", "remark"):
        op.add_column("hops", _text(name))
    op.add_column("hops", sa.Column("urgent", sa.Boolean(), server_default=sa.text("0"), nullable=False))
    op.create_index("ix_hops_from_unit_sent_at", "hops", ["from_unit", "sent_at"], unique=False)
    op.create_index("ix_hops_to_unit_received_at", "hops", ["to_unit", "received_at"], unique=False)
    for name in ("subject", "folder"):
        op.add_column("slips", _text(name))
    op.add_column("slips", sa.Column("deadline", sa.Text(), nullable=True))
    op.add_column("slips", sa.Column("principal", sa.Text(), nullable=True))
    op.create_index("ix_slips_principal", "slips", ["principal"], unique=False)
    op.create_index("ix_tray_items_unit_tray_official", "tray_items", ["unit", "tray", "official"], unique=False)
    op.create_table(
        "pouches",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("written_at", sa.Text(), nullable=False),
        _text("acked_at"),
        sa.PrimaryKeyConstraint("unit", "key", name=op.f("pk_pouches")),
    )
    op.create_index("ix_pouches_digest", "pouches", ["digest"], unique=False)
    op.create_index("ix_pouches_unit_acked_at", "pouches", ["unit", "acked_at"], unique=False)
    _widen_search(op)


def _widen_search(op: Operations) -> None:
    op.rename_table("search_words", "search_words_3")
    op.create_table(
        "search_words",
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("document", "kind", name=op.f("pk_search_words")),
    )
    op.execute("INSERT INTO search_words SELECT document, 'given', words FROM search_words_3")
    op.drop_table("search_words_3")
    op.execute("DROP TABLE search")
    op.execute(
        "CREATE VIRTUAL TABLE search USING fts5(subject, cite, slip, people, words, "
        "tokenize = \"unicode61 remove_diacritics 2\", prefix = '2 3')"
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)
