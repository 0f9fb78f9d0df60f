"""HTML that word processors put on the clipboard, cleaned into a body: what it says is kept, how it looked is not.

Knows the marks of Word (``mso-list``, ``_ftn``), LibreOffice (``sdfootnote``), Google Docs (styles in spans) and of
``import_text``. What cannot be kept is counted and told, never dropped in silence.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from lxml import etree, html

from desktop.records.errors import OfficeError

from .body import (
    DEEPEST,
    NOTE,
    Block,
    Body,
    Heading,
    Image,
    ListItem,
    PageBreak,
    Paragraph,
    Quote,
    Run,
    Runs,
    footnote,
    joined,
    text_of,
)
from .body_json import LINK
from .html_tables import read_table
from .leaves import tidied

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SKIPPED = frozenset({"script", "style", "head", "title", "meta", "link", "template", "xml", "noscript", "o:p"})
_OBJECTS = frozenset(
    {"svg", "iframe", "object", "embed", "video", "audio", "canvas", "math", "input", "select", "textarea", "applet"}
)
# fmt: off
_BLOCKS = frozenset((
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "blockquote", "pre", "section", "article", "main",
    "header", "footer", "dl", "dt", "dd", "hr", "body", "html", "center", "form", "address", "figure", "figcaption", "nav", "aside",
    "fieldset",
))
# fmt: on
_NOTE_LINK = re.compile(r"#_?((?:footnote|endnote|sdfootnote|sdendnote|ftn|edn)-?\d+)(?:sym)?")
_NOTE_ID = re.compile(r"(?:footnote|endnote|sdfootnote|sdendnote|ftn|edn)-?\d+")
_BACK_LINK = re.compile(r"#(?:footnote-ref|endnote-ref|_ftnref|_ednref|sdfootnote|sdendnote).*")
_DATA = re.compile(r"data:(image/(?:png|jpeg|jpg))[^,]*,(.*)", re.DOTALL | re.IGNORECASE)
_LEVEL = re.compile(r"mso-list:\s*l\d+\s+level(\d)")
_COUNTED = re.compile(r"\s*\(?(?:\d+|[a-zA-Z]|[ivxlcIVXLC]+)[.)]")
DEEPEST_TREE = 200


@dataclass(frozen=True, slots=True)
class Imported:
    """A body from elsewhere, its pictures' bytes by SHA-256 hex, and what was left out or changed, one code each with ``count``."""

    body: Body
    images: dict[str, bytes] = field(default_factory=dict)
    notices: tuple[OfficeError, ...] = ()


@dataclass(frozen=True, slots=True)
class _Look:
    bold: bool = False
    italic: bool = False
    underline: bool = False
    link: str = ""


def body_of_html(text: str) -> Imported:
    """The body of pasted HTML. Never raises for what is in it; nothing is fetched."""
    text = re.sub(r"<\?xml[^>]*\?>", "", text.replace("\x00", ""))
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, encoding="utf-8")
    data = text.encode("utf-8", "replace")
    try:
        root = html.document_fromstring(data, parser=parser) if text.strip() else None
    except etree.ParserError:  # nothing but comments or closing tags
        root = None
    reader = _Reader()
    if root is not None:
        reader.collect_notes(root)
        reader.read(root, 0)
        reader.flush()
    blocks = tuple(tidied(block) for block in reader.blocks)
    return Imported(Body(blocks), reader.images, tuple(_notices(reader.left)))


def _notices(left: Counter[str]) -> Iterator[OfficeError]:
    """One code for each kind, so that each has its own words."""
    for kind, count in (+left).items():
        match kind:
            case "picture":
                yield OfficeError("import.pictures_left", count=count)
            case "object":
                yield OfficeError("import.objects_left", count=count)
            case "merged":
                yield OfficeError("import.cells_parted", count=count)
            case "nested":
                yield OfficeError("import.tables_flattened", count=count)
            case "header":
                yield OfficeError("import.header_taken", count=count)
            case "deep":
                yield OfficeError("import.too_deep", count=count)


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.images: dict[str, bytes] = {}
        self.left: Counter[str] = Counter()
        self.notes: dict[str, HtmlElement] = {}
        self._runs: list[Run] = []
        self._make = _Maker()
        self._fresh = False
        self._note_elements: set[HtmlElement] = set()

    # --- footnotes

    def collect_notes(self, root: HtmlElement) -> None:
        for element in root.iter():
            name = element.get("id") if isinstance(element.tag, str) else None
            if name and _NOTE_ID.fullmatch(name) and element.tag in {"li", "div", "p"}:
                self.notes[name] = element
                self._note_elements.add(element)

    def _note(self, name: str) -> tuple[Run, ...]:
        inner = _Reader()
        for part in list(self.notes[name].iter("a")):
            if _BACK_LINK.fullmatch(part.get("href", "")):
                part.set("data-back", "1")
        inner.inline(self.notes[name], _Look(), 0)
        self.images |= inner.images
        text = joined(tuple(run for run in inner.taken() if not run.note))
        return (footnote(*text),) if text_of(text).strip() else ()

    # --- blocks

    def read(self, element: HtmlElement, depth: int, look: _Look = _Look()) -> None:
        """A block element and what stands in it."""
        if depth > DEEPEST_TREE:
            self.left["deep"] += 1
            return
        tag = element.tag
        if not isinstance(tag, str) or tag in _SKIPPED or element in self._note_elements:
            return
        if tag in {"ul", "ol"} and len(element) and all(child in self._note_elements for child in element):
            return
        self._break_before(element)
        look = _styled(element, look)
        match tag:
            case "table":
                self.flush()
                self.blocks += read_table(element, self.cell, self.left)
            case "ul" | "ol":
                self._list(element, depth, look)
            case "hr":
                self.flush()
                if "page-break" in element.get("class", ""):
                    self.blocks.append(PageBreak())
            case _:
                self.flush()
                outer, self._make = self._make, self._make.inside(element)
                self._fresh = self._fresh or _LEVEL.search(element.get("style", "")) is not None
                self._children(element, depth, look)
                self.flush()
                self._make = outer

    def _children(self, element: HtmlElement, depth: int, look: _Look) -> None:
        self._text(element.text, look)
        for child in element:
            if isinstance(child.tag, str) and (child.tag in _BLOCKS or _holds_blocks(child)):
                self.read(child, depth + 1, look)
            else:
                self._one(child, look, depth + 1)
            self._text(child.tail, look)

    def _list(self, element: HtmlElement, depth: int, look: _Look) -> None:
        self.flush()
        kind = "number" if element.tag == "ol" else "bullet"
        outer = self._make
        level = outer.level + 1 if outer.kind else 0
        start: int | None = 1
        if element.tag == "ol" and re.fullmatch(r"\d{1,5}", element.get("start", "")):
            start = int(element.get("start", "1"))
        for child in element:
            if child in self._note_elements or not isinstance(child.tag, str):
                continue
            self._make = _Maker(kind, min(level, DEEPEST), start)
            if child.tag in {"ul", "ol"}:  # Word and Google put inner lists straight into lists
                self._make = _Maker(kind, min(level, DEEPEST))
                self._list(child, depth + 1, look)
            else:
                self._fresh = True
                self._children(child, depth + 1, _styled(child, look))
                self.flush()
                if not self._fresh:
                    start = None
        self._make = outer

    def _break_before(self, element: HtmlElement) -> None:
        style = element.get("style", "").replace(" ", "").lower()
        if "page-break-before:always" in style or "break-before:page" in style:
            self.flush()
            if not self.blocks or self.blocks[-1] != PageBreak():
                self.blocks.append(PageBreak())

    def flush(self) -> None:
        """What was gathered becomes a block."""
        runs = self.taken()
        if text_of(runs).strip():
            self.blocks.append(self._make.block(runs, begins=self._fresh))
            self._fresh = False

    def taken(self) -> Runs:
        """What was gathered, white space put in order, and nothing is gathered any more."""
        runs, self._runs = _spaced(self._runs), []
        return runs

    def cell(self, element: HtmlElement) -> Runs:
        """The content of a table cell as runs, its paragraphs as lines."""
        inner = _Reader()
        inner.notes, inner._note_elements = self.notes, self._note_elements
        inner.inline(element, _styled(element, _Look()), 0)
        self.images |= inner.images
        self.left += inner.left
        self.left["picture"] += sum(isinstance(block, Image) for block in inner.blocks)
        return inner.taken()

    # --- what stands in a line

    def inline(self, element: HtmlElement, look: _Look, depth: int) -> None:
        """All of it as one line; inner blocks begin new lines."""
        self._text(element.text, look)
        for child in element:
            self._one(child, look, depth + 1)
            self._text(child.tail, look)

    def _one(self, element: HtmlElement, look: _Look, depth: int) -> None:
        tag = element.tag
        if not isinstance(tag, str) or tag in _SKIPPED or element.get("data-back") or element in self._note_elements:
            return
        if depth > DEEPEST_TREE:
            self.left["deep"] += 1
        elif tag == "br":
            self._break_before(element)
            self._runs.append(Run("\n"))
        elif tag == "img":
            self._picture(element)
        elif tag in _OBJECTS or tag.startswith(("v:", "w:", "m:")):
            self.left["object"] += 1
        elif "mso-list:ignore" in element.get("style", "").replace(" ", "").lower():
            self._make = self._make.marked(element.text_content())
        elif (found := _NOTE_LINK.fullmatch(element.get("href", ""))) and found[1] in self.notes:
            self._runs += self._note(found[1])
        elif tag == "sup" and len(element) == 1 and _NOTE_LINK.fullmatch(element[0].get("href", "")):
            self._one(element[0], look, depth + 1)
        else:
            if tag == "table":
                self.left["nested"] += 1
            lines = tag in _BLOCKS or tag == "tr"
            if lines and self._runs:
                self._runs.append(Run("\n"))
            self.inline(element, _styled(element, look), depth)
            if tag in {"td", "th"}:
                self._runs.append(Run(" "))

    def _text(self, text: str | None, look: _Look) -> None:
        if text:
            text = re.sub(r"[ \t\r\n\f]+", " ", text).replace(NOTE, "")
            self._runs.append(Run(text, look.bold, look.italic, look.underline, look.link))

    def _picture(self, element: HtmlElement) -> None:
        data = _picture_bytes(element.get("src", ""))
        if data is None:
            self.left["picture"] += 1
            return
        digest = sha256(data).hexdigest()
        media_type = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
        self.images[digest] = data
        self.flush()
        name = f"imagen-{len(self.images)}.{'png' if media_type == 'image/png' else 'jpg'}"
        self.blocks.append(Image(digest, name, element.get("alt", "").strip(), media_type))


@dataclass(frozen=True, slots=True)
class _Maker:
    """What kind of block the gathered text becomes."""

    kind: str = ""
    level: int = 0
    start: int | None = None
    heading: int = 0
    quote: bool = False
    align: str = ""

    def inside(self, element: HtmlElement) -> _Maker:
        style = element.get("style", "").replace(" ", "").lower()
        align = re.search(r"text-align:(center|right|end)", style)
        side = align[1] if align else element.get("align", "").lower()
        side = {"center": "center", "right": "right", "end": "right"}.get(side, "")
        if element.tag == "center":
            side = "center"
        made = _Maker(self.kind, self.level, self.start, self.heading, self.quote, side or self.align)
        if re.fullmatch("h[1-6]", element.tag):
            return _Maker(heading=min(int(element.tag[1]), 3))
        if element.tag == "blockquote" and not self.kind:
            return _Maker(quote=True)
        if found := _LEVEL.search(element.get("style", "")):
            return _Maker("bullet", min(int(found[1]) - 1, DEEPEST), None)
        return made

    def marked(self, marker: str) -> _Maker:
        """Word writes an item's marker as text; it tells the kind."""
        if not self.kind:
            return self
        kind = "number" if _COUNTED.match(marker.replace("\xa0", " ")) else "bullet"
        number = re.match(r"\s*1[.)]", marker.replace("\xa0", " "))
        return _Maker(kind, self.level, 1 if number and kind == "number" else None)

    def block(self, runs: Runs, *, begins: bool) -> Block:
        """``begins``: nothing of the item was written yet."""
        if self.heading:
            return Heading(text_of(tuple(run for run in runs if not run.note)).replace("\n", " "), self.heading)
        if self.quote:
            return Quote(runs)
        if self.kind and begins:
            return ListItem(runs, "number" if self.kind == "number" else "bullet", self.level, self.start)
        return Paragraph(runs, self.align, min(self.level + 1, DEEPEST) if self.kind else 0)


def _holds_blocks(element: HtmlElement) -> bool:
    """An inline element around blocks, as Google's ``<b>`` around everything."""
    return element.tag not in _OBJECTS and any(
        isinstance(part.tag, str) and part.tag in _BLOCKS for part in element.iterdescendants()
    )


def _styled(element: HtmlElement, look: _Look) -> _Look:
    style = element.get("style", "").replace(" ", "").lower()
    tag = element.tag
    bold = look.bold or tag in {"b", "strong"}
    if found := re.search(r"font-weight:(\w+)", style):
        bold = found[1] in {"bold", "bolder"} or (found[1].isdigit() and int(found[1]) >= 600)
    italic = (
        look.italic or tag in {"i", "em", "cite"} or "font-style:italic" in style
    ) and "font-style:normal" not in style
    underline = look.underline or tag in {"u", "ins"} or bool(re.search(r"text-decoration[^;]*:[^;]*underline", style))
    href = element.get("href", "").strip() if tag == "a" else ""
    link = href if LINK.fullmatch(href) else look.link
    return _Look(bold, italic, underline and not (link and tag == "u" and look.link), link)


def _spaced(runs: list[Run]) -> Runs:
    """Single spaces, none at the ends of lines."""
    out: list[Run] = []
    before = "\n"
    for run in runs:
        text = run.text
        if not run.note:
            if before[-1:] in {" ", "\n"}:
                text = text.lstrip(" ")
            if text == "\n" and out and not out[-1].note:
                out[-1] = Run(out[-1].text.rstrip(" "), out[-1].bold, out[-1].italic, out[-1].underline, out[-1].link)
        if text:
            out.append(Run(text, run.bold, run.italic, run.underline, run.link, run.note))
            before = text
    joint = list(joined(tuple(out)))
    while joint and not joint[-1].note and not joint[-1].text.strip():
        joint.pop()
    if joint and not joint[-1].note:
        last = joint[-1]
        joint[-1] = Run(last.text.rstrip(), last.bold, last.italic, last.underline, last.link)
    if joint and not joint[0].note:
        joint[0] = Run(joint[0].text.lstrip(), joint[0].bold, joint[0].italic, joint[0].underline, joint[0].link)
    return joined(tuple(joint))


def _picture_bytes(source: str) -> bytes | None:
    """The bytes of a picture that travels inside the HTML; others would have to be fetched."""
    found = _DATA.fullmatch(source.strip())
    if found is None:
        return None
    try:
        data = base64.b64decode(unquote_to_bytes(found[2]), validate=False)
    except (binascii.Error, ValueError):
        return None
    return data if data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) else None
