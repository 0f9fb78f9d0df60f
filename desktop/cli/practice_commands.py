"""demo, practice, window: the practice office and the window."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import platformdirs
import typer

from desktop.words import words

from .answers import Exit, answered, put_json, put_line, tell

if TYPE_CHECKING:
    from desktop.practice.steps import Step

PracticeHome = Annotated[Path | None, typer.Option("--home", help="Carpeta de la oficina de práctica.")]
Json = Annotated[bool, typer.Option("--json", help="Responde con un solo documento JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("demo")(demo)
    app.command("window")(window)


def practice_home() -> Path:
    """Where the practice office lies when nobody says otherwise."""
    return Path(platformdirs.user_data_dir("qillqa", appauthor=False)) / "practica"


def demo(
    home: PracticeHome = None,
    s3: Annotated[
        bool, typer.Option("--s3", help="Intercambio y archivo sobre SeaweedFS, que se inicia aquí mismo.")
    ] = False,
    as_json: Json = False,
) -> int:
    """La vida entera de un documento con identidades desechables: crea una oficina de práctica y lo muestra paso a paso."""

    def act() -> Exit:
        from desktop.practice.walk import Walk

        with Walk(home or practice_home(), s3=s3, tell=(lambda _step: None) if as_json else _put_step) as walk:
            steps = walk.run()
        held = all(step.held for step in steps)
        if as_json:
            put_json(
                {"home": walk.home, "held": held, "seconds": round(sum(s.seconds for s in steps), 3), "steps": steps}
            )
        else:
            _put_summary(steps)
            tell(words("demo.held" if held else "demo.not_held", "es", {"home": str(walk.home)}).what)
        return Exit.DONE if held else Exit.NO

    return answered(act, as_json=as_json)


def _put_step(step: Step) -> None:
    mark = "✓" if step.held else "✗"
    put_line(f"{mark} {step.number:>4}  {step.seconds:6.2f} s  {step.sentence}")
    if step.file:
        put_line(f"                  {step.file}")


def _put_summary(steps: Sequence[Step]) -> None:
    put_line()
    put_line(f"{'Etapa':34} {'pasos':>5} {'bien':>5} {'segundos':>9}")
    for name in dict.fromkeys(step.stage for step in steps):
        rows = [step for step in steps if step.stage == name]
        good = sum(step.held for step in rows)
        put_line(f"{name:34} {len(rows):5} {good:5} {sum(step.seconds for step in rows):9.2f}")
    put_line(f"{'Total':34} {len(steps):5} {sum(s.held for s in steps):5} {sum(s.seconds for s in steps):9.2f}")


class WindowDoor(Protocol):
    """How the entry point opens the window; this room does not know it."""

    def open(self, home: Path, official: str) -> int:
        """Open it on that desk and stay; its exit status."""
        ...

    def draw(self, home: Path, official: str, folder: Path) -> list[Path]:
        """Draw its screens as PNG."""
        ...


def window(
    context: typer.Context,
    home: PracticeHome = None,
    screenshots: Annotated[
        Path | None, typer.Option("--screenshots", help="Dibuja las pantallas en esa carpeta y termina.")
    ] = None,
) -> int:
    """Abre la ventana sobre la oficina de práctica (con sus servicios en este mismo equipo)."""

    def act() -> Exit:
        from desktop.practice.office import PracticeOffice

        door: WindowDoor = context.obj
        office = PracticeOffice.load(home or practice_home())
        with ExitStack() as open_parts:
            open_parts.enter_context(office.services())
            desk_home, official = office.window_seat()
            if screenshots is None:
                return Exit(door.open(desk_home, official))
            for path in door.draw(desk_home, official, screenshots):
                put_line(str(path))
        return Exit.DONE

    return answered(act)
