"""What the catalogue of an archive holds: its rows, its tables and the statements over them."""

# ruff: noqa: S608 - what is put together are names of our own columns

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from .tables import SEARCH_INDEX

__all__ = [
    "UTC",
    "Dossier",
    "Figures",
    "Found",
    "Noted",
    "OtherObject",
    "Restriction",
    "Seen",
    "Shelved",
    "Sight",
    "Unreadable",
    "VersionRow",
]

_RESERVED = 3  # records.documents.AccessClass: from here on only those whom it concerns


@dataclass(frozen=True, slots=True)
class Dossier:
    """An archived dossier. Days are ISO 8601 dates, moments ISO 8601 with offset; ``size`` is in bytes; ``access`` by AccessClass.

    ``version`` is the number of the newest version. ``restricted`` comes from the restriction of the dossier, not from itself.
    """

    object: str
    folder: str
    version: int
    received: str
    changed: str
    dossier: str
    deposit: str
    title: str
    cite: str
    slip: str
    unit: str
    unit_name: str
    entity_name: str
    since: str
    until: str
    folios: int
    documents: int
    files: int
    size: int
    access: int
    practice: bool
    series: str
    series_code: str
    series_title: str
    described: int  # how many of the elements of description that the deposit may give are given
    sums_checked: bool  # by PREMIS, the sums that came were verified at reception
    formats_checked: int  # files whose format was identified by their content, by PREMIS
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of an object: who made it, when, what he said, and the SHA-512 of its inventory."""

    object: str
    number: int
    created: str
    by: str
    message: str
    inventory: str


@dataclass(frozen=True, slots=True)
class Restriction:
    """What was decided last about showing a dossier; ``version`` is that of the record of the restriction."""

    object: str
    restricted: bool
    reason: str
    norm: str
    by: str
    at: str
    version: int


@dataclass(frozen=True, slots=True)
class Found:
    """A dossier as it was read from the root; ``media`` are (type, files, bytes), ``words`` what it is found by.

    ``path``: level, code and title of the rows of the scheme from the fonds to its series; ``folios``: id and folios of each document.
    """

    folder: str
    object: str
    dossier: Dossier
    versions: tuple[VersionRow, ...]
    media: tuple[tuple[str, int, int], ...]
    words: dict[str, str]
    path: tuple[tuple[str, str, str], ...] = ()
    folios: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Shelved:
    """A dossier as an inventory lists it: with ``path`` and ``folios`` of ``Found``, and the SHA-512 of each version's inventory."""

    dossier: Dossier
    path: tuple[tuple[str, str, str], ...]
    folios: tuple[tuple[str, int], ...]
    inventories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherObject:
    """An object that is no dossier: a restriction, or something that this catalogue does not show."""

    folder: str
    object: str
    versions: tuple[VersionRow, ...]
    restriction: Restriction | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An object of which nothing can be said; ``code`` is the archive's."""

    folder: str
    code: str


Seen = Found | OtherObject | Unreadable


@dataclass(frozen=True, slots=True)
class Noted:
    """An entry of the archive's log: see desktop.archive.audit. ``facts`` is JSON; ``digest`` the SHA-256 of its line."""

    number: int
    time: str
    act: str
    object: str
    version: str
    by: str
    facts: str
    digest: str


@dataclass(frozen=True, slots=True)
class Sight:
    """Who looks. ``everything``: a custodian. Others see no restricted dossier, and a reserved one (or above) only of their ``units``."""

    everything: bool
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over all dossiers. ``series`` are (id, code, dossiers); ``media`` (type, files, bytes)."""

    dossiers: int
    files: int
    size: int
    documents: int
    folios: int
    in_series: int
    described: int
    named: int  # with a title, a cite, days and a unit
    classified: int  # with an access class
    renewed: int  # with more than one version
    restricted: int
    unreadable: int
    sums_checked: int  # dossiers
    formats_checked: int  # files
    media: tuple[tuple[str, int, int], ...] = ()
    series: tuple[tuple[str, str, int], ...] = ()


def members(dossier: Dossier) -> Iterator[tuple[str, Any]]:
    """Its fields by name, in order."""
    return ((each.name, getattr(dossier, each.name)) for each in fields(Dossier))


def dossier_of(row: Sequence[Any]) -> Dossier:
    """From a row of the statements below."""
    values = dict(zip((each.name for each in fields(Dossier)), row, strict=True))
    yes_or_no = {name: bool(values[name]) for name in ("practice", "sums_checked", "restricted")}
    return Dossier(**{**values, **yes_or_no})


def moment_of(dossier: Dossier) -> datetime:
    """The last day of the dossier, at a time of that day that its id gives: so that dossiers of one day each have a row of their own."""
    day = datetime.fromisoformat(dossier.until).replace(tzinfo=UTC)
    within = int.from_bytes(hashlib.sha256(dossier.object.encode()).digest()[:4], "big") % 86_400_000
    return day + timedelta(milliseconds=within)


JOINED = frozenset({"restricted"})
_COLUMNS = tuple(each.name for each in fields(Dossier) if each.name not in JOINED)
_WHOLE = frozenset(
    {
        "version",
        "folios",
        "documents",
        "files",
        "size",
        "access",
        "practice",
        "described",
        "sums_checked",
        "formats_checked",
    }
)
_NOTED = ("number", "time", "act", "object", "version", "by", "facts", "digest")

SCHEMA = (
    "CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE dossiers (row INTEGER PRIMARY KEY, "
    + ", ".join(f"{name} {'INTEGER' if name in _WHOLE else 'TEXT'} NOT NULL" for name in _COLUMNS)
    + ")",
    "CREATE UNIQUE INDEX dossiers_object ON dossiers (object)",
    *(
        f"CREATE INDEX dossiers_{name} ON dossiers ({name})"
        for name in ("cite", "slip", "deposit", "dossier", "folder")
    ),
    "CREATE INDEX dossiers_series ON dossiers (series, object)",
    "CREATE VIEW documents AS SELECT row AS rowid, object AS id FROM dossiers",  # as store.search calls what it finds
    SEARCH_INDEX,
    "CREATE TABLE versions (object TEXT NOT NULL, number INTEGER NOT NULL, created TEXT NOT NULL, by TEXT NOT NULL, "
    "message TEXT NOT NULL, inventory TEXT NOT NULL, PRIMARY KEY (object, number)) WITHOUT ROWID",
    "CREATE TABLE shelves (object TEXT PRIMARY KEY, path TEXT NOT NULL, folios TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE media (object TEXT NOT NULL, type TEXT NOT NULL, files INTEGER NOT NULL, size INTEGER NOT NULL, "
    "PRIMARY KEY (object, type)) WITHOUT ROWID",
    "CREATE TABLE restrictions (object TEXT PRIMARY KEY, restricted INTEGER NOT NULL, reason TEXT NOT NULL, norm TEXT NOT NULL, "
    "by TEXT NOT NULL, at TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE unreadable (folder TEXT PRIMARY KEY, code TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE noted (number INTEGER PRIMARY KEY, time TEXT NOT NULL, act TEXT NOT NULL, object TEXT NOT NULL, "
    "version TEXT NOT NULL, by TEXT NOT NULL, facts TEXT NOT NULL, digest TEXT NOT NULL)",
    "CREATE INDEX noted_object ON noted (object, number)",
    "CREATE INDEX noted_act ON noted (act, number)",
)
READ_FROM_OBJECTS = ("dossiers", "versions", "shelves", "media", "restrictions", "unreadable")
TABLES = (*READ_FROM_OBJECTS, "noted", "state")

_PLACES = ", ".join("?" * (len(_COLUMNS) + 1))
PUT_DOSSIER = f"INSERT INTO dossiers (row, {', '.join(_COLUMNS)}) VALUES ({_PLACES})"
PUT_VERSION = (
    "INSERT OR REPLACE INTO versions (object, number, created, by, message, inventory) VALUES (?, ?, ?, ?, ?, ?)"
)
PUT_SHELF = "INSERT OR REPLACE INTO shelves (object, path, folios) VALUES (?, ?, ?)"
PUT_MEDIA = "INSERT INTO media (object, type, files, size) VALUES (?, ?, ?, ?)"
PUT_RESTRICTION = "INSERT OR REPLACE INTO restrictions (object, restricted, reason, norm, by, at, version) VALUES (?, ?, ?, ?, ?, ?, ?)"
PUT_NOTED = f"INSERT OR REPLACE INTO noted ({', '.join(_NOTED)}) VALUES ({', '.join('?' * len(_NOTED))})"

_RESTRICTED = "coalesce(r.restricted, 0)"
_DOSSIER = (
    f"SELECT {', '.join(f'd.{name}' for name in _COLUMNS)}, {_RESTRICTED} AS restricted "
    "FROM dossiers d LEFT JOIN restrictions r ON r.object = d.object WHERE "
)
_SEEN = f"(? OR ({_RESTRICTED} = 0 AND (d.access < {_RESERVED} OR instr(?, char(10) || d.unit || char(10)))))"
_BY = ("object", "cite", "slip", "deposit", "dossier", "folder")
NAMES = len(_BY)
NAMED = f"{_DOSSIER}({' OR '.join(f'd.{name} = ?' for name in _BY)}) AND {_SEEN} ORDER BY d.row"
LISTED = (
    f"{_DOSSIER}(? = '' OR d.series = ? OR d.series_code = ?) AND (? = '' OR d.unit = ? OR d.unit_name LIKE ? ESCAPE '\\') "
    f"AND {_SEEN} ORDER BY d.unit_name, d.since, d.cite, d.object LIMIT ?"
)
OF_IDS = (
    _DOSSIER.replace("FROM dossiers d", "FROM json_each(?) asked JOIN dossiers d ON d.object = asked.value")
    + f"d.since <= ? AND {_SEEN} ORDER BY asked.key"
)
EVERY = f"{_DOSSIER}{_SEEN} ORDER BY d.object"
PERIOD = "SELECT object FROM dossiers WHERE row >= ? ORDER BY row DESC LIMIT ?"
VERSIONS = "SELECT object, number, created, by, message, inventory FROM versions WHERE object = ? ORDER BY number"
RESTRICTION = "SELECT object, restricted, reason, norm, by, at, version FROM restrictions WHERE object = ?"
NOTED = (
    f"SELECT {', '.join(_NOTED)} FROM noted WHERE number > ? AND (? = '' OR act = ?) AND (? = '' OR object = ?) "
    "ORDER BY number LIMIT ?"
)
LAST_NOTED = f"SELECT {', '.join(_NOTED)} FROM noted ORDER BY number DESC LIMIT 1"
FIGURES = (
    "SELECT count(*) AS dossiers, sum(files) AS files, sum(size) AS size, sum(documents) AS documents, sum(folios) AS folios, "
    "sum(series <> '') AS in_series, sum(described > 0) AS described, "
    "sum(title <> '' AND cite <> '' AND unit_name <> '' AND since <> '') AS named, sum(access > 0) AS classified, "
    "sum(version > 1) AS renewed, sum(sums_checked) AS sums_checked, sum(formats_checked) AS formats_checked, "
    "(SELECT count(*) FROM restrictions WHERE restricted) AS restricted, "
    "(SELECT count(*) FROM unreadable) AS unreadable FROM dossiers"
)
MEDIA = "SELECT type, sum(files), sum(size) FROM media GROUP BY type ORDER BY sum(files) DESC, type"
BY_SERIES = "SELECT series, series_code, count(*) FROM dossiers GROUP BY series, series_code ORDER BY series_code"
