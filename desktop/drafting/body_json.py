"""A body to and from JSON (docs/formats/body.md): format 2 is written; 1 and 2 are read; every error names its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from desktop.records.errors import OfficeError

from .body import (
    ALIGNMENTS,
    DEEPEST,
    LIST_KINDS,
    MEDIA_TYPES,
    NOTE,
    Article,
    Block,
    Body,
    Group,
    Heading,
    Image,
    ListItem,
    ListKind,
    PageBreak,
    Paragraph,
    Quote,
    Run,
    Runs,
    Table,
)

FORMAT = 2
LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f\x7f]{1,2000}")
_STYLES = ("bold", "italic", "underline")


def write_body(body: Body) -> dict[str, Any]:
    """The body as plain JSON values."""
    return {"format": FORMAT, "blocks": [write_block(block) for block in body.blocks]}


def read_body(data: object) -> Body:
    """Raises ``drafting.bad_body`` with the place, or ``drafting.body_newer``."""
    root = _mapping(data, "body")
    version = root.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise OfficeError("drafting.body_newer", format=version, known=FORMAT)
    if version not in {1, FORMAT} or isinstance(version, bool):
        raise _bad("format")
    blocks: list[Block] = []
    for number, item in enumerate(_sequence(root.get("blocks"), "blocks")):
        place = f"blocks[{number}]"
        blocks += _old_list(item, place) if version == 1 and _kind(item) in _OLD_LISTS else [read_block(item, place)]
    return Body(tuple(blocks))


# --- writing


def write_runs(runs: Runs) -> list[dict[str, Any]]:
    """Runs as JSON; a footnote as ``{"note": runs}``."""
    return [_write_run(run) for run in runs]


def _write_run(run: Run) -> dict[str, Any]:
    styles: dict[str, Any] = {name: True for name in _STYLES if getattr(run, name)}
    head: dict[str, Any] = {"note": write_runs(run.note)} if run.note else {"text": run.text}
    return head | styles | ({"link": run.link} if run.link else {})


def write_block(block: Block) -> dict[str, Any]:
    """One block as JSON."""
    match block:
        case Heading(text, level):
            return {"type": "heading", "level": level, "text": text}
        case Paragraph(runs, align, level):
            return {"type": "paragraph", "runs": write_runs(runs)} | _given(align=align, level=level)
        case ListItem(runs, kind, level, start):
            item = {"type": "item", "kind": kind, "runs": write_runs(runs)} | _given(level=level)
            return item if start is None else item | {"start": start}
        case Article(runs, number, label):
            article = {"type": "article", "runs": write_runs(runs)} | _given(label=label)
            return article if number is None else article | {"number": number}
        case Table():
            return _write_table(block)
        case Image():
            names = ("sha256", "name", "alt", "media_type", "caption", "width")
            return {"type": "image"} | {name: getattr(block, name) for name in names}
        case Quote(runs, source):
            return {"type": "quote", "runs": write_runs(runs), "source": source}
        case PageBreak():
            return {"type": "page_break"}


def _given(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _write_table(table: Table) -> dict[str, Any]:
    groups = [[{"runs": write_runs(cell.runs), "across": cell.across} for cell in row] for row in table.groups]
    return {
        "type": "table",
        "caption": table.caption,
        "header": [write_runs(cell) for cell in table.header],
        "rows": [[write_runs(cell) for cell in row] for row in table.rows],
        "widths": list(table.widths),
        "aligns": list(table.aligns),
    } | _given(groups=groups)


# --- reading


def read_block(data: object, place: str) -> Block:
    """One block of format 2. Raises ``drafting.bad_body`` with the place."""
    item = _mapping(data, place)
    match item.get("type"):
        case "heading":
            return Heading(_text(item, "text", place), _whole(item, "level", place, 1, 3, 1))
        case "paragraph":
            align = _align(item.get("align", ""), place, empty=True)
            return Paragraph(_runs_of(item, place), align, _whole(item, "level", place, 0, DEEPEST, 0))
        case "item":
            return _item(item, place)
        case "article":
            number = _whole(item, "number", place, 1, 100_000, 1) if item.get("number") is not None else None
            return Article(_runs_of(item, place), number, _text(item, "label", place, ""))
        case "table":
            return _table(item, place)
        case "image":
            return _image(item, place)
        case "quote":
            return Quote(_runs_of(item, place), _text(item, "source", place, ""))
        case "page_break":
            return PageBreak()
    raise _bad(f"{place}.type")


_OLD_LISTS = {"bullets": "bullet", "numbers": "number"}


def _kind(data: object) -> object:
    kind = data.get("type") if isinstance(data, Mapping) else None
    return kind if isinstance(kind, str) else None


def _old_list(data: object, place: str) -> list[Block]:
    """A list of format 1: its first item begins a list of its own, so that neighbours stay apart."""
    item = _mapping(data, place)
    kind = cast("ListKind", _OLD_LISTS[item["type"]])
    start = _whole(item, "start", place, 0, 100_000, 1)
    cells = _cells(item.get("items"), f"{place}.items")
    return [ListItem(runs, kind, 0, None if n else start) for n, runs in enumerate(cells)]


def _item(item: Mapping[str, Any], place: str) -> ListItem:
    kind = item.get("kind", "bullet")
    if kind not in LIST_KINDS:
        raise _bad(f"{place}.kind")
    start = _whole(item, "start", place, 0, 100_000, 1) if item.get("start") is not None else None
    return ListItem(_runs_of(item, place), kind, _whole(item, "level", place, 0, DEEPEST, 0), start)


def _table(item: Mapping[str, Any], place: str) -> Table:
    header = tuple(_head(cell, f"{place}.header") for cell in _cells(item.get("header"), f"{place}.header"))
    raw = enumerate(_sequence(item.get("rows"), f"{place}.rows"))
    rows = tuple(_cells(row, f"{place}.rows[{n}]") for n, row in raw)
    if not header:
        raise _bad(f"{place}.header")
    for number, row in enumerate(rows):
        if len(row) != len(header):
            raise _bad(f"{place}.rows[{number}]")
    widths = tuple(_sequence(item.get("widths", []), f"{place}.widths"))
    aligns = tuple(_align(name, f"{place}.aligns") for name in _sequence(item.get("aligns", []), f"{place}.aligns"))
    good = all(isinstance(share, int) and not isinstance(share, bool) and 1 <= share <= 1000 for share in widths)
    if not good or len(widths) not in {0, len(header)}:
        raise _bad(f"{place}.widths")
    if len(aligns) not in {0, len(header)}:
        raise _bad(f"{place}.aligns")
    groups = _groups(item.get("groups", []), f"{place}.groups", len(header))
    return Table(header, rows, _text(item, "caption", place, ""), widths, aligns, groups)


def _groups(data: object, place: str, columns: int) -> tuple[tuple[Group, ...], ...]:
    rows = []
    for number, row in enumerate(_sequence(data, place)):
        inner = f"{place}[{number}]"
        cells = [(_mapping(cell, f"{inner}[{n}]"), f"{inner}[{n}]") for n, cell in enumerate(_sequence(row, inner))]
        groups = tuple(
            Group(_head(_runs_of(cell, at), at), _whole(cell, "across", at, 1, columns, 1)) for cell, at in cells
        )
        if sum(group.across for group in groups) != columns:
            raise _bad(inner)
        rows.append(groups)
    return tuple(rows)


def _head(runs: Runs, place: str) -> Runs:
    if any(run.link or run.note for run in runs):
        raise _bad(place)
    return runs


def _image(item: Mapping[str, Any], place: str) -> Image:
    media_type = _text(item, "media_type", place, "image/png")
    if media_type not in MEDIA_TYPES:
        raise _bad(f"{place}.media_type")
    return Image(
        sha256=_text(item, "sha256", place),
        name=_text(item, "name", place),
        alt=_text(item, "alt", place, ""),
        media_type=media_type,
        caption=_text(item, "caption", place, ""),
        width=_whole(item, "width", place, 1, 100, 100),
    )


def read_runs(data: object, place: str, *, notes: bool = True) -> Runs:
    """Runs of JSON; ``notes`` whether footnotes may stand in them. Raises ``drafting.bad_body`` with the place."""
    return tuple(_run(part, f"{place}[{n}]", notes=notes) for n, part in enumerate(_sequence(data, place)))


def _run(data: object, place: str, *, notes: bool) -> Run:
    item = _mapping(data, place)
    bold, italic, underline = (_flag(item, name, place) for name in _STYLES)
    link = _text(item, "link", place, "")
    if link and not LINK.fullmatch(link):
        raise _bad(f"{place}.link")
    if "note" not in item:
        text = _text(item, "text", place).replace(NOTE, "")  # pasted from elsewhere; it would draw nothing
        return Run(text, bold, italic, underline, link)
    note = read_runs(item["note"], f"{place}.note", notes=False)
    if not notes or not any(run.text for run in note):
        raise _bad(f"{place}.note")
    return Run(NOTE, bold, italic, underline, link, note)


def _flag(item: Mapping[str, Any], name: str, place: str) -> bool:
    value = item.get(name, False)
    if not isinstance(value, bool):
        raise _bad(place)
    return value


def _runs_of(item: Mapping[str, Any], place: str) -> Runs:
    return read_runs(item.get("runs"), f"{place}.runs")


def _cells(data: object, place: str) -> tuple[Runs, ...]:
    return tuple(read_runs(item, f"{place}[{number}]") for number, item in enumerate(_sequence(data, place)))


def _bad(place: str) -> OfficeError:
    return OfficeError("drafting.bad_body", place=place)


def _mapping(data: object, place: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise _bad(place)
    return data


def _sequence(data: object, place: str) -> Sequence[Any]:
    if not isinstance(data, Sequence) or isinstance(data, str | bytes):
        raise _bad(place)
    return data


def _text(item: Mapping[str, Any], name: str, place: str, default: str | None = None) -> str:
    value = item.get(name, default)
    if not isinstance(value, str):
        raise _bad(f"{place}.{name}")
    return value


def _whole(item: Mapping[str, Any], name: str, place: str, least: int, most: int, default: int) -> int:
    value = item.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _bad(f"{place}.{name}")
    return value


def _align(value: object, place: str, *, empty: bool = False) -> str:
    if isinstance(value, str) and (value in ALIGNMENTS or (empty and not value)):
        return value
    raise _bad(f"{place}.align" if empty else place)
