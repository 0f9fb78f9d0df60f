"""Cross-references and end marks: does every reader read the same revisions (ISO 32000-1 §7.5.4 to §7.5.8)?

Checks that need no object: an attacker who makes a table point elsewhere can show another document in each reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyhanko.pdf_utils.xref import XRefSectionType

from .past import Past

if TYPE_CHECKING:
    from pyhanko.pdf_utils.xref import XRefSectionMetaInfo

_WHITE = b"\x00\t\n\x0c\r "
_END_MARK = re.compile(rb"startxref[\x00\t\n\x0c\r ]+([0-9]{1,12})[\x00\t\n\x0c\r ]+%%EOF")
_TABLE = re.compile(rb"[\x00\t\n\x0c\r ]*(?:xref[\x00\t\n\x0c\r ]+)?")
_SUBSECTION = re.compile(rb"[0-9]{1,10} ([0-9]{1,10}) ?[\t\n\r ]*")
_ENTRY = re.compile(rb"[0-9]{10} [0-9]{5} [fn][\t ]*[\r\n]+")
_TRAILER = re.compile(rb"[\x00\t\n\x0c\r ]*trailer")
_TAIL = 1024  # bytes before the end of a revision in which its end mark stands


def covers_its_revision(data: bytes, past: Past, revision: int, end: int) -> bool:
    """Whether the file cut at ``end`` would open at exactly that revision, and all that its tables name stands before the last of them.

    A place behind the tables could be one that only later bytes fill: a number that led nowhere when it was signed.
    """
    marks = list(_END_MARK.finditer(data, max(0, end - _TAIL), end))
    if not marks or data[marks[-1].end() : end].strip(_WHITE):
        return False
    reach = past.reach(revision)
    opens = int(marks[-1].group(1)) == _section(past, revision).declared_startxref
    return opens and reach <= end and past.farthest(revision) < reach


def stray_bytes(data: bytes, end: int) -> bool:
    """Whether bytes after ``end`` belong to no incremental update.

    Each update ends with a startxref that points into itself (ISO 32000-1 §7.5.6); what lies behind the last end mark is only white space.
    """
    begin = end
    for mark in _END_MARK.finditer(data, end):
        if not begin <= int(mark.group(1)) < mark.start():
            return True
        begin = mark.end()
    return bool(data[begin:].strip(_WHITE))


def skipped_updates(data: bytes, past: Past, revision: int, end: int) -> bool:
    """Whether the updates after ``end`` are others than the chain of cross-references names, one by one and in their order."""
    marks = [int(mark.group(1)) for mark in _END_MARK.finditer(data, end)]
    named = [_section(past, number).declared_startxref for number in range(revision + 1, past.last + 1)]
    return marks != named


def damaged_table(data: bytes, past: Past, revision: int) -> bool:
    """Whether the table of an update is not as ISO 32000-1 §7.5.4 writes it: what one reader repairs another one reads otherwise.

    Ends of lines are taken as they come; digits and counts are not. Cross-reference streams have no such freedom.
    """
    section = _section(past, revision)
    if section.xref_section_type not in (XRefSectionType.STANDARD, XRefSectionType.HYBRID_MAIN):
        return False
    place = _TABLE.match(data, section.start_location)
    at = section.start_location if place is None else place.end()
    while place is not None and (head := _SUBSECTION.match(data, at)) is not None:
        at = head.end()
        for _ in range(int(head.group(1))):
            entry = _ENTRY.match(data, at)
            if entry is None:
                return True
            at = entry.end()
    return place is None or _TRAILER.match(data, at) is None


def crooked_entries(past: Past, revision: int) -> Iterator[str]:
    """What is wrong with the section of an update (``revision`` > 0), by object.

    An entry that leads into older bytes must lead where that object already stood; an object stream that older objects live in is never
    replaced; numbers are not used again under another generation; no second, hidden table is added.
    """
    section, before = _section(past, revision), _section(past, revision - 1)
    if past.reader.xrefs.get_xref_data(revision).hybrid is not None:
        yield "XRefStm"
    if section.size < before.size:  # readers that obey §7.5.5 no longer see the objects above it
        yield "Size"
    older = {number for earlier in range(revision) for number in past.containers(earlier)}
    for number, (generation, place) in past.entries(revision):
        was = past.locate(number, revision - 1)
        if was is not None and was == (generation, place):
            continue
        if number in older and was is not None and was[1] is not None:
            yield f"object stream {number}"
        if place is None:
            continue
        if isinstance(place, int) and not before.end_location <= place <= section.end_location:
            yield f"object {number}"
        if isinstance(place, tuple) and not _is_in_update(past, place[0], revision, before.end_location):
            yield f"object {number}"
        if was is not None and was[1] is not None and was[0] != generation:
            yield f"generation of {number}"


def _is_in_update(past: Past, container: int, revision: int, begin: int) -> bool:
    entry = past.locate(container, revision)
    return entry is not None and isinstance(entry[1], int) and entry[1] >= begin


def _section(past: Past, revision: int) -> XRefSectionMetaInfo:
    info: XRefSectionMetaInfo = past.reader.xrefs.get_xref_container_info(revision)
    return info


def end_of(data: bytes, past: Past, revision: int) -> int:
    """Where a revision ends: behind the end mark that follows its cross-references; the file's end where there is none."""
    if revision >= past.last:
        return len(data)
    mark = _END_MARK.search(
        data, past.reach(revision)
    )  # the first part of a linearised file stands before the rest of it
    return len(data) if mark is None else mark.end()
