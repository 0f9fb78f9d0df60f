"""The desk's store: ``desk.sqlite3`` and ``bytes/`` in the desk's home.

Thread rule: one thread (the lane of the local database) acts; any thread may read, since each read takes its own
connection. Acts of other threads wait; acts do not nest. A read by the thread that is inside an act sees that act.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, select

from desktop.records.errors import OfficeError

from . import cite_book
from .act import Act, WordKind
from .bytes_ import ByteStore
from .drafts import Draft
from .engines import engine_of
from .failures import told_as_office_errors
from .file_identity import file_identity
from .line_reads import Quarantined
from .mark import Marked, Number, NumberMark
from .opening import prepare
from .outbox import OutboxRow
from .reads import Reads, Receipt, TrayItem
from .tables import settings

_FILE = select(settings.c.value).where(settings.c.name == "numbers.file")
DATABASE = "desk.sqlite3"
VIEWS = "4"  # rises when folded views hold more than before

__all__ = [
    "DATABASE",
    "Act",
    "DeskStore",
    "Draft",
    "OutboxRow",
    "Quarantined",
    "Receipt",
    "TrayItem",
    "projection_digest",
]


class DeskStore(Reads):
    """One desk's memory. Made by ``open``; a lock against a second program on the same home is the caller's."""

    def __init__(self, home: Path, *, now: datetime) -> None:
        self._home = home
        self._path = home / DATABASE
        self._bytes = ByteStore(home / "bytes")
        self._lane = threading.Lock()
        self._act: Act | None = None
        self._actor: int | None = None
        self.restored = False
        with told_as_office_errors(self._path, files=True):
            prepare(home, self._path, now=now)
        self._writer = engine_of(self._path, reading=False)
        self._reader = engine_of(self._path, reading=True)
        self._mark = NumberMark(home / "numbers.mark")

    @classmethod
    def open(cls, home: Path, *, now: datetime) -> Self:
        """Open or make the store in that folder; an older file is backed up and migrated first.

        Raises ``store.newer`` for a file of a newer program, ``store.damaged``, ``store.disk_full``, ``store.unwritable``.
        A store that was put back from a copy drops its remaining numbers (docs/formats/cite.md).
        """
        store = cls(home, now=now)
        try:
            store.restored = store._drop_restored(now)
            store._fold_anew()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Close every connection. Safe to call twice."""
        self._writer.dispose()
        self._reader.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    # bytes
    def put_bytes(self, data: bytes) -> str:
        """Keep bytes, whole and synced; returns their SHA-256 in hex. Raises ``store.disk_full``."""
        return self._bytes.put(data)

    def get_bytes(self, sha256: str) -> bytes:
        """Raises ``store.bytes_missing`` and ``store.bytes_damaged``."""
        return self._bytes.get(sha256)

    def path_of(self, sha256: str) -> Path:
        """Where those bytes lie. Read them only; their content is checked by ``get_bytes``."""
        return self._bytes.path_of(sha256)

    def adopt_bytes(self, path: Path) -> str:
        """Keep the bytes of a file below ``incoming`` by moving it; returns their SHA-256 in hex. Raises ``store.disk_full``."""
        return self._bytes.adopt(path)

    @property
    def incoming(self) -> Path:
        """Where what is not whole yet lies, on the same disk. Its content may be thrown away at any time: it is fetched again."""
        return self._home / "incoming"

    def has_bytes(self, sha256: str) -> bool:
        """Whether they are there."""
        return self._bytes.has(sha256)

    def outbox_bytes(self, row: OutboxRow) -> bytes:
        """The bytes of an outbox row, wherever they lie."""
        return row.data if row.data is not None else self.get_bytes(row.sha256 or "")

    # acts
    @contextmanager
    def act(self) -> Iterator[Act]:
        """One immediate transaction: all of it is on the disk when the block ends, or none of it when it raises.

        Raises ``store.busy`` when another program holds the file, ``store.disk_full`` (``on_disk`` is ``unchanged``).
        RuntimeError for an act inside an act of the same thread.
        """
        if self._actor == threading.get_ident():
            raise RuntimeError("acts do not nest")
        with self._lane:
            self._actor = threading.get_ident()
            marked = False
            try:
                with told_as_office_errors(self._path), self._writer.begin() as connection:
                    self._act = Act(connection, self._bytes)
                    yield self._act
                    self._act.fold()
                    if self._act.counted:
                        marked = True
                        self._keep_mark(connection, self._act.issued)
            except BaseException:
                if marked:
                    self._right_mark()
                raise
            finally:
                self._act = self._actor = None

    @contextmanager
    def _joined(self) -> Iterator[Act]:
        """The act this thread is in, else one of its own."""
        if self._act is not None and self._actor == threading.get_ident():
            yield self._act
            return
        with self.act() as act:
            yield act

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        if self._act is not None and self._actor == threading.get_ident():
            with self._act.reading() as connection:
                yield connection
            return
        with told_as_office_errors(self._path), self._reader.connect() as connection:
            yield connection

    # single acts, for convenience; inside an act they belong to it
    def outbox_done(self, row: int) -> None:
        """The exchange has that row."""
        with self._joined() as act:
            act.outbox_done(row)

    def outbox_failed(self, row: int, code: str, retry_at: datetime) -> None:
        """That row could not go; try again from ``retry_at`` on."""
        with self._joined() as act:
            act.outbox_failed(row, code, retry_at)

    def set_setting(self, name: str, value: str) -> None:
        """Keep text under a name."""
        with self._joined() as act:
            act.set_setting(name, value)

    def put_directory(self, number: int, jws: str) -> None:
        """Keep the latest directory. Raises ``store.directory_older``."""
        with self._joined() as act:
            act.put_directory(number, jws)

    def save_draft(self, draft: Draft) -> None:
        """Keep a draft; it is on the disk when this returns."""
        with self._joined() as act:
            act.save_draft(draft)

    def drop_draft(self, draft: str) -> None:
        """Forget a draft."""
        with self._joined() as act:
            act.drop_draft(draft)

    def index_text(self, document: str, words: str, kind: WordKind = "given") -> None:
        """Words by which a document is found beside its own; they replace those of that kind."""
        with self._joined() as act:
            act.index_text(document, words, kind)

    def rebuild_projections(self) -> None:
        """Fold everything again from the events."""
        with self._joined() as act:
            act.rebuild_projections()

    def check(self) -> tuple[str, ...]:
        """What SQLite finds wrong with the file; empty when nothing. Reads all of it."""
        with told_as_office_errors(self._path), self._reader.connect() as connection:
            rows = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            keys = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return tuple(str(row) for row in rows if row != "ok") + tuple(str(row) for row in keys)

    def _fold_anew(self) -> None:
        """Views that an older program folded lack what this one tells: events are the truth, so fold them again, once."""
        if self.setting("views") == VIEWS:
            return
        with self.act() as act:
            act.rebuild_projections()
            act.set_setting("views", VIEWS)

    # numbers
    def _keep_mark(self, connection: Connection, last: Iterable[Number] = ()) -> None:
        """Before the commit, so that no copy of the database can know of as many numbers as the mark unless it knows them all."""
        with told_as_office_errors(self._path, files=True):
            count, line = cite_book.issued_count(connection), cite_book.count_line(connection)
            self._mark.write(Marked(count, line, tuple(last)))

    def _right_mark(self) -> None:
        """The act failed after its mark was written. Nobody else is between mark and commit while this holds the database."""
        with suppress(OfficeError), self._writer.begin() as connection:
            self._keep_mark(connection)

    def _drop_restored(self, now: datetime) -> bool:
        """Whether this is a copy that was put back or taken elsewhere; its remaining numbers are then given up.

        A program that died between mark and commit leaves the same trace as a copy that is one act behind: the numbers of that act
        alone are in doubt, and are never given. Asked again inside an act where anything seems wrong: another program may
        just have written its mark and not yet committed.
        """
        with told_as_office_errors(self._path, files=True):
            identity = file_identity(self._path)
        marked = self._mark.read()  # before the database: another program may issue a number between the two
        with self.reading() as connection:
            kept = connection.scalar(_FILE)
            calm = self._trace(connection, marked, identity) is _Trace.NONE
        if calm and kept is not None:
            return False
        with self.act() as act, act.reading() as connection:
            marked = self._mark.read()
            trace = _Trace.NONE if calm else self._trace(connection, marked, identity)
            act.set_setting("numbers.file", identity)
            if trace is _Trace.NONE:
                return False
            if trace is _Trace.COPY or marked is None:
                return act.give_up_numbers(now) > 0
            cite_book.burn(connection, marked.last, now)
            cite_book.set_issued_count(connection, marked.issued)
            cite_book.begin_line(connection)
            act.counted = True
        return False

    def _trace(self, connection: Connection, marked: Marked | None, identity: str) -> _Trace:
        issued, kept = cite_book.issued_count(connection), connection.scalar(_FILE)
        if kept is not None and kept != identity:
            return _Trace.COPY
        if marked is None:
            return _Trace.COPY if issued else _Trace.NONE
        if marked.line != cite_book.count_line(connection):
            return _Trace.COPY
        ahead = marked.issued - issued
        if ahead <= 0:
            return _Trace.NONE
        return _Trace.DEATH if ahead == len(marked.last) else _Trace.COPY


class _Trace(Enum):
    """What mark and file say of the database."""

    NONE = auto()
    DEATH = auto()
    COPY = auto()


def projection_digest(store: Reads) -> str:
    """A digest over documents, slips, hops and trays: equal for desks that have the same events."""
    return store.projection_digest()
