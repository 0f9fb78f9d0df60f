"""What is permitted after a signature: DocMDP and FieldMDP in force (ISO 32000-1 §12.8.2, ISO 32000-2 §12.8.2, §12.7.5.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from signing.permissions import Lock, locks_of, permissions_of
from signing.report import Change, ChangeKind, LaterChanges

from .step import Found

_ALWAYS = frozenset({ChangeKind.TIMESTAMP, ChangeKind.VALIDATION_DATA, ChangeKind.BOOKKEEPING})
# gravest first: the reason of a verdict is that of its gravest change
REASONS = {
    ChangeKind.STRUCTURE: "signature.structure_changed",
    ChangeKind.CONTENT: "signature.content_changed",
    ChangeKind.PAGES: "signature.pages_added",
    ChangeKind.SIGNATURE_CHANGED: "signature.signature_changed",
    ChangeKind.STAMP_COVERS: "signature.stamp_covers",
    ChangeKind.ANNOTATION_HIDES: "signature.annotation_hides",
    ChangeKind.FORM_CHANGED: "signature.form_changed",
    ChangeKind.BEHAVIOUR: "signature.behaviour_changed",
    ChangeKind.UNKNOWN: "signature.changed_after",
}
_GRAVEST = tuple(REASONS)
NOT_PERMITTED = "signature.not_permitted"


@dataclass(frozen=True, slots=True)
class Rules:
    """``permission``: the strictest DocMDP in force, 0 where nobody certified. ``locks``: of this and of earlier signatures."""

    permission: int = 0
    locks: tuple[Lock, ...] = ()

    def allow(self, found: Found) -> bool:
        """Whether that change may be made."""
        if found.kind in _ALWAYS:
            return True
        if self.permission == 1 or any(found.name and lock.covers(found.name) for lock in self.locks):
            return False
        if found.kind is ChangeKind.FORM_FILLED:
            return True
        if found.kind in (ChangeKind.SIGNATURE, ChangeKind.SIGNATURE_FIELD):
            return not (self.permission and found.new_field and found.visible)
        return found.kind is ChangeKind.ANNOTATION and found.harmless and self.permission == 3


def rules_of(values: Iterable[Any]) -> Rules:
    """``values``: signature dictionaries of the signature in question and of all before it.

    A certification that does not say counts as P 2; a lock that says P (ISO 32000-2 table 236) counts as well.
    """
    held = list(values)
    permissions = [number if number in (1, 2, 3) else 1 for value in held for number in permissions_of(value)]
    return Rules(min(permissions, default=0), tuple(lock for value in held for lock in locks_of(value)))


def classify(changes: Iterable[Change]) -> tuple[LaterChanges, str]:
    """None, permitted or suspicious, and where suspicious the reason code of the gravest.

    The ``detail`` of what is wrong with the bytes themselves is a reason code of its own.
    """
    held = list(changes)
    wrong = {change.kind for change in held if not change.permitted}
    if wrong:
        told = next((change.detail for change in held if change.detail.startswith("signature.")), "")
        if told:
            return LaterChanges.SUSPICIOUS, told
        gravest = next((kind for kind in _GRAVEST if kind in wrong), None)
        return LaterChanges.SUSPICIOUS, NOT_PERMITTED if gravest is None else REASONS[gravest]
    return (LaterChanges.PERMITTED if held else LaterChanges.NONE), ""
