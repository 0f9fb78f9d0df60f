"""slip …: what is done with a hoja de ruta that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import answer as answering
from desktop.operations import conclude as concluding
from desktop.operations import group as grouping
from desktop.operations import justify as justifying
from desktop.operations import paper as papers
from desktop.operations import reassign as reassigning
from desktop.operations import receive as receiving
from desktop.operations import settle_slip as settling

from .answers import Exit, put_json, put_line
from .desks import Home, Json, Official, at_desk
from .typed import day_of, official_id

if TYPE_CHECKING:
    from desktop.operations.desk import Desk
    from desktop.routing.hops import Hop

Document = Annotated[str, typer.Argument(help="Id del documento.")]
Behalf = Annotated[str, typer.Option("--for", help="En nombre de quién (id o CI): el jefe, o el titular que se suple.")]
Slip = Annotated[str, typer.Argument(help="Id de la hoja de ruta.")]
HopId = Annotated[str, typer.Option("--hop", help="Id del paso; sin él, el último dirigido a esta unidad.")]
Reason = Annotated[str, typer.Option("--reason", help="El motivo.")]
Folder = Annotated[str, typer.Option("--folder", help="Carpeta en que se archiva.")]
Remark = Annotated[str, typer.Option("--remark", help="Observación.")]


def add_to(slip: typer.Typer) -> None:
    """Add this module's commands."""
    for name, command in (
        ("receive", receive),
        ("reject", reject),
        ("cancel", cancel),
        ("answer", answer),
        ("justify", justify),
        ("paper", paper),
        ("group", group),
        ("ungroup", ungroup),
        ("reassign", reassign),
        ("settle", settle),
        ("conclude", conclude),
        ("archive", archive),
        ("reopen", reopen),
    ):
        slip.command(name)(command)


def named(desk: Desk, who: str) -> str:
    """The official's id, by id or CI; empty for nobody."""
    return official_id(desk.directory, who) if who else ""


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
    paper: Annotated[str, typer.Option("--paper", help="Qué papel llegó con ella.")] = "",
    behalf: Behalf = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Recibe lo que llegó."""
    return at_desk(
        home,
        lambda desk: receiving.receive(desk, slip, _last_hop(desk, slip, hop), paper=paper, behalf=named(desk, behalf)),
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
        lambda desk: receiving.reject(desk, slip, _last_hop(desk, slip, hop), reason, behalf=named(desk, behalf)),
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
            desk, slip, _last_hop(desk, slip, hop, incoming=False), reason, behalf=named(desk, behalf)
        ),
        official=official,
        as_json=as_json,
    )


def answer(
    slip: Slip,
    document: Annotated[str, typer.Option("--with", help="Id del documento de respuesta, ya firmado.")] = "",
    new: Annotated[str, typer.Option("--new", help="Tipo de documento: empieza el borrador de la respuesta.")] = "",
    hop: HopId = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Empieza el documento que responde, o lo une a la hoja de ruta cuando ya está firmado."""
    if bool(document) == bool(new):
        raise typer.BadParameter("use --with (documento firmado) o --new (tipo de documento), uno de los dos")

    def act(desk: Desk) -> Exit | None:
        if document:
            answering.answer(desk, slip, _last_hop(desk, slip, hop), document)
            return None
        draft = answering.begin(desk, slip, _last_hop(desk, slip, hop), new)
        if as_json:
            put_json({"document": draft})
        else:
            put_line(f"Borrador de la respuesta: {draft}")
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def justify(
    slip: Slip,
    reason: Annotated[str, typer.Option("--reason", help="Por qué tarda.")],
    until: Annotated[str, typer.Option("--until", help="Hasta cuándo, AAAA-MM-DD.")] = "",
    hop: HopId = "",
    behalf: Behalf = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Justifica la demora de lo que se recibió."""
    day = day_of(until, "--until")
    return at_desk(
        home,
        lambda desk: justifying.justify(
            desk, slip, _last_hop(desk, slip, hop), reason, until=day, behalf=named(desk, behalf)
        ),
        official=official,
        as_json=as_json,
    )


def paper(
    slip: Slip,
    where: Annotated[str, typer.Option("--where", help="Dónde está: estante, carpeta, mesa.")],
    what: Annotated[str, typer.Option("--paper", help="Qué papel es.")] = "",
    hop: Annotated[str, typer.Option("--hop", help="Id del paso, para el papel de una copia.")] = "",
    behalf: Behalf = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Dice dónde está el papel."""
    return at_desk(
        home,
        lambda desk: papers.move_paper(desk, slip, where, paper=what, hop=hop, behalf=named(desk, behalf)),
        official=official,
        as_json=as_json,
    )


def group(
    principal: Annotated[str, typer.Argument(help="Id de la hoja de ruta principal.")],
    slips: Annotated[list[str], typer.Argument(help="Ids de las que van con ella.")],
    behalf: Behalf = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Agrupa hojas de ruta bajo una principal: desde ahora van con ella."""
    return at_desk(
        home,
        lambda desk: grouping.group(desk, slips, principal, behalf=named(desk, behalf)),
        official=official,
        as_json=as_json,
    )


def ungroup(slip: Slip, behalf: Behalf = "", official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Saca una hoja de ruta de su grupo."""
    return at_desk(
        home,
        lambda desk: grouping.ungroup(desk, slip, behalf=named(desk, behalf)),
        official=official,
        as_json=as_json,
    )


def reassign(
    slip: Slip,
    person: Annotated[str, typer.Option("--person", help="A quién pasa (id o CI), de la misma unidad.")],
    reason: Reason,
    hop: HopId = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Pasa a otra persona de la unidad lo que llegó; lo hace su jefatura."""
    return at_desk(
        home,
        lambda desk: reassigning.reassign(
            desk, slip, _last_hop(desk, slip, hop), official_id(desk.directory, person), reason
        ),
        official=official,
        as_json=as_json,
    )


def settle(
    slip: Slip,
    keep: Annotated[str, typer.Option("--keep", help="Id del paso que vale.")],
    reason: Reason,
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Resuelve cuál de dos derivaciones vale; lo hace la jefatura de la unidad que las envió."""
    return at_desk(home, lambda desk: settling.settle(desk, slip, keep, reason), official=official, as_json=as_json)


def conclude(
    document: Document,
    remark: Remark = "",
    folder: Folder = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Concluye el trámite y archiva sus documentos, y los de su grupo."""
    return at_desk(
        home,
        lambda desk: concluding.conclude(desk, document, remark, folder=folder),
        official=official,
        as_json=as_json,
    )


def archive(
    slip: Slip,
    hop: HopId = "",
    remark: Remark = "",
    folder: Folder = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Archiva una copia recibida, o una derivación que quedó sin efecto."""
    return at_desk(
        home,
        lambda desk: concluding.put_away(desk, slip, _last_hop(desk, slip, hop), remark, folder=folder),
        official=official,
        as_json=as_json,
    )


def reopen(document: Document, official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Devuelve a Pendientes un documento concluido, y lo que se archivó con él."""
    return at_desk(home, lambda desk: concluding.reopen(desk, document), official=official, as_json=as_json)
