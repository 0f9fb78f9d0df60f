"""A verdict in words, laid out but not yet set: what HTML and PDF both show. Every text is inert (``inert.py``)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence with what it means and what to do. ``tone``: ``good``, ``care``, ``bad`` or ``plain``."""

    what: str
    means: str = ""
    do: str = ""
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value; colour never stands alone, so ``tone`` only underlines what the words say."""

    label: str
    text: str
    tone: str = "plain"
    code: bool = False  # a digest or a place in a file: set in a fixed pitch, broken anywhere


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a head. ``shares``: relative widths of its columns."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[int, ...]
    tones: tuple[str, ...] = ()  # of each row


@dataclass(frozen=True, slots=True)
class Part:
    """A titled part: remarks, then facts, then a table."""

    title: str
    said: tuple[Said, ...] = ()
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class ToldSignature:
    """One signature or document timestamp."""

    title: str
    said: Said
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ToldFile:
    """One file. ``parts`` stand after its signatures."""

    name: str
    said: Said
    facts: tuple[Fact, ...]
    warnings: tuple[Said, ...]
    signatures: tuple[ToldSignature, ...]
    parts: tuple[Part, ...]

    @property
    def lines(self) -> int:
        """How many table rows it takes."""
        parts = (*self.parts, *(part for signature in self.signatures for part in signature.parts))
        return sum(len(table.rows) for part in parts for table in part.tables)


@dataclass(frozen=True, slots=True)
class Row:
    """One file in the table of a folder."""

    name: str
    word: str
    tone: str
    what: str
    signers: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over the whole report, and its labels."""

    title: str
    language: str
    facts: tuple[Fact, ...]
    about: str
    means: str
    do: str
    warnings: str
    summary: Table | None = None  # of a folder
    rows_title: str = ""
    rows_head: tuple[str, ...] = ()
    details_title: str = ""
