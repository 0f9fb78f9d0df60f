"""Full text search over subject, cite, slip number, people and other words. FTS5; accents and ß folded.

A document's rowid is its date, so the newest hits are the last rows of every list and a period is a range of rows: neither is sorted or
filtered. Only where hits are few they are ranked, and by what is read of those few (0038: bm25 reads the whole list of every word).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, text

from desktop.records.events import EventKind

if TYPE_CHECKING:
    from sqlalchemy import Connection

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 16
FEW = 200
"""So many hits are ranked; more are told newest first."""
_TIE_BITS = 4
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEAST, _MOST = 0, (1 << 62)
_WEIGHTS = (("cite", 8.0), ("slip", 8.0), ("subject", 4.0), ("people", 2.0))
_ELSEWHERE = 1.0
_WHOLE = 1.5  # a whole word against the beginning of one


def plain(words: str) -> str:
    """Lower case without accents; ``ß`` becomes ``ss``."""
    if words.isascii():
        return words.casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", words) if not unicodedata.combining(c)).casefold()


def fold(words: str) -> str:
    """``plain``; numbers also appear without leading zeros: 00045 is found by 45."""
    folded = plain(words)
    bare = [word.lstrip("0") for word in _WORD.findall(folded) if word.isdigit() and word.startswith("0")]
    return " ".join([folded, *(word for word in bare if word)])


def distinct(words: str) -> str:
    """Each word once, folded: where it stands in a text is not asked."""
    return " ".join(dict.fromkeys(_WORD.findall(plain(words))))


def words_in(words: str) -> list[str]:
    """The words of what is typed, folded; what lies beyond the first few is passed over."""
    return _WORD.findall(plain(words))[:_MOST_WORDS]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: words anywhere, and ``by`` among the people of a document only.

    ``people`` and ``by_people`` are for each word the ids of officials whom it names: a document of one of them has the word.
    """

    words: str
    by: str = ""
    people: Sequence[Collection[str]] = ()
    by_people: Sequence[Collection[str]] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing was typed but a period."""
        return not self.words.strip() and not self.by.strip()


def _query(connection: Connection, asked: Asked) -> str:
    """The FTS5 query: every word must begin some word. No character of it is ever an operator.

    A word that stands whole in more than ``FEW`` documents is taken whole: the lists of all that begins with it would be merged first.
    A single sign, too, for too much begins with it.
    """
    found = [_either(connection, word, asked.people, place) for place, word in enumerate(words_in(asked.words))]
    named = [_either(connection, word, asked.by_people, place) for place, word in enumerate(words_in(asked.by))]
    if named:
        found.append(f"people : ({' AND '.join(named)})")
    return " AND ".join(found)


def _either(connection: Connection, word: str, people: Sequence[Collection[str]], place: int) -> str:
    ids = people[place] if place < len(people) else ()
    whole = len(word) == 1 or _many(connection, word)
    ways = [f'"{word}"' if whole else f'"{word}"*']
    ways += [f'"{who}"' for each in sorted(ids) for who in _WORD.findall(plain(each))[:1]]
    return ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})"


def _many(connection: Connection, word: str) -> bool:
    """Whether more than ``FEW`` documents have that word, whole; no more than those are counted."""
    counted = connection.scalar(text(_COUNT), {"query": f'"{word}"', "few": FEW + 1})
    return int(counted or 0) > FEW


_DROP = text("DELETE FROM search WHERE rowid = :rowid")
_ADD = text(
    "INSERT INTO search(rowid, subject, cite, slip, people, words) VALUES (:rowid, :subject, :cite, :slip, :people, :words)"
)
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH :query LIMIT :few)"
_NEWEST = "SELECT rowid FROM search WHERE search MATCH :query AND rowid >= :least AND rowid < :most ORDER BY rowid DESC LIMIT :limit"
_FIELDS = "SELECT rowid, subject, cite, slip, people FROM search WHERE rowid = :rowid"
_IN_PERIOD = "SELECT id FROM documents WHERE rowid >= :least AND rowid < :most ORDER BY rowid DESC LIMIT :limit"
_ID = "SELECT id FROM documents WHERE rowid = :rowid"
_TAKEN = text("SELECT rowid FROM documents WHERE rowid >= :least ORDER BY rowid LIMIT :most")
_CAME = text(
    "SELECT rowid, document FROM events WHERE rowid > :mark AND kind IN :kinds ORDER BY rowid LIMIT :most"
).bindparams(bindparam("kinds", [EventKind.FROZEN.value, EventKind.SCANNED.value], expanding=True))
STATEMENTS = {"count": _COUNT, "newest": _NEWEST, "fields": _FIELDS, "in_period": _IN_PERIOD, "id": _ID}
"""Every statement of a search, for the test that shows their plans."""


def first_row(moment: datetime | None) -> int:
    """The lowest rowid of a document of that moment (milliseconds); nothing is older than 1970 or than nobody knows when."""
    if moment is None:
        return 1
    milliseconds = int((moment - _EPOCH).total_seconds() * 1000)
    return max(milliseconds << _TIE_BITS, 1)


def place_row(connection: Connection, moment: datetime | None, kept: int | None) -> int:
    """The rowid for a document of that moment: the one it has where that fits, else the first free one from there on."""
    least = first_row(moment)
    near = (1 << _TIE_BITS) * 64
    if kept is not None and least <= kept < least + near:
        return kept
    free, asked = least, near
    while True:
        taken = connection.scalars(_TAKEN, {"least": free, "most": asked}).all()
        for rowid in taken:
            if rowid != free:
                return free
            free += 1
        if len(taken) < asked:
            return free


def index(
    connection: Connection, rowid: int, *, subject: str, cite: str, slip: str, words: str, people: str = ""
) -> None:
    """Replace what is indexed for the document of that rowid."""
    columns = {"subject": subject, "cite": cite, "slip": slip, "people": people, "words": words}
    connection.execute(_DROP, {"rowid": rowid})
    add_all(connection, [(rowid, columns)])


def add_all(connection: Connection, rows: Sequence[tuple[int, Mapping[str, str]]]) -> None:
    """Index what is not indexed yet: rowids with the words of each column."""
    if rows:
        connection.execute(
            _ADD, [{"rowid": rowid, **{name: fold(value) for name, value in words.items()}} for rowid, words in rows]
        )


def drop(connection: Connection, rowid: int) -> None:
    """Forget what is indexed under that rowid."""
    connection.execute(_DROP, {"rowid": rowid})


def clear(connection: Connection) -> None:
    """Forget the whole index."""
    connection.execute(text("DELETE FROM search"))


def find(
    connection: Connection, asked: Asked, limit: int, *, since: datetime | None = None, until: datetime | None = None
) -> list[str]:
    """Ids of documents, newest first; up to ``FEW`` hits the best first. From ``since`` to before ``until``.

    Nothing for a query without a letter or digit, unless it is a period alone.
    """
    least, most = first_row(since) if since else _LEAST, first_row(until) if until else _MOST
    query = _query(connection, asked)
    if not query:
        bare = asked.empty and (since is not None or until is not None)
        return _rows(connection, _IN_PERIOD, {"least": least, "most": most, "limit": limit}) if bare else []
    wanted = {"least": least, "most": most, "query": query, "limit": max(limit, FEW + 1)}
    rowids = _rows(connection, _NEWEST, wanted)  # the lists of all words are opened once
    if len(rowids) <= FEW:
        rowids = _ranked(connection, rowids, [*words_in(asked.words), *words_in(asked.by)])
    ids = (connection.scalar(text(_ID), {"rowid": rowid}) for rowid in rowids[:limit])
    return [found for found in ids if found is not None]


def came_since(connection: Connection, mark: int, most: int) -> tuple[int, list[str]]:
    """Documents whose bytes were told by events kept after ``mark``, and the mark to go on from."""
    rows = connection.execute(_CAME, {"mark": mark, "most": most}).all()
    return (rows[-1].rowid if rows else mark), list(dict.fromkeys(row.document for row in rows))


def _rows(connection: Connection, statement: str, values: dict[str, Any]) -> list[Any]:
    return list(connection.scalars(text(statement), values))


def _ranked(connection: Connection, rowids: Sequence[int], words: list[str]) -> list[int]:
    """The rowids of the few, the best first, of equals the newest."""
    rows = [connection.execute(text(_FIELDS), {"rowid": rowid}).one() for rowid in rowids]
    scored = [(_score(row, words), row.rowid) for row in rows]
    return [rowid for _, rowid in sorted(scored, key=lambda item: (-item[0], -item[1]))]


def _score(row: Any, words: list[str]) -> float:
    fields = [(weight, _WORD.findall(getattr(row, name))) for name, weight in _WEIGHTS]
    return sum(max((_fits(word, weight, held) for weight, held in fields), default=0.0) or _ELSEWHERE for word in words)


def _fits(word: str, weight: float, held: list[str]) -> float:
    if word in held:
        return weight * _WHOLE
    return weight if len(word) > 1 and any(each.startswith(word) for each in held) else 0.0
