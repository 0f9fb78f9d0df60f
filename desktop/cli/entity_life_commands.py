"""entity admit, revoke, unit …, actions, holidays, recovery: one directory each. The entity's key never is an argument."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .answers import Exit, answered, error_words, put_json, put_line, tell
from .desks import Json
from .entity_answers import Key, enter, pairs
from .typed import day, official_id, unit_id

if TYPE_CHECKING:
    from desktop.operations.entity import Entered, EntityDesk
    from desktop.records.errors import OfficeError
    from desktop.records.people import Directory
    from signing.errors import SigningError

Unit = Annotated[str, typer.Argument(help="Unidad: su id o su sigla.")]
Chief = Annotated[str, typer.Option("--chief", help="Jefe (id o CI).")]
Moves = Annotated[
    list[str] | None, typer.Option("--move", help="FUNCIONARIO=UNIDAD: quién no va a la primera; se repite.")
]


def add_to(entity: typer.Typer) -> None:
    """Add this module's commands."""
    entity.command("admit")(admit)
    entity.command("revoke")(revoke)
    entity.command("actions")(actions)
    entity.command("holidays")(holidays)
    unit = typer.Typer(help="Unidades: crear, renombrar, terminar, fusionar, dividir.", no_args_is_help=True)
    for name, command in (("add", add), ("rename", rename), ("end", end), ("merge", merge), ("split", split)):
        unit.command(name)(command)
    entity.add_typer(unit, name="unit")
    recovery = typer.Typer(help="Llave de recuperación de las copias.", no_args_is_help=True)
    recovery.command("new")(recovery_new)
    recovery.callback()(_only_subcommands)
    entity.add_typer(recovery, name="recovery")


def _only_subcommands() -> None:
    """So that the one command keeps its name."""


def admit(home: Key, as_json: Json = False) -> int:
    """Admite los escritorios que lo pidieron, si la firma de cada token se sostiene."""

    def act() -> Exit:
        from datetime import UTC, datetime

        from desktop.operations.join import admit_all, open_entity

        _, exchange, old = open_entity(home)
        refused: list[OfficeError | SigningError] = []
        new = admit_all(home, exchange, now=datetime.now(UTC), refused=refused)
        known = {(d.id, len(d.enrolments), d.valid_until) for d in old.devices}
        came = [d.id for d in new.devices if (d.id, len(d.enrolments), d.valid_until) not in known]
        if as_json:
            codes = [{"code": error.code, "facts": dict(error.facts)} for error in refused]
            put_json({"directory": new.number, "admitted": came, "refused": codes})
        else:
            put_line(f"Escritorios admitidos: {len(came)}. Directorio n.º {new.number}.")
            for error in refused:
                for line in error_words(error):
                    tell(line)
        return Exit.DONE

    return answered(act, as_json=as_json)


def revoke(
    device: Annotated[str, typer.Argument(help="Equipo: el id de su escritorio.")],
    home: Key,
    last_seq: Annotated[
        int | None, typer.Option("--last-seq", min=0, help="Último acto suyo que se cree; si no, el último que llegó.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Da de baja un equipo (perdido, robado, retirado): lo que haga desde ahora no cuenta."""
    from desktop.operations.entity import revoke_device

    return enter(home, lambda at, _old: revoke_device(at, device, last_seq=last_seq), as_json=as_json)


def add(
    name: Annotated[str, typer.Argument(help="Nombre de la unidad.")],
    prefix: Annotated[str, typer.Option("--prefix", help="Sigla para el CITE.")],
    home: Key,
    parent: Annotated[str, typer.Option("--parent", help="Unidad de la que depende.")] = "",
    chief: Chief = "",
    no_line: Annotated[bool, typer.Option("--no-line", help="Sin conexión: se atiende por sobre.")] = False,
    as_json: Json = False,
) -> int:
    """Crea una unidad."""

    def change(at: EntityDesk, old: Directory) -> Entered:
        from desktop.operations.entity import add_unit
        from desktop.operations.join import new_id
        from desktop.records import people

        unit = people.Unit(
            new_id(),
            name.strip(),
            prefix.strip(),
            parent=unit_id(old, parent) if parent else None,
            chief=official_id(old, chief) if chief else None,
            line=not no_line,
        )
        return add_unit(at, unit)

    return enter(home, change, as_json=as_json, more=lambda done: {"unit": done.directory.units[-1].id})


def rename(
    unit: Unit,
    home: Key,
    name: Annotated[str, typer.Option("--name", help="Nombre nuevo.")] = "",
    prefix: Annotated[str, typer.Option("--prefix", help="Sigla nueva.")] = "",
    chief: Chief = "",
    line: Annotated[bool | None, typer.Option("--line/--no-line", help="Con conexión, o atendida por sobre.")] = None,
    as_json: Json = False,
) -> int:
    """Cambia nombre, sigla, jefe o conexión; la unidad sigue siendo la misma."""

    def change(at: EntityDesk, old: Directory) -> Entered:
        from desktop.operations.entity import change_unit

        who = official_id(old, chief) if chief else None
        return change_unit(at, unit_id(old, unit), name=name.strip(), prefix=prefix.strip(), chief=who, line=line)

    return enter(home, change, as_json=as_json)


def end(
    unit: Unit,
    home: Key,
    into: Annotated[
        list[str] | None, typer.Option("--into", help="Unidad que le sucede; la primera recibe lo abierto; se repite.")
    ] = None,
    move: Moves = None,
    as_json: Json = False,
) -> int:
    """Termina una unidad."""
    return _end(home, [unit], into or [], move, as_json=as_json)


def merge(
    units: Annotated[list[str], typer.Argument(help="Unidades que se fusionan.")],
    into: Annotated[str, typer.Option("--into", help="Unidad que las reúne.")],
    home: Key,
    as_json: Json = False,
) -> int:
    """Fusiona unidades en otra: lo suyo y sus funcionarios pasan a ella."""
    return _end(home, units, [into], None, as_json=as_json)


def split(
    unit: Unit,
    into: Annotated[list[str], typer.Option("--into", help="Unidad que sale de ella; la primera recibe lo abierto.")],
    home: Key,
    move: Moves = None,
    as_json: Json = False,
) -> int:
    """Divide una unidad entre otras; todas leen lo que llegó a la que termina."""
    if len(into) < 2:
        raise typer.BadParameter("--into: nombre al menos dos unidades")
    return _end(home, [unit], into, move, as_json=as_json)


def _end(home: Path, units: list[str], into: list[str], move: list[str] | None, *, as_json: bool) -> int:
    moves = pairs(move or [], "--move")

    def change(at: EntityDesk, old: Directory) -> Entered:
        from desktop.operations.entity import end_units

        where = {official_id(old, who): unit_id(old, unit) for who, unit in moves}
        return end_units(at, [unit_id(old, u) for u in units], [unit_id(old, u) for u in into], moves=where)

    return enter(home, change, as_json=as_json)


def actions(
    names: Annotated[list[str], typer.Argument(help="Acciones del proveído, en su orden.")],
    home: Key,
    as_json: Json = False,
) -> int:
    """Fija el catálogo de acciones de la hoja de ruta."""
    from desktop.operations.entity import set_actions

    return enter(home, lambda at, _old: set_actions(at, names), as_json=as_json)


def holidays(
    years: Annotated[list[int], typer.Argument(help="Gestiones.", min=2000, max=2199)],
    home: Key,
    department: Annotated[str, typer.Option("--department", help="Letra ISO 3166-2:BO del departamento.")] = "O",
    add_day: Annotated[list[str] | None, typer.Option("--add", help="Un feriado más, AAAA-MM-DD; se repite.")] = None,
    drop: Annotated[list[str] | None, typer.Option("--drop", help="Un día que no lo es; se repite.")] = None,
    as_json: Json = False,
) -> int:
    """Publica los feriados de esas gestiones; los plazos cuentan días hábiles."""
    more = [day(text, "--add") for text in add_day or []]
    fewer = [day(text, "--drop") for text in drop or []]

    def change(at: EntityDesk, _old: Directory) -> Entered:
        from desktop.operations.entity import set_holidays

        return set_holidays(at, years, subdivision=department, more=more, fewer=fewer)

    def told(done: Entered) -> dict[str, object]:
        return {"holidays": [each.isoformat() for each in done.directory.holidays if each.year in years]}

    return enter(home, change, as_json=as_json, more=told)


def recovery_new(
    out: Annotated[Path, typer.Option("--out", help="Archivo nuevo para la llave secreta; guárdelo fuera de la PC.")],
    home: Key,
    as_json: Json = False,
) -> int:
    """Crea una llave de recuperación: quien la tenga abre las copias de seguridad hechas desde ahora."""

    def change(at: EntityDesk, _old: Directory) -> Entered:
        from desktop.operations.entity import new_recovery

        return new_recovery(at, out)

    return enter(home, change, as_json=as_json, more=lambda _done: {"file": str(out)})
