"""The command tree. Each module of this room adds its own commands; this one only assembles them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import typer

from .answers import Exit, tell
from .usage import usage_words

if TYPE_CHECKING:
    from .practice_commands import WindowDoor

_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[
    1
]  # the click that typer carries is private; its UsageError is not exported
_MODULES = (
    "token_commands",
    "verify_commands",
    "sign_commands",
    "desk_commands",
    "sync_commands",
    "control_commands",
    "draft_commands",
    "document_commands",
    "slip_commands",
    "register_commands",
    "archive_commands",
    "practice_commands",
    "trust_commands",
    "entity_commands",
    "exchange_commands",
    "pouch_commands",
    "restore_commands",
)
# commands that need nothing of the desk: only their own module is loaded, so that they start at once
_ALONE = {"verify": ("verify_commands",)}


def build(modules: Sequence[str] = _MODULES) -> typer.Typer:
    """The whole tree, in Spanish, or the commands of some of its modules."""
    app = typer.Typer(
        name="qillqa",
        help="Qillqa: redactar, firmar, derivar, verificar y conservar documentos sin papel.",
        no_args_is_help=False,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    for module in modules:
        import_module(f".{module}", __package__).add_to(app)
    return app


def run(arguments: Sequence[str], *, window: WindowDoor | None = None) -> int:
    """Run one command; ``window`` opens the window where a command asks for it. Returns the exit status of docs/formats/command-line.md."""
    try:
        modules = _ALONE.get(arguments[0], _MODULES) if arguments else _MODULES
        result = build(modules)(args=list(arguments), standalone_mode=False, obj=window)
    except _USAGE_ERROR as error:
        tell(usage_words(error))
        tell("Escriba «qillqa --help» o «qillqa ORDEN --help» para ver cómo se usa.")
        return int(Exit.USAGE)
    except typer.Abort:
        tell("Interrumpido.")
        return int(Exit.STOPPED)
    return result if isinstance(result, int) else int(Exit.DONE)


def _root() -> None:
    pass  # with a root of its own a command keeps its name, even where it is the only one
