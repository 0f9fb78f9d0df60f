"""What acts on a slip share: for which unit this desk acts, what goes together in a group, and who is in charge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, SignedEvent
from desktop.routing.hops import Hop
from desktop.routing.sheet import SlipView

from .acting import stands_for
from .acts import record
from .desk import Desk

if TYPE_CHECKING:
    from desktop.records.people import Official
    from desktop.store.desk import Act

OF_THE_CHIEF = frozenset({EventKind.SETTLED, EventKind.REASSIGNED})
"""What only the unit's chief does, or who stands for him. Nothing in the event proves it: it tells who did it."""


def own_units(desk: Desk) -> tuple[str, ...]:
    """The desk's unit, and every ended unit whose open slips it got: it acts in their place."""
    heirs = desk.directory.successors_of
    ended = (unit.id for unit in desk.directory.units if unit.ended_on is not None and unit.id != desk.unit_id)
    return (desk.unit_id, *(unit for unit in ended if heirs(unit)[:1] == (desk.unit_id,)))


def unit_for(desk: Desk, wanted: str) -> str:
    """The unit that this desk acts for on something of ``wanted``: that one where it is its own or inherited, else its own."""
    return wanted if wanted in own_units(desk) else desk.unit_id


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does it, for which unit, and in whose name where not in his own."""

    official: Official
    unit: str
    behalf: str = ""


def note(desk: Desk, act: Act, kind: EventKind, slip: SlipView, doer: Doer, body: Mapping[str, object]) -> SignedEvent:
    """Record an act on a slip that concerns nothing but the slip: on its principal document's chain, to its audience."""
    actor = replace(doer.official, unit=doer.unit)
    return record(desk, act, kind, document=slip.document, actor=actor, slip=slip.id, body=body, behalf=doer.behalf)


def members_of(desk: Desk, slip: SlipView) -> list[SlipView]:
    """The slips that go with this one: those of its group that say so themselves and that this desk has."""
    found = []
    for member in slip.members:
        try:
            view = desk.store.slip(member)
        except OfficeError:  # never told to this unit
            continue
        if view.principal == slip.id:
            found.append(view)
    return found


def together(desk: Desk, slip: SlipView, hop: Hop) -> list[tuple[SlipView, Hop]]:
    """That hop, and those of the group that went with it: what is received, rejected or cancelled at one time."""
    found = [(slip, hop)]
    for member in members_of(desk, slip) if hop.official else ():
        on = member.in_transit
        if on is not None and (on.group, on.from_unit, on.to_unit) == (slip.id, hop.from_unit, hop.to_unit):
            found.append((member, on))
    return found


def bytes_here(desk: Desk, document: str, *, attachments: bool = True) -> bool:
    """Whether the document's file, and those beside it, have come: an event may be here long before its files."""
    view = desk.store.document(document)
    files = [view.digest, *(item.sha256 for item in view.attachments if attachments)]
    return all(digest and desk.store.has_bytes(digest) for digest in files)


def require_bytes(desk: Desk, documents: Iterable[str]) -> None:
    """Refuse to send on what has not come yet, as a second PC of the unit may be asked to: ``document.bytes_missing``."""
    for document in documents:
        if not bytes_here(desk, document):
            raise OfficeError("document.bytes_missing", cite=desk.store.document(document).cite)


def with_group(principal: SlipView, slip: SlipView) -> dict[str, str]:
    """What the body of an act says where the slip moves with its principal."""
    return {} if slip.id == principal.id else {"principal": principal.id}


def as_chief(desk: Desk, unit: str, kind: EventKind, official: str = "") -> Doer:
    """Who acts as chief of that unit, or of the one that took its place. Raises ``slip.not_chief``, ``slip.no_chief``."""
    actor = desk.acting(official)
    living = desk.directory.unit((desk.directory.successors_of(unit) or (unit,))[0])
    if not living.chief:
        raise OfficeError("slip.no_chief", unit=living.name)
    if living.chief == actor.id:
        return Doer(actor, unit_for(desk, unit))
    if living.chief in stands_for(desk, actor.id, kind):
        return Doer(actor, unit_for(desk, unit), living.chief)
    raise OfficeError("slip.not_chief", unit=living.name, name=desk.directory.official(living.chief).name)
