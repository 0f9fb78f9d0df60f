"""Full text search over subject, cite, slip number and the words that callers give. FTS5; accents and ß folded."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 16


def fold(words: str) -> str:
    """Lower case without accents; ``ß`` becomes ``ss``. Numbers also appear without leading zeros: 00045 is found by 45."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", words) if not unicodedata.combining(c)).casefold()
    bare = [word.lstrip("0") for word in _WORD.findall(plain) if word.isdigit() and word.startswith("0")]
    return " ".join([plain, *(word for word in bare if word)])


def _query(words: str) -> str:
    """What is typed, as an FTS5 query: every word must begin some word. No character of it is ever an operator."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", words) if not unicodedata.combining(c)).casefold()
    return " ".join(f'"{word}"*' for word in _WORD.findall(plain)[:_MOST_WORDS])


def index(connection: Connection, rowid: int, *, subject: str, cite: str, slip: str, words: str) -> None:
    """Replace what is indexed for the document of that rowid."""
    connection.execute(text("DELETE FROM search WHERE rowid = :rowid"), {"rowid": rowid})
    connection.execute(
        text("INSERT INTO search(rowid, subject, cite, slip, words) VALUES (:rowid, :subject, :cite, :slip, :words)"),
        {"rowid": rowid, "subject": fold(subject), "cite": fold(cite), "slip": fold(slip), "words": fold(words)},
    )


def clear(connection: Connection) -> None:
    """Forget the whole index."""
    connection.execute(text("DELETE FROM search"))


def find(connection: Connection, words: str, limit: int) -> list[str]:
    """Ids of documents, the best match first; nothing for a query without a letter or digit."""
    query = _query(words)
    if not query:
        return []
    rows = connection.execute(
        text(
            "SELECT documents.id FROM search JOIN documents ON documents.rowid = search.rowid "
            "WHERE search MATCH :query ORDER BY bm25(search, 4.0, 8.0, 8.0, 2.0), documents.rowid DESC LIMIT :limit"
        ),
        {"query": query, "limit": limit},
    )
    return [row.id for row in rows]
