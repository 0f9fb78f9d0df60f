"""PURE. The volumes (*tomos*) of a dossier: continuous foliation, at most so many folios in each.

Nothing is cut or bound here: a volume is data, so that inventories count as archives count, and a printed copy is bound where they say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

LIMIT = 400  # folios of a volume


class Foliated(Protocol):
    """What has folios: a document of a deposit."""

    @property
    def id(self) -> str: ...
    @property
    def folios(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Leaf:
    """A document by its id and how many folios it has, as the catalogue keeps it."""

    id: str
    folios: int


@dataclass(frozen=True, slots=True)
class Part:
    """A document, or as much of it as lies in one volume, by the dossier's own foliation; ``first`` and ``last`` count both."""

    document: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Volume:
    """``number`` from 1; folios from ``first`` to ``last``, both counted. Without folios, ``last`` is before ``first``."""

    number: int
    first: int
    last: int
    parts: tuple[Part, ...]

    @property
    def folios(self) -> int:
        """How many."""
        return self.last - self.first + 1


def volumes_of(documents: Iterable[Foliated], limit: int = LIMIT) -> tuple[Volume, ...]:
    """The volumes of a dossier, in the order of its documents.

    A document begins a new volume where it does not fit whole any more; one that is longer than a volume goes on in the next.
    Documents without folios lie where the one before them ends. Raises ValueError for a limit below 1.
    """
    if limit < 1:
        raise ValueError("a volume holds at least one folio")
    made: list[list[Part]] = []
    at, used = 1, 0
    for document in documents:
        left = document.folios
        if not made or (used and used + left > limit):
            made.append([])
            used = 0
        while left > limit:
            made[-1].append(Part(document.id, at, at + limit - 1))
            at, left = at + limit, left - limit
            made.append([])
            used = 0
        made[-1].append(Part(document.id, at, at + left - 1))
        at, used = at + left, used + left
    return tuple(Volume(number, parts[0].first, parts[-1].last, tuple(parts)) for number, parts in enumerate(made, 1))


def places_of(volumes: Iterable[Volume], document: str) -> tuple[tuple[int, Part], ...]:
    """(volume, part) of that document."""
    return tuple((volume.number, part) for volume in volumes for part in volume.parts if part.document == document)


def place_words(volumes: Iterable[Volume], document: str) -> str:
    """As it is printed: "Tomo 1, fojas 1–2; tomo 2, fojas 3–7"."""
    told = []
    for number, part in places_of(volumes, document):
        folios = "sin fojas" if part.last < part.first else f"foja {part.first}"
        if part.last > part.first:
            folios = f"fojas {part.first}–{part.last}"
        told.append(f"tomo {number}, {folios}")
    return "; ".join(told).capitalize()
