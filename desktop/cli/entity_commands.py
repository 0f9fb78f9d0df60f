"""entity …: what the entity's administrator enters in the directory. ``--home`` is the folder with the entity's key."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.records.people import Delegation, Secretary
from desktop.records.standing import SECRETARIAL

from . import entity_life_commands, entity_people_commands
from .answers import Exit, answered, put_json, put_line
from .desks import Json
from .entity_answers import Key
from .typed import official_id

if TYPE_CHECKING:
    from desktop.records.people import Directory
    from desktop.storage.protocol import ObjectStore

Memorandum = Annotated[str, typer.Option("--memorandum", help="Memorándum que lo dispone, como se imprime.")]
First = Annotated[str, typer.Option("--from", help="Primer día, AAAA-MM-DD.")]
Last = Annotated[str, typer.Option("--to", help="Último día, AAAA-MM-DD.")]
_ACTS = {kind.value.removeprefix("slip."): kind.value for kind in SECRETARIAL}


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    entity = typer.Typer(help="La entidad: lo que su administración anota en el directorio.", no_args_is_help=True)
    entity.command("delegate")(delegate)
    entity.command("secretary")(secretary)
    entity_life_commands.add_to(entity)
    entity_people_commands.add_to(entity)
    app.add_typer(entity, name="entity")


def delegate(
    holder: Annotated[str, typer.Argument(help="Titular (id o CI).")],
    substitute: Annotated[str, typer.Argument(help="Quien lo suple (id o CI).")],
    memorandum: Memorandum,
    first: First,
    last: Last,
    home: Key,
    wording: Annotated[
        str, typer.Option("--wording", help="Cómo se imprime: «Suplente», «Director a.i.».")
    ] = "Suplente",
    as_json: Json = False,
) -> int:
    """Anota una suplencia o interinato, o su nuevo último día."""
    days = _days(first, last)

    def act() -> Exit:
        from desktop.operations.directory import delegate as enter

        entity, exchange, directory = _opened(home)
        who, other = official_id(directory, holder), official_id(directory, substitute)
        post = directory.official(who).post
        new = enter(home, entity, exchange, Delegation(who, other, memorandum.strip(), *days, wording.strip(), post))
        return _told(new, as_json=as_json)

    return answered(act, as_json=as_json)


def secretary(
    chief: Annotated[str, typer.Argument(help="Jefe (id o CI).")],
    official: Annotated[str, typer.Argument(help="Quien lleva su secretaría (id o CI).")],
    acts: Annotated[
        list[str], typer.Option("--act", help=f"Qué puede hacer por él: {', '.join(sorted(_ACTS))}; se repite.")
    ],
    memorandum: Memorandum,
    first: First,
    last: Last,
    home: Key,
    as_json: Json = False,
) -> int:
    """Anota qué envía y recibe una secretaría en nombre de su jefe; nunca aprobar ni firmar."""
    days = _days(first, last)
    unknown = [act for act in acts if act not in _ACTS]
    if unknown:
        raise typer.BadParameter(f"--act {unknown[0]}: solo {', '.join(sorted(_ACTS))}")

    def act() -> Exit:
        from desktop.operations.directory import appoint_secretary

        entity, exchange, directory = _opened(home)
        granted = tuple(_ACTS[each] for each in dict.fromkeys(acts))
        row = Secretary(
            official_id(directory, chief), official_id(directory, official), granted, memorandum.strip(), *days
        )
        return _told(appoint_secretary(home, entity, exchange, row), as_json=as_json)

    return answered(act, as_json=as_json)


def _opened(home: Path) -> tuple[str, ObjectStore, Directory]:
    from desktop.operations.join import open_entity

    return open_entity(home)


def _told(new: Directory, *, as_json: bool) -> Exit:
    if as_json:
        put_json({"directory": new.number})
    else:
        put_line(f"Anotado en el directorio n.º {new.number}. Los escritorios lo traen al sincronizar.")
    return Exit.DONE


def _days(first: str, last: str) -> tuple[date, date]:
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise typer.BadParameter("--from y --to: escriba fechas AAAA-MM-DD") from error
    if days[0] > days[1]:
        raise typer.BadParameter("--from no puede ser posterior a --to")
    return days
