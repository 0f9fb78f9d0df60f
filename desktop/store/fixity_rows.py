"""What ``fixity_book`` holds: its tables, its rows, and the way between both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from .times import read_time, write_time

metadata = sa.MetaData()
objects = sa.Table(
    "objects",
    metadata,
    sa.Column("root", sa.Text, primary_key=True),
    sa.Column("folder", sa.Text, primary_key=True),
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),  # of the last reading at which its inventory was what it was before
    sa.Column("inventory", sa.Text, nullable=False),  # SHA-512 of that version's
    sa.Column("series", sa.Text, nullable=False),
    sa.Column("series_title", sa.Text, nullable=False),
    sa.Column("cite", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("read_at", sa.Text, nullable=False),  # empty: known, never read
    sa.Column("files", sa.Integer, nullable=False),
    sa.Column("bytes", sa.Integer, nullable=False),
    sa.Column("problems", sa.Integer, nullable=False),
)
sa.Index("ix_objects_root_read_at", objects.c.root, objects.c.read_at, objects.c.folder)
problems = sa.Table(
    "problems",
    metadata,
    sa.Column("root", sa.Text, primary_key=True),
    sa.Column("folder", sa.Text, primary_key=True),  # empty: of no object
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("logical", sa.Text, nullable=False),
    sa.Column("recoverable", sa.Boolean, nullable=False),
    sa.Column("since", sa.Text, nullable=False),
    sa.Column("seen_at", sa.Text, nullable=False),
)
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("begun_at", sa.Text, nullable=False),
    sa.Column("before", sa.Text, nullable=False),  # what was read before that is read again
    sa.Column("ended_at", sa.Text, nullable=False),  # empty: not ended
    sa.Column("objects", sa.Integer, nullable=False),
    sa.Column("files", sa.Integer, nullable=False),
    sa.Column("bytes", sa.Integer, nullable=False),
    sa.Column("problems", sa.Integer, nullable=False),
)
receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),  # under which the exchange holds it
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("inventory", sa.Text, nullable=False),
)
sa.Index("ix_receipts_object", receipts.c.object)


@dataclass(frozen=True, slots=True)
class ReadObject:
    """What is remembered of an object; ``read_at`` None: never read."""

    folder: str
    object: str
    version: str = ""
    inventory: str = ""
    series: str = ""
    series_title: str = ""
    cite: str = ""
    title: str = ""
    read_at: datetime | None = None
    files: int = 0
    bytes: int = 0
    problems: int = 0


@dataclass(frozen=True, slots=True)
class KeptProblem:
    """One thing that is not as it was: ``since`` when it is known."""

    folder: str
    code: str
    path: str
    object: str
    logical: str
    recoverable: bool
    since: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """One reading of a root, of all that was not read since ``before``; it may be spread over days and processes."""

    id: int
    begun_at: datetime
    before: datetime
    ended_at: datetime | None
    objects: int
    files: int
    bytes: int
    problems: int


@dataclass(frozen=True, slots=True)
class SeriesState:
    """How a series stands: ``never`` read, the ``last`` reading and the ``oldest``, and how many are ``damaged`` or were read before
    a limit (``due``, those never read among them).
    """

    series: str
    title: str
    objects: int
    never: int
    due: int
    damaged: int
    last: datetime | None
    oldest: datetime | None


def time_of(text: str | None) -> datetime | None:
    """The moment; None for an empty text or none."""
    return read_time(text) if text else None


def object_of(row: sa.Row[tuple[object, ...]]) -> ReadObject:
    """From a row of ``objects``."""
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    values.pop("root")
    return ReadObject(**{**values, "read_at": time_of(values["read_at"])})


def object_row(root: str, one: ReadObject) -> dict[str, object]:
    """To a row of ``objects``."""
    return {
        "root": root,
        **{name: getattr(one, name) for name in objects.c.keys() if name not in {"root", "read_at"}},  # noqa: SIM118
        "read_at": write_time(one.read_at) if one.read_at else "",
    }


def problem_of(row: sa.Row[tuple[object, ...]]) -> KeptProblem:
    """From a row of ``problems``."""
    values = dict(row._mapping)  # noqa: SLF001
    values.pop("root")
    return KeptProblem(**{**values, "since": read_time(values["since"]), "seen_at": read_time(values["seen_at"])})


def problem_row(root: str, item: KeptProblem, before: dict[tuple[str, str, str], str]) -> dict[str, object]:
    """To a row of ``problems``; ``before``: since when those are known that were there (folder, code, path)."""
    return {
        "root": root,
        "folder": item.folder,
        "code": item.code,
        "path": item.path,
        "object": item.object,
        "logical": item.logical,
        "recoverable": item.recoverable,
        "since": before.get((item.folder, item.code, item.path)) or write_time(item.since),
        "seen_at": write_time(item.seen_at),
    }
