"""A desk of a million documents, written straight into the projections and the search index.

Seeded words after Zipf, 30 units, 300 officials. No event lies under it: what is measured reads projections alone. Views are
real ones, as ``write_view`` writes them.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from desktop.records.documents import AccessClass, DocumentState, DocumentView
from desktop.routing.hops import Hop, HopMode, HopState
from desktop.routing.sheet import Heading, SlipView
from desktop.routing.trays import Tray
from desktop.store.desk import DATABASE, DeskStore
from desktop.store.search import first_row, fold
from desktop.store.times import write_time
from desktop.store.views import write_view

MANY, UNITS, OFFICIALS, WORDS, BODY = 1_000_000, 30, 300, 20_000, 60
OPEN = 10_000  # the last of them are on their way or pending
FIRST = datetime(2016, 1, 4, 12, tzinfo=UTC)
STEP = timedelta(minutes=5)
_BATCH = 5_000
_SYLLABLES = (
    "ca",
    "tra",
    "mien",
    "to",
    "so",
    "li",
    "ci",
    "tud",
    "in",
    "for",
    "me",
    "pro",
    "yec",
    "sa",
    "lud",
    "vi",
    "al",
    "de",
)
_NAMES = ("maria", "juan", "elena", "justo", "saturnino", "ines", "pedro", "rosa", "luis", "ana")
_FAMILIES = ("mamani", "quispe", "condori", "nunez", "rojas", "poma", "flores", "choque", "vargas", "arce")


@dataclass(frozen=True, slots=True)
class Million:
    """The desk's home and what can be asked. ``common`` stands in every third document, ``rare`` in few, ``apart`` never meet."""

    home: Path
    common: str
    rare: str
    apart: tuple[str, str]
    cite: str
    official: str
    unit: str
    day: date
    gigabytes: float


def unit_id(n: int) -> str:
    """The id of a unit."""
    return f"01hunit{n:019}"


def official_id(n: int) -> str:
    """The id of an official."""
    return f"01hoff{n:020}"


def name_of(n: int) -> str:
    """The name of an official; many bear each part of it."""
    return f"{_NAMES[n % 10]} {_FAMILIES[n // 10 % 10]} {_FAMILIES[n // 100 % 10]}"


def write(home: Path, many: int = MANY) -> Million:
    """Make the desk in that folder."""
    DeskStore.open(home, now=datetime.now(UTC)).close()
    drawn = random.Random(6)
    words = _vocabulary(drawn)
    with closing(sqlite3.connect(home / DATABASE)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA foreign_keys = OFF")
        rows = _rows(drawn, words, many)
        while batch := list(itertools.islice(rows, _BATCH)):
            with connection:
                for table in _COLUMNS:
                    _put(connection, table, batch)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = (home / DATABASE).stat().st_size / 1e9
    middle = FIRST + STEP * (many // 2)
    return Million(
        home, "comun", "unico", ("tarde", "manana"), _cite(many // 2), official_id(7), unit_id(3), middle.date(), size
    )


@dataclass(frozen=True, slots=True)
class _Row:
    documents: tuple[object, ...]
    slips: tuple[object, ...]
    hops: tuple[object, ...]
    search: tuple[object, ...]
    tray_items: tuple[tuple[object, ...], ...]


_COLUMNS = {
    "documents": "rowid, id, state, unit, author, cite, slip, next_official, digest, view, level",
    "slips": "id, number, document, holder, concluded, conflict, view, subject, folder, deadline, principal",
    "hops": "slip, id, place, from_unit, to_unit, to_official, mode, state, sent_at, received_at, deadline, from_official, action, "
    "remark, urgent",
    "search": "rowid, subject, cite, slip, people, words",
    "tray_items": "tray, unit, official, document, slip, hop, since",
}


def _put(connection: sqlite3.Connection, table: str, batch: Sequence[_Row]) -> None:
    columns = _COLUMNS[table]
    places = ", ".join("?" * len(columns.split(",")))
    found = [getattr(row, table) for row in batch]
    values = [each for row in found for each in row] if table == "tray_items" else found
    connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)


def _vocabulary(drawn: random.Random) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < WORDS:
        made["".join(drawn.choices(_SYLLABLES, k=drawn.randint(2, 5)))] = None
    return list(made)


def _cite(n: int) -> str:
    return f"GADOR-U{n % UNITS:02}/NI/{n:07}/{(FIRST + STEP * n).year}"


def _rows(drawn: random.Random, vocabulary: list[str], many: int) -> Iterator[_Row]:
    weights = list(itertools.accumulate(1 / rank for rank in range(1, WORDS + 1)))
    for n in range(many):
        at = FIRST + STEP * n
        body = drawn.choices(vocabulary, cum_weights=weights, k=BODY)
        extra = ["tarde" if n % 2 == 0 else "manana"]
        extra += ["comun"] if n % 3 == 0 else []
        extra += ["unico"] if n % 250_007 == 9 else []
        yield _row(n, at, " ".join(body[:8]), " ".join([*body[8:], *extra]), open_=n >= many - OPEN)


def _row(n: int, at: datetime, subject: str, words: str, *, open_: bool) -> _Row:
    here, there = unit_id(n % UNITS), unit_id((n * 7 + 3) % UNITS)
    author, holder = official_id(n % OFFICIALS), official_id((n * 11 + 5) % OFFICIALS)
    document, slip, hop = f"01hdoc{n:020}", f"01hslip{n:019}", f"01hhop{n:020}"
    cite, number = _cite(n), f"I-{at.year}-{n:07}"
    arriving = open_ and n % 4 == 0
    state = HopState.SENT if arriving else HopState.RECEIVED if open_ else HopState.CONCLUDED
    taken = None if arriving else at + timedelta(hours=5)
    view = DocumentView(
        id=document, kind="nota_interna", subject=subject, author=author, unit=here, access=AccessClass.INTERNAL,
        state=DocumentState.SIGNED, cite=cite, signers=(author,), slip=slip, digest=f"{n:064x}", pages=2, created_at=at, changed_at=at,
    )  # fmt: skip
    way = Hop(
        id=hop, digest=f"{n:064x}", from_unit=here, from_official=author, to_unit=there, to_official=holder, mode=HopMode.OFFICIAL,
        action="elaborar_informe", remark="Para su informe.", urgent=False, deadline=None, sheets=2, paper="", sent_at=at,
        documents=(document,), state=state, received_at=taken,
    )  # fmt: skip
    sheet = SlipView(
        id=slip, number=number, subject=subject, document=document, origin_unit=here, opened_at=at, hops=(way,), documents=(document,),
        concluded=not open_, heading=Heading(cite=cite),
    )  # fmt: skip
    when, received = write_time(at), write_time(taken) if taken else None
    tray = Tray.INCOMING if arriving else Tray.PENDING if open_ else Tray.ARCHIVE
    places = (
        (tray.value, there, holder if tray is Tray.PENDING else "", document, slip, hop, received or when),
        (Tray.SENT.value, here, author, document, slip, hop, when),
    )
    rowid = first_row(at)
    people = f"{author} {holder}"
    return _Row(
        (rowid, document, view.state.value, here, author, cite, slip, None, view.digest, write_view(view), "B-LTA"),
        (slip, number, document, there, not open_, False, write_view(sheet), subject, "", None, None),
        (
            slip,
            hop,
            0,
            here,
            there,
            holder,
            "oficial",
            state.value,
            when,
            received,
            None,
            author,
            way.action,
            way.remark,
            False,
        ),
        (rowid, subject, fold(cite), fold(number), people, words),
        places,
    )
