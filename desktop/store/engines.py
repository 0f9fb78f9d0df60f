"""Engines over one SQLite file: readers on connections of their own, one writer whose transactions are immediate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from .opening import connect

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


def engine_of(path: Path, *, reading: bool) -> Engine:
    """The engine of a file that is there already, with the rules that all connections share."""

    def creator() -> sqlite3.Connection:
        return connect(path, reading=reading)

    pool: dict[str, Any] = (
        {"poolclass": QueuePool, "pool_size": 4, "max_overflow": -1} if reading else {"poolclass": StaticPool}
    )
    engine = create_engine("sqlite+pysqlite://", creator=creator, **pool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
