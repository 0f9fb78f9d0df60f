"""Rules of PDF/UA-1 (ISO 14289-1:2014) and of PDF/A's level A. Each yields the places it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pikepdf
from pikepdf import Dictionary, Name

from .preflight_walk import ISO32000_TYPES, Element, Walk

_HEADINGS = {f"H{level}": level for level in range(1, 7)}


def claim(walk: Walk) -> Iterator[str]:
    """XMP claims PDF/UA-1."""
    if walk.xmp_text("pdfuaid:part") != "1":
        yield "XMP"


def marked(walk: Walk) -> Iterator[str]:
    """The file says that it is tagged and that its tags are not in doubt."""
    info = walk.root.get("/MarkInfo", Dictionary())
    if info.get("/Marked", False) is not True or info.get("/Suspects", False) is True:
        yield "catalog"


def title_shown(walk: Walk) -> Iterator[str]:
    """There is a title, and viewers are asked to show it."""
    if not walk.xmp_text("dc:title"):
        yield "XMP"
    if walk.root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle", False) is not True:
        yield "catalog"


def language(walk: Walk) -> Iterator[str]:
    """The document says its language."""
    if not str(walk.root.get("/Lang", "")).strip():
        yield "catalog"


def rooted(walk: Walk) -> Iterator[str]:
    """The structure tree has one root, a Document, and leads everywhere through its ParentTree."""
    tops = [element for element in walk.elements if element.parent is None]
    if [element.role for element in tops] != ["Document"]:
        yield "StructTreeRoot"
    elif "/ParentTree" not in walk.root.StructTreeRoot:
        yield "ParentTree"


def standard_types(walk: Walk) -> Iterator[str]:
    """Every tag is, or maps to, a standard one."""
    yield from (element.kind for element in walk.elements if element.role not in ISO32000_TYPES)


def content_marked(walk: Walk) -> Iterator[str]:
    """Whatever is drawn belongs to the structure or is an artifact."""
    known = {mark for element in walk.elements for mark in element.marks}
    for page, mcid, artifact in walk.marks:
        if not artifact and (mcid is None or (page, mcid) not in known):
            yield f"page {page}"


def headings_in_order(walk: Walk) -> Iterator[str]:
    """Headings start at H1 and skip no level on the way down."""
    before = 0
    for element in walk.elements:
        if (level := _HEADINGS.get(element.role)) is not None:
            if level > before + 1:
                yield f"{element.role} {element.item.get('/T', '')}".strip()
            before = level


def figures_told(walk: Walk) -> Iterator[str]:
    """Every figure has an alternative or its actual text."""
    for element in walk.elements:
        if element.role in {"Figure", "Formula"}:
            told = str(element.item.get("/Alt", "")) or str(element.item.get("/ActualText", ""))
            if not told.strip():
                yield f"{element.role} on page {_page(element)}"


def _page(element: Element) -> int:
    found = [page for part in (element, *element.children) for page, _ in part.marks]
    return found[0] if found else 0


def tables_headed(walk: Walk) -> Iterator[str]:
    """Every table has header cells that say for what; rows hold cells only."""
    for element in walk.elements:
        if element.role == "Table":
            heads = [cell for cell in _below(element) if cell.role == "TH"]
            if not heads or not all(_scoped(cell) for cell in heads):
                yield f"Table on page {_page(next(iter(_below(element)), element))}"
        elif element.role == "TR" and any(child.role not in {"TH", "TD"} for child in element.children):
            yield "TR"


def _below(element: Element) -> Iterator[Element]:
    for child in element.children:
        yield child
        yield from _below(child)


def _scoped(cell: Element) -> bool:
    given = cell.item.get("/A", Dictionary())
    attributes = [given] if isinstance(given, Dictionary) else list(given)
    return any(isinstance(item, Dictionary) and "/Scope" in item for item in attributes)


def lists_made(walk: Walk) -> Iterator[str]:
    """A list holds items; an item holds a label and a body."""
    for element in walk.elements:
        if element.role == "L" and any(child.role not in {"LI", "L", "Caption"} for child in element.children):
            yield "L"
        elif element.role == "LI" and any(child.role not in {"Lbl", "LBody"} for child in element.children):
            yield "LI"


def annotations_tagged(walk: Walk) -> Iterator[str]:
    """Every annotation stands in the structure, and the ParentTree leads from it to its tag."""
    tagged = {item.objgen for element in walk.elements for item in element.objects}
    tree = walk.root.get("/StructTreeRoot", Dictionary()).get("/ParentTree")
    parents = dict(pikepdf.NumberTree(tree).items()) if tree is not None else {}
    for page, item in walk.annotations:
        if item.get("/Subtype") == Name.Popup or _unseen(walk, page, item):
            continue
        if item.objgen not in tagged or int(item.get("/StructParent", -1)) not in parents:
            yield f"page {page}"


def _unseen(walk: Walk, page: int, item: pikepdf.Object) -> bool:
    """Hidden, or wholly outside the crop box: the clause asks for no tag then (a document timestamp's field lies there)."""
    if int(item.get("/F", 0)) & 2:
        return True
    box = [float(edge) for edge in walk.document.pages[page - 1].cropbox]
    place = [float(edge) for edge in item.get("/Rect", box)]
    left, right = sorted((place[0], place[2]))
    low, high = sorted((place[1], place[3]))
    return right <= box[0] or left >= box[2] or high <= box[1] or low >= box[3]


def annotations_told(walk: Walk) -> Iterator[str]:
    """Fields have a spoken label (/TU), the others /Contents."""
    for page, item in walk.annotations:
        key = "/TU" if item.get("/Subtype") == Name.Widget else "/Contents"
        if item.get("/Subtype") != Name.Popup and not str(item.get(key, "")).strip():
            yield f"page {page}"


def widgets_in_forms(walk: Walk) -> Iterator[str]:
    """A field's tag is Form, a link's is Link."""
    wanted = {"/Widget": "Form", "/Link": "Link"}
    for element in walk.elements:
        for item in element.objects:
            role = wanted.get(str(item.get("/Subtype")))
            if role is not None and not element.inside(role):
                yield str(item.get("/T", item.get("/Subtype")))


def tab_order(walk: Walk) -> Iterator[str]:
    """On pages with annotations the tabulator follows the structure."""
    pages = {page for page, _ in walk.annotations}
    yield from (f"page {number}" for number in sorted(pages) if walk.pages[number - 1].get("/Tabs") != Name.S)


Rule = tuple[str, str, Callable[[Walk], Iterator[str]]]
RULES: tuple[Rule, ...] = (
    ("claim", "ISO 14289-1 5", claim),
    ("marked", "ISO 14289-1 7.1", marked),
    ("title_shown", "ISO 14289-1 7.1", title_shown),
    ("language", "ISO 14289-1 7.2", language),
    ("rooted", "ISO 14289-1 7.1", rooted),
    ("standard_types", "ISO 14289-1 7.1", standard_types),
    ("content_marked", "ISO 14289-1 7.1", content_marked),
    ("headings_in_order", "ISO 14289-1 7.4.2", headings_in_order),
    ("figures_told", "ISO 14289-1 7.3", figures_told),
    ("tables_headed", "ISO 14289-1 7.5", tables_headed),
    ("lists_made", "ISO 14289-1 7.6", lists_made),
    ("annotations_tagged", "ISO 14289-1 7.18.1", annotations_tagged),
    ("annotations_told", "ISO 14289-1 7.18.1", annotations_told),
    ("widgets_in_forms", "ISO 14289-1 7.18.4", widgets_in_forms),
    ("tab_order", "ISO 14289-1 7.18.3", tab_order),
)
