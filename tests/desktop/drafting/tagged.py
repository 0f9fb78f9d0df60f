"""What a screen reader gets from a tagged PDF, read with pikepdf alone: the structure tree with its text."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any

import pikepdf

_INLINE = frozenset(
    {"Span", "Strong", "Em", "Link", "Reference", "Quote", "Div", "NonStruct", "Form", "THead", "TBody"}
)


@dataclass
class Tag:
    """An element and what it holds, in order: text and further elements."""

    kind: str
    inside: list[Tag | str] = field(default_factory=list)
    across: int = 1

    def only(self, *kinds: str) -> list[Tag]:
        return [part for part in self.flat() if isinstance(part, Tag) and part.kind in kinds]

    def flat(self) -> list[Tag | str]:
        """What it holds, inline elements and mere groups opened."""
        out: list[Tag | str] = []
        for part in self.inside:
            out += part.flat() if isinstance(part, Tag) and part.kind in _INLINE else [part]
        return out

    def text(self) -> str:
        """Its own text without white space, labels of footnotes and their notes left out."""
        joint = "".join(part for part in self.flat() if isinstance(part, str))
        return re.sub(r"[\s\u00ad]", "", joint)  # a word parted at the end of a line has a soft hyphen there

    def notes(self) -> list[str]:
        return [note.text() for note in self.only("Note")]


def read_tags(pdf: bytes) -> Tag:
    """The whole tree under one element."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        pages = {page.obj.objgen: _page_texts(page) for page in document.pages}
        root = Tag("Root")
        _read(document.Root.StructTreeRoot.K, root, {}, pages)
        return root


def _read(item: Any, into: Tag, page: dict[int, str], pages: dict[Any, dict[int, str]]) -> None:
    if isinstance(item, pikepdf.Array):
        for part in item:
            _read(part, into, page, pages)
    elif isinstance(item, int):
        into.inside.append(page.get(int(item), ""))
    elif isinstance(item, pikepdf.Dictionary):
        if "/Pg" in item:
            page = pages[item.Pg.objgen]
        if "/S" in item:
            tag = Tag(str(item.S)[1:], across=_across(item.get("/A")))
            into.inside.append(tag)
            if "/K" in item:
                _read(item.K, tag, page, pages)
        elif "/MCID" in item:
            into.inside.append(page.get(int(item.MCID), ""))


def _across(attributes: Any) -> int:
    if isinstance(attributes, pikepdf.Array):
        return max((_across(part) for part in attributes), default=1)
    return int(attributes.get("/ColSpan", 1)) if isinstance(attributes, pikepdf.Dictionary) else 1


def _page_texts(page: pikepdf.Page) -> dict[int, str]:
    """The text of each marked content of a page, by MCID."""
    maps = {name: _to_unicode(font) for name, font in page.obj.Resources.get("/Font", {}).items()}
    found: dict[int, str] = {}
    stack: list[tuple[int | None, str | None]] = []  # MCID, and a text that stands for what is drawn
    font: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in {"BMC", "BDC"}:
            stack.append(_opened(operands, stack[-1] if stack else (None, None), found))
        elif name == "EMC":
            stack.pop()
        elif name == "Tf":
            font = maps[str(operands[0])]
        elif name in {"Tj", "TJ"} and stack and stack[-1][0] is not None and stack[-1][1] is None:
            number = stack[-1][0]
            pieces = operands[0] if name == "TJ" else [operands[0]]
            drawn = b"".join(bytes(piece) for piece in pieces if isinstance(piece, pikepdf.String))
            codes = (int.from_bytes(drawn[at : at + 2], "big") for at in range(0, len(drawn), 2))
            found[number] = found.get(number, "") + "".join(font.get(code, "\ufffd") for code in codes)
    return found


def _opened(
    operands: Any, outer: tuple[int | None, str | None], found: dict[int, str]
) -> tuple[int | None, str | None]:
    number, instead = outer
    if str(operands[0]) == "/Artifact":
        return None, None
    given = operands[1] if len(operands) > 1 else {}
    if isinstance(given, pikepdf.Dictionary):
        if "/MCID" in given:
            number = int(given.MCID)
        if "/ActualText" in given and instead is None:
            instead = str(given.ActualText).replace("\u00ad", "")
            if number is not None:
                found[number] = found.get(number, "") + instead
    return number, instead


def _to_unicode(font: Any) -> dict[int, str]:
    """Glyph code → text, of a ToUnicode CMap (ISO 32000-1 §9.10.3)."""
    source = font.ToUnicode.read_bytes().decode("latin-1")
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", source, re.DOTALL):
        for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", source, re.DOTALL):
        for first, last, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            base = bytes.fromhex(text).decode("utf-16-be")
            for code in range(int(first, 16), int(last, 16) + 1):
                found[code] = base[:-1] + chr(ord(base[-1]) + code - int(first, 16))
    return found
