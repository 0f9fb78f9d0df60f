"""The structure tree of a tagged document (ISO 32000-1 §14.7): it may grow by what new annotations need, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pyhanko.pdf_utils import generic

from signing.report import ChangeKind

from .past import items_of, number_of, raw, without
from .step import Step

_DEPTH = 256
Resolve = Callable[[Any], Any]
_PLACE = "Root/StructTreeRoot"
_TABLES = frozenset(
    {"/IDTree", "/ParentTreeNextKey", "/ClassMap", "/Type"}
)  # a role that is mapped anew is read in another way


def judge_tags(step: Step, older: Any, newer: Any) -> None:
    """Old elements keep their text and their kids; new elements hold annotations (OBJR) only."""
    values = step.pair(older, newer)
    if values is None or values == (None, None):
        return
    old, new = values
    if not isinstance(old, generic.DictionaryObject) or not isinstance(new, generic.DictionaryObject):
        step.note(ChangeKind.CONTENT, _PLACE)
        return
    tags = _Tags(step)
    tags.kids(raw(old, "/K"), raw(new, "/K"), _PLACE, 0)
    tags.parents(raw(old, "/ParentTree"), raw(new, "/ParentTree"))
    for key in step.changed(without(old, "/K", "/ParentTree"), without(new, "/K", "/ParentTree")):
        grows = key == "/ParentTreeNextKey" or (key in _TABLES and _grew(step, raw(old, key), raw(new, key)))
        tags.grew = tags.grew or grows
        if not grows:
            step.note(ChangeKind.CONTENT, _PLACE + key)
    if tags.grew:
        step.note(ChangeKind.BOOKKEEPING, _PLACE)


def _grew(step: Step, older: Any, newer: Any) -> bool:
    """Whether a dictionary keeps every entry that it had (a role map, a class map)."""
    old, new = step.old(older), step.new(newer)
    if old is None:
        return True
    if not isinstance(old, generic.DictionaryObject) or not isinstance(new, generic.DictionaryObject):
        return False
    return all(step.same(raw(old, key), raw(new, key)) for key in old)


class _Tags:
    """One comparison of two trees. ``grew``: something was added that may be."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.grew = False

    def kids(self, older: Any, newer: Any, place: str, depth: int) -> None:
        """/K of the root or of an element: what was there stays, in its order."""
        step = self.step
        if step.pair(older, newer) is None:
            return
        before, after = self._list(older, step.old), self._list(newer, step.new)
        if depth > _DEPTH:
            step.note(ChangeKind.CONTENT, place)
            return
        position = 0
        for index, kid in enumerate(before):
            found = next((at for at in range(position, len(after)) if self._is_same_kid(kid, after[at])), None)
            if found is None:
                step.note(ChangeKind.CONTENT, f"{place}/K/{index}")
                return
            for new in after[position:found]:
                self._added(new, place, depth)
            self._element(kid, after[found], f"{place}/K/{index}", depth + 1)
            position = found + 1
        for new in after[position:]:
            self._added(new, place, depth)

    @staticmethod
    def _list(value: Any, resolve: Resolve) -> list[Any]:
        resolved = resolve(value)
        if isinstance(resolved, generic.ArrayObject):
            return items_of(resolved)
        return [] if resolved is None else [value]

    def _is_same_kid(self, old: Any, new: Any) -> bool:
        if number_of(old) is not None or number_of(new) is not None:
            return number_of(old) == number_of(new)
        if isinstance(old, generic.DictionaryObject) and isinstance(new, generic.DictionaryObject):
            return self._reference_stays(old, new)
        return self.step.same(old, new)

    def _element(self, older: Any, newer: Any, place: str, depth: int) -> None:
        values = self.step.pair(older, newer)
        if values is None:
            return
        old, new = values
        if not isinstance(old, generic.DictionaryObject) or not isinstance(new, generic.DictionaryObject):
            if not self.step.same(older, newer):
                self.step.note(ChangeKind.CONTENT, place)
            return
        if str(raw(old, "/Type")) in ("/OBJR", "/MCR"):
            if not self._reference_stays(old, new):
                self.step.note(ChangeKind.CONTENT, place)
            return
        for key in self.step.changed(without(old, "/K"), without(new, "/K")):
            self.step.note(ChangeKind.CONTENT, place + key)
        self.kids(raw(old, "/K"), raw(new, "/K"), place, depth)

    def _reference_stays(self, old: Any, new: Any) -> bool:
        """An OBJR keeps its object, whose own changes are judged where it stands (ISO 32000-1 table 325)."""
        if str(raw(old, "/Type")) == "/OBJR" and number_of(raw(old, "/Obj")) == number_of(raw(new, "/Obj")) is not None:
            return not self.step.changed(without(old, "/Obj"), without(new, "/Obj"))
        return self.step.same(old, new)

    def _added(self, item: Any, place: str, depth: int) -> None:
        """A new element: a new annotation, or a group of elements that hold new annotations."""
        values = self.step.pair(None, item)
        new = None if values is None else values[1]
        if values is None or depth > _DEPTH or not isinstance(new, generic.DictionaryObject):
            self.step.note(ChangeKind.CONTENT, place + "/K")
            return
        if str(raw(new, "/Type")) == "/OBJR":
            self.grew = True
            if number_of(raw(new, "/Obj")) is None:
                self.step.note(ChangeKind.CONTENT, place + "/K")
            return
        if "/ActualText" in new or "/E" in new or str(raw(new, "/Type")) == "/MCR":
            self.step.note(ChangeKind.CONTENT, place + "/K")
            return
        self.grew = True
        for kid in self._list(raw(new, "/K"), self.step.new):
            self._added(kid, place + "/K", depth + 1)

    def parents(self, older: Any, newer: Any) -> None:
        """The parent tree: every key that was there leads where it led; lists of a page may grow (ISO 32000-1 §14.7.4.4)."""
        step = self.step
        if step.pair(older, newer) is None:
            return
        untouched = self._untouched(older, step.old) & self._untouched(newer, step.new)
        before, after = (
            dict(self._leaves(tree, resolve, untouched)) for tree, resolve in ((older, step.old), (newer, step.new))
        )
        for key, value in before.items():
            if not self._leads(value, after.get(key)):
                step.note(ChangeKind.CONTENT, f"{_PLACE}/ParentTree/{key}")
        self.grew = self.grew or before.keys() != after.keys()
        for key in after.keys() - before.keys():
            step.pair(None, after[key])

    def _leads(self, old: Any, new: Any) -> bool:
        if number_of(old) is not None and number_of(old) == number_of(new):
            if number_of(old) not in self.step.live:
                return True
            one, other = self.step.old(old), self.step.new(new)
            if not isinstance(one, generic.ArrayObject):
                return True  # an element, which is judged in the tree
        else:
            one, other = self.step.old(old), self.step.new(new)
        self.step.pair(old, new)
        if isinstance(one, generic.ArrayObject) and isinstance(other, generic.ArrayObject):
            pairs = zip(items_of(one), items_of(other), strict=False)
            return len(other) >= len(one) and all(number_of(was) == number_of(now) for was, now in pairs)
        return one is None and other is None

    def _untouched(self, tree: Any, resolve: Resolve) -> set[int]:
        """Branches of a number tree at and below which nothing was written."""
        return {
            number
            for number, _ in self._nodes(tree, resolve, set())
            if number is not None and number not in self.step.live
        }

    def _leaves(self, tree: Any, resolve: Resolve, skipped: set[int]) -> Iterator[tuple[int, Any]]:
        """Entries of a number tree (ISO 32000-1 §7.9.7), but for the branches in ``skipped``."""
        for _, node in self._nodes(tree, resolve, skipped):
            numbers = items_of(resolve(raw(node, "/Nums")))
            for key, value in zip(numbers[::2], numbers[1::2], strict=False):
                yield int(resolve(key)), value

    def _nodes(self, tree: Any, resolve: Resolve, skipped: set[int]) -> Iterator[tuple[int | None, Any]]:
        """Nodes of a number tree, their kids only where something was written below them or ``skipped`` says which to leave out."""
        pending: list[tuple[Any, int]] = [(tree, 0)]
        seen: set[int] = set(skipped)
        while pending:
            item, depth = pending.pop()
            number = number_of(item)
            if number in seen or depth > _DEPTH:
                continue
            if number is not None:
                seen.add(number)
                self.step.visited.add(number)
            node = resolve(item)
            yield number, node
            if skipped or number is None or number in self.step.live:
                pending += [(kid, depth + 1) for kid in items_of(resolve(raw(node, "/Kids")))]
