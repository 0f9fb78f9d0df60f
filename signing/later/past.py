"""Every object as it was at every revision, read once for each place where it ever stood (ISO 32000-1 §7.5.6).

pyHanko's historical resolvers copy what they read and search all cross-reference sections for each object: with many signatures that grows
with the square of their number. Here an object is looked up by number and revision, and compared by place before it is read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils import generic

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

Place = int | tuple[int, int] | None  # offset in bytes; (object stream, index); None where it is free
Entry = tuple[int, Place]  # generation, place


def number_of(raw: object) -> int | None:
    """The object number of a reference, None for anything else."""
    return raw.idnum if isinstance(raw, generic.IndirectObject) else None


def raw(owner: Any, key: str) -> Any:
    """The value behind ``key`` with its reference, None where it is absent or null."""
    value = owner.raw_get(key) if isinstance(owner, generic.DictionaryObject) and key in owner else None
    return None if isinstance(value, generic.NullObject) else value


def without(owner: Any, *keys: str) -> generic.DictionaryObject:
    """A dictionary without some of its entries, which are compared by themselves."""
    kept = {key: owner.raw_get(key) for key in owner if key not in keys}
    return generic.DictionaryObject(kept)  # type: ignore[no-untyped-call]


def items_of(array: object) -> list[Any]:
    """The items of an array with their references; none where it is no array."""
    return list(array.iterate()) if isinstance(array, generic.ArrayObject) else []


class Past:
    """The objects of one file by number and revision (0 is the oldest)."""

    def __init__(self, reader: PdfFileReader) -> None:
        self.reader = reader
        self.last = reader.total_revisions - 1
        self._sections = [reader.xrefs.get_xref_data(number) for number in range(self.last + 1)]
        self._later: dict[int, list[tuple[int, Entry]]] = {}
        for revision in range(1, self.last + 1):
            for number, entry in self.entries(revision):
                self._later.setdefault(number, []).append((revision, entry))
        self._read: dict[tuple[int, Place], Any] = {}
        self._farthest: list[int] = []

    def entries(self, revision: int) -> Iterator[tuple[int, Entry]]:
        """What the cross-reference section of that revision says, each number once."""
        section = self._sections[revision]
        found: dict[int, Entry] = {number: (after - 1, None) for number, after in section.freed.items()}
        for part in (section.hybrid.xref_data if section.hybrid is not None else None, section):
            if part is None:
                continue
            found.update(part.standard_xrefs)
            for number, place in part.xrefs_in_objstm.items():
                found[number] = (0, (place.obj_stream_id, place.ix_in_stream))
        return iter(found.items())

    def locate(self, number: int, revision: int) -> Entry | None:
        """Where an object stood at a revision; None where no section had named it yet."""
        later = self._later.get(number)
        if later is not None:
            at = bisect_right(later, revision, key=lambda item: item[0])
            if at:
                return later[at - 1][1]
        section = self._sections[0]
        if number in section.standard_xrefs:
            return section.standard_xrefs[number]
        packed = section.xrefs_in_objstm.get(number)
        if packed is not None:
            return 0, (packed.obj_stream_id, packed.ix_in_stream)
        if section.hybrid is not None or number in section.freed:
            return dict(self.entries(0)).get(number)
        return None

    def get(self, value: Any, revision: int) -> Any:
        """The object itself, references followed as they stood at ``revision``; None for null, free and never defined.

        Generations are not asked for: many readers do not either, so an object of another generation counts as seen.
        Raises what pyHanko raises on objects that cannot be read.
        """
        for _ in range(8):  # a reference to a reference is not allowed, and a circle of them is no object
            if not isinstance(value, generic.IndirectObject):
                return None if isinstance(value, generic.NullObject) else value
            value = self.read(value.idnum, revision)
        return None

    def read(self, number: int, revision: int) -> Any:
        """The object of that number, None where it has none."""
        entry = self.locate(number, revision)
        if entry is None or entry[1] is None:
            return None
        key = (number, entry[1])
        if key not in self._read:
            reference = generic.Reference(number, entry[0], self.reader)
            current = None if self.locate(number, self.last) == entry else revision  # None: pyHanko's own cache serves
            self._read[key] = self.reader.get_object(reference, revision=current)  # type: ignore[no-untyped-call]
        return self._read[key]

    def changed_last(self, number: int) -> int:
        """The last revision whose section names the object."""
        later = self._later.get(number)
        return later[-1][0] if later else 0

    def reach(self, revision: int) -> int:
        """Where the last of the tables of this revision and of all before it ends, in bytes."""
        ends = (self.reader.xrefs.get_xref_container_info(number).end_location for number in range(revision + 1))
        return max(ends)

    def farthest(self, revision: int) -> int:
        """The greatest offset that those tables name."""
        while len(self._farthest) <= revision:
            places = (place for _, (_, place) in self.entries(len(self._farthest)) if isinstance(place, int))
            self._farthest.append(max(*self._farthest[-1:], max(places, default=0), 0))
        return self._farthest[revision]

    def containers(self, revision: int) -> set[int]:
        """Numbers of the object streams that a section uses."""
        section = self._sections[revision]
        hybrid = section.hybrid.xref_data.obj_streams_used if section.hybrid is not None else set()
        return section.obj_streams_used | hybrid
