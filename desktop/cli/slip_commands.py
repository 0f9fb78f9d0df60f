"""slip …: the hoja de ruta."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.drafting.attachments import size_in_words
from desktop.operations import answer as answering
from desktop.operations import conclude as concluding
from desktop.operations import dispatch as dispatching
from desktop.operations import print_slip as printing
from desktop.operations import receive as receiving
from desktop.operations import verify as verifying
from desktop.operations import weigh as weighing
from desktop.operations.files import write_whole
from desktop.records.errors import OfficeError
from desktop.words import words

from .answers import Exit, put_json, put_line
from .desks import Home, Json, Official, at_desk, official_id
from .draft_commands import in_sheets

if TYPE_CHECKING:
    from desktop.operations.desk import Desk
    from desktop.routing.slips import Hop

Document = Annotated[str, typer.Argument(help="Id del documento.")]
Behalf = Annotated[str, typer.Option("--for", help="En nombre de quién (id o CI): el jefe, o el titular que se suple.")]
Slip = Annotated[str, typer.Argument(help="Id de la hoja de ruta.")]
HopId = Annotated[str, typer.Option("--hop", help="Id del paso; sin él, el último dirigido a esta unidad.")]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    slip = typer.Typer(help="Hoja de ruta: derivar, recibir, responder, concluir.", no_args_is_help=True)
    for name, command in (
        ("dispatch", dispatch),
        ("receive", receive),
        ("reject", reject),
        ("cancel", cancel),
        ("answer", answer),
        ("conclude", conclude),
        ("reopen", reopen),
        ("show", show),
        ("print", print_sheet),
        ("verify", verify),
    ):
        slip.command(name)(command)
    app.add_typer(slip, name="slip")


def dispatch(
    document: Document,
    to: Annotated[str, typer.Option("--to", help="Unidad de destino.")],
    person: Annotated[str, typer.Option("--person", help="Funcionario de destino.")] = "",
    action: Annotated[str, typer.Option("--action", help="Acción del catálogo.")] = "para_su_consideracion",
    remark: Annotated[str, typer.Option("--remark", help="Proveído.")] = "",
    deadline: Annotated[str, typer.Option("--deadline", help="Plazo, AAAA-MM-DD.")] = "",
    urgent: Annotated[bool, typer.Option("--urgent", help="Urgente.")] = False,
    copy: Annotated[list[str], typer.Option("--copy", help="Unidad que recibe copia; se repite.")] = [],  # noqa: B006
    behalf: Behalf = "",
    check: Annotated[bool, typer.Option("--check", help="Solo dice cuánto pesa y qué cabe; no deriva.")] = False,
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Deriva el documento (abre su hoja de ruta si no la tiene)."""
    limit = _day(deadline)

    def act(desk: Desk) -> Exit:
        order = dispatching.Order(
            to_unit=to,
            to_official=official_id(desk, person) if person else "",
            action=action,
            remark=remark,
            deadline=limit,
            urgent=urgent,
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
        slip = dispatching.dispatch(desk, document, order, behalf=_id(desk, behalf))
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


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise typer.BadParameter("--deadline: escriba una fecha AAAA-MM-DD") from error


def _id(desk: Desk, who: str) -> str:
    return official_id(desk, who) if who else ""


def _last_hop(desk: Desk, slip: str, hop: str, *, incoming: bool = True) -> str:
    if hop:
        return hop
    hops: list[Hop] = [
        each for each in desk.store.slip(slip).hops if (each.to_unit if incoming else each.from_unit) == desk.unit_id
    ]
    return hops[-1].id if hops else ""


def receive(
    slip: Slip,
    hop: HopId = "",
    behalf: Behalf = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Recibe lo que llegó."""
    return at_desk(
        home,
        lambda desk: receiving.receive(desk, slip, _last_hop(desk, slip, hop), behalf=_id(desk, behalf)),
        official=official,
        as_json=as_json,
    )


def reject(
    slip: Slip,
    reason: Annotated[str, typer.Option("--reason", help="Por qué se rechaza.")],
    hop: HopId = "",
    behalf: Behalf = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Rechaza lo que llegó, con el motivo."""
    return at_desk(
        home,
        lambda desk: receiving.reject(desk, slip, _last_hop(desk, slip, hop), reason, behalf=_id(desk, behalf)),
        official=official,
        as_json=as_json,
    )


def cancel(
    slip: Slip,
    reason: Annotated[str, typer.Option("--reason", help="Por qué se cancela.")] = "",
    hop: HopId = "",
    behalf: Behalf = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Cancela una derivación que nadie recibió todavía."""
    return at_desk(
        home,
        lambda desk: receiving.cancel(
            desk, slip, _last_hop(desk, slip, hop, incoming=False), reason, behalf=_id(desk, behalf)
        ),
        official=official,
        as_json=as_json,
    )


def answer(
    slip: Slip,
    document: Annotated[str, typer.Option("--with", help="Id del documento de respuesta, ya firmado.")],
    hop: HopId = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Une a la hoja de ruta el documento que responde."""
    return at_desk(
        home,
        lambda desk: answering.answer(desk, slip, _last_hop(desk, slip, hop), document),
        official=official,
        as_json=as_json,
    )


def conclude(
    document: Document,
    remark: Annotated[str, typer.Option("--remark", help="Observación.")] = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Concluye el trámite y archiva sus documentos."""
    return at_desk(home, lambda desk: concluding.conclude(desk, document, remark), official=official, as_json=as_json)


def reopen(document: Document, official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Devuelve a Pendientes un documento concluido."""
    return at_desk(home, lambda desk: concluding.reopen(desk, document), official=official, as_json=as_json)


def show(slip: Slip, home: Home = None, as_json: Json = False) -> int:
    """Muestra la hoja de ruta, paso por paso."""

    def act(desk: Desk) -> Exit:
        view = desk.store.slip(slip)
        if as_json:
            put_json(view)
            return Exit.DONE
        put_line(f"{view.number}  {view.subject}")
        for hop in view.hops:
            state = words(f"hop_state.{hop.state.value}", "es", {}).what
            put_line(
                f"  {hop.sent_at:%d/%m/%Y %H:%M}  {desk.directory.unit(hop.from_unit).name} → "
                f"{desk.directory.unit(hop.to_unit).name} ({hop.mode.value})  {state}  {hop.remark}"
            )
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


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
