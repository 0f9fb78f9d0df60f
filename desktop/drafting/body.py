"""The body of a document: a short list of plain blocks, to and from JSON (docs/formats/body.md).

Text is text: nothing in it is ever read as markup. Times, numbers of pages and cites are no part of a body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desktop.records.errors import OfficeError

FORMAT = 1
ALIGNMENTS = ("left", "center", "right")
MEDIA_TYPES = ("image/png", "image/jpeg")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style; a line feed in it breaks the line."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False


Runs = tuple[Run, ...]


def plain(text: str) -> Runs:
    """Unstyled runs of that text; none for an empty text."""
    return (Run(text),) if text else ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the body, ``level`` 1 to 3; the title of the document stands above all of them."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``align`` only where it differs from the template's own setting."""

    runs: Runs
    align: str = ""


@dataclass(frozen=True, slots=True)
class BulletList:
    """Items without order."""

    items: tuple[Runs, ...]


@dataclass(frozen=True, slots=True)
class NumberedList:
    """Items in order, counted from ``start``."""

    items: tuple[Runs, ...]
    start: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one header row. ``widths`` are shares of the line; ``aligns`` one of ALIGNMENTS per column."""

    header: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]
    caption: str = ""
    widths: tuple[int, ...] = ()
    aligns: tuple[str, ...] = ()


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


Block = Heading | Paragraph | BulletList | NumberedList | Table | Image | Quote | PageBreak


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
        return {"format": FORMAT, "blocks": [_block_to_json(block) for block in self.blocks]}

    @classmethod
    def from_json(cls, data: object) -> Body:
        """The body of those JSON values. Raises ``drafting.bad_body`` with the place, or ``drafting.body_newer``."""
        root = _mapping(data, "body")
        version = root.get("format")
        if isinstance(version, int) and version > FORMAT:
            raise OfficeError("drafting.body_newer", format=version, known=FORMAT)
        if version != FORMAT:
            raise OfficeError("drafting.bad_body", place="format")
        blocks = _sequence(root.get("blocks"), "blocks")
        return cls(tuple(_block_from_json(item, f"blocks[{n}]") for n, item in enumerate(blocks)))

    @classmethod
    def from_text(cls, text: str) -> Body:
        """A body of plain paragraphs, one for each stretch between empty lines."""
        parts = (part.strip() for part in text.replace("\r\n", "\n").split("\n\n"))
        return cls(tuple(Paragraph(plain(part)) for part in parts if part))

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text of the body with its place, e.g. ``blocks[3].rows[0][1]``."""
        for number, block in enumerate(self.blocks):
            yield from _block_texts(block, f"blocks[{number}]")


def _runs_to_json(runs: Runs) -> list[dict[str, Any]]:
    styles = ("bold", "italic", "underline")
    return [{"text": run.text} | {name: True for name in styles if getattr(run, name)} for run in runs]


def _block_to_json(block: Block) -> dict[str, Any]:
    match block:
        case Heading(text, level):
            return {"type": "heading", "level": level, "text": text}
        case Paragraph(runs, align):
            return {"type": "paragraph", "runs": _runs_to_json(runs)} | ({"align": align} if align else {})
        case BulletList(items):
            return {"type": "bullets", "items": [_runs_to_json(item) for item in items]}
        case NumberedList(items, start):
            return {"type": "numbers", "start": start, "items": [_runs_to_json(item) for item in items]}
        case Table():
            return _table_to_json(block)
        case Image():
            return {
                "type": "image",
                "sha256": block.sha256,
                "name": block.name,
                "alt": block.alt,
                "media_type": block.media_type,
                "caption": block.caption,
                "width": block.width,
            }
        case Quote(runs, source):
            return {"type": "quote", "runs": _runs_to_json(runs), "source": source}
        case PageBreak():
            return {"type": "page_break"}


def _table_to_json(table: Table) -> dict[str, Any]:
    return {
        "type": "table",
        "caption": table.caption,
        "header": [_runs_to_json(cell) for cell in table.header],
        "rows": [[_runs_to_json(cell) for cell in row] for row in table.rows],
        "widths": list(table.widths),
        "aligns": list(table.aligns),
    }


def _block_from_json(data: object, place: str) -> Block:
    item = _mapping(data, place)
    match item.get("type"):
        case "heading":
            return Heading(_text(item, "text", place), _whole(item, "level", place, 1, 3, 1))
        case "paragraph":
            return Paragraph(_runs(item.get("runs"), f"{place}.runs"), _align(item.get("align", ""), place, empty=True))
        case "bullets":
            return BulletList(_cells(item.get("items"), f"{place}.items"))
        case "numbers":
            items = _cells(item.get("items"), f"{place}.items")
            return NumberedList(items, _whole(item, "start", place, 0, 100_000, 1))
        case "table":
            return _table(item, place)
        case "image":
            return _image(item, place)
        case "quote":
            return Quote(_runs(item.get("runs"), f"{place}.runs"), _text(item, "source", place, ""))
        case "page_break":
            return PageBreak()
    raise OfficeError("drafting.bad_body", place=f"{place}.type")


def _table(item: Mapping[str, Any], place: str) -> Table:
    header = _cells(item.get("header"), f"{place}.header")
    rows = tuple(
        _cells(row, f"{place}.rows[{n}]") for n, row in enumerate(_sequence(item.get("rows"), f"{place}.rows"))
    )
    if not header:
        raise OfficeError("drafting.bad_body", place=f"{place}.header")
    for number, row in enumerate(rows):
        if len(row) != len(header):
            raise OfficeError("drafting.bad_body", place=f"{place}.rows[{number}]")
    widths = tuple(_sequence(item.get("widths", []), f"{place}.widths"))
    aligns = tuple(_align(name, place) for name in _sequence(item.get("aligns", []), f"{place}.aligns"))
    good = all(isinstance(share, int) and not isinstance(share, bool) and 1 <= share <= 1000 for share in widths)
    if not good or len(widths) not in {0, len(header)}:
        raise OfficeError("drafting.bad_body", place=f"{place}.widths")
    if len(aligns) not in {0, len(header)}:
        raise OfficeError("drafting.bad_body", place=f"{place}.aligns")
    return Table(header, rows, _text(item, "caption", place, ""), widths, aligns)


def _image(item: Mapping[str, Any], place: str) -> Image:
    media_type = _text(item, "media_type", place, "image/png")
    if media_type not in MEDIA_TYPES:
        raise OfficeError("drafting.bad_body", place=f"{place}.media_type")
    return Image(
        sha256=_text(item, "sha256", place),
        name=_text(item, "name", place),
        alt=_text(item, "alt", place, ""),
        media_type=media_type,
        caption=_text(item, "caption", place, ""),
        width=_whole(item, "width", place, 1, 100, 100),
    )


def _mapping(data: object, place: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise OfficeError("drafting.bad_body", place=place)
    return data


def _sequence(data: object, place: str) -> Sequence[Any]:
    if not isinstance(data, Sequence) or isinstance(data, str | bytes):
        raise OfficeError("drafting.bad_body", place=place)
    return data


def _text(item: Mapping[str, Any], name: str, place: str, default: str | None = None) -> str:
    value = item.get(name, default)
    if not isinstance(value, str):
        raise OfficeError("drafting.bad_body", place=f"{place}.{name}")
    return value


def _whole(item: Mapping[str, Any], name: str, place: str, least: int, most: int, default: int) -> int:
    value = item.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise OfficeError("drafting.bad_body", place=f"{place}.{name}")
    return value


def _align(value: object, place: str, *, empty: bool = False) -> str:
    if isinstance(value, str) and (value in ALIGNMENTS or (empty and not value)):
        return value
    raise OfficeError("drafting.bad_body", place=f"{place}.align")


def _runs(data: object, place: str) -> Runs:
    runs = []
    for number, part in enumerate(_sequence(data, place)):
        item = _mapping(part, f"{place}[{number}]")
        styles = [item.get(name, False) for name in ("bold", "italic", "underline")]
        if not all(isinstance(style, bool) for style in styles):
            raise OfficeError("drafting.bad_body", place=f"{place}[{number}]")
        runs.append(Run(_text(item, "text", f"{place}[{number}]"), *styles))
    return tuple(runs)


def _cells(data: object, place: str) -> tuple[Runs, ...]:
    return tuple(_runs(item, f"{place}[{number}]") for number, item in enumerate(_sequence(data, place)))


def _block_texts(block: Block, place: str) -> Iterator[tuple[str, str]]:
    match block:
        case Heading(text, _):
            yield place, text
        case Paragraph(runs, _):
            yield from ((place, run.text) for run in runs)
        case Quote(runs, source):
            yield from ((place, run.text) for run in runs)
            yield f"{place}.source", source
        case BulletList(items) | NumberedList(items, _):
            yield from ((f"{place}.items[{n}]", run.text) for n, item in enumerate(items) for run in item)
        case Table():
            yield f"{place}.caption", block.caption
            for row, cells in enumerate((block.header, *block.rows)):
                name = "header" if row == 0 else f"rows[{row - 1}]"
                yield from ((f"{place}.{name}[{n}]", run.text) for n, cell in enumerate(cells) for run in cell)
        case Image():
            yield f"{place}.caption", block.caption
            yield f"{place}.alt", block.alt
        case PageBreak():
            pass
