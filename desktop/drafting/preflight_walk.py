"""Walking a PDF once for the preflight rules: structure elements, fonts, annotations, content marks, XMP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pikepdf
from lxml import etree
from pikepdf import Array, Dictionary, Name, Stream

# fmt: off
ISO32000_TYPES = frozenset((
    "Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index", "NonStruct",
    "Private", "H", "H1", "H2", "H3", "H4", "H5", "H6", "P", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH",
    "TD", "THead", "TBody", "TFoot", "Span", "Quote", "Note", "Reference", "BibEntry", "Code", "Link", "Annot",
    "Ruby", "RB", "RT", "RP", "Warichu", "WT", "WP", "Figure", "Formula", "Form",
))
# fmt: on
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
}
_SHOWS = frozenset({"Tj", "TJ", "'", '"', "Do", "sh", "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "INLINE IMAGE"})


@dataclass(eq=False, slots=True)
class Element:
    """A structure element: ``kind`` as written, ``role`` after the role map, ``depth`` below the root."""

    kind: str
    role: str
    item: pikepdf.Object
    parent: Element | None
    children: list[Element] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)  # (page number, MCID)
    objects: list[pikepdf.Object] = field(default_factory=list)  # annotations by OBJR

    def inside(self, role: str) -> bool:
        """Whether it or an ancestor has that role."""
        element: Element | None = self
        while element is not None:
            if element.role == role:
                return True
            element = element.parent
        return False


@dataclass
class Walk:
    """One open document with its raw bytes."""

    document: pikepdf.Pdf
    raw: bytes

    @property
    def root(self) -> pikepdf.Object:
        """The catalog."""
        return self.document.Root

    @cached_property
    def pages(self) -> list[pikepdf.Object]:
        """The page dictionaries in order."""
        return [page.obj for page in self.document.pages]

    @cached_property
    def objects(self) -> list[pikepdf.Object]:
        """Every indirect object that is a dictionary or a stream, and their direct dictionaries."""
        found: list[pikepdf.Object] = []
        for item in self.document.objects:
            found += _dictionaries(item)
        return found

    @cached_property
    def xmp(self) -> etree._Element | None:
        """The XMP packet, or nothing when there is none or it cannot be read."""
        stream = self.root.get("/Metadata")
        if not isinstance(stream, Stream):
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            return etree.fromstring(stream.read_bytes(), parser)
        except etree.XMLSyntaxError:
            return None

    def xmp_text(self, name: str) -> str:
        """The text of an XMP property (``pdfaid:part``), of its first item where it is a list; empty when absent."""
        if self.xmp is None:
            return ""
        prefix, local = name.split(":")
        key = f"{{{NAMESPACES[prefix]}}}{local}"
        for element in self.xmp.iter(key):
            return "".join(str(text) for text in element.itertext()).strip()
        for element in self.xmp.iter(f"{{{NAMESPACES['rdf']}}}Description"):
            if key in element.attrib:
                return str(element.attrib[key]).strip()
        return ""

    @cached_property
    def annotations(self) -> list[tuple[int, pikepdf.Object]]:
        """Every annotation with its page number from 1."""
        return [
            (number, item)
            for number, page in enumerate(self.pages, start=1)
            for item in page.get("/Annots", Array())
            if isinstance(item, Dictionary)
        ]

    @cached_property
    def fonts(self) -> list[pikepdf.Object]:
        """Every font dictionary that is not a descendant of another."""
        return [item for item in self.objects if item.get("/Type") == Name.Font and _simple_or_type0(item)]

    @cached_property
    def elements(self) -> list[Element]:
        """Every structure element in reading order."""
        tree = self.root.get("/StructTreeRoot")
        if not isinstance(tree, Dictionary):
            return []
        roles = tree.get("/RoleMap", Dictionary())
        numbers = {page.objgen: number for number, page in enumerate(self.pages, start=1)}
        found: list[Element] = []
        stack: list[tuple[Any, Element | None, int]] = [(tree.get("/K"), None, 0)]
        while stack:
            item, parent, page = stack.pop()
            if isinstance(item, Array):
                stack += [(part, parent, page) for part in reversed(list(item))]
            elif isinstance(item, int) and parent is not None:
                parent.marks.append((page, int(item)))
            elif isinstance(item, Dictionary):
                page = numbers[item.Pg.objgen] if "/Pg" in item and item.Pg.objgen in numbers else page
                if "/S" in item:
                    element = _element(item, parent, roles)
                    found.append(element)
                    stack.append((item.get("/K"), element, page))
                elif parent is not None:
                    _leaf(item, parent, page)
        return found

    @cached_property
    def marks(self) -> list[tuple[int, int | None, bool]]:
        """What each page draws: (page, MCID or nothing, artifact), one for each change of mark."""
        return [mark for number, page in enumerate(self.pages, start=1) for mark in _page_marks(number, page)]


def _dictionaries(item: Any) -> list[pikepdf.Object]:
    found: list[pikepdf.Object] = []
    stack = [item]
    while stack:
        part = stack.pop()
        if isinstance(part, Dictionary | Stream):
            found.append(part)
            stack += [value for value in part.values() if _direct(value)]
        elif isinstance(part, Array):
            stack += [value for value in part if _direct(value)]
    return found


def _direct(value: Any) -> bool:
    return isinstance(value, Dictionary | Array) and not value.is_indirect


def _simple_or_type0(font: pikepdf.Object) -> bool:
    return font.get("/Subtype") not in {Name.CIDFontType0, Name.CIDFontType2}


def _element(item: pikepdf.Object, parent: Element | None, roles: pikepdf.Object) -> Element:
    kind = str(item.S).lstrip("/")
    element = Element(kind, _role(kind, roles), item, parent)
    if parent is not None:
        parent.children.append(element)
    return element


def _role(kind: str, roles: pikepdf.Object) -> str:
    seen: set[str] = set()
    while kind not in ISO32000_TYPES and f"/{kind}" in roles and kind not in seen:
        seen.add(kind)
        kind = str(roles[f"/{kind}"]).lstrip("/")
    return kind


def _leaf(item: pikepdf.Object, parent: Element, page: int) -> None:
    if item.get("/Type") == Name.MCR:
        parent.marks.append((page, int(item.MCID)))
    elif item.get("/Type") == Name.OBJR:
        parent.objects.append(item.Obj)


def _page_marks(number: int, page: pikepdf.Object) -> Iterator[tuple[int, int | None, bool]]:
    properties = page.get("/Resources", Dictionary()).get("/Properties", Dictionary())
    stack: list[tuple[int | None, bool]] = []
    last: tuple[int | None, bool] | None = None
    for instruction in pikepdf.parse_content_stream(page):
        operands, name = instruction.operands, str(instruction.operator)
        if name in {"BMC", "BDC"}:
            stack.append(_opened(operands, properties, stack[-1] if stack else (None, False)))
        elif name == "EMC":
            if stack:
                stack.pop()
        elif name in _SHOWS:
            mark = stack[-1] if stack else (None, False)
            if mark != last:
                last = mark
                yield number, *mark


def _opened(operands: Any, properties: pikepdf.Object, outer: tuple[int | None, bool]) -> tuple[int | None, bool]:
    mcid, artifact = outer
    if str(operands[0]) == "/Artifact":
        return None, True
    given = operands[1] if len(operands) > 1 else Dictionary()
    if isinstance(given, Name):
        given = properties.get(str(given), Dictionary())
    if isinstance(given, Dictionary) and "/MCID" in given:
        mcid = int(given.MCID)
    return mcid, artifact
