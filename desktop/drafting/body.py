"""The body of a document: a flat row of plain blocks (docs/formats/body.md, format 2). JSON is ``body_json``'s matter.

Text is text: nothing in it is ever read as markup. Times, numbers of pages and cites are no part of a body. Lists and
articles are flat: what stands inside of what follows from ``level`` (``body_tree``), so that editing moves no trees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

ALIGNMENTS = ("left", "center", "right")
MEDIA_TYPES = ("image/png", "image/jpeg")
LIST_KINDS = ("bullet", "number")
DEEPEST = 5
NOTE = "\ufffc"
"""What stands in a run's text for a footnote (U+FFFC, object replacement character): one sign, one place."""

ListKind = Literal["bullet", "number"]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style; a line feed in it breaks the line.

    ``link`` is an address (http, https, mailto). ``note`` is a footnote's text, and then ``text`` is NOTE.
    """

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    link: str = ""
    note: tuple[Run, ...] = ()


Runs = tuple[Run, ...]


def plain(text: str) -> Runs:
    """Unstyled runs of that text; none for an empty text."""
    return (Run(text),) if text else ()


def footnote(*runs: Run) -> Run:
    """The run that stands for a footnote of that text."""
    return Run(NOTE, note=runs)


def text_of(runs: Runs) -> str:
    """The signs of those runs; a footnote counts as one, NOTE."""
    return "".join(run.text for run in runs)


def joined(*parts: Runs) -> Runs:
    """The runs one after the other: neighbours of one style made one, empty ones left out, footnotes kept apart."""
    out: list[Run] = []
    for run in (run for runs in parts for run in runs):
        if not run.text:
            continue
        if out and not run.note and not out[-1].note and replace(out[-1], text=run.text) == run:
            out[-1] = replace(run, text=out[-1].text + run.text)
        else:
            out.append(run)
    return tuple(out)


def cut(runs: Runs, start: int, end: int) -> Runs:
    """The signs from ``start`` to before ``end`` with their styles."""
    out: list[Run] = []
    place = 0
    for run in runs:
        first, last = max(start - place, 0), min(end - place, len(run.text))
        if first < last:
            out.append(run if last - first == len(run.text) else replace(run, text=run.text[first:last]))
        place += len(run.text)
    return joined(tuple(out))


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the body, ``level`` 1 to 3; the title of the document stands above all of them."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``align`` only where it differs from the template's own setting. ``level`` > 0: inside the item above."""

    runs: Runs
    align: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class ListItem:
    """An item of a list. ``start`` begins a new list, counted from there; without it the item goes on with the list above."""

    runs: Runs
    kind: ListKind = "bullet"
    level: int = 0
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A numbered article: ``number`` where it does not simply follow; ``label`` in place of "Artículo N.-"."""

    runs: Runs
    number: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A header cell above ``across`` columns."""

    runs: Runs
    across: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``header`` names each column; ``groups`` are header rows above it, merged across columns.

    ``widths`` are shares of the line; ``aligns`` one of ALIGNMENTS per column.
    """

    header: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]
    caption: str = ""
    widths: tuple[int, ...] = ()
    aligns: tuple[str, ...] = ()
    groups: tuple[tuple[Group, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Image:
    """A picture by the SHA-256 hex of its bytes. ``alt`` says what it shows; ``width`` in percent of the line."""

    sha256: str
    name: str
    alt: str
    media_type: str = "image/png"
    caption: str = ""
    width: int = 100


@dataclass(frozen=True, slots=True)
class Quote:
    """A quoted passage, set in."""

    runs: Runs
    source: str = ""


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts a new page."""


Block = Heading | Paragraph | ListItem | Article | Table | Image | Quote | PageBreak


@dataclass(frozen=True, slots=True)
class Body:
    """The blocks in order."""

    blocks: tuple[Block, ...] = ()

    @property
    def images(self) -> tuple[Image, ...]:
        """The pictures, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Image))

    def to_json(self) -> dict[str, Any]:
        """The body as plain JSON values."""
        from .body_json import write_body

        return write_body(self)

    @classmethod
    def from_json(cls, data: object) -> Body:
        """The body of those JSON values. Raises ``drafting.bad_body`` with the place, or ``drafting.body_newer``."""
        from .body_json import read_body

        return read_body(data)

    @classmethod
    def from_text(cls, text: str) -> Body:
        """A body of plain paragraphs, one for each stretch between empty lines."""
        parts = (part.strip() for part in text.replace("\r\n", "\n").split("\n\n"))
        return cls(tuple(Paragraph(plain(part)) for part in parts if part))

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text of the body with its place, e.g. ``blocks[3].rows[0][1]``; footnotes at the place of their mark."""
        from .leaves import leaf, parts, place_of

        for number, block in enumerate(self.blocks):
            for part in parts(block):
                place = place_of(number, part)
                for run in leaf(block, part):
                    if run.note:
                        yield from ((place, inner.text) for inner in run.note)
                    else:
                        yield place, run.text
            if isinstance(block, Article) and block.label:
                yield place_of(number, "label"), block.label
