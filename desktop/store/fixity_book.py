"""What a custodian's PC remembers of its readings of an archive: ``fixity.sqlite3`` in the desk's home (docs/formats/desk-store.md).

History, not record: nothing in it can be found again in the archive, and an archive is whole without it. Times are as in ``times``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.pool import StaticPool

from .failures import told_as_office_errors
from .fixity_rows import (
    KeptProblem,
    ReadObject,
    Run,
    SeriesState,
    metadata,
    object_of,
    object_row,
    objects,
    problem_of,
    problem_row,
    problems,
    receipts,
    runs,
    time_of,
)
from .opening import connect, prepare
from .times import read_time, write_time

if TYPE_CHECKING:
    from alembic.operations import Operations

DATABASE = "fixity.sqlite3"
_PAGE = 500  # rows

__all__ = ["DATABASE", "FixityBook", "KeptProblem", "ReadObject", "Run", "SeriesState"]


def _create(op: Operations) -> None:
    """Version 1."""
    metadata.create_all(op.get_bind())


class FixityBook:
    """Made by ``open``; one thread. What one call keeps is one transaction."""

    def __init__(self, home: Path, *, now: datetime) -> None:
        self._path = home / DATABASE
        with told_as_office_errors(self._path, files=True):
            prepare(home, self._path, now=now, migrations=(_create,))
        self._engine = sa.create_engine("sqlite+pysqlite://", creator=self._connect, poolclass=StaticPool)
        sa.event.listen(self._engine, "begin", lambda bound: bound.exec_driver_sql("BEGIN IMMEDIATE"))

    @classmethod
    def open(cls, home: Path, *, now: datetime) -> Self:
        """Open or make it in that folder. Raises ``store.newer``, ``store.damaged``, ``store.disk_full``, ``store.unwritable``."""
        return cls(home, now=now)

    def close(self) -> None:
        """Give back the file."""
        self._engine.dispose()

    def by_folder(self, root: str) -> Iterator[ReadObject]:
        """Everything that is remembered, by folder. May be iterated while others are kept."""
        last = ""
        while True:
            statement = sa.select(objects).where(objects.c.root == root, objects.c.folder > last)
            with self._begun() as connection:
                rows = connection.execute(statement.order_by(objects.c.folder).limit(_PAGE)).all()
            yield from map(object_of, rows)
            if len(rows) < _PAGE:
                return
            last = rows[-1].folder

    def read_before(self, root: str, before: datetime) -> Iterator[ReadObject]:
        """Those that were read, but not since; the oldest reading first. May be iterated while others are kept."""
        place = ("", "")
        while True:
            after = sa.tuple_(objects.c.read_at, objects.c.folder) > place
            named = (objects.c.root == root, objects.c.read_at != "", objects.c.read_at < write_time(before))
            statement = sa.select(objects).where(*named, after).order_by(objects.c.read_at, objects.c.folder)
            with self._begun() as connection:
                rows = connection.execute(statement.limit(_PAGE)).all()
            yield from map(object_of, rows)
            if len(rows) < _PAGE:
                return
            place = (rows[-1].read_at, rows[-1].folder)

    def all_objects(self, root: str) -> Iterator[ReadObject]:
        """Everything that is remembered, by series, then cite and folder."""
        place = ("", "", "")
        key = (objects.c.series, objects.c.cite, objects.c.folder)
        while True:
            statement = sa.select(objects).where(objects.c.root == root, sa.tuple_(*key) > place).order_by(*key)
            with self._begun() as connection:
                rows = connection.execute(statement.limit(_PAGE)).all()
            yield from map(object_of, rows)
            if len(rows) < _PAGE:
                return
            place = (rows[-1].series, rows[-1].cite, rows[-1].folder)

    def count_due(self, root: str, before: datetime) -> int:
        """How many of what is remembered was never read, or not since."""
        with self._begun() as connection:
            named = (objects.c.root == root, objects.c.read_at < write_time(before))
            return int(connection.scalar(sa.select(sa.func.count()).select_from(objects).where(*named)) or 0)

    def keep(
        self,
        root: str,
        run: int,
        read: Sequence[tuple[ReadObject, Sequence[KeptProblem]]],
    ) -> None:
        """Results of a run: what is remembered of each object, and its problems instead of those of before (``since`` stays)."""
        if not read:
            return
        with self._begun() as connection:
            before = self._since(connection, root, [one.folder for one, _ in read])
            connection.execute(
                sa.delete(problems).where(problems.c.root == root, problems.c.folder.in_(one.folder for one, _ in read))
            )
            statement = insert(objects)
            values = {name: statement.excluded[name] for name in objects.c.keys() if name not in {"root", "folder"}}  # noqa: SIM118
            statement = statement.on_conflict_do_update(index_elements=["root", "folder"], set_=values)
            connection.execute(statement, [object_row(root, one) for one, _ in read])
            found = [problem_row(root, item, before) for _, items in read for item in items]
            if found:
                connection.execute(insert(problems).on_conflict_do_nothing(), found)
            added = {
                "objects": runs.c.objects + len(read),
                "files": runs.c.files + sum(one.files for one, _ in read),
                "bytes": runs.c.bytes + sum(one.bytes for one, _ in read),
                "problems": runs.c.problems + len(found),
            }
            connection.execute(sa.update(runs).where(runs.c.id == run).values(added))

    def keep_known(self, root: str, found: Sequence[ReadObject]) -> None:
        """Objects that are there and were never read; what is remembered already stays."""
        if found:
            with self._begun() as connection:
                connection.execute(insert(objects).on_conflict_do_nothing(), [object_row(root, one) for one in found])

    def keep_strays(self, root: str, found: Sequence[KeptProblem]) -> None:
        """The problems that are of no object, instead of those of before."""
        with self._begun() as connection:
            before = self._since(connection, root, [""])
            connection.execute(sa.delete(problems).where(problems.c.root == root, problems.c.folder == ""))
            if found:
                rows = [problem_row(root, item, before) for item in found]
                connection.execute(insert(problems).on_conflict_do_nothing(), rows)

    def problems(self, root: str, *, most: int = 10_000) -> list[KeptProblem]:
        """Everything that was not as it was when it was last read, by place; at most so many."""
        statement = sa.select(problems).where(problems.c.root == root)
        order = (problems.c.folder == "", problems.c.folder, problems.c.path, problems.c.code)
        with self._begun() as connection:
            return [problem_of(row) for row in connection.execute(statement.order_by(*order).limit(most))]

    def by_series(self, root: str, before: datetime) -> list[SeriesState]:
        """How each series stands, by code; that without any first."""
        read_at = sa.func.nullif(objects.c.read_at, "")
        statement = (
            sa.select(
                objects.c.series,
                sa.func.max(objects.c.series_title).label("title"),
                sa.func.count().label("objects"),
                sa.func.sum(sa.case((objects.c.read_at == "", 1), else_=0)).label("never"),
                sa.func.sum(sa.case((objects.c.read_at < write_time(before), 1), else_=0)).label("due"),
                sa.func.sum(sa.case((objects.c.problems > 0, 1), else_=0)).label("damaged"),
                sa.func.max(read_at).label("last"),
                sa.func.min(read_at).label("oldest"),
            )
            .where(objects.c.root == root)
            .group_by(objects.c.series)
            .order_by(objects.c.series)
        )
        with self._begun() as connection:
            return [
                SeriesState(
                    row.series,
                    row.title,
                    row.objects,
                    row.never,
                    row.due,
                    row.damaged,
                    time_of(row.last),
                    time_of(row.oldest),
                )
                for row in connection.execute(statement)
            ]

    def begin_run(self, root: str, now: datetime, before: datetime) -> Run:
        """A new run; one that was under way is left as it is."""
        row = {"root": root, "begun_at": write_time(now), "before": write_time(before), "ended_at": ""}
        with self._begun() as connection:
            made = connection.execute(sa.insert(runs).values(**row, objects=0, files=0, bytes=0, problems=0))
            return Run(int(made.inserted_primary_key[0]), now, before, None, 0, 0, 0, 0)  # type: ignore[index]

    def end_run(self, run: int, now: datetime) -> None:
        """Everything that it was about has been read."""
        with self._begun() as connection:
            connection.execute(sa.update(runs).where(runs.c.id == run).values(ended_at=write_time(now)))

    def last_run(self, root: str, *, whole: bool = False) -> Run | None:
        """The newest run of that root, ended or not; ``whole``: of those that read everything."""
        statement = sa.select(runs).where(runs.c.root == root)
        if whole:
            statement = statement.where(runs.c.before == runs.c.begun_at)
        statement = statement.order_by(runs.c.id.desc()).limit(1)
        with self._begun() as connection:
            row = connection.execute(statement).first()
        if row is None:
            return None
        times = read_time(row.begun_at), read_time(row.before), time_of(row.ended_at)
        return Run(row.id, *times, row.objects, row.files, row.bytes, row.problems)

    def receipt_keys(self) -> set[str]:
        """The keys of the receipts that were read already."""
        with self._begun() as connection:
            return set(connection.scalars(sa.select(receipts.c.key)))

    def keep_receipts(self, found: Sequence[tuple[str, str, str, str]]) -> None:
        """Key, object, version and the SHA-512 of its inventory."""
        if found:
            names = ("key", "object", "version", "inventory")
            with self._begun() as connection:
                rows = [dict(zip(names, one, strict=True)) for one in found]
                connection.execute(insert(receipts).on_conflict_do_nothing(), rows)

    def receipts_of(self, names: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        """Object → version and the SHA-512 of its inventory, by every receipt for those objects."""
        found: dict[str, list[tuple[str, str]]] = {}
        with self._begun() as connection:
            for row in connection.execute(sa.select(receipts).where(receipts.c.object.in_(names))):
                found.setdefault(row.object, []).append((row.version, row.inventory))
        return found

    def receipted(self) -> Iterator[str]:
        """The objects for which there is a receipt, in order."""
        last = ""
        while True:
            statement = sa.select(receipts.c.object).distinct().where(receipts.c.object > last)
            with self._begun() as connection:
                names = list(connection.scalars(statement.order_by(receipts.c.object).limit(_PAGE)))
            yield from names
            if len(names) < _PAGE:
                return
            last = names[-1]

    def _connect(self) -> sqlite3.Connection:
        return connect(self._path)

    @contextmanager
    def _begun(self) -> Iterator[sa.Connection]:
        with told_as_office_errors(self._path), self._engine.begin() as connection:
            yield connection

    @staticmethod
    def _since(connection: sa.Connection, root: str, folders: Sequence[str]) -> dict[tuple[str, str, str], str]:
        statement = sa.select(problems).where(problems.c.root == root, problems.c.folder.in_(folders))
        return {(row.folder, row.code, row.path): row.since for row in connection.execute(statement)}
