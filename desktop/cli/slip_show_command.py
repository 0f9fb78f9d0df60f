"""slip show: the hoja de ruta in lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from desktop.operations.print_slip import action_words
from desktop.operations.slip_heading import number_of, sheet_heading
from desktop.operations.trays import name_of, unit_name
from desktop.words import words

from .answers import Exit, put_json, put_line
from .desks import Home, Json, at_desk
from .slip_act_commands import Slip

if TYPE_CHECKING:
    import typer

    from desktop.operations.desk import Desk
    from desktop.routing.hops import Hop
    from desktop.routing.sheet import SlipView


def add_to(slip: typer.Typer) -> None:
    """Add the command."""
    slip.command("show")(show)


def show(slip: Slip, home: Home = None, as_json: Json = False) -> int:
    """Muestra la hoja de ruta, paso por paso."""

    def act(desk: Desk) -> Exit:
        view = desk.store.slip(slip)
        if as_json:
            put_json(view)
            return Exit.DONE
        for line in (*_heading(desk, view), *(line for hop in view.hops for line in _hop(desk, hop))):
            put_line(line)
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def _say(code: str) -> str:
    return words(code, "es", {}).what


def _heading(desk: Desk, view: SlipView) -> Iterator[str]:
    told = sheet_heading(desk, view)
    yield f"{view.number}  {view.subject}"
    parts = [told.kind, told.cite, told.sender.replace(" | ", ", "), told.procedure]
    yield "  " + " · ".join(part for part in parts if part)
    if told.deadline:
        yield f"  Plazo: {told.deadline:%d/%m/%Y}"
    if view.principal:
        yield f"  {_say('slip_sheet.principal')} {number_of(desk, view.principal)}"
    if told.members:
        yield f"  {_say('slip_sheet.members')} {', '.join(told.members)}"
    if view.folder:
        yield f"  {_say('slip_sheet.folder')} «{view.folder}»"
    if view.paper.where or view.paper.what:
        lies = (view.paper.what, unit_name(desk, view.paper.unit), view.paper.where)
        yield f"  {_say('slip_sheet.paper')}: {', '.join(part for part in lies if part)}"
    for conflict in view.conflicts:
        code = "slip_sheet.settled" if conflict.settlement else "slip_sheet.contested"
        why = f" ({conflict.settlement.reason})" if conflict.settlement else ""
        yield f"  {_say(code)}: {', '.join(conflict.hops)}{why}"


def _hop(desk: Desk, hop: Hop) -> Iterator[str]:
    state = (
        f"{_say('slip_sheet.void')}, {_say(f'hop_state.{hop.state.value}')}"
        if hop.void
        else _say(f"hop_state.{hop.state.value}")
    )
    yield (
        f"  {hop.sent_at.astimezone(desk.zone):%d/%m/%Y %H:%M}  {unit_name(desk, hop.from_unit)} → {unit_name(desk, hop.to_unit)} "
        f"({hop.mode.value})  {state}  {hop.remark}"
    )
    asked = "; ".join(action_words(action, _say) for action in hop.actions)
    yield f"    {hop.id}  {asked}" + (f"  Plazo: {hop.deadline:%d/%m/%Y}" if hop.deadline else "")
    for code, text in (
        ("coordinate", hop.coordinate),
        ("unscanned", hop.unscanned),
        ("paper", hop.paper_received or hop.paper),
    ):
        if text:
            yield f"    {_say(f'slip_sheet.{code}')}: {text}"
    for moved in hop.reassignments:
        yield f"    {_say('slip_sheet.reassigned')} {name_of(desk, moved.after)}: {moved.reason}"
    for delay in hop.justifications:
        until = f" {_say('slip_sheet.until')} {delay.until:%d/%m/%Y}" if delay.until else ""
        yield f"    {_say('slip_sheet.justified')}{until}: {delay.reason}"
