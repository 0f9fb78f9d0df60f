"""The command tree. Each module of this room adds its own commands; this one only assembles them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from .answers import Exit, put_line, tell
from .usage import usage_words

if TYPE_CHECKING:
    from .practice_commands import WindowDoor

_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[
    1
]  # the click that typer carries is private; its UsageError is not exported
# what stands first in a command → the module that adds it: a command loads its own and no other, and so starts at once
_MODULE_OF = {
    "tokens": "token_commands",
    "doctor": "token_commands",
    "verify": "verify_commands",
    "sign": "sign_commands",
    "renew": "sign_commands",
    "desk": "desk_commands",
    "sync": "sync_commands",
    "find": "control_commands",
    "monitor": "control_commands",
    "report": "control_commands",
    "draft": "draft_commands",
    "template": "draft_commands",
    "document": "document_commands",
    "slip": "slip_commands",
    "register": "register_commands",
    "archive": "archive_commands",
    "demo": "practice_commands",
    "window": "practice_commands",
    "trust": "trust_commands",
    "entity": "entity_commands",
    "exchange": "exchange_commands",
    "pouch": "pouch_commands",
}
_MODULES = tuple(dict.fromkeys(_MODULE_OF.values()))


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
        result = build(modules_for(arguments))(args=list(arguments), standalone_mode=False, obj=window)
    except _USAGE_ERROR as error:
        tell(usage_words(error))
        tell("Escriba «qillqa --help» o «qillqa ORDEN --help» para ver cómo se usa.")
        return int(Exit.USAGE)
    except typer.Abort:
        tell("Interrumpido.")
        return int(Exit.STOPPED)
    return result if isinstance(result, int) else int(Exit.DONE)


def modules_for(arguments: Sequence[str]) -> tuple[str, ...]:
    """What must be loaded for them: of a command its own module; for the list of all commands, and to name what was mistyped, all."""
    first = arguments[0] if arguments else ""
    if first == "--version":
        return ()
    return (_MODULE_OF[first],) if first in _MODULE_OF else _MODULES


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        put_line(f"qillqa {version('qillqa')}")
        raise typer.Exit


def _root(
    _version: Annotated[
        bool, typer.Option("--version", help="Dice qué versión es.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """With a root of its own a command keeps its name, even where it is the only one."""
