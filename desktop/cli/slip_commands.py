"""slip …: the hoja de ruta."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.drafting.attachments import size_in_words
from desktop.operations import dispatch as dispatching
from desktop.operations import open_slip as opening
from desktop.operations import print_slip as printing
from desktop.operations import verify as verifying
from desktop.operations import weigh as weighing
from desktop.operations.files import write_whole
from desktop.records.errors import OfficeError
from desktop.routing.deadlines import due
from desktop.words import words

from . import slip_act_commands, slip_show_command
from .answers import Exit, put_json, put_line
from .desks import Home, Json, Official, at_desk
from .draft_commands import in_sheets
from .slip_act_commands import Behalf, Document, Slip, named
from .typed import day_of, official_id

if TYPE_CHECKING:
    from desktop.operations.desk import Desk


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    slip = typer.Typer(help="Hoja de ruta: derivar, recibir, responder, concluir.", no_args_is_help=True)
    for name, command in (
        ("new", new),
        ("dispatch", dispatch),
        ("print", print_sheet),
        ("verify", verify),
    ):
        slip.command(name)(command)
    slip_act_commands.add_to(slip)
    slip_show_command.add_to(slip)
    app.add_typer(slip, name="slip")


def new(
    document: Document,
    procedure: Annotated[str, typer.Option("--procedure", help="Trámite.")] = "",
    addressee: Annotated[str, typer.Option("--addressee", help="Destinatario, como irá en el encabezado.")] = "",
    deadline: Annotated[str, typer.Option("--deadline", help="Plazo de toda la hoja de ruta, AAAA-MM-DD.")] = "",
    behalf: Behalf = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Abre la hoja de ruta de un documento, sin derivarlo todavía."""
    heading = opening.SlipHeading(procedure, addressee, day_of(deadline, "--deadline"))

    def act(desk: Desk) -> Exit:
        slip = opening.open_slip(desk, document, heading, behalf=named(desk, behalf))
        number = desk.store.slip(slip).number
        if as_json:
            put_json({"slip": slip, "number": number})
        else:
            put_line(f"{number}: abierta.")
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def dispatch(
    document: Document,
    to: Annotated[str, typer.Option("--to", help="Unidad de destino.")],
    person: Annotated[str, typer.Option("--person", help="Funcionario de destino.")] = "",
    action: Annotated[str, typer.Option("--action", help="Acción del catálogo.")] = "para_su_consideracion",
    remark: Annotated[str, typer.Option("--remark", help="Proveído.")] = "",
    tick: Annotated[list[str], typer.Option("--tick", help="Otra acción que también se marca; se repite.")] = [],  # noqa: B006
    deadline: Annotated[str, typer.Option("--deadline", help="Plazo, AAAA-MM-DD.")] = "",
    days: Annotated[int, typer.Option("--days", min=0, help="Plazo en días hábiles, en lugar de --deadline.")] = 0,
    urgent: Annotated[bool, typer.Option("--urgent", help="Urgente.")] = False,
    coordinate: Annotated[str, typer.Option("--coordinate", help="Con quién coordinar.")] = "",
    unscanned: Annotated[str, typer.Option("--unscanned", help="Adjuntos que no se escanean.")] = "",
    paper: Annotated[str, typer.Option("--paper", help="Qué papel va con ella.")] = "",
    sheets: Annotated[int | None, typer.Option("--sheets", help="Hojas que van; sin ella, las del documento.")] = None,
    procedure: Annotated[str, typer.Option("--procedure", help="Trámite, si se abre ahora la hoja de ruta.")] = "",
    slip_deadline: Annotated[
        str, typer.Option("--slip-deadline", help="Plazo de toda la hoja de ruta, si se abre ahora.")
    ] = "",
    copy: Annotated[list[str], typer.Option("--copy", help="Unidad que recibe copia; se repite.")] = [],  # noqa: B006
    behalf: Behalf = "",
    check: Annotated[bool, typer.Option("--check", help="Solo dice cuánto pesa y qué cabe; no deriva.")] = False,
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Deriva el documento (abre su hoja de ruta si no la tiene)."""
    limit, whole = day_of(deadline, "--deadline"), day_of(slip_deadline, "--slip-deadline")
    if limit is not None and days:
        raise typer.BadParameter("--deadline y --days: use uno de los dos")

    def act(desk: Desk) -> Exit:
        order = dispatching.Order(
            to_unit=to,
            to_official=official_id(desk.directory, person) if person else "",
            action=action,
            actions=tick,
            remark=remark,
            deadline=due(desk.now_local().date(), days, desk.directory.holidays) if days else limit,
            urgent=urgent,
            coordinate=coordinate,
            unscanned=unscanned,
            paper=paper,
            sheets=sheets,
            procedure=procedure,
            slip_deadline=whole,
            copies=[(unit, "") for unit in copy],
        )
        load = weighing.weigh(desk, document, addressees=1 + len(order.copies))
        if not as_json:
            put_line(_weight(load))
        if check:
            dispatching.require_order(desk, order)
            weighing.require_room(load)
            if as_json:
                put_json({"load": load, "total": load.total})
            return Exit.DONE
        slip = dispatching.dispatch(desk, document, order, behalf=named(desk, behalf))
        view = desk.store.slip(slip)
        if as_json:
            put_json({"slip": slip, "number": view.number, "hop": view.hops[-1].id, "total": load.total})
        else:
            put_line(f"{view.number}: en cola hacia {desk.directory.unit(to).name}.")
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def _weight(load: weighing.Load) -> str:
    """Files, bytes, and what the way allows, in one line."""
    count = "1 archivo" if len(load.files) == 1 else f"{len(load.files)} archivos"
    room = "" if load.room is None else f" (libre: {size_in_words(load.room)})"
    stick = "" if load.stick else " Un archivo no cabe en una memoria USB con formato FAT32."
    return f"{count}, {size_in_words(load.total)}; por la línea: {size_in_words(load.upload)}{room}.{stick}"


def print_sheet(
    slip: Slip,
    out: Annotated[Path, typer.Option("--out", help="PDF de salida.")],
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Imprime la hoja de ruta: su encabezado, sus proveídos y los que se escriban a mano."""

    def act(desk: Desk) -> Exit:
        page = printing.print_slip(desk, slip, lambda code: words(code, "es", {}).what)
        write_whole(out, page.pdf)
        if as_json:
            put_json({"file": out, "pages": page.pages})
        else:
            put_line(f"{out}: {in_sheets(page.pages)}.")
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def _events_in(path: Path) -> list[str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise OfficeError("slip.events_unreadable", file=path.name) from error
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise OfficeError("slip.events_unreadable", file=path.name)
    return found


def verify(
    slip: Slip,
    events: Annotated[Path | None, typer.Option("--events", help="Archivo JSON con los eventos firmados.")] = None,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Prueba la hoja de ruta por sus eventos firmados: quién hizo qué, qué falta, qué fue alterado."""

    def act(desk: Desk) -> Exit:
        if events is None:
            proof = verifying.verify_slip(desk, slip)
        else:
            proof = verifying.prove_events(desk, _events_in(events))
        if as_json:
            put_json(proof)
        else:
            put_line(words("slip.proven" if proof.whole else "slip.not_proven", "es", proof.facts()).what)
        return Exit.DONE if proof.whole else Exit.NO

    return at_desk(home, act, as_json=as_json)
