"""Opening the desk's file: refuse what is not ours or newer, back up, migrate, set the rules of every connection."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from desktop.records.errors import OfficeError
from desktop.storage.durable import sync_folder

from .migrations import HEAD, Migration, all_migrations

APPLICATION = 0x514C4C51  # "QLLQ": tells our file from any other SQLite file
BUSY_SECONDS = 10.0
_QUICK_CHECK_BELOW = 32 * 1024 * 1024


def connect(path: Path, *, reading: bool = False) -> sqlite3.Connection:
    """A connection with the rules that all share. Transactions are begun by whoever uses it (autocommit mode)."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA trusted_schema = OFF")
        if reading:
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def prepare(home: Path, path: Path, *, now: datetime, migrations: Sequence[Migration] | None = None) -> None:
    """Make the file what this program needs. Raises ``store.newer``, ``store.damaged``; ``now`` names the backup."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        sync_folder(home)
    steps = migrations
    with closing(connect(path)) as connection:
        version = _read_version(connection, path)
        head = len(steps) if steps is not None else HEAD
        if version > head:
            raise OfficeError("store.newer", on_disk="unchanged", path=str(path), found=version, known=head)
        _check(connection, path, whole=version < head)
        connection.execute("PRAGMA journal_mode = WAL")
        if version < head:
            if version > 0:
                back_up(connection, home / "backups", version, now=now)
            _migrate(connection, version, steps if steps is not None else all_migrations())


def _read_version(connection: sqlite3.Connection, path: Path) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if application != APPLICATION and (version or tables or application):
        raise OfficeError("store.damaged", on_disk="unchanged", path=str(path), reason="application_id")
    return version


def _check(connection: sqlite3.Connection, path: Path, *, whole: bool) -> None:
    if not whole and path.stat().st_size > _QUICK_CHECK_BELOW:
        return
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise OfficeError("store.damaged", on_disk="unchanged", path=str(path), reason=str(found))


def back_up(connection: sqlite3.Connection, folder: Path, version: int, *, now: datetime) -> Path:
    """A whole, synced copy of the file as it is: ``backups/desk-v1-20261123T124307Z.sqlite3``."""
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"desk-v{version}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.sqlite3"
    staged = target.with_suffix(".new")
    staged.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(staged)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        handle = os.open(staged, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        staged.replace(target)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    sync_folder(folder)
    return target


def _migrate(connection: sqlite3.Connection, version: int, steps: Sequence[Migration]) -> None:
    """Each step in one transaction with its number: a crash leaves the step before or the step after, nothing between."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import StaticPool

    engine = create_engine("sqlite+pysqlite://", creator=lambda: connection, poolclass=StaticPool)
    event.listen(engine, "begin", lambda bound: bound.exec_driver_sql("BEGIN IMMEDIATE"))
    connection.execute("PRAGMA foreign_keys = OFF")  # tables are rebuilt by copying; checked below
    for number in range(version + 1, len(steps) + 1):
        with engine.begin() as bound:
            with Operations.context(MigrationContext.configure(bound)) as operations:
                steps[number - 1](operations)
            if bound.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise RuntimeError(f"migration {number} leaves rows without their parents")
            bound.exec_driver_sql(f"PRAGMA user_version = {number}")
            bound.exec_driver_sql(f"PRAGMA application_id = {APPLICATION}")
            if not connection.in_transaction:  # alembic commits DDL by itself where it finds no transaction
                raise RuntimeError(f"migration {number} ended its own transaction")
    connection.execute("PRAGMA foreign_keys = ON")
