"""In whose name: whose turn somebody uses, who is printed in another's place, and which units a vía concerns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from desktop.records.documents import DocumentState, DocumentView
from desktop.records.events import EventKind
from desktop.records.standing import Standing, holders_for, require_standing, substitute_of

from .desk import Desk


def standing_of(desk: Desk, actor: str, holder: str, kind: EventKind) -> Standing:
    """By what he acts for ``holder`` today. Raises ``event.no_delegation``, ``event.secretary_only``."""
    return require_standing(desk.directory, actor, holder, kind, desk.now_local().date())


def stands_for(desk: Desk, actor: str, kind: EventKind) -> tuple[str, ...]:
    """In whose names he may do that today, himself first."""
    return (actor, *holders_for(desk.directory, actor, kind, desk.now_local().date()))


def turn_used(desk: Desk, view: DocumentView, actor: str, kind: EventKind) -> str:
    """Whose turn he would use: his own, else that of somebody for whom he may act today; his own where it is neither's."""
    turns = [view.next_official] if view.next_official else []
    if kind is EventKind.OBSERVED and view.state is DocumentState.SIGNED:
        turns = [*view.approvers, *view.signers]
    mine = [who for who in stands_for(desk, actor, kind) if who in turns]
    return mine[0] if mine else actor


@dataclass(frozen=True, slots=True)
class Printed:
    """Who is printed for an official: himself, or who substitutes him on the day of freezing (``substitute`` is his id)."""

    name: str
    post: str
    acting: str = ""
    substitute: str = ""

    @property
    def party(self) -> str:
        """As header fields take people."""
        return f"{self.name} | {self.post}" + (f" | {self.acting}" if self.acting else "")


def printed_for(desk: Desk, official: str, now: datetime) -> Printed:
    """Who takes that official's place on a page that is set at that moment, in the wording of the directory."""
    holder, day = desk.directory.official(official), now.astimezone(desk.zone).date()
    delegation = substitute_of(desk.directory, official, day)
    if delegation is None:
        return Printed(holder.name, holder.post)
    standing = require_standing(desk.directory, delegation.substitute, official, EventKind.SIGNED, day)
    name = desk.directory.official(delegation.substitute).name
    return Printed(name, standing.post, standing.printed(holder.name), delegation.substitute)


def units_of_chain(desk: Desk, people: Iterable[str]) -> tuple[str, ...]:
    """The units of those people and of whoever substitutes them from today on: they must see what waits for them."""
    directory, today = desk.directory, desk.now_local().date()
    found = set(people)
    found |= {item.substitute for item in directory.delegations if item.holder in found and item.last_day >= today}
    return tuple(sorted({directory.official(who).unit for who in found}))
