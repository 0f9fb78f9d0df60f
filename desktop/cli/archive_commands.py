"""archive …: the commands of the archive, each family in a module of its own."""

from __future__ import annotations

import typer

from . import (
    archive_care_commands,
    archive_custody_commands,
    archive_find_commands,
    archive_give_commands,
    archive_store_commands,
)


def add_to(app: typer.Typer) -> None:
    """Add the families' commands."""
    archive = typer.Typer(help="El archivo: depositar, aceptar, comprobar, buscar.", no_args_is_help=True)
    families = (
        archive_custody_commands,
        archive_store_commands,
        archive_care_commands,
        archive_find_commands,
        archive_give_commands,
    )
    for family in families:
        family.add_to(archive)
    app.add_typer(archive, name="archive")
