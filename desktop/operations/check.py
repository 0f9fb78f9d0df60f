"""Antes del PIN: what can be known of a document before a PIN is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.drafting.preflight import preflight
from desktop.records.documents import require_turn
from desktop.records.errors import Fact, OfficeError
from desktop.records.events import EventKind

from .acting import turn_used
from .desk import Desk
from .trays import name_of


@dataclass(frozen=True, slots=True)
class Finding:
    """A code with words. ``blocks``: it may not be signed; ``good``: nothing to worry about."""

    code: str
    good: bool
    blocks: bool = False
    facts: Mapping[str, Fact] = field(default_factory=dict)


def check_before_signing(desk: Desk, document: str) -> list[Finding]:
    """Whose turn it is, and whether the page still is the archival PDF that was frozen."""
    view = desk.store.document(document)
    turn = turn_used(desk, view, desk.official, EventKind.SIGNED)
    if view.next_official != turn:
        turn = name_of(desk, view.next_official or "")
        return [Finding("document.not_your_turn", good=False, blocks=True, facts={"cite": view.cite, "turn": turn})]
    try:
        require_turn(view, turn, EventKind.SIGNED, actor=desk.official)
    except OfficeError as error:
        return [Finding(error.code, good=False, blocks=True, facts=error.facts)]
    findings = preflight(desk.store.get_bytes(view.digest))
    if findings:
        return [Finding("check.not_archival", good=False, facts={"cite": view.cite, "count": len(findings)})]
    return [Finding("check.archival", good=True, facts={"cite": view.cite})]
