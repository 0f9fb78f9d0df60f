"""entity official …: who works where, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .desks import Json
from .entity_answers import Key, enter
from .typed import day, official_id, unit_id

if TYPE_CHECKING:
    from desktop.operations.entity import Entered, EntityDesk
    from desktop.records.people import Directory

Who = Annotated[str, typer.Argument(help="Funcionario: su id o su CI.")]
Unit = Annotated[str, typer.Option("--unit", help="Unidad: su id o su sigla.")]
Chief = Annotated[str, typer.Option("--chief", help="Quién dirige desde ahora la unidad que él dirigía (id o CI).")]


def add_to(entity: typer.Typer) -> None:
    """Add this module's commands."""
    official = typer.Typer(help="Funcionarios: alta, cambio de puesto, baja.", no_args_is_help=True)
    for name, command in (("add", add), ("move", move), ("leave", leave)):
        official.command(name)(command)
    entity.add_typer(official, name="official")


def add(
    name: Annotated[str, typer.Argument(help="Nombre completo, como en su certificado.")],
    ci: Annotated[str, typer.Option("--ci", help="Cédula, sin complemento ni departamento.")],
    post: Annotated[str, typer.Option("--post", help="Cargo.")],
    unit: Unit,
    home: Key,
    complement: Annotated[str, typer.Option("--complement", help="Complemento de la cédula.")] = "",
    initials: Annotated[str, typer.Option("--initials", help="Iniciales; si no, las de su nombre.")] = "",
    as_json: Json = False,
) -> int:
    """Da de alta a un funcionario."""

    def change(at: EntityDesk, old: Directory) -> Entered:
        from desktop.operations.entity import add_official
        from desktop.operations.join import new_id
        from desktop.records.people import Official

        letters = initials.strip() or "".join(word[0] for word in name.split())
        where = unit_id(old, unit)
        row = Official(new_id(), name.strip(), ci.strip(), post.strip(), where, complement.strip(), letters)
        return add_official(at, row)

    return enter(home, change, as_json=as_json, more=lambda done: {"official": done.directory.officials[-1].id})


def move(
    who: Who,
    unit: Unit,
    home: Key,
    post: Annotated[str, typer.Option("--post", help="Cargo nuevo.")] = "",
    chief: Chief = "",
    as_json: Json = False,
) -> int:
    """Cambia de unidad o de puesto a un funcionario, desde hoy."""

    def change(at: EntityDesk, old: Directory) -> Entered:
        from desktop.operations.entity import move_official

        heads = official_id(old, chief) if chief else None
        return move_official(at, official_id(old, who), unit_id(old, unit), post=post.strip(), chief=heads)

    return enter(home, change, as_json=as_json)


def leave(
    who: Who,
    home: Key,
    on: Annotated[str, typer.Option("--on", help="Su último día, AAAA-MM-DD.")],
    chief: Chief = "",
    as_json: Json = False,
) -> int:
    """Anota el último día de un funcionario; llegado ese día, da de baja sus equipos."""
    last_day = day(on, "--on")

    def change(at: EntityDesk, old: Directory) -> Entered:
        from desktop.operations.entity import official_leaves

        heads = official_id(old, chief) if chief else None
        return official_leaves(at, official_id(old, who), last_day, chief=heads)

    return enter(home, change, as_json=as_json)
