"""The catalogue of an archive: by what a custodian or a reader finds dossiers, in an SQLite file of its own.

Nothing in it is the only copy of anything: all of it is read again from the archive's root, so a file that is damaged or of another
program's version is made anew instead of being migrated. Writing is one immediate transaction; readers see all of it or none.
"""

from __future__ import annotations

import itertools
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import astuple
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from desktop.records.errors import OfficeError

from . import catalogue_rows as rows
from . import search
from .catalogue_rows import (
    Dossier,
    Found,
    Noted,
    OtherObject,
    Restriction,
    Seen,
    Shelved,
    Sight,
    Unreadable,
    VersionRow,
)
from .engines import engine_of
from .failures import told_as_office_errors
from .opening import connect
from .search import Asked

if TYPE_CHECKING:
    from sqlalchemy import Connection

DATABASE = "catalogue.sqlite3"
APPLICATION = 0x514C4341  # "QLCA"
SCHEMA = 2
_SHARE = 250  # objects that are written in one go
_MANY = -1  # rows: as many as there are

__all__ = ["DATABASE", "Catalogue"]


class Catalogue:
    """One archive's catalogue at one desk. Made by ``open``; any thread may read, one writes at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with told_as_office_errors(path, files=True):
            _prepare(path)
        self._writer = engine_of(path, reading=False)
        self._reader = engine_of(path, reading=True)

    @classmethod
    def open(cls, folder: Path, url: str) -> Self:
        """The catalogue in that folder of the archive at ``url``. One of another archive, or of another version, is begun anew.

        Raises ``store.disk_full``, ``store.unwritable``, ``store.busy``; ``store.damaged`` for a file that is none of ours.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        catalogue = cls(folder / DATABASE)
        try:
            if catalogue.state("url") != url:
                with catalogue._write() as connection:
                    _empty(connection, rows.TABLES)
                    _set_state(connection, url=url)
        except BaseException:
            catalogue.close()
            raise
        return catalogue

    def close(self) -> None:
        """Close every connection. Safe to call twice."""
        self._writer.dispose()
        self._reader.dispose()

    # what it knows of itself
    def state(self, name: str) -> str:
        """``url``; ``complete``: when (ISO 8601) the root was last read whole; ``as_of``: when something was last read of it."""
        with self._read() as connection:
            return str(connection.exec_driver_sql("SELECT value FROM state WHERE name = ?", (name,)).scalar() or "")

    @property
    def complete(self) -> bool:
        """Whether the root was read whole once; before that it shows part of the archive."""
        return bool(self.state("complete"))

    # writing
    def rebuild(self, found: Iterable[Seen], *, at: datetime) -> int:
        """Replace everything by what is found, in one transaction: stopped half-way, nothing has changed. Gives the number of dossiers.

        What was noted of the log stays: whoever rebuilds reads the log again by itself.
        """
        with self._write() as connection:
            _empty(connection, rows.READ_FROM_OBJECTS)
            taken: set[int] = set()
            waiting = iter(found)
            while share := list(itertools.islice(waiting, _SHARE)):
                _put_new(connection, share, taken)
            _set_state(connection, complete=at.isoformat(), as_of=at.isoformat())
            return int(connection.exec_driver_sql("SELECT count(*) FROM dossiers").scalar() or 0)

    def put(self, found: Iterable[Seen], *, at: datetime) -> None:
        """Replace what is known of those objects."""
        with self._write() as connection:
            for item in found:
                _put(connection, item)
            _set_state(connection, as_of=at.isoformat())

    def note(self, entries: Iterable[Noted]) -> None:
        """Keep what the archive's log says, to be asked without reading the log; an entry of the same number is replaced."""
        with self._write() as connection:
            _many(connection, rows.PUT_NOTED, [astuple(entry) for entry in entries])

    def forget_noted(self) -> None:
        """Drop what was kept of the log, before it is read again whole."""
        with self._write() as connection:
            connection.exec_driver_sql("DELETE FROM noted")

    # reading
    def dossiers(self, sight: Sight, *, series: str = "", unit: str = "", limit: int = _MANY) -> list[Dossier]:
        """The dossiers that may be seen, by unit, first day and cite; of one series (id or code) and one unit (id or words of its name)."""
        wanted = f"%{_literal(unit)}%"
        values = (series, series, series, unit, unit, wanted, *_seen(sight), limit)
        return self._dossiers(rows.LISTED, values)

    def find(
        self, sight: Sight, asked: Asked, *, since: date | None = None, until: date | None = None, limit: int = 50
    ) -> list[Dossier]:
        """Dossiers newest first, of few the best first, as the desk's own search gives them. A period is one that the dossier touches."""
        after = datetime.combine(since, datetime.min.time(), rows.UTC) if since else None
        most = limit
        while True:
            with self._read() as connection:
                if asked.empty and (since or until):
                    ids: list[str] = list(
                        connection.exec_driver_sql(rows.PERIOD, (search.first_row(after), most)).scalars()
                    )
                else:
                    ids = search.find(connection, asked, most, since=after)
            day = until.isoformat() if until else "9999-12-31"
            shown = self._dossiers(rows.OF_IDS, (json.dumps(ids), day, *_seen(sight)))
            if len(shown) >= limit or len(ids) < most:
                return shown[:limit]
            most *= 4  # some hits are not to be seen, or lie beyond the period

    def named(self, sight: Sight, name: str) -> list[Dossier]:
        """Those of that object id, CITE, hoja de ruta, deposit, dossier (ULID) or folder, exactly."""
        return self._dossiers(rows.NAMED, (*(name,) * rows.NAMES, *_seen(sight)))

    def versions(self, object_id: str) -> list[VersionRow]:
        """The versions of an object, the first first."""
        with self._read() as connection:
            return [VersionRow(*row) for row in connection.exec_driver_sql(rows.VERSIONS, (object_id,))]

    def shelved(self) -> Iterator[Shelved]:
        """Every dossier as an inventory lists it, by object; for custodians: whoever may see it is not asked."""
        with self._read() as connection:
            inventories: dict[str, list[str]] = {}
            for name, digest in connection.exec_driver_sql(
                "SELECT object, inventory FROM versions ORDER BY object, number"
            ):
                inventories.setdefault(name, []).append(digest)
            shelves = {row[0]: (row[1], row[2]) for row in connection.exec_driver_sql("SELECT * FROM shelves")}
            for row in connection.exec_driver_sql(rows.EVERY, _seen(Sight(everything=True))):
                dossier = rows.dossier_of(row)
                path, folios = shelves[dossier.object]
                told = tuple((str(level), str(code), str(title)) for level, code, title in json.loads(path))
                leaves = tuple((str(name), int(count)) for name, count in json.loads(folios))
                yield Shelved(dossier, told, leaves, tuple(inventories.get(dossier.object, ())))

    def every_version(self) -> Iterator[tuple[str, int]]:
        """(object, number) of every version of every object, dossiers or not."""
        with self._read() as connection:
            for row in connection.exec_driver_sql("SELECT object, number FROM versions ORDER BY object, number"):
                yield row[0], row[1]

    def restriction(self, object_id: str) -> Restriction | None:
        """What was decided last about showing that dossier."""
        with self._read() as connection:
            row = connection.exec_driver_sql(rows.RESTRICTION, (object_id,)).first()
        return Restriction(row[0], bool(row[1]), *row[2:]) if row is not None else None

    def unreadable(self) -> list[Unreadable]:
        """Objects whose inventory or manifest cannot be read: only fixity and the backup can help them."""
        with self._read() as connection:
            return [
                Unreadable(*row) for row in connection.exec_driver_sql("SELECT folder, code FROM unreadable ORDER BY 1")
            ]

    def noted(self, *, act: str = "", object_id: str = "", after: int = 0, limit: int = _MANY) -> list[Noted]:
        """Entries of the log, the first first."""
        values = (after, act, act, object_id, object_id, limit)
        with self._read() as connection:
            return [Noted(*row) for row in connection.exec_driver_sql(rows.NOTED, values)]

    def last_noted(self) -> Noted | None:
        """The newest entry of the log that is known here."""
        with self._read() as connection:
            row = connection.exec_driver_sql(rows.LAST_NOTED).first()
        return Noted(*row) if row is not None else None

    def figures(self) -> rows.Figures:
        """Counts over all dossiers, whoever may see them."""
        with self._read() as connection:
            first = connection.exec_driver_sql(rows.FIGURES).mappings().one()
            media = tuple((r[0], r[1], r[2]) for r in connection.exec_driver_sql(rows.MEDIA))
            series = tuple((r[0], r[1], r[2]) for r in connection.exec_driver_sql(rows.BY_SERIES))
        counts = {name: int(value or 0) for name, value in first.items()}
        return rows.Figures(**counts, media=media, series=series)

    def objects_of_series(self) -> list[tuple[str, str]]:
        """(series id, object id) of every dossier; no series: an empty id. For whoever keeps a state per series."""
        with self._read() as connection:
            found = connection.exec_driver_sql("SELECT series, object FROM dossiers ORDER BY series, object")
            return [(row[0], row[1]) for row in found]

    def _dossiers(self, statement: str, values: Sequence[Any]) -> list[Dossier]:
        with self._read() as connection:
            return [rows.dossier_of(row) for row in connection.exec_driver_sql(statement, tuple(values))]

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with told_as_office_errors(self._path), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with told_as_office_errors(self._path), self._writer.begin() as connection:
            yield connection


def _prepare(path: Path) -> None:
    """Make the file what this program needs; what is damaged or of another version is begun anew."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    try:
        version, application, tables = _marks(path)
        if application != APPLICATION and (tables or application):
            raise OfficeError("store.damaged", on_disk="unchanged", path=str(path), reason="application_id")
        if version == SCHEMA:
            return
        if tables:
            _remove(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # busy, full, not permitted: the file is not to blame
            raise
        _remove(path)
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in rows.SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute("COMMIT")


def _marks(path: Path) -> tuple[int, int, int]:
    with closing(connect(path)) as connection:
        found = ("PRAGMA user_version", "PRAGMA application_id", "SELECT count(*) FROM sqlite_master")
        version, application, tables = (int(connection.execute(each).fetchone()[0]) for each in found)
        if tables and connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("quick_check")
    return version, application, tables


def _remove(path: Path) -> None:
    """The file of a catalogue, which is made again from the root."""
    for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with suppress(FileNotFoundError):
            name.unlink()
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _empty(connection: Connection, tables: Iterable[str]) -> None:
    search.clear(connection)
    for table in tables:
        connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - names of our own


def _set_state(connection: Connection, **values: str) -> None:
    for item in values.items():
        connection.exec_driver_sql("INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)", item)


def _put(connection: Connection, item: Seen) -> None:
    """Replace what is known of one object. Of one that cannot be read now it stays."""
    connection.exec_driver_sql("DELETE FROM unreadable WHERE folder = ?", (item.folder,))
    taken: set[int] = set()
    if not isinstance(item, Unreadable):
        connection.exec_driver_sql("DELETE FROM versions WHERE object = ?", (item.object,))
    if isinstance(item, Found):
        asked = connection.exec_driver_sql("SELECT row FROM dossiers WHERE object = ?", (item.object,)).scalar()
        if asked is not None:
            search.drop(connection, asked)
            connection.exec_driver_sql("DELETE FROM dossiers WHERE row = ?", (asked,))
            connection.exec_driver_sql("DELETE FROM media WHERE object = ?", (item.object,))
        wanted = search.first_row(rows.moment_of(item.dossier))
        free = search.place_row(connection, rows.moment_of(item.dossier), None)
        taken.update(range(wanted, free))
    _put_new(connection, [item], taken)


def _put_new(connection: Connection, share: Sequence[Seen], taken: set[int]) -> None:
    """Objects of which nothing is there yet, many at a time; ``taken`` are rows of dossiers, and becomes more."""
    dossiers = [(_free(one, taken), one) for one in share if isinstance(one, Found)]
    others = [one for one in share if isinstance(one, OtherObject)]
    _many(
        connection,
        rows.PUT_DOSSIER,
        [
            (row, *(value for name, value in rows.members(one.dossier) if name not in rows.JOINED))
            for row, one in dossiers
        ],
    )
    _many(connection, rows.PUT_MEDIA, [(one.object, *media) for _, one in dossiers for media in one.media])
    shelves = [(one.object, json.dumps(one.path, ensure_ascii=False), json.dumps(one.folios)) for _, one in dossiers]
    _many(connection, rows.PUT_SHELF, shelves)
    search.add_all(connection, [(row, one.words) for row, one in dossiers])
    versions = [version for one in share if not isinstance(one, Unreadable) for version in one.versions]
    _many(connection, rows.PUT_VERSION, [astuple(version) for version in versions])
    _many(connection, rows.PUT_RESTRICTION, [astuple(one.restriction) for one in others if one.restriction is not None])
    unreadable = [astuple(one) for one in share if isinstance(one, Unreadable)]
    _many(connection, "INSERT OR REPLACE INTO unreadable (folder, code) VALUES (?, ?)", unreadable)


def _free(item: Found, taken: set[int]) -> int:
    row = search.first_row(rows.moment_of(item.dossier))
    while row in taken:
        row += 1
    taken.add(row)
    return row


def _many(connection: Connection, statement: str, values: list[tuple[Any, ...]]) -> None:
    if values:
        connection.exec_driver_sql(statement, values)


def _seen(sight: Sight) -> tuple[Any, ...]:
    """The last values of every statement that shows dossiers."""
    units = "\n".join(("", *sight.units, ""))
    return (int(sight.everything), units)


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
