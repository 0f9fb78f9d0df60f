"""archive …: deposits, custody, fixity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import accept as accepting
from desktop.operations import deposit as depositing
from desktop.operations import fixity as checking
from desktop.words import words

from .answers import Exit, answered, put_json, put_line, tell
from .desks import Home, Json, Official, at_desk
from .homes import default_home

if TYPE_CHECKING:
    from desktop.operations.desk import Desk


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    archive = typer.Typer(help="El archivo: depositar, aceptar, comprobar.", no_args_is_help=True)
    for name, command in (
        ("init", init),
        ("deposit", deposit),
        ("accept", accept),
        ("list", list_),
        ("fixity", fixity),
    ):
        archive.command(name)(command)
    app.add_typer(archive, name="archive")


def init(
    store: Annotated[str, typer.Option("--store", help="Dónde: folder:CARPETA o s3://BALDE/PREFIJO.")],
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Crea un archivo vacío (raíz OCFL 1.1) y lo anota en este escritorio."""

    def act() -> Exit:
        from desktop.operations.join import keep_archive

        keep_archive(home or default_home(), store)
        if as_json:
            put_json({"archive": store})
        else:
            put_line(f"El archivo está en {store}.")
        return Exit.DONE

    return answered(act, as_json=as_json)


def deposit(
    document: Annotated[str, typer.Argument(help="Id del documento concluido.")],
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Entrega un expediente concluido al archivo; viaja con la próxima sincronización."""

    def act(desk: Desk) -> Exit:
        made = depositing.deposit(desk, document)
        if as_json:
            put_json({"deposit": made})
        else:
            put_line(f"Depósito {made}: en cola hacia el archivo.")
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def accept(official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Como custodio: verifica y acepta lo que espera, y contesta con un acuse firmado."""

    def act(desk: Desk) -> Exit:
        rows = accepting.accept_all(desk)
        if as_json:
            put_json({"deposits": [row.as_json() for row in rows]})
        for row in () if as_json else rows:
            if row.accepted:
                put_line(f"{row.deposit}: aceptado, {row.object} {row.version}")
            else:
                tell(f"{row.deposit}: {words(row.code, 'es', dict(row.facts)).what}")
        return Exit.DONE if all(row.accepted for row in rows) else Exit.NO

    return at_desk(home, act, official=official, as_json=as_json)


def list_(home: Home = None, as_json: Json = False) -> int:
    """Muestra los expedientes del archivo."""

    def act(desk: Desk) -> Exit:
        rows = checking.list_archive(desk)
        if as_json:
            put_json({"dossiers": rows})
        for row in () if as_json else rows:
            put_line(f"{row.cite}  {row.titulo}  ({row.unidad}, {row.fojas} fojas)  {row.carpeta}")
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def fixity(home: Home = None, as_json: Json = False) -> int:
    """Lee de nuevo cada byte del archivo y lo compara con sus inventarios."""

    def act(desk: Desk) -> Exit:
        report = checking.check_archive(desk)
        if as_json:
            put_json(report)
        else:
            put_line(f"{report.objects} expedientes, {report.files} archivos, {report.bytes} bytes leídos.")
            for problem in report.problems:
                facts = {"path": problem.path, "object": problem.object, "logical": problem.logical}
                tell(words(problem.code, "es", facts).what)
        return Exit.DONE if report.intact else Exit.NO

    return at_desk(home, act, as_json=as_json)
