"""The command tree. Each module of this room adds its own commands; this one only assembles them."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from . import (
    archive_commands,
    desk_commands,
    document_commands,
    draft_commands,
    practice_commands,
    sign_commands,
    signing_commands,
    slip_commands,
    token_commands,
)
from .answers import Exit, tell
from .practice_commands import WindowDoor
from .usage import usage_words

_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[
    1
]  # the click that typer carries is private; its UsageError is not exported


def build() -> typer.Typer:
    """The whole tree, in Spanish."""
    app = typer.Typer(
        name="qillqa",
        help="Qillqa: redactar, firmar, derivar, verificar y conservar documentos sin papel.",
        no_args_is_help=False,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    token_commands.add_to(app)
    signing_commands.add_to(app)
    sign_commands.add_to(app)
    desk_commands.add_to(app)
    draft_commands.add_to(app)
    document_commands.add_to(app)
    slip_commands.add_to(app)
    archive_commands.add_to(app)
    practice_commands.add_to(app)
    return app


def run(arguments: Sequence[str], *, window: WindowDoor | None = None) -> int:
    """Run one command; ``window`` opens the window where a command asks for it. Returns the exit status of docs/formats/command-line.md."""
    try:
        result = build()(args=list(arguments), standalone_mode=False, obj=window)
    except _USAGE_ERROR as error:
        tell(usage_words(error))
        tell("Escriba «qillqa --help» o «qillqa ORDEN --help» para ver cómo se usa.")
        return int(Exit.USAGE)
    except typer.Abort:
        tell("Interrumpido.")
        return int(Exit.STOPPED)
    return result if isinstance(result, int) else int(Exit.DONE)
