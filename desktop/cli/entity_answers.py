"""What the commands of the entity's administrator share: the folder with the key, pairs of names, one answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .answers import Exit, answered, put_json, put_line

if TYPE_CHECKING:
    from desktop.operations.entity import Entered, EntityDesk
    from desktop.records.people import Directory

Key = Annotated[Path, typer.Option("--home", help="Carpeta de la entidad, con su llave y su invitación.")]
Change = Callable[["EntityDesk", "Directory"], "Entered"]


def enter(
    home: Path, change: Change, *, as_json: bool, more: Callable[[Entered], dict[str, object]] | None = None
) -> int:
    """Open the entity, make the change, tell the directory's number and the PCs that it revoked."""

    def act() -> Exit:
        from datetime import UTC, datetime

        from desktop.operations.entity import EntityDesk
        from desktop.operations.join import open_entity

        entity, exchange, directory = open_entity(home)
        entered = change(EntityDesk(home, entity, exchange, datetime.now(UTC)), directory)
        extra = more(entered) if more is not None else {}
        if as_json:
            put_json({"directory": entered.directory.number, "revoked": list(entered.devices), **extra})
            return Exit.DONE
        put_line(f"Anotado en el directorio n.º {entered.directory.number}. Los escritorios lo traen al sincronizar.")
        for device in entered.devices:
            put_line(f"Equipo dado de baja: {device}")
        for name, value in extra.items():
            put_line(f"{name}: {value}")
        return Exit.DONE

    return answered(act, as_json=as_json)


def pairs(texts: list[str], option: str) -> list[tuple[str, str]]:
    """``a=b`` texts."""
    found = [text.partition("=") for text in texts]
    if any(not left or not right for left, _, right in found):
        raise typer.BadParameter(f"{option}: escriba FUNCIONARIO=UNIDAD")
    return [(left, right) for left, _, right in found]
