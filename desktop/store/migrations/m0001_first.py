"""1: the first tables: events, their projections, outbox, cite book, drafts and the search index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """From an empty file."""
    op.create_table(
        "documents",
        sa.Column("rowid", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("cite", sa.Text(), nullable=False),
        sa.Column("slip", sa.Text(), nullable=True),
        sa.Column("next_official", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rowid", name=op.f("pk_documents")),
        sa.UniqueConstraint("id", name=op.f("uq_documents_id")),
    )
    op.create_index("ix_documents_cite", "documents", ["cite"], unique=False)
    op.create_index("ix_documents_state", "documents", ["state"], unique=False)
    op.create_index("ix_documents_unit_state", "documents", ["unit", "state"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Text(), nullable=False),
        sa.Column("signers", sa.Text(), nullable=False),
        sa.Column("approvers", sa.Text(), nullable=False),
        sa.Column("access", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_table(
        "events",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("slip", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("device_seq", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_events")),
    )
    op.create_index("ix_events_claimed_at", "events", ["claimed_at"], unique=False)
    op.create_index("ix_events_device_device_seq", "events", ["device", "device_seq"], unique=False)
    op.create_index("ix_events_document", "events", ["document"], unique=False)
    op.create_index("ix_events_slip", "events", ["slip"], unique=False)
    op.create_table(
        "issued_numbers",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", "number", name=op.f("pk_issued_numbers")),
    )
    op.create_index("uq_issued_numbers_document", "issued_numbers", ["document", "series", "year"], unique=True)
    op.create_table(
        "mailboxes",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("device", "unit", name=op.f("pk_mailboxes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "number_blocks",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("dropped_at", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", "ordinal", name=op.f("pk_number_blocks")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("act", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("retry_at", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("(data IS NULL) <> (sha256 IS NULL)", name=op.f("ck_outbox_one_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_act", "outbox", ["act"], unique=False)
    op.create_index("ix_outbox_priority_id", "outbox", ["priority", "id"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", "digest", name=op.f("pk_quarantine")),
    )
    op.create_table(
        "receipts",
        sa.Column("deposit", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("deposit", name=op.f("pk_receipts")),
    )
    op.create_table(
        "search_words",
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_search_words")),
    )
    op.create_table(
        "sequences",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_sequences")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "slips",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("concluded", sa.Boolean(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slips")),
    )
    op.create_index("ix_slips_holder", "slips", ["holder"], unique=False)
    op.create_index("ix_slips_number", "slips", ["number"], unique=False)
    op.create_table(
        "event_parents",
        sa.Column("child", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["child"], ["events.digest"], name=op.f("fk_event_parents_child_events")),
        sa.PrimaryKeyConstraint("child", "parent", name=op.f("pk_event_parents")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_event_parents_parent", "event_parents", ["parent"], unique=False)
    op.create_table(
        "hops",
        sa.Column("slip", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("from_unit", sa.Text(), nullable=False),
        sa.Column("to_unit", sa.Text(), nullable=False),
        sa.Column("to_official", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=True),
        sa.Column("deadline", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["slip"], ["slips.id"], name=op.f("fk_hops_slip_slips"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("slip", "id", name=op.f("pk_hops")),
    )
    op.create_index("ix_hops_to_unit_state", "hops", ["to_unit", "state"], unique=False)
    op.create_table(
        "seen_numbers",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.digest"], name=op.f("fk_seen_numbers_event_events")),
        sa.PrimaryKeyConstraint("series", "year", "number", "event", name=op.f("pk_seen_numbers")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "slip_documents",
        sa.Column("slip", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["slip"], ["slips.id"], name=op.f("fk_slip_documents_slip_slips"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("slip", "document", name=op.f("pk_slip_documents")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_slip_documents_document", "slip_documents", ["document"], unique=False)
    op.create_table(
        "tray_items",
        sa.Column("rowid", sa.Integer(), nullable=False),
        sa.Column("tray", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("official", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("slip", sa.Text(), nullable=True),
        sa.Column("hop", sa.Text(), nullable=True),
        sa.Column("since", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["slip"], ["slips.id"], name=op.f("fk_tray_items_slip_slips"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("rowid", name=op.f("pk_tray_items")),
    )
    op.create_index("ix_tray_items_document", "tray_items", ["document"], unique=False)
    op.create_index("ix_tray_items_official_tray", "tray_items", ["official", "tray"], unique=False)
    op.create_index("ix_tray_items_slip", "tray_items", ["slip"], unique=False)
    op.create_index("ix_tray_items_unit_tray_since", "tray_items", ["unit", "tray", "since"], unique=False)
    op.execute(
        'CREATE VIRTUAL TABLE search USING fts5(subject, cite, slip, words, tokenize = "unicode61 remove_diacritics 2")'
    )
