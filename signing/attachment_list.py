"""The list of attachments that ends a document of ours (docs/formats/document.md), read from the page itself; limited child process only.

The list is found by the page's own tags, never by what a line looks like: the very last element of the document, a table with the
list's header under its heading, after the first signer's place. A table that imitates it in the body is not the last.
"""

from __future__ import annotations

import ctypes
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from .attachments import Embedded, Listed
from .drawn import opened

_PAGES = 60  # from the end; a list longer than that is not looked for
_ELEMENTS = 20_000  # of one page
_DEPTH = 12
_EMBEDDED = 500
_HEADINGS = frozenset({"Archivo adjunto", "Archivos adjuntos"})
_HEADER = ("N.º", "Archivo", "Tamaño", "SHA-256")
_INSIDE = "incluido en este PDF"
_FIRST_PLACE = "firma-1"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_HYPHENS = str.maketrans({"\ufffe": "-", "\x02": "-"})  # how PDFium writes a hyphen that ends a line


def read_document(
    data: bytes, end: int | None = None, *, password: str = ""
) -> tuple[tuple[Listed, ...], tuple[Embedded, ...]]:
    """The list of the document's last pages, empty where there is none or one that is not as we make it, and the files inside the
    document. ``end``: where the revision in question ends. Never raises for what it holds.
    """
    try:
        with opened(data, end, password=password) as document:
            return _listed_in(document), tuple(_embedded_in(document))
    except pypdfium2.PdfiumError:
        return (), ()


def read_attachment_list(data: bytes) -> tuple[Listed, ...]:
    """The list alone."""
    return read_document(data)[0]


def embedded_files(data: bytes) -> tuple[Embedded, ...]:
    """Files inside the document alone, by their names there."""
    return read_document(data)[1]


def _listed_in(document: pypdfium2.PdfDocument) -> tuple[Listed, ...]:
    try:
        return _list_of(_table_at_the_end(document))
    except pypdfium2.PdfiumError:
        return ()


def _embedded_in(document: pypdfium2.PdfDocument) -> Iterator[Embedded]:
    for number in range(min(document.count_attachments(), _EMBEDDED)):
        try:
            one = document.get_attachment(number)
            body = bytes(one.get_data())
            yield Embedded(one.get_name(), len(body), hashlib.sha256(body).hexdigest())
        except (pypdfium2.PdfiumError, ValueError):
            continue


@dataclass(slots=True)
class _Element:
    """A tagged element: its type, the numbers of its own marked content and its children, in order."""

    kind: str
    parts: list[_Element | int] = field(default_factory=list)

    def children(self) -> list[_Element]:
        return [part for part in self.parts if isinstance(part, _Element)]

    def walk(self) -> Iterator[_Element]:
        yield self
        for child in self.children():
            yield from child.walk()

    def marks(self) -> Iterator[int]:
        for part in self.parts:
            if isinstance(part, int):
                yield part
            else:
                yield from part.marks()


@dataclass(frozen=True, slots=True)
class _Row:
    kind: str  # TH or TD
    cells: tuple[tuple[str, ...], ...]  # the pieces of text of each cell


def _list_of(rows: Sequence[_Row]) -> tuple[Listed, ...]:
    """The rows as data; empty unless each is exactly a row of the list, numbered from 1."""
    if not rows or rows[0].kind != "TH" or tuple("".join(cell).strip() for cell in rows[0].cells) != _HEADER:
        return ()
    found = []
    for number, row in enumerate(rows[1:], 1):
        if row.kind != "TD" or len(row.cells) != len(_HEADER):
            return ()
        name = [piece.strip() if piece.strip() == _INSIDE else piece for piece in row.cells[1]]
        inside = len(name) > 1 and name[-1] == _INSIDE
        digest = "".join("".join(row.cells[3]).split())
        if "".join(row.cells[0]).strip() != str(number) or not _DIGEST.fullmatch(digest):
            return ()
        shown = "".join(name[:-1] if inside else name).strip()
        found.append(Listed(number, shown, "".join(row.cells[2]).strip(), digest, inside))
    return tuple(found)


def _table_at_the_end(document: pypdfium2.PdfDocument) -> list[_Row]:
    """The rows of the table that ends the document, from the page of its heading on; empty where none stands as it must."""
    rows: list[_Row] = []
    total = len(document)
    for number in range(total - 1, max(total - 1 - _PAGES, -1), -1):
        page = document[number]
        top = _top_level(page)
        if not top or top[-1].kind != "Table":
            return []
        words = _Words.of(page)
        rows = _joined(_rows(top[-1], words), rows)
        if len(top) > 1:  # else it goes on from the page before
            heading = "".join(words.of_element(top[-2])).strip()
            after = _is_after_places(document, number, words.height_of(top[-2]))
            return rows if heading in _HEADINGS and after else []
    return []


def _joined(before: list[_Row], after: list[_Row]) -> list[_Row]:
    """The rows of a page and of the next; a row that the page's end broke has on the next one only the cells that went on."""
    if not before or not after or len(after[0].cells) >= len(_HEADER) or len(before[-1].cells) != len(_HEADER):
        return [*before, *after]
    number, name, size, digest = before[-1].cells
    rest = list(after[0].cells)
    if rest and not _DIGEST.fullmatch("".join("".join(digest).split())):
        digest += rest.pop()
    if rest:
        name += rest.pop()
    whole = _Row(before[-1].kind, (number, name, size, digest, *rest))  # what is left over spoils the row
    return [*before[:-1], whole, *after[1:]]


def _is_after_places(document: pypdfium2.PdfDocument, number: int, height: float) -> bool:
    """Whether the first signer's place stands above ``height`` on that page, or on an earlier one: what stands before it is the body."""
    bottom = _bottom_of_place(document[number])
    if bottom is not None:
        return bottom >= height
    return any(
        _bottom_of_place(document[earlier]) is not None for earlier in range(number - 1, max(number - _PAGES, -1), -1)
    )


def _bottom_of_place(page: pypdfium2.PdfPage) -> float | None:
    found: float | None = None
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), _ELEMENTS)):
        widget = pdfium.FPDFPage_GetAnnot(page, index)
        rect = pdfium.FS_RECTF()
        if pdfium.FPDFAnnot_GetSubtype(widget) == pdfium.FPDF_ANNOT_WIDGET and _name_of(widget) == _FIRST_PLACE:
            pdfium.FPDFAnnot_GetRect(widget, ctypes.byref(rect))
            found = min(float(rect.top), float(rect.bottom))
        pdfium.FPDFPage_CloseAnnot(widget)
    return found


def _name_of(widget: Any) -> str:
    buffer = ctypes.create_string_buffer(128)
    size = pdfium.FPDFAnnot_GetStringValue(
        widget, b"T", ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), len(buffer)
    )
    return buffer.raw[: max(min(size, len(buffer)) - 2, 0)].decode("utf-16-le", "replace")


def _rows(table: _Element, words: _Words) -> list[_Row]:
    found = []
    for row in table.walk():
        if row.kind == "TR":
            cells = row.children()
            kinds = {cell.kind for cell in cells}
            found.append(_Row(kinds.pop() if len(kinds) == 1 else "", tuple(words.of_element(cell) for cell in cells)))
    return found


def _top_level(page: pypdfium2.PdfPage) -> list[_Element]:
    """What stands directly in the document element, on this page, in reading order."""
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    if not tree:
        return []
    budget = [_ELEMENTS]
    try:
        roots = [
            _element(pdfium.FPDF_StructTree_GetChildAtIndex(tree, index), budget, 0)
            for index in range(min(pdfium.FPDF_StructTree_CountChildren(tree), _ELEMENTS))
        ]
    finally:
        pdfium.FPDF_StructTree_Close(tree)
    found = [root for root in roots if root is not None]
    while len(found) == 1 and found[0].kind in {"Document", "Part", "Art", "Sect", "Div"}:
        found = found[0].children()
    return found


def _element(raw: Any, budget: list[int], depth: int) -> _Element | None:
    budget[0] -= 1
    if not raw or budget[0] < 0 or depth > _DEPTH:
        return None
    found = _Element(_type_of(raw))
    for index in range(min(pdfium.FPDF_StructElement_CountChildren(raw), _ELEMENTS)):
        mark = int(pdfium.FPDF_StructElement_GetChildMarkedContentID(raw, index))
        if mark >= 0:
            found.parts.append(mark)
            continue
        child = _element(pdfium.FPDF_StructElement_GetChildAtIndex(raw, index), budget, depth + 1)
        if child is not None:
            found.parts.append(child)
    return found


def _type_of(raw: Any) -> str:
    buffer = ctypes.create_string_buffer(128)
    size = pdfium.FPDF_StructElement_GetType(raw, buffer, len(buffer))
    return buffer.raw[: max(min(size, len(buffer)) - 2, 0)].decode("utf-16-le", "replace")


@dataclass(slots=True)
class _Words:
    """The visible text of a page by marked content, and how high it stands."""

    pieces: dict[int, str]
    heights: dict[int, float]

    @classmethod
    def of(cls, page: pypdfium2.PdfPage) -> _Words:
        found = cls({}, {})
        words = page.get_textpage()
        try:
            for index in range(min(pdfium.FPDFPage_CountObjects(page), _ELEMENTS)):
                item = pdfium.FPDFPage_GetObject(page, index)
                if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_TEXT:
                    continue
                mark = int(pdfium.FPDFPageObj_GetMarkedContentID(item))
                if mark >= 0 and pdfium.FPDFTextObj_GetTextRenderMode(item) != pdfium.FPDF_TEXTRENDERMODE_INVISIBLE:
                    found.pieces[mark] = found.pieces.get(mark, "") + _text_of(item, words)
                    found.heights[mark] = _top_of(item)
        finally:
            words.close()
        return found

    def of_element(self, element: _Element) -> tuple[str, ...]:
        return tuple(self.pieces[mark] for mark in element.marks() if mark in self.pieces)

    def height_of(self, element: _Element) -> float:
        return max((self.heights[mark] for mark in element.marks() if mark in self.heights), default=float("inf"))


def _top_of(item: Any) -> float:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    return float(top.value)


def _text_of(item: Any, words: pypdfium2.PdfTextPage) -> str:
    size = int(pdfium.FPDFTextObj_GetText(item, words, None, 0))
    buffer = ctypes.create_string_buffer(max(size, 2))
    pdfium.FPDFTextObj_GetText(item, words, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw[: max(size - 2, 0)].decode("utf-16-le", "replace").translate(_HYPHENS)
