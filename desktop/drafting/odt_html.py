"""The text of an ODT file as plain HTML, read with odfdo: what ``html_body`` knows, and nothing more (ODF 1.3 part 3)."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement, builder, tostring
from odfdo import Document, Element

_ALIGNS = {"center": "center", "end": "right", "right": "right"}
_SKIPPED = frozenset(
    ("office:annotation", "office:annotation-end", "text:tracked-changes", "text:sequence-decls", "office:forms", "text:bookmark",
     "text:bookmark-start", "text:bookmark-end", "text:soft-page-break", "text:table-of-content", "text:variable-decls")
)  # fmt: skip
_OBJECTS = frozenset({"draw:object", "draw:object-ole", "draw:plugin", "draw:floating-frame", "math:math"})


def html_of_odt(data: bytes) -> str:
    """The text of that file. Raises what odfdo raises for one that it cannot read."""
    document = Document(io.BytesIO(data))
    reader = _OdtReader(document)
    body = builder.BODY()
    reader.blocks(document.body, body)
    for note in reader.notes:
        body.append(note)
    return str(tostring(body, encoding="unicode"))


class _OdtReader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.notes: list[HtmlElement] = []
        self._looks: dict[tuple[str, str], dict[str, str]] = {}

    # --- blocks

    def blocks(self, source: Element, into: HtmlElement, *, list_style: str = "", level: int = 1) -> None:
        for part in source.children:
            match part.tag:
                case "text:p" | "text:h":
                    self._paragraph(part, into)
                case "text:list":
                    self._list(part, into, list_style, level)
                case "table:table":
                    self._table(part, into)
                case tag if tag not in _SKIPPED:
                    self.blocks(part, into, list_style=list_style, level=level)

    def _paragraph(self, part: Element, into: HtmlElement) -> None:
        look = self._look("paragraph", part.get_attribute_string("text:style-name") or "")
        name = (look.get("name") or "").lower()
        if part.tag == "text:h":
            made = builder.E(f"h{min(int(part.get_attribute('text:outline-level') or 1), 6)}")
        elif name.startswith(("quotation", "cita")):
            made = builder.BLOCKQUOTE()
        elif name in {"title", "título"}:
            made = builder.H1()
        else:
            made = builder.P()
        if side := _ALIGNS.get(look.get("fo:text-align", "")):
            made.set("align", side)
        if look.get("fo:break-before") == "page":
            into.append(builder.HR(builder.CLASS("page-break")))
        self._inline(part, made)
        into.append(made)
        if look.get("fo:break-after") == "page":
            into.append(builder.HR(builder.CLASS("page-break")))

    def _list(self, part: Element, into: HtmlElement, list_style: str, level: int) -> None:
        list_style = part.get_attribute_string("text:style-name") or list_style
        kind, start = self._list_kind(list_style, level)
        made = builder.E(kind)
        items = [each for each in part.children if each.tag in {"text:list-item", "text:list-header"}]
        if kind == "ol":
            first = items[0].get_attribute_string("text:start-value") if items else None
            made.set("start", first or start)
        for each in items:
            item = builder.LI()
            self.blocks(each, item, list_style=list_style, level=level + 1)
            made.append(item)
        into.append(made)

    def _list_kind(self, name: str, level: int) -> tuple[str, str]:
        style = self.document.get_style("list", name) if name else None
        for part in style.children if style is not None else ():
            if part.get_attribute_string("text:level") == str(level):
                numbered = part.tag == "text:list-level-style-number" and part.get_attribute_string("style:num-format")
                return ("ol" if numbered else "ul"), part.get_attribute_string("text:start-value") or "1"
        return "ul", "1"

    def _table(self, part: Element, into: HtmlElement) -> None:
        table, head, body = builder.TABLE(), builder.THEAD(), builder.TBODY()
        self._rows(part, head, body, in_head=False)
        table.extend([head, body])
        into.append(table)

    def _rows(self, source: Element, head: HtmlElement, body: HtmlElement, *, in_head: bool) -> None:
        for part in source.children:
            if part.tag in {"table:table-header-rows", "table:table-rows", "table:table-row-group"}:
                self._rows(part, head, body, in_head=in_head or part.tag == "table:table-header-rows")
            elif part.tag == "table:table-row":
                row = builder.TR()
                for cell in part.children:
                    if cell.tag == "table:table-cell":
                        row.append(self._cell(cell, in_head=in_head))
                (head if in_head else body).append(row)

    def _cell(self, cell: Element, *, in_head: bool) -> HtmlElement:
        made = builder.TH() if in_head else builder.TD()
        for name, ours in (("table:number-columns-spanned", "colspan"), ("table:number-rows-spanned", "rowspan")):
            if (span := cell.get_attribute_string(name)) and span != "1":
                made.set(ours, span)
        self.blocks(cell, made)
        return made

    # --- what stands in a line

    def _inline(self, source: Element, into: HtmlElement) -> None:
        _say(into, source.text)
        for part in source.children:
            self._one(part, into)
            _say(into, part.tail)

    def _one(self, part: Element, into: HtmlElement) -> None:
        match part.tag:
            case "text:span":
                self._span(part, into)
            case "text:a":
                made = builder.A(href=part.get_attribute_string("xlink:href") or "")
                self._inline(part, made)
                into.append(made)
            case "text:s":
                _say(into, " ")
            case "text:tab":
                _say(into, " ")
            case "text:line-break":
                into.append(builder.BR())
            case "text:note":
                self._note(part, into)
            case "draw:frame":
                self._frame(part, into)
            case tag if tag in _OBJECTS:
                into.append(builder.E("object"))
            case tag if tag not in _SKIPPED:
                self._inline(part, into)

    def _span(self, part: Element, into: HtmlElement) -> None:
        look = self._look("text", part.get_attribute_string("text:style-name") or "")
        made = outer = builder.SPAN()
        wanted = (
            ("b", look.get("fo:font-weight") in {"bold", "600", "700", "800", "900"}),
            ("i", look.get("fo:font-style") in {"italic", "oblique"}),
            ("u", look.get("style:text-underline-style", "none") != "none"),
        )
        for tag, wished in wanted:
            if wished:
                inner = builder.E(tag)
                made.append(inner)
                made = inner
        self._inline(part, made)
        into.append(outer)

    def _note(self, part: Element, into: HtmlElement) -> None:
        name = f"footnote-{len(self.notes) + 1}"
        into.append(builder.A(href=f"#{name}"))
        body = builder.DIV(id=name)
        self.notes.append(body)
        for each in part.children:
            if each.tag == "text:note-body":
                self.blocks(each, body)

    def _frame(self, part: Element, into: HtmlElement) -> None:
        told = {
            each.tag: (each.text_recursive or "").strip()
            for each in part.children
            if each.tag in {"svg:title", "svg:desc"}
        }
        for each in part.children:
            if each.tag == "draw:image":
                data = self._bytes(each.get_attribute_string("xlink:href") or "")
                kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
                source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}" if data else ""
                into.append(builder.IMG(src=source, alt=told.get("svg:desc") or told.get("svg:title") or ""))
                return
            if each.tag == "draw:text-box":
                box = builder.DIV()
                self.blocks(each, box)
                into.append(box)
                return
        into.append(builder.E("object"))

    def _bytes(self, name: str) -> bytes:
        if not name.startswith("Pictures/") or name not in self.document.get_parts():
            return b""
        data: Any = self.document.get_part(name)
        return data if isinstance(data, bytes) else b""

    def _look(self, family: str, name: str) -> dict[str, str]:
        """The properties of a style with those of its parents; ``name`` is the common style that people chose."""
        if (family, name) not in self._looks:
            look: dict[str, str] = {}
            chain = name
            seen: set[str] = set()
            while chain and chain not in seen and len(seen) < 20:
                seen.add(chain)
                style = self.document.get_style(family, chain)
                if style is None:
                    break
                look.setdefault("name", "")
                for key, value in _properties(style):
                    look.setdefault(str(key), str(value))
                look["name"] = look["name"] or (
                    chain if style.parent is not None and "automatic" not in str(style.parent.tag) else ""
                )
                chain = style.get_attribute_string("style:parent-style-name") or ""
            self._looks[family, name] = look
        return self._looks[family, name]


def _say(into: HtmlElement, text: str | None) -> None:
    """Text behind what is already there."""
    if not text:
        return
    text = "".join(sign for sign in text if sign in "\t\n" or ord(sign) >= 32)
    if len(into):
        into[-1].tail = (into[-1].tail or "") + text
    else:
        into.text = (into.text or "") + text


def _properties(style: Any) -> Iterator[tuple[str, object]]:
    """Of text and paragraph; fillings and markers are styles too and have none."""
    read = getattr(style, "get_properties", None)
    if read is None:
        return
    for area in ("text", "paragraph"):
        yield from (read(area=area) or {}).items()
