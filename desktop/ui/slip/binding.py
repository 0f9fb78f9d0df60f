"""The slip of a desk bound to its operations. No Qt here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.drafting.body import Body
from desktop.drafting.values import person_line
from desktop.operations import answer, conclude, group, justify, paper, reassign, settle_slip
from desktop.operations.on_slip import members_of, own_units
from desktop.operations.trays import name_of, unit_name
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.acts import allowed
from desktop.routing.paper import announced_paper, paper_state
from desktop.routing.trays import Tray

from .office import Clash, Colleague, HopLine, Note, PaperPlace, Ruling, SlipChoice, SlipSheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from desktop.operations.desk import Desk
    from desktop.routing.slips import Conflict, Hop, SlipView
    from desktop.ui.office import DraftOrder


def targets(desk: Desk, slip: SlipView, acts: Iterable[EventKind]) -> Mapping[EventKind, tuple[str, ...]]:
    """On which hops each of those acts is possible now; "" is the slip as a whole. By the one table that refuses the rest."""
    wanted = frozenset(acts)
    found: dict[EventKind, list[str]] = {}
    for unit in own_units(desk):
        for hop in ("", *(each.id for each in slip.hops)):
            for kind in allowed(slip, unit, hop=hop or None) & wanted:
                found.setdefault(kind, []).append(hop)
    return {kind: tuple(dict.fromkeys(hops)) for kind, hops in found.items()}


def sheet(desk: Desk, slip: SlipView, hop: str | None) -> SlipSheet:
    """What the slip tells beside its hops."""
    here = slip.paper
    to = slip.hop(here.hop).to_unit if here.hop else here.unit
    opened = next((each for each in slip.hops if each.id == hop), None)
    return SlipSheet(
        principal=_number(desk, slip.principal),
        members=tuple(_choice(each) for each in members_of(desk, slip)),
        paper=PaperPlace(here.what, here.where, unit_name(desk, to) if to else "", here.since, bool(here.hop)),
        folder=(opened.folder if opened else "") or slip.folder,
        deadline=slip.deadline,
        procedure=slip.heading.procedure,
        addressee=", ".join(part.strip() for part in slip.heading.addressee.split("|")),
        clashes=tuple(_clash(desk, item) for item in slip.conflicts),
        answer_to=opened.from_official if opened else "",
    )


def hop_line(desk: Desk, slip: SlipView, hop: Hop) -> HopLine:
    """One hop with names."""
    return HopLine(
        hop=hop.id,
        from_person=name_of(desk, hop.from_official),
        from_unit=unit_name(desk, hop.from_unit),
        to_person=name_of(desk, hop.to_official),
        to_unit=unit_name(desk, hop.to_unit),
        mode=hop.mode,
        state=hop.state,
        action=hop.action,
        remark=hop.remark,
        urgent=hop.urgent,
        deadline=hop.deadline,
        sheets=hop.sheets,
        sent_at=hop.sent_at,
        received_at=hop.received_at,
        received_by=name_of(desk, hop.received_by),
        reason=hop.reason,
        void=hop.void,
        delays=tuple(Note(n.reason, name_of(desk, n.official), n.at, n.until) for n in hop.justifications),
        handed=tuple(
            Note(n.reason, name_of(desk, n.official), n.at, to=name_of(desk, n.after)) for n in hop.reassignments
        ),
        unscanned=hop.unscanned,
        coordinate=hop.coordinate,
        paper=announced_paper(hop),
        paper_came=hop.paper_received,
        paper_state=paper_state(slip, hop),
        folder=hop.folder,
    )


def keep_answer(desk: Desk, order: DraftOrder) -> str:
    """The draft of an answer: begun from what it answers (its CITE, number and class), with what was written."""
    slip, hop = order.answers or ("", "")
    document = answer.begin(desk, slip, hop, order.kind)
    kept = desk.store.draft(document)
    if kept is None:
        raise OfficeError("draft.unknown", document=document)
    template, addressee = desk.templates[order.kind], desk.directory.official(order.to)
    given = {template.subject: order.subject, "para": [person_line(addressee.name, addressee.post)]}
    known = {spec.name for spec in template.fields}
    fields = json.loads(kept.fields) | {name: value for name, value in given.items() if name in known}
    body = Body.from_text("\n\n".join(order.paragraphs))
    desk.store.save_draft(
        replace(
            kept,
            fields=json.dumps(fields, ensure_ascii=False),
            body=json.dumps(body.to_json(), ensure_ascii=False),
            approvers=tuple(order.via),
        )
    )
    return document


def _number(desk: Desk, slip: str | None) -> str:
    if not slip:
        return ""
    with suppress(OfficeError):
        return desk.store.slip(slip).number
    return slip  # never told to this unit


def _choice(slip: SlipView) -> SlipChoice:
    return SlipChoice(slip.id, slip.number, slip.subject, bool(slip.members))


def _clash(desk: Desk, item: Conflict) -> Clash:
    ruling = None
    if item.settlement is not None:
        who = name_of(desk, item.settlement.official)
        ruling = Ruling(item.settlement.keep, item.settlement.reason, who, item.settlement.at)
    return Clash(item.about, item.hops, unit_name(desk, item.unit), ruling)


class BoundSlips:
    """``SlipVerbs`` of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def groupable(self, slip: str) -> Sequence[SlipChoice]:
        """What lies in Pendientes of this unit and may be grouped, by the table."""
        found: dict[str, SlipView] = {}
        for unit in own_units(self._desk):
            for item in self._desk.store.tray(Tray.PENDING, unit, self._desk.official or None):
                view = item.slip
                if view is not None and view.id != slip and EventKind.GROUPED in allowed(view, unit):
                    found[view.id] = view
        return [_choice(view) for view in found.values()]

    def colleagues(self) -> Sequence[Colleague]:
        """Who serves in this unit today."""
        desk = self._desk
        today = desk.now_local().date()
        people = desk.directory.officials_of(desk.unit_id)
        return [Colleague(p.id, p.name, p.post) for p in people if desk.directory.serving(p.id, today)]

    def folders(self) -> Sequence[str]:
        """Those that have been used."""
        found = {
            (item.hop.folder if item.hop is not None else "") or (item.slip.folder if item.slip is not None else "")
            for unit in own_units(self._desk)
            for item in self._desk.store.tray(Tray.ARCHIVE, unit)
        }
        return sorted(found - {""}, key=str.casefold)

    def group(self, slips: Sequence[str], principal: str) -> None:
        """All or none."""
        group.group(self._desk, slips, principal)

    def ungroup(self, members: Sequence[str]) -> None:
        """One after the other."""
        for member in members:
            group.ungroup(self._desk, member)

    def justify(self, slip: str, hop: str, reason: str, until: date | None) -> None:
        """The deadline stays what it was."""
        justify.justify(self._desk, slip, hop, reason, until=until)

    def move_paper(self, slip: str, hop: str, where: str, paper_: str) -> None:
        """Apart from where the slip is."""
        paper.move_paper(self._desk, slip, where, paper=paper_, hop=hop)

    def reassign(self, slip: str, hop: str, official: str, reason: str) -> None:
        """By the chief."""
        reassign.reassign(self._desk, slip, hop, official, reason)

    def settle(self, slip: str, keep: str, reason: str) -> None:
        """By the chief of the unit that sent them."""
        settle_slip.settle(self._desk, slip, keep, reason)

    def put_away(self, slip: str, hop: str, remark: str, folder: str) -> None:
        """The slip itself goes on elsewhere."""
        conclude.put_away(self._desk, slip, hop, remark, folder=folder)
