"""Which object refers to which, read from the bytes: a superset is enough to know where a change can matter.

Parsing every object of a large file costs seconds; finding ``12 0 R`` in its bytes does not. What a regular expression could misread
(comments, nested strings, an object that is cut short) is parsed after all, so that nothing is missed.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from pyhanko.pdf_utils import generic

from .past import Past, Place, items_of, number_of

_WHITE = rb"[\x00\t\n\x0c\r ]"
_REFERENCE = re.compile(rb"(?<![0-9])([0-9]{1,10})%b+[0-9]{1,5}%b+R" % (_WHITE, _WHITE))
_CUT = re.compile(rb">>%b*stream[\r\n]|endobj" % _WHITE)
_STRING = re.compile(rb"\((?:[^()\\]|\\.)*\)", re.DOTALL)
_COMMENT = re.compile(rb"%[^\r\n]*")
_NUMBER = re.compile(rb"[0-9]{1,10}")
_LONGEST = 1 << 20  # bytes of one object without its stream; a longer one is parsed
# edges that lead back up (a signature's /Data is the catalog), or to a page by its destination: compared by number (step.same)
BACK_KEYS = frozenset({"/Parent", "/P", "/Pg", "/Data"})
_BACK = re.compile(
    rb"/(?:Parent|Pg|P|Data)%b*([0-9]{1,10})%b+[0-9]{1,5}%b+R|(?<![0-9])([0-9]{1,10})%b+[0-9]{1,5}%b+R%b*/(?:XYZ|Fit)"
    % ((_WHITE,) * 6)
)


class Graph:
    """References of all objects in all their versions."""

    def __init__(self, data: bytes, past: Past) -> None:
        self._data = data
        self._past = past
        self._down: dict[int, set[int]] = defaultdict(set)
        self._back: dict[int, set[int]] = defaultdict(set)
        self._up: dict[int, set[int]] = defaultdict(set)
        self.drawn: set[int] = set()  # form XObjects and patterns, and perhaps others
        self.has_glyph_procedures = False  # fonts of type 3
        self._containers: set[tuple[int, Place]] = set()
        for revision in range(past.last + 1):
            self._read(revision)
        for number, targets in self._down.items():
            for target in targets:
                self._up[target].add(number)

    def above(self, numbers: Iterable[int]) -> set[int]:
        """These and all that lead down to them."""
        return _closure(numbers, (self._up,))

    def below(self, numbers: Iterable[int]) -> set[int]:
        """These and all that can be reached from them, by any edge."""
        return _closure(numbers, (self._down, self._back))

    def leads_back(self, number: int, revision: int) -> bool:
        """Whether an object of that revision has ``number`` as its parent, page or destination."""
        return any(
            any(one == number for _, one in _references(self._past.read(source, revision)))
            for source in self._backwards.get(number, ())
        )

    @cached_property
    def _backwards(self) -> dict[int, set[int]]:
        sources: dict[int, set[int]] = defaultdict(set)
        for source, targets in self._back.items():
            for target in targets:
                sources[target].add(source)
        return sources

    def _read(self, revision: int) -> None:
        for number, (_, place) in self._past.entries(revision):
            if isinstance(place, int):
                head = self._head(place)
                if head is None:
                    self._parse(number, revision, self._rest(place))
                else:
                    self._note(number, head)
        for container in self._past.containers(revision):
            entry = self._past.locate(container, revision)
            if entry is not None and (container, entry[1]) not in self._containers:
                self._containers.add((container, entry[1]))
                self._unpack(container, revision)

    def _head(self, start: int) -> bytes | None:
        cut = _CUT.search(self._data, start, start + _LONGEST)
        if cut is None:
            return None
        head = self._data[start : cut.start() + 2 if cut.group().startswith(b">>") else cut.start()]
        return head if _is_whole(head) else None

    def _note(self, number: int, text: bytes) -> None:
        if b"/Form" in text or b"/PatternType" in text:
            self.drawn.add(number)
        if b"/Type3" in text:
            self.has_glyph_procedures = True
        if b"R" not in text:
            return
        if b"/P" in text or b"/Data" in text or b"/XYZ" in text or b"/Fit" in text:
            self._back[number].update(int(one or other) for one, other in _BACK.findall(text))
            text = _BACK.sub(b" ", text)
        self._down[number].update(map(int, _REFERENCE.findall(text)))

    def _rest(self, start: int) -> bytes:
        """The bytes in which an object must lie that is hard to delimit."""
        return self._data[start : start + _LONGEST]

    def _parse(self, number: int, revision: int, text: bytes) -> None:
        """What a regular expression may misread. What the parser cannot read either may name any number that stands in it."""
        self.drawn.add(number)
        try:
            value = self._past.read(number, revision)
        except Exception:  # noqa: BLE001 - pyHanko raises many types; other readers may still make something of it
            self._down[number].update(map(int, _NUMBER.findall(text)))
            self.has_glyph_procedures = True
            return
        self.has_glyph_procedures = self.has_glyph_procedures or "/Type3" in repr(value)
        text = text.partition(b"endobj")[0]
        self._down[number].update(map(int, _REFERENCE.findall(_COMMENT.sub(b" ", text))))
        for key, target in _references(value):
            (self._back if key in BACK_KEYS else self._down)[number].add(target)

    def _unpack(self, container: int, revision: int) -> None:
        """The objects of an object stream (ISO 32000-1 §7.5.7)."""
        stream = self._past.read(container, revision)
        if not isinstance(stream, generic.StreamObject):
            return
        body = stream.data
        first, count = int(stream["/First"]), int(stream["/N"])
        head = [int(text) for text in body[:first].split()[: 2 * count]]
        starts = [first + offset for offset in head[1::2]]
        ends = sorted({*starts, len(body)})
        following = dict(itertools.pairwise(ends))
        for number, start in zip(head[::2], starts, strict=False):
            text = body[start : following.get(start, len(body))]
            if _is_whole(text):
                self._note(number, text)
            else:
                self._parse(number, revision, body[start : start + _LONGEST])


def _is_whole(text: bytes) -> bool:
    """Whether ``text`` surely holds a whole object: no comment, no string that hides anything, brackets in balance."""
    if b"(" in text:
        text = _STRING.sub(b"", text)  # a comment's parentheses come behind its %, which stays
    if b"(" in text or b")" in text or b"%" in text:
        return False
    return text.count(b"<<") == text.count(b">>") and text.count(b"[") == text.count(b"]")


def _references(value: Any) -> Iterator[tuple[str, int]]:
    pending: list[tuple[str, Any]] = [("", value)]
    while pending:
        key, item = pending.pop()
        number = number_of(item)
        if number is not None:
            yield key, number
        elif isinstance(item, generic.DictionaryObject):
            pending += [(str(name), item.raw_get(name)) for name in item]
        elif isinstance(item, generic.ArrayObject):
            pending += [("", one) for one in items_of(item)]


def _closure(numbers: Iterable[int], edges: tuple[dict[int, set[int]], ...]) -> set[int]:
    found = set(numbers)
    pending = list(found)
    while pending:
        number = pending.pop()
        for table in edges:
            for target in table.get(number, ()):
                if target not in found:
                    found.add(target)
                    pending.append(target)
    return found
