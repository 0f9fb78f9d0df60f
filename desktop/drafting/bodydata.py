"""The body as the plain JSON that ``kit/body.typ`` sets: texts tidied, levels closed up, tables measured, pictures named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from desktop.records.errors import OfficeError

from .body import Body, Heading, Image, Table
from .body_json import write_block
from .body_tree import ItemList, Leaf, Node, body_tree
from .glyphs import breakable, tidy

NARROW = 22  # signs: a column of at most this takes what it needs
SIGNS_PER_LINE = 90  # of a table, at least
_NUMBER = re.compile(r"[\s\d.,%()+-]*\d[\s\d.,%()+-]*|Bs\.?\s?[\d.,]+")
_KEPT = frozenset({"file", "type", "kind", "sha256", "media_type", "link"})
_SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


@dataclass(slots=True)
class BodyData:
    """``nodes`` for the kit, ``files`` to lay beside it, and what a frozen page would refuse."""

    nodes: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[OfficeError] = field(default_factory=list)


def body_data(body: Body, images: Mapping[str, bytes]) -> BodyData:
    """``images``: bytes by SHA-256 hex. What is missing is listed in ``problems`` and left out or drawn as a mark."""
    made = _Maker(images)
    for node in body_tree(body.blocks):
        made.out.nodes += made.node(node)
    return made.out


def each_text(value: Any, change: Callable[[str], str]) -> Any:
    """The same JSON with every text changed; addresses, digests and names of kinds stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [each_text(part, change) for part in value]
    if isinstance(value, dict):
        return {key: part if key in _KEPT else each_text(part, change) for key, part in value.items()}
    return value


@dataclass(slots=True)
class _Maker:
    images: Mapping[str, bytes]
    out: BodyData = field(default_factory=BodyData)
    level: int = 0
    pictures: int = 0

    def node(self, node: Node) -> list[dict[str, Any]]:
        if isinstance(node, ItemList):
            return [self._list(node)]
        return self._leaf(node)

    def _list(self, node: ItemList) -> dict[str, Any]:
        items = []
        for item in node.items:
            data = each_text(write_block(item.block), lambda text: breakable(tidy(text)))
            inside = [data for inner in item.inside for data in self.node(inner)]
            label = data.get("label") or (f"Artículo {item.number}.-" if node.kind == "article" else "")
            items.append({"place": item.place, "runs": data["runs"], "label": label, "inside": inside})
        return {"type": "list", "kind": node.kind, "start": node.items[0].number, "items": items}

    def _leaf(self, leaf: Leaf) -> list[dict[str, Any]]:
        block = leaf.block
        item = each_text(write_block(block), tidy) | {"place": leaf.place}
        if isinstance(block, Heading):
            if not item["text"].strip():
                return []
            self.level = item["level"] = min(item["level"], self.level + 1)
        elif isinstance(block, Table):
            item |= table_shape(item)
        elif isinstance(block, Image) and not self._picture(block, item):
            return []
        return [each_text(item, breakable)]

    def _picture(self, block: Image, item: dict[str, Any]) -> bool:
        """Whether there is a picture to draw; one without words is drawn with a mark, where the page allows it."""
        self.pictures += 1
        if not item["alt"].strip():
            self._wrong("drafting.missing_alt", block, item)
        data = self.images.get(block.sha256)
        if data is None:
            self._wrong("drafting.missing_image", block, item)
            return False
        magic = _SIGNATURES.get(block.media_type)
        if magic is None or not data.startswith(magic):
            self._wrong("drafting.bad_image", block, item)
            return False
        name = f"{block.sha256[:32]}.{'png' if block.media_type == 'image/png' else 'jpg'}"
        self.out.files[name] = data
        item["file"] = f"/files/{name}"
        return True

    def _wrong(self, code: str, block: Image, item: dict[str, Any]) -> None:
        place = f"body.blocks[{item['place']}]"
        self.out.problems.append(OfficeError(code, image=block.name, number=self.pictures, place=place))


def table_shape(item: Mapping[str, Any]) -> dict[str, Any]:
    """Narrow columns as wide as they need (share 0), the others by length; columns of numbers to the right."""
    rows = [["".join(run.get("text", "") for run in cell) for cell in row] for row in (item["header"], *item["rows"])]
    columns = list(zip(*rows, strict=True))
    longest = [max(len(text) for text in column) for column in columns]
    shares = [0 if length <= NARROW else min(length, 60) for length in longest]
    if not any(shares):
        shares[0] = 1
    numeric = [len(col) > 1 and all(_NUMBER.fullmatch(text) for text in col[1:] if text) for col in columns]
    aligns = item["aligns"] or ["right" if number else "left" for number in numeric]
    fits = max(SIGNS_PER_LINE // len(columns), 8)
    cells = {
        key: each_text(item[key], lambda text: breakable(text, fits))
        for key in ("header", "rows", "groups")
        if key in item
    }
    noted = any("note" in run for row in item["rows"] for cell in row for run in cell)
    return {"auto_widths": shares, "apart": noted or not item["rows"], "aligns": aligns, "groups": [], **cells}
