"""2: the level that each document has reached, so that what is owed a raise is found by an index; what came of trying to raise it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """From version 1: levels are read out of the folded views."""
    op.add_column("documents", sa.Column("level", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.execute("UPDATE documents SET level = coalesce(json_extract(view, '$.appended[#-1].level'), '')")
    op.create_index("ix_documents_level_state", "documents", ["level", "state"], unique=False)
    op.create_table(
        "raising",
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("facts", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("tried_at", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("retry_at", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("aside", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_raising")),
    )
