"""One step from a revision to the next: both sides, where a change can matter, and what was found so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pyhanko.pdf_utils import generic

from signing.report import ChangeKind

from .graph import BACK_KEYS
from .past import Past, items_of, number_of, raw


@dataclass(frozen=True, slots=True)
class Found:
    """A change before anybody asked whether it is permitted.

    ``new_field``, ``visible``: of signatures and their fields; ``harmless``: of annotations, that they are of a kind which cannot hide or
    imitate content and that they do not.
    """

    kind: ChangeKind
    page: int = 0
    name: str = ""
    detail: str = ""
    new_field: bool = False
    visible: bool = False
    harmless: bool = False


@dataclass(slots=True)
class Widget:
    """A form field's picture on a page, to be looked at once everything else is known."""

    name: str
    number: int | None
    page: int
    value: Any
    new: bool


@dataclass(slots=True)
class Step:
    """From revision ``before`` to ``after``. ``live``: numbers of what was written in between and of all that leads to it."""

    past: Past
    before: int
    after: int
    live: set[int]
    found: list[Found] = field(default_factory=list)
    visited: set[int] = field(default_factory=set)  # live objects that were compared in some role
    page_of: dict[int, int] = field(default_factory=dict)  # annotations of the pages that were looked at
    new_widgets: dict[int, int] = field(default_factory=dict)  # widgets that are new on a page
    removed_widgets: dict[int, int] = field(default_factory=dict)
    pairs: dict[int, int] = field(
        default_factory=dict
    )  # widgets that were there and are still, to be judged by the form
    stamps: list[Widget] = field(default_factory=list)  # pictures of signatures that were not there before
    remarks: list[Widget] = field(
        default_factory=list
    )  # annotations of harmless kinds whose picture must still be looked at
    filled: list[FilledField] = field(default_factory=list)
    signed: set[int] = field(default_factory=set)  # values of signatures that were made
    settled: set[int] = field(default_factory=set)  # objects whose growth was looked at and changes nothing
    redrawn: bool = False  # /NeedAppearances was switched on
    _equal: set[tuple[int, int]] = field(default_factory=set)

    def note(self, kind: ChangeKind, place: str, *, page: int = 0, name: str = "", **facts: bool) -> None:
        """Add what was found at ``place`` (a path in the document's tree)."""
        self.found.append(Found(kind, page, name, place, **facts))

    def old(self, value: Any) -> Any:
        """What a value refers to in the older revision."""
        return self.past.get(value, self.before)

    def new(self, value: Any) -> Any:
        """What a value refers to in the newer revision."""
        return self.past.get(value, self.after)

    def pair(self, old: Any, new: Any) -> tuple[Any, Any] | None:
        """Both values resolved, None where they are surely the same: the same number, and nothing at or below it was written."""
        one, other = number_of(old), number_of(new)
        if one is not None and one == other and one not in self.live:
            return None
        self.visited.update(number for number in (one, other) if number is not None)
        return self.old(old), self.new(new)

    def same(self, old: Any, new: Any) -> bool:
        """Whether two values are equal in content, whatever their objects are called or wherever they stand.

        Edges that lead back up (``BACK_KEYS``) and destinations are equal when they name the same object.
        """
        done: set[tuple[int, int]] = set()
        pending = [(old, new)]
        while pending:
            first, second = pending.pop()
            key = self._key(first, second)
            if key is not None and (key in done or key in self._equal):
                continue
            if key is not None:
                done.add(key)
                if key[0] == key[1] and key[0] in self.settled:
                    self.visited.add(key[0])
                    continue
            values = self.pair(first, second)
            if values is None:
                continue
            parts = self._parts(*values)
            if parts is None:
                return False
            pending += parts
        self._equal |= done
        return True

    @staticmethod
    def _key(old: Any, new: Any) -> tuple[int, int] | None:
        one, other = number_of(old), number_of(new)
        return None if one is None or other is None else (one, other)

    def _parts(self, old: Any, new: Any) -> list[tuple[Any, Any]] | None:
        """Pairs that must be equal for these to be, None where they already differ."""
        if isinstance(old, generic.DictionaryObject):
            if not isinstance(new, generic.DictionaryObject):
                return None
            if isinstance(old, generic.StreamObject) or isinstance(new, generic.StreamObject):
                return _stream_parts(old, new)
            return list(_entries(old, new, frozenset()))
        if isinstance(old, generic.ArrayObject):
            if not isinstance(new, generic.ArrayObject) or len(old) != len(new):
                return None
            pairs = list(zip(items_of(old), items_of(new), strict=True))
            return pairs[1:] if _is_destination(pairs) else pairs
        return [] if _plain(old) == _plain(new) else None

    def changed(self, old: Any, new: Any) -> list[str]:
        """Keys of two dictionaries whose values differ in content."""
        keys = sorted({str(key) for side in (old, new) if isinstance(side, generic.DictionaryObject) for key in side})
        return [key for key in keys if not self._same_entry(key, raw(old, key), raw(new, key))]

    def _same_entry(self, key: str, old: Any, new: Any) -> bool:
        return (key in BACK_KEYS and old is not None and number_of(old) == number_of(new) is not None) or self.same(
            old, new
        )


@dataclass(slots=True)
class FilledField:
    """A field whose value or picture was written: does it show what it holds? ``kind``: /Tx, /Ch or /Btn; ``flags``: /Ff."""

    name: str
    kind: str
    flags: int
    field: Any  # the dictionary that holds /V, in the newer revision
    widgets: list[tuple[Any, Any, int, int | None]]  # older, newer, page, number


def _entries(old: Any, new: Any, skipped: frozenset[str]) -> Iterator[tuple[Any, Any]]:
    for key in {*old.keys(), *new.keys()}:
        one, other = raw(old, key), raw(new, key)
        back = (
            key in BACK_KEYS and one is not None and number_of(one) is not None and number_of(one) == number_of(other)
        )
        if key not in skipped and not back:
            yield one, other


def _stream_parts(old: Any, new: Any) -> list[tuple[Any, Any]] | None:
    if not (isinstance(old, generic.StreamObject) and isinstance(new, generic.StreamObject)):
        return None
    if old.encoded_data == new.encoded_data:
        return list(_entries(old, new, frozenset()))
    one, other = _decoded(old), _decoded(new)
    if one is None or one != other:
        return None
    lengths = {number_of(raw(side, "/Length")) for side in (old, new)} == {
        None
    }  # one that is an object may be changed by itself
    return list(_entries(old, new, frozenset({"/Filter", "/DecodeParms"} | ({"/Length"} if lengths else set()))))


def _decoded(stream: generic.StreamObject) -> bytes | None:
    """What a stream holds, None where it cannot be decoded (or would take more than the reader's limits allow)."""
    try:
        return bytes(stream.data)
    except Exception:  # noqa: BLE001 - unknown filters, damaged data: then only the bytes as they stand can be compared
        return None


def _is_destination(pairs: list[tuple[Any, Any]]) -> bool:
    """An explicit destination (ISO 32000-1 §12.3.2.2) to the same page object."""
    if len(pairs) < 2 or number_of(pairs[0][0]) is None or number_of(pairs[0][0]) != number_of(pairs[0][1]):
        return False
    return all(isinstance(side, generic.NameObject) and side.startswith(("/XYZ", "/Fit")) for side in pairs[1])


def _plain(value: Any) -> tuple[str, object]:
    """A value by kind, so that the name /A is not the string (A)."""
    if value is None:
        return "null", None
    if isinstance(value, generic.NameObject):
        return "name", str(value)
    if isinstance(value, generic.BooleanObject):
        return "boolean", value.value
    if isinstance(value, generic.TextStringObject | generic.ByteStringObject):
        return "string", value.original_bytes
    if isinstance(value, generic.NumberObject | generic.FloatObject):
        return "number", float(f"{float(value):.9g}")  # programs write a number again with fewer digits
    return type(value).__name__, repr(value)
