"""One file on the table: what each revision did to the one before, found once and shared by all its signatures."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any

from signing.report import Change, ChangeKind

from .document import judge_document
from .graph import Graph
from .looks import Looks
from .past import Past, items_of, number_of, raw
from .rules import Rules, rules_of
from .step import Found, Step
from .structure import covers_its_revision, crooked_entries, damaged_table, skipped_updates, stray_bytes

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    from signing.changes import Coverage

_log = logging.getLogger(__name__)


class History:
    """All revisions of a file. ``reader`` is open (and decrypted) over ``data``; ``password``: what the renderer opens it with."""

    def __init__(self, data: bytes, reader: PdfFileReader, *, password: str = "") -> None:
        self._data = data
        self._reader = reader
        self._password = password
        self._steps: dict[int, tuple[Found, ...]] = {}

    @cached_property
    def past(self) -> Past:
        """Every object at every revision."""
        return Past(self._reader)

    @cached_property
    def graph(self) -> Graph:
        """Who refers to whom."""
        return Graph(self._data, self.past)

    def changes_after(self, signature: EmbeddedPdfSignature, coverage: Coverage) -> tuple[Change, ...]:
        """What came after the revision that ``signature`` covers, each with whether it is permitted.

        DocMDP and locks of earlier signatures are in force too. What cannot be read is a suspicious change; never raises.
        """
        if coverage.problem:
            return (Change(ChangeKind.STRUCTURE, permitted=False, detail=coverage.problem),)
        try:
            found = self._found_after(signature, coverage)
            if not found:
                return ()
            rules = rules_of([signature.sig_object, *self._values_until(signature.signed_revision)])
        except Exception:  # noqa: BLE001 - what cannot be analysed is not explained
            _log.info("changes not read", exc_info=True)
            return (Change(ChangeKind.UNKNOWN, permitted=False, detail="signature.changes_unreadable"),)
        return _told(found, rules)

    @cached_property
    def _values(self) -> list[tuple[int, Any]]:
        """Signature dictionaries of the form as it is now, each with the revision that wrote it."""
        past = self.past
        form = past.get(raw(past.get(self._reader.trailer.raw_get("/Root"), past.last), "/AcroForm"), past.last)
        pending, seen, found = items_of(past.get(raw(form, "/Fields"), past.last)), set[int](), []
        while pending:
            item = pending.pop()
            number = number_of(item)
            if number is None or number in seen:
                continue
            seen.add(number)
            node = past.get(item, past.last)
            pending += items_of(past.get(raw(node, "/Kids"), past.last))
            value = raw(node, "/V")
            target = number_of(value)
            held = past.get(value, past.last) if target is not None else None
            if target is not None and raw(held, "/ByteRange") is not None:
                found.append((past.changed_last(target), held))
        return found

    def _values_until(self, revision: int) -> list[Any]:
        return [value for written, value in self._values if written <= revision]

    def _found_after(self, signature: EmbeddedPdfSignature, coverage: Coverage) -> list[Found]:
        revision: int = signature.signed_revision
        if not covers_its_revision(self._data, self.past, revision, coverage.end):
            return [Found(ChangeKind.STRUCTURE, detail="signature.bad_coverage")]
        if coverage.covers_whole_file:
            return []
        if stray_bytes(self._data, coverage.end):
            return [Found(ChangeKind.STRUCTURE, detail="signature.bytes_appended")]
        found = (
            [Found(ChangeKind.STRUCTURE, detail="startxref")]
            if skipped_updates(self._data, self.past, revision, coverage.end)
            else []
        )
        for number in range(revision + 1, self.past.last + 1):
            found += self._step(number)
        return found or [Found(ChangeKind.BOOKKEEPING, detail="white space")]

    def _step(self, number: int) -> tuple[Found, ...]:
        if number not in self._steps:
            self._steps[number] = tuple(self._judge_step(number))
        return self._steps[number]

    def _judge_step(self, number: int) -> list[Found]:
        past = self.past
        written = {name for name, entry in past.entries(number) if past.locate(name, number - 1) != entry}
        step = Step(past, number - 1, number, self.graph.above(written))
        for crooked in crooked_entries(past, number):
            step.note(ChangeKind.STRUCTURE, crooked)
        if damaged_table(self._data, past, number):
            step.note(ChangeKind.STRUCTURE, "xref")
        judge_document(step, self.graph)
        self._judge_unseen(step, written)
        Looks(self._data, step, self._password).judge()
        return step.found

    def _judge_unseen(self, step: Step, written: set[int]) -> None:
        """Objects that were there, are others now, and were met in none of the places that were compared: none may stay unexplained."""
        unseen = [number for number in sorted(written - step.visited) if self._is_other(step, number)]
        reachable = self.graph.below(self._roots(step)) if unseen else set()
        for number in unseen:
            if number in reachable:
                step.note(ChangeKind.UNKNOWN, f"object {number}")

    def _is_other(self, step: Step, number: int) -> bool:
        """Not what it was; or it was nothing, and something that was there already called it its parent."""
        was = self.past.locate(number, step.before)
        if was is None or was[1] is None:
            return self.graph.leads_back(number, step.before)
        old, new = self.past.read(number, step.before), self.past.read(number, step.after)
        return not (_is_table(old) and (new is None or _is_table(new))) and not step.same(old, new)

    def _roots(self, step: Step) -> set[int]:
        roots = set()
        for revision in (step.before, step.after):
            trailer: Any = self._reader.trailer.flatten(revision)
            roots |= {number_of(trailer.raw_get(key)) for key in trailer}
        return {number for number in roots if number is not None}


def _is_table(value: Any) -> bool:
    """A cross-reference stream: its number may be used again, it is no part of the document (ISO 32000-1 §7.5.8)."""
    kind = value.get("/Type") if hasattr(value, "get") else None
    return str(kind) in ("/XRef", "/ObjStm")


def _told(found: list[Found], rules: Rules) -> tuple[Change, ...]:
    """Each kind of change once for each page and field, the first place where it was met, in the order of the document's life."""
    told: dict[tuple[ChangeKind, bool, int, str], Change] = {}
    for one in found:
        permitted = rules.allow(one)
        told.setdefault(
            (one.kind, permitted, one.page, one.name), Change(one.kind, permitted, one.page, one.name, one.detail)
        )
    return tuple(told.values())
