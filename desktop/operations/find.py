"""Buscar: words, CITE, number of a hoja de ruta, people and days, as one types them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from desktop.records.documents import DocumentView
from desktop.records.errors import OfficeError
from desktop.store.search import Asked, plain, words_in

from .desk import Desk

_PART = re.compile(r'(?P<key>desde|hasta|de):(?:"(?P<quoted>[^"]*)"?|(?P<value>\S*))|(?P<rest>\S+)', re.IGNORECASE)
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})|(\d{4})-(\d{2})-(\d{2})")
_LEAST_OF_A_NAME = 3  # signs: what is shorter names half of an entity
_MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What was typed, taken apart. ``since`` and ``until`` are both counted."""

    words: str = ""
    by: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A document, with the number of its hoja de ruta where it has one."""

    document: DocumentView
    number: str = ""


def find(desk: Desk, typed: str, *, limit: int = 50) -> list[Found]:
    """The documents of this desk for what is typed, newest first, of few the best first.

    ``desde:``, ``hasta:`` and a day by itself (``5/3/2026``, ``2026-03-05``) are days of the entity's zone on which a document was
    begun; ``de:`` is somebody who wrote, approved, signed, sent or held it, or who brought it. Raises ``find.bad_day``.
    """
    found = []
    for document in matching(desk, typed, limit=limit):
        view = desk.store.document(document)
        found.append(Found(view, _number(desk, view)))
    return found


def matching(desk: Desk, typed: str, *, limit: int = 50) -> list[str]:
    """Ids of the documents that ``find`` would give."""
    asked = parse(typed)
    since = _moment(desk, asked.since) if asked.since else None
    until = _moment(desk, asked.until + timedelta(days=1)) if asked.until and asked.until < date.max else None
    words = Asked(asked.words, asked.by, _people(desk, asked.words), _people(desk, asked.by))
    return desk.store.search(words, limit, since=since, until=until)


def parse(typed: str) -> Question:
    """Take apart what was typed. Raises ``find.bad_day`` for what stands after ``desde:`` or ``hasta:`` and is no day."""
    words: list[str] = []
    by: list[str] = []
    since: date | None = None
    until: date | None = None
    for part in _PART.finditer(typed):
        key = (part["key"] or "").lower()
        value = part["quoted"] if part["quoted"] is not None else part["value"] or ""
        if key == "de":
            by.append(value)
        elif key:
            day = _day(value)
            if day is None:
                raise OfficeError("find.bad_day", text=value, key=key)
            since, until = (day, until) if key == "desde" else (since, day)
        elif (day := _day(part["rest"])) is not None:
            since, until = day, day
        else:
            words.append(part["rest"])
    return Question(" ".join(words), " ".join(by), since, until)


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    year, month, day = (found[3], found[2], found[1]) if found[1] else (found[4], found[5], found[6])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _moment(desk: Desk, day: date) -> datetime:
    return datetime.combine(day, time(), desk.zone).astimezone(UTC)


def _people(desk: Desk, words: str) -> list[list[str]]:
    """For each word, the officials of the directory whom it names, as they are called now."""
    asked = words_in(words)
    if not any(len(word) >= _LEAST_OF_A_NAME for word in asked):
        return [[] for _ in asked]
    names = [(who.id, words_in(plain(who.name))) for who in desk.directory.officials]
    return [
        [who for who, parts in names if any(part.startswith(word) for part in parts)][:_MOST_PEOPLE]
        if len(word) >= _LEAST_OF_A_NAME
        else []
        for word in asked
    ]


def _number(desk: Desk, view: DocumentView) -> str:
    if not view.slip:
        return ""
    try:
        return desk.store.slip(view.slip).number
    except OfficeError:  # its opening has not come yet
        return ""
