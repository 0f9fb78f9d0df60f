"""How a command gets its desk: ``--home``, opened and closed around one act."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.assembly import open_desk

from .answers import Exit, answered, put_json
from .homes import default_home
from .typed import official_id

if TYPE_CHECKING:
    from desktop.operations.desk import Desk

Home = Annotated[Path | None, typer.Option("--home", help="Carpeta del escritorio.", envvar="QILLQA_HOME")]
Official = Annotated[str, typer.Option("--official", help="Funcionario que actúa (id o CI).")]
Json = Annotated[bool, typer.Option("--json", help="Responde con un solo documento JSON.")]


def at_desk(home: Path | None, act: Callable[[Desk], Exit | None], *, official: str = "", as_json: bool = False) -> int:
    """Open the desk, run one act, close it; the exit status of the act or of what went wrong.

    An act that answers nothing of its own answers ``{"done": true}`` with ``--json``.
    """

    def opened() -> Exit | None:
        desk = open_desk(home or default_home())
        try:
            if official:
                desk.official = official_id(desk.directory, official)
            status = act(desk)
            if status is None and as_json:
                put_json({"done": True})
            return status
        finally:
            desk.close()

    return answered(opened, as_json=as_json)
