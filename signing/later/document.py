"""What may differ between two revisions in the trailer, the catalog and the tree of pages (ISO 32000-1 §7.5.5, §7.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyhanko.pdf_utils import generic

from signing.report import ChangeKind

from .annotations import judge_annotations
from .form import judge_form
from .graph import Graph
from .metadata import is_metadata
from .past import items_of, number_of, raw, without
from .resources import settle_shared
from .step import Step
from .tags import judge_tags

_DEPTH = 64
_TRAILER = frozenset(
    {"/Root", "/Encrypt", "/ID", "/Info", "/Size", "/Prev", "/XRefStm", "/AuthCode"}
)  # the last is checked when the file is decrypted
_BOOKKEEPING = frozenset({"/PieceInfo", "/LastModified", "/Extensions", "/MarkInfo", "/Type", "/Version"})
_LOOKS = frozenset({"/OutputIntents"})
_INHERITED = frozenset({"/Resources", "/MediaBox", "/CropBox", "/Rotate"})
_PAGE_BOOKKEEPING = frozenset({"/Tabs", "/LastModified", "/PieceInfo", "/Metadata"})
_PANELS = frozenset(
    {"/UseNone", "/UseOutlines", "/UseThumbs", "/UseAttachments"}
)  # which list stands beside the page, nothing of it
_BEHAVIOUR = frozenset(
    {
        "/AA", "/AF", "/Collection", "/Dests", "/Lang", "/Legal", "/Names", "/NeedsRendering", "/OCProperties", "/OpenAction", "/Outlines",
        "/PageLabels", "/PageLayout", "/PageMode", "/Requirements", "/SpiderInfo", "/Threads", "/URI", "/ViewerPreferences",
    }
)  # fmt: skip


def judge_document(step: Step, graph: Graph) -> None:
    """Compare both documents from the trailer down; what is found is noted in ``step``."""
    older = step.past.reader.trailer.flatten(step.before)
    newer = step.past.reader.trailer.flatten(step.after)
    if number_of(raw(older, "/Root")) != number_of(raw(newer, "/Root")):
        step.note(ChangeKind.STRUCTURE, "Root")
    if not step.same(raw(older, "/Encrypt"), raw(newer, "/Encrypt")):
        step.note(ChangeKind.STRUCTURE, "Encrypt")
    if _identity(step.old(raw(older, "/ID"))) not in (None, _identity(step.new(raw(newer, "/ID")))):
        step.note(ChangeKind.STRUCTURE, "ID")
    for key in sorted({str(key) for key in (*older, *newer)} - _TRAILER):
        if not step.same(raw(older, key), raw(newer, key)) and {
            number_of(raw(older, key)),
            number_of(raw(newer, key)),
        } != {None}:
            step.note(ChangeKind.UNKNOWN, key.removeprefix("/"))  # what is no object (a checksum) leads nowhere
    _judge_information(step, raw(older, "/Info"), raw(newer, "/Info"))
    settle_shared(step, graph, step.old(raw(older, "/Root")), step.new(raw(newer, "/Root")))
    _judge_catalog(step, raw(older, "/Root"), raw(newer, "/Root"))


def _identity(value: Any) -> Any:
    """The part of /ID that stays as long as the document does (ISO 32000-1 §14.4)."""
    first = items_of(value)[:1]
    return getattr(first[0], "original_bytes", None) if first else None


def _judge_information(step: Step, older: Any, newer: Any) -> None:
    if not step.same(older, newer):
        step.note(ChangeKind.BOOKKEEPING, "Info")


def _judge_catalog(step: Step, older: Any, newer: Any) -> None:
    values = step.pair(older, newer)
    if values is None:
        return
    old, new = values
    if not isinstance(old, generic.DictionaryObject) or not isinstance(new, generic.DictionaryObject):
        step.note(ChangeKind.STRUCTURE, "Root")
        return
    judge_pages(step, raw(old, "/Pages"), raw(new, "/Pages"))
    judge_form(step, raw(old, "/AcroForm"), raw(new, "/AcroForm"))
    judge_tags(step, raw(old, "/StructTreeRoot"), raw(new, "/StructTreeRoot"))
    for key in sorted({str(key) for key in (*old, *new)} - {"/Pages", "/AcroForm", "/StructTreeRoot"}):
        _judge_entry(step, key, raw(old, key), raw(new, key))


def _judge_entry(step: Step, key: str, old: Any, new: Any) -> None:
    place = f"Root{key}"
    if step.same(old, new):
        return
    if key == "/DSS":
        _judge_store(step, old, new)
    elif key == "/Metadata":
        plain = new is None or is_metadata(step.new(new))
        step.note(ChangeKind.BOOKKEEPING if plain else ChangeKind.UNKNOWN, place)
    elif key in _BOOKKEEPING:
        step.note(ChangeKind.BOOKKEEPING, place)
    elif key == "/Perms":
        step.note(ChangeKind.BOOKKEEPING if _certifies_now(step, old, new) else ChangeKind.STRUCTURE, place)
    elif key in _LOOKS:
        step.note(ChangeKind.CONTENT, place)
    elif key == "/PageMode" and str(step.new(new)) in _PANELS:
        step.note(ChangeKind.BOOKKEEPING, place)
    else:
        step.note(ChangeKind.BEHAVIOUR if key in _BEHAVIOUR else ChangeKind.UNKNOWN, place)


def _certifies_now(step: Step, older: Any, newer: Any) -> bool:
    """Whether /Perms came with a signature of this step that certifies, late as that is (ISO 32000-1 §12.8.4)."""
    new = step.new(newer)
    value = number_of(raw(new, "/DocMDP"))
    return step.old(older) is None and set(new or ()) == {"/DocMDP"} and value in step.signed


def _judge_store(step: Step, old: Any, new: Any) -> None:
    """The document security store (EN 319 142-1 §5.4.2). What is gone from it is evidence lost, never content."""
    _visit(step, old, step.old)
    if _is_store(step, new):
        step.note(ChangeKind.VALIDATION_DATA, "Root/DSS")
    else:
        step.note(ChangeKind.STRUCTURE, "Root/DSS")


def _is_store(step: Step, value: Any) -> bool:
    """Lists of streams by kind; in /VRI the same for each signature, and its time (EN 319 142-1 tables 2 and 3); or nothing at all."""
    store = step.pair(None, value)
    if store is None or store[1] is None:
        return True
    if not _is_evidence(step, store[1], frozenset({"/Type", "/VRI", "/Extensions"})):
        return False
    if "/VRI" not in store[1]:
        return True
    entries = step.pair(None, raw(store[1], "/VRI"))
    if entries is None:
        return True
    held = entries[1]
    return isinstance(held, generic.DictionaryObject) and all(
        _is_entry(step, raw(held, key)) for key in held if key != "/Type"
    )


def _is_entry(step: Step, value: Any) -> bool:
    entry = step.pair(None, value)
    return entry is None or _is_evidence(step, entry[1], frozenset({"/Type", "/TU", "/TS"}))


def _is_evidence(step: Step, held: Any, others: frozenset[str]) -> bool:
    if not isinstance(held, generic.DictionaryObject) or isinstance(held, generic.StreamObject):
        return False
    for key in set(held) - others:
        items = step.pair(None, raw(held, key))
        if items is not None and not _are_streams(step, items[1]):
            return False
    return True


def _are_streams(step: Step, items: Any) -> bool:
    if not isinstance(items, generic.ArrayObject):
        return False
    step.visited.update(number for number in map(number_of, items_of(items)) if number is not None)
    return all(
        number_of(item) is not None
        and (number_of(item) not in step.live or isinstance(step.new(item), generic.StreamObject))
        for item in items_of(items)
    )


def _visit(step: Step, value: Any, resolve: Callable[[Any], Any]) -> None:
    """Mark what lay in a DSS as looked at: dictionaries and lists of streams, four deep (DSS, VRI, one signature, list)."""
    pending = [(value, 0)]
    while pending:
        item, depth = pending.pop()
        number = number_of(item)
        if number is not None:
            if number not in step.live or number in step.visited:
                continue
            step.visited.add(number)
        item = resolve(item)
        if depth > 4 or isinstance(item, generic.StreamObject):
            continue
        inner = [raw(item, key) for key in item] if isinstance(item, generic.DictionaryObject) else items_of(item)
        pending += [(one, depth + 1) for one in inner]


def judge_pages(step: Step, older: Any, newer: Any) -> None:
    """The whole tree: the same pages in the same order, each with the same content."""
    _judge_node(step, older, newer, "Root/Pages", 1, 0)


def _judge_node(step: Step, older: Any, newer: Any, place: str, page: int, depth: int) -> None:
    """``page``: the number of the first page below this node."""
    values = step.pair(older, newer)
    if values is None:
        return
    old, new = values
    pair = isinstance(old, generic.DictionaryObject) and isinstance(new, generic.DictionaryObject)
    if not pair or depth > _DEPTH or ("/Kids" in old) is not ("/Kids" in new):
        step.note(ChangeKind.PAGES, place, page=page)
        return
    if "/Kids" not in old:
        _judge_page(step, old, new, place, page)
        return
    for key in step.changed(without(old, "/Kids", "/Parent"), without(new, "/Kids", "/Parent")):
        step.note(ChangeKind.CONTENT if key in _INHERITED else ChangeKind.PAGES, place + key)
    lists = step.pair(raw(old, "/Kids"), raw(new, "/Kids"))
    kids, others = (
        (items_of(step.old(raw(old, "/Kids"))), items_of(step.new(raw(new, "/Kids"))))
        if lists is None
        else map(items_of, lists)
    )
    if len(kids) != len(others):
        step.note(ChangeKind.PAGES, place + "/Kids")
        return
    for index, (kid, other) in enumerate(zip(kids, others, strict=True)):
        if number_of(kid) != number_of(other):
            step.note(ChangeKind.PAGES, f"{place}/Kids/{index}")
        elif number_of(kid) is None or number_of(kid) in step.live:
            first = page + sum(_leaves(step, one) for one in kids[:index])
            _judge_node(step, kid, other, f"{place}/Kids/{index}", first, depth + 1)


def _leaves(step: Step, kid: Any) -> int:
    node = step.old(kid)
    count = raw(node, "/Count") if isinstance(node, generic.DictionaryObject) and "/Kids" in node else None
    return int(step.old(count)) if count is not None else 1


def _judge_page(step: Step, old: Any, new: Any, place: str, page: int) -> None:
    judge_annotations(step, raw(old, "/Annots"), raw(new, "/Annots"), place + "/Annots", page)
    for key in sorted({str(key) for key in (*old, *new)} - {"/Annots"}):
        one, other = raw(old, key), raw(new, key)
        if key == "/Parent":
            if number_of(one) != number_of(other):
                step.note(ChangeKind.CONTENT, place + key, page=page)
            continue
        if step.same(one, other):
            continue
        if key in _PAGE_BOOKKEEPING or (key == "/StructParents" and one is None):
            step.note(ChangeKind.BOOKKEEPING, place + key, page=page)
        else:
            step.note(ChangeKind.BEHAVIOUR if key == "/AA" else ChangeKind.CONTENT, place + key, page=page)
