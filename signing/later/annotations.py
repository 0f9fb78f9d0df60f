"""Annotations of a page: which were added, removed or altered (ISO 32000-1 §12.5).

Kinds by "Breaking the Specification: PDF Certification" (Mladenov et al., 2021): what can hide or imitate content is never permitted.
"""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils import generic

from signing.report import ChangeKind

from .past import items_of, number_of, raw
from .step import Step, Widget

HARMLESS = frozenset(
    {"/Text", "/Popup", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Caret"}
)  # an /Ink can write


def judge_annotations(step: Step, older: Any, newer: Any, place: str, page: int) -> None:
    """The list of one page: what was there stays, in its order, which is the order of drawing."""
    values = step.pair(older, newer)
    lists = (step.old(older), step.new(newer)) if values is None else values
    before, after = items_of(lists[0]), items_of(lists[1])
    _note_pages(step, before, after, page)
    if values is None:
        return
    if not all(one is None or isinstance(one, generic.ArrayObject) for one in lists):
        step.note(ChangeKind.CONTENT, place, page=page)
        return
    kept = _matched(step, before, after)
    for index, item in enumerate(before):
        if index not in kept:
            _judge_removed(step, item, f"{place}/{index}", page)
    order = [kept[index] for index in sorted(kept)]
    if order != sorted(order):
        step.note(ChangeKind.CONTENT, place, page=page)
    for index, other in kept.items():
        _judge_kept(step, before[index], after[other], f"{place}/{other}", page)
    added = set(range(len(after))) - set(kept.values())
    for index in sorted(added):
        _judge_added(step, after[index], f"{place}/{index}", page)


def _note_pages(step: Step, before: list[Any], after: list[Any], page: int) -> None:
    for item in (*before, *after):
        number = number_of(item)
        if number is not None:
            step.page_of.setdefault(number, page)


def _matched(step: Step, before: list[Any], after: list[Any]) -> dict[int, int]:
    """Which item of the older list is which of the newer: by number, and where there is none by content."""
    by_number: dict[int, int] = {}
    for index, item in enumerate(after):
        number = number_of(item)
        if number is not None:
            by_number.setdefault(number, index)
    free = [index for index, item in enumerate(after) if number_of(item) is None]
    kept: dict[int, int] = {}
    for index, item in enumerate(before):
        number = number_of(item)
        if number is not None and number in by_number:
            kept[index] = by_number[number]
            continue
        twin = next((other for other in free if step.same(item, after[other])), None)
        if twin is not None:
            free.remove(twin)
            kept[index] = twin
    return kept


def _kind(value: Any) -> str:
    return str(raw(value, "/Subtype") or "")


def _judge_removed(step: Step, item: Any, place: str, page: int) -> None:
    value = step.old(item)
    if value is None:
        return
    if _kind(value) == "/Widget":
        step.removed_widgets[number_of(item) or 0] = page
        return
    _note_remark(step, value, place, page)


def _note_remark(step: Step, value: Any, place: str, page: int) -> None:
    harmless = _kind(value) in HARMLESS
    kind = ChangeKind.ANNOTATION if harmless else ChangeKind.ANNOTATION_HIDES
    step.note(kind, place, page=page, harmless=harmless)


def _judge_kept(step: Step, older: Any, newer: Any, place: str, page: int) -> None:
    number = number_of(newer)
    values = step.pair(older, newer)
    if values is None:
        return
    old, new = values
    if _kind(old) == "/Widget" and _kind(new) == "/Widget":
        if number is None:
            if not step.same(older, newer):
                step.note(ChangeKind.FORM_CHANGED, place, page=page)
        else:
            step.pairs[number] = page
        return
    changed = step.changed(old, new)
    if not changed or (changed == ["/StructParent"] and raw(old, "/StructParent") is None):
        return
    if "/Subtype" in changed or _kind(new) not in HARMLESS or _acts(step, new):
        step.note(ChangeKind.ANNOTATION_HIDES, place, page=page)
        return
    _note_remark(step, new, place, page)
    step.remarks.append(Widget("", number, page, new, new=False))


def _judge_added(step: Step, item: Any, place: str, page: int) -> None:
    number = number_of(item)
    value = step.pair(None, item)
    new = None if value is None else value[1]
    if new is None:
        return
    if _kind(new) == "/Widget":
        if number is None:
            step.note(ChangeKind.FORM_CHANGED, place, page=page)
        else:
            step.new_widgets[number] = page
        return
    if _kind(new) == "/Link" and _only_goes(step, new):
        step.note(ChangeKind.ANNOTATION, place, page=page, harmless=True)
        return
    if _kind(new) in HARMLESS and not _acts(step, new):
        _note_remark(step, new, place, page)
        step.remarks.append(Widget("", number, page, new, new=True))
        return
    step.note(ChangeKind.ANNOTATION_HIDES, place, page=page)


def _acts(step: Step, annotation: Any) -> bool:
    return step.new(raw(annotation, "/A")) is not None or step.new(raw(annotation, "/AA")) is not None


def _only_goes(step: Step, link: Any) -> bool:
    """A link to a place in this document, drawn by nobody (ISO 32000-1 §12.5.6.5)."""
    action = step.new(raw(link, "/A"))
    if raw(link, "/AA") is not None or raw(link, "/AP") is not None or (action is None) is (raw(link, "/Dest") is None):
        return False
    return action is None or (str(raw(action, "/S")) == "/GoTo" and raw(action, "/Next") is None)
