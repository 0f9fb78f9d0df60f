"""3: drafts that their author has thrown away: since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """From version 2: no draft is thrown away yet."""
    op.add_column("drafts", sa.Column("discarded_at", sa.Text(), nullable=False, server_default=sa.text("''")))
