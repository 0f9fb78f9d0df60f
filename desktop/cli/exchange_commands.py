"""exchange …: what the exchange lets whom do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.words import words

from .answers import Exit, answered, put_json, put_line, tell
from .desks import Home, Json, at_desk
from .entity_answers import Key

if TYPE_CHECKING:
    from desktop.operations.desk import Desk

_ARN = "arn:aws:iam::000000000000:user/{unit}"


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    exchange = typer.Typer(help="El intercambio: quién puede qué en él.", no_args_is_help=True)
    exchange.callback()(_group)
    exchange.command("policy")(policy)
    exchange.command("check")(check)
    app.add_typer(exchange, name="exchange")


def _group() -> None:
    """El intercambio: quién puede qué en él."""


def policy(
    home: Key,
    bucket: Annotated[str, typer.Option("--bucket", help="Balde S3 del intercambio.")],
    out: Annotated[Path, typer.Option("--out", help="Carpeta donde se escriben.")],
    prefix: Annotated[str, typer.Option("--prefix", help="Prefijo del intercambio dentro del balde.")] = "",
    principal: Annotated[str, typer.Option("--principal", help="Cómo llama el servidor a cada unidad.")] = _ARN,
    admin: Annotated[str, typer.Option("--admin", help="Unidad que publica el directorio.")] = "",
    keeper: Annotated[list[str] | None, typer.Option("--keeper", help="A quién no se le niega nada (ARN).")] = None,
    as_json: Json = False,
) -> int:
    """Escribe la política del balde y la de cada unidad, según el directorio."""

    def act() -> Exit:
        from desktop.operations.exchange_policy import write_policies
        from desktop.operations.join import open_entity

        _, _, directory = open_entity(home)
        made = write_policies(
            directory, bucket, out, prefix=prefix, principal=principal, admin=admin, keepers=keeper or ()
        )
        if as_json:
            put_json({"files": [str(path) for path in made]})
        else:
            put_line(f"Escritas {len(made)} políticas en {out}. Hágalas de nuevo cuando se inscriba un escritorio.")
        return Exit.DONE

    return answered(act, as_json=as_json)


def check(home: Home = None, as_json: Json = False) -> int:
    """Prueba en el intercambio qué puede y qué no puede este escritorio."""

    def act(desk: Desk) -> Exit:
        from desktop.operations.exchange_check import check_exchange

        entity = desk.directory.entity.id
        others = [one.id for one in desk.directory.units if one.id != desk.unit_id and one.ended_on is None]
        found = check_exchange(desk.exchange(), entity, desk.unit_id, desk.key.id, others[0] if others else "")
        good = all(one.good for one in found)
        if as_json:
            put_json({"good": good, "probes": [{"code": one.code, "good": one.good} for one in found]})
            return Exit.DONE if good else Exit.NO
        for one in found:
            said = words(one.code, "es", {})
            put_line(f"{'sí' if one.good else 'NO'}  {said.what}")
            if not one.good:
                tell(said.do)
        return Exit.DONE if good else Exit.NO

    return at_desk(home, act, as_json=as_json)
