"""The tables as they are now (docs/formats/desk-store.md). Migrations repeat them on purpose and never import this.

Times are text: ISO 8601 in UTC with microseconds, so that they sort. Digests are SHA-256 hex.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, null: bool = False, default: str | None = None) -> Column[str]:
    return Column(name, Text, nullable=null, server_default=None if default is None else text(f"'{default}'"))


def _whole(name: str, *, null: bool = False, default: int | None = None) -> Column[int]:
    return Column(name, Integer, nullable=null, server_default=None if default is None else text(str(default)))


# --- the truth: what happened, as it was signed --------------------------------------------------------------------
events = Table(
    "events",
    metadata,
    Column("digest", Text, primary_key=True),
    _text("id"),
    _text("kind"),
    _text("document"),
    _text("slip", null=True),
    _text("device"),
    _whole("device_seq"),
    _text("claimed_at"),
    _text("received_at"),
    _text("unit", default=""),  # whose act it was
    Column("packed", LargeBinary, nullable=False, server_default=text("x''")),  # store/packing.py
)
Index("ix_events_document", events.c.document)
Index("ix_events_slip", events.c.slip)
Index("ix_events_device_device_seq", events.c.device, events.c.device_seq)
Index("ix_events_claimed_at", events.c.claimed_at)
Index("ix_events_kind", events.c.kind, sqlite_where=text("kind = 'document.number_settled'"))

event_parents = Table(
    "event_parents",
    metadata,
    Column("child", Text, ForeignKey("events.digest"), nullable=False),
    _text("parent"),
    PrimaryKeyConstraint("child", "parent"),
    sqlite_with_rowid=False,
)
Index("ix_event_parents_parent", event_parents.c.parent)

# What ``keys.shared`` events handed on: ciphers of blobs and digests of events, to devices and (``unit:``) units.
handed = Table(
    "handed",
    metadata,
    _text("what"),
    _text("receiver"),
    _text("event"),
    PrimaryKeyConstraint("what", "receiver", "event"),
    sqlite_with_rowid=False,
)

# --- projections: folded from the events, rebuilt at will ---------------------------------------------------------
documents = Table(
    "documents",
    metadata,
    Column("rowid", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    _text("state"),
    _text("unit"),
    _text("author"),
    _text("cite"),
    _text("slip", null=True),
    _text("next_official", null=True),
    _text("digest"),
    _text("view"),
    _text("level", default=""),
)
Index("ix_documents_level_state", documents.c.level, documents.c.state)
Index("ix_documents_unit_state", documents.c.unit, documents.c.state)
Index("ix_documents_state", documents.c.state)
Index("ix_documents_cite", documents.c.cite)

slips = Table(
    "slips",
    metadata,
    Column("id", Text, primary_key=True),
    _text("number"),
    _text("document"),
    _text("holder"),
    Column("concluded", Boolean(create_constraint=False), nullable=False),
    Column("conflict", Boolean(create_constraint=False), nullable=False),
    _text("view"),
    _text("subject", default=""),
    _text("folder", default=""),
    _text("deadline", null=True),
    _text("principal", null=True),
)
Index("ix_slips_number", slips.c.number)
Index("ix_slips_holder", slips.c.holder)
Index("ix_slips_principal", slips.c.principal)
Index("ix_slips_conflict", slips.c.conflict, sqlite_where=text("conflict = 1"))

slip_documents = Table(
    "slip_documents",
    metadata,
    Column("slip", Text, ForeignKey("slips.id", ondelete="CASCADE"), nullable=False),
    _text("document"),
    PrimaryKeyConstraint("slip", "document"),
    sqlite_with_rowid=False,
)
Index("ix_slip_documents_document", slip_documents.c.document)

hops = Table(
    "hops",
    metadata,
    Column("slip", Text, ForeignKey("slips.id", ondelete="CASCADE"), nullable=False),
    _text("id"),
    _whole("place"),
    _text("from_unit"),
    _text("to_unit"),
    _text("to_official"),
    _text("mode"),
    _text("state"),
    _text("sent_at"),
    _text("received_at", null=True),
    _text("deadline", null=True),
    _text("from_official", default=""),
    _text("action", default=""),
    _text("remark", default=""),
    Column("urgent", Boolean(create_constraint=False), nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("slip", "id"),
)
Index("ix_hops_to_unit_state", hops.c.to_unit, hops.c.state)
Index("ix_hops_from_unit_sent_at", hops.c.from_unit, hops.c.sent_at)
Index("ix_hops_to_unit_received_at", hops.c.to_unit, hops.c.received_at)

tray_items = Table(
    "tray_items",
    metadata,
    Column("rowid", Integer, primary_key=True),
    _text("tray"),
    _text("unit"),
    _text("official"),
    _text("document"),
    Column("slip", Text, ForeignKey("slips.id", ondelete="CASCADE"), nullable=True),
    _text("hop", null=True),
    _text("since"),
)
Index("ix_tray_items_unit_tray_since", tray_items.c.unit, tray_items.c.tray, tray_items.c.since)
Index(
    "ix_tray_items_unit_tray_official", tray_items.c.unit, tray_items.c.tray, tray_items.c.official
)  # counts read it alone
Index("ix_tray_items_official_tray", tray_items.c.official, tray_items.c.tray)
Index("ix_tray_items_document", tray_items.c.document)
Index("ix_tray_items_slip", tray_items.c.slip)

# --- the line: what waits to go out, what came ---------------------------------------------------------------------
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _text("source"),
    Column("data", LargeBinary, nullable=True),
    _text("sha256", null=True),
    _whole("priority"),
    _whole("act"),
    _whole("attempts", default=0),
    _text("code", default=""),
    _text("retry_at", default=""),
    _text("event", default=""),  # the digest of the event that the row serves
    CheckConstraint("(data IS NULL) <> (sha256 IS NULL)", name="one_source"),
    sqlite_autoincrement=True,
)
Index("ix_outbox_priority_id", outbox.c.priority, outbox.c.id)
Index("ix_outbox_act", outbox.c.act)
Index("ix_outbox_event", outbox.c.event)

sequences = Table(  # the last number given: ("delivery", device/unit), ("act", "")
    "sequences",
    metadata,
    _text("kind"),
    _text("name"),
    _whole("last"),
    PrimaryKeyConstraint("kind", "name"),
    sqlite_with_rowid=False,
)
mailboxes = Table(
    "mailboxes",
    metadata,
    _text("device"),
    _text("unit"),
    _whole("seq"),
    _text("tag", default=""),  # of the hint when it was last read, where the exchange has tags
    PrimaryKeyConstraint("device", "unit"),
    sqlite_with_rowid=False,
)
pouches = Table(  # what was written for whom, and since when it is known to have arrived
    "pouches",
    metadata,
    _whole("number"),
    _text("unit"),
    _text("key"),
    _text("digest"),
    _text("written_at"),
    _text("acked_at", default=""),
    PrimaryKeyConstraint("unit", "key"),
)
Index("ix_pouches_digest", pouches.c.digest)
Index("ix_pouches_unit_acked_at", pouches.c.unit, pouches.c.acked_at)
quarantine = Table(
    "quarantine",
    metadata,
    _text("key"),
    _text("digest"),
    _text("code"),
    _text("at"),
    PrimaryKeyConstraint("key", "digest"),
)
receipts = Table(
    "receipts",
    metadata,
    Column("deposit", Text, primary_key=True),
    _text("document"),
    _text("state"),
    _text("jws"),
    _text("facts"),
    _text("at"),
)

raising = Table(  # what came of trying to raise a document's level; what is owed is read from the documents
    "raising",
    metadata,
    Column("document", Text, primary_key=True),
    _whole("tries", default=0),
    _text("code", default=""),
    _text("facts", default="{}"),
    _text("tried_at", default=""),
    _text("retry_at", default=""),
    Column("aside", Boolean(create_constraint=False), nullable=False, server_default=text("0")),
)

# --- the cite book -------------------------------------------------------------------------------------------------
number_blocks = Table(
    "number_blocks",
    metadata,
    _text("series"),
    _whole("year"),
    _whole("ordinal"),
    _whole("first"),
    _whole("last"),
    _text("device"),
    _text("dropped_at", default=""),
    PrimaryKeyConstraint("series", "year", "ordinal"),
)
issued_numbers = Table(
    "issued_numbers",
    metadata,
    _text("series"),
    _whole("year"),
    _whole("number"),
    _text("document"),
    _text("issued_at"),
    PrimaryKeyConstraint("series", "year", "number"),
)
Index(
    "uq_issued_numbers_document", issued_numbers.c.document, issued_numbers.c.series, issued_numbers.c.year, unique=True
)
seen_numbers = Table(  # numbers that events tell of, whoever issued them
    "seen_numbers",
    metadata,
    _text("series"),
    _whole("year"),
    _whole("number"),
    Column("event", Text, ForeignKey("events.digest"), nullable=False),
    _text("document"),
    _text("device"),
    PrimaryKeyConstraint("series", "year", "number", "event"),
    sqlite_with_rowid=False,
)

# --- this desk's own -----------------------------------------------------------------------------------------------
drafts = Table(
    "drafts",
    metadata,
    Column("id", Text, primary_key=True),
    _text("template"),
    _text("author"),
    _text("fields"),
    _text("body"),
    _text("attachments"),
    _text("signers"),
    _text("approvers"),
    _whole("access"),
    _text("updated_at"),
    _text("discarded_at", default=""),
)
settings = Table("settings", metadata, Column("name", Text, primary_key=True), _text("value"))
search_words = Table(  # words that the views do not hold; the index itself is made of these and the views
    "search_words",
    metadata,
    _text("document"),
    _text("kind"),  # "given" by a caller, the "body" of the document, "people" on its way
    _text("words"),
    PrimaryKeyConstraint("document", "kind"),
)

SEARCH_INDEX = (
    "CREATE VIRTUAL TABLE search USING fts5(subject, cite, slip, people, words, "
    "tokenize = \"unicode61 remove_diacritics 2\", prefix = '2 3')"
)
