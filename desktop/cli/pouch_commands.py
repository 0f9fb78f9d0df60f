"""pouch …: el sobre, what travels on a stick."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import pouch, pouch_join, pouch_relay
from desktop.operations.pouch_stick import about_stick
from desktop.words import words

from .answers import Exit, answered, put_json, put_line, tell
from .desk_commands import put_admitted
from .desks import Home, Json, at_desk
from .homes import default_home
from .typed import unit_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from desktop.operations.desk import Desk
    from desktop.records.errors import Fact

Stick = Annotated[Path, typer.Argument(help="Carpeta de la memoria USB.")]
To = Annotated[list[str] | None, typer.Option("--to", help="Solo lo que es para esta unidad (id o sigla). Se repite.")]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help="El sobre: lo que viaja en una memoria USB.", no_args_is_help=True)
    group.command("write")(write)
    group.command("read")(read)
    group.command("relay")(relay)
    group.command("status")(status)
    group.command("join")(join)
    group.command("enter")(enter)
    app.add_typer(group, name="pouch")


def write(stick: Stick, to: To = None, home: Home = None, as_json: Json = False) -> int:
    """Escribe un sobre con todo lo que todavía no tiene acuse."""

    def act(desk: Desk) -> Exit:
        with _about(stick):
            written = pouch.write(desk, stick, to=[unit_id(desk.directory, text) for text in to or ()])
        if as_json:
            put_json(written)
            return Exit.DONE
        names = ", ".join(desk.directory.unit(unit).name for unit in written.for_units) or "nadie (solo acuses)"
        put_line(
            f"{written.folder}: {written.letters} cartas, {written.objects} objetos, {written.bytes} bytes; para {names}."
        )
        _tell(written.problems)
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def read(stick: Stick, home: Home = None, as_json: Json = False) -> int:
    """Toma de la memoria lo que es para este escritorio. Estado 1 si ningún sobre se pudo creer."""

    def act(desk: Desk) -> Exit:
        with _about(stick):
            came = pouch.read(desk, stick)
        if as_json:
            put_json(came)
        else:
            put_line(f"Sobres: {came.pouches}. Recibidos: {came.events}. Archivos: {came.blobs}. Acuses: {came.acks}.")
            _tell(came.problems)
        return Exit.DONE if came.pouches else Exit.NO

    return at_desk(home, act, as_json=as_json)


def relay(stick: Stick, home: Home = None, as_json: Json = False) -> int:
    """Lleva al almacén, sin abrirlo, lo que trae la memoria, y pone en ella lo que espera a quien la envió."""

    def act(desk: Desk) -> Exit:
        with _about(stick):
            carried = pouch_relay.relay(desk, stick)
        if as_json:
            put_json(carried)
        else:
            put_line(f"Entregados al almacén: {carried.put}. Puestos en la memoria: {carried.fetched}.")
            _tell(carried.problems)
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def status(home: Home = None, as_json: Json = False) -> int:
    """Lo que espera, lo que va en un sobre, y para quién."""

    def act(desk: Desk) -> Exit:
        found = pouch.status(desk)
        if as_json:
            put_json(found)
            return Exit.DONE
        put_line(f"En cola: {found.waiting}. En sobre, sin acuse: {found.aloft}.")
        for unit, count in found.by_unit:
            put_line(f"  {desk.directory.unit(unit).name}: {count}")
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def join(
    invitation: Annotated[Path, typer.Argument(help="Archivo de invitación de la entidad.")],
    stick: Stick,
    unit: Annotated[str, typer.Option("--unit", help="Unidad de este escritorio.")],
    official: Annotated[list[str], typer.Option("--official", help="Funcionario que actúa aquí; se repite.")],
    module: Annotated[Path | None, typer.Option("--module", help="Biblioteca PKCS#11 del token.")] = None,
    pin_stdin: Annotated[bool, typer.Option("--pin-stdin", help="Lee un PIN por línea, en el orden dado.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Pide la admisión sin conexión: el directorio viene en la memoria y la solicitud se va en ella."""

    def act() -> Exit:
        from .pins import PinSource

        device = pouch_join.ask(
            home or default_home(),
            invitation,
            stick,
            unit=unit,
            people=[(who, None) for who in official],
            modules=(str(module),) if module else (),
            pin=PinSource(from_stdin=pin_stdin),
        )
        if as_json:
            put_json({"device": device})
        else:
            put_line("La solicitud está en la memoria. Cuando vuelva con el directorio, escriba: qillqa pouch enter")
        return Exit.DONE

    return answered(act, as_json=as_json)


def enter(stick: Stick, home: Home = None, as_json: Json = False) -> int:
    """Toma de la memoria el directorio que admite a este escritorio."""

    def act() -> Exit:
        return put_admitted(pouch_join.enter_by_pouch(home or default_home(), stick), as_json=as_json)

    return answered(act, as_json=as_json)


def _about(stick: Path) -> AbstractContextManager[None]:
    """A folder that never was there is no stick that was pulled out."""
    return about_stick(stick) if stick.is_dir() else nullcontext()


def _tell(problems: Sequence[tuple[str, Mapping[str, Fact]]]) -> None:
    for code, facts in problems:
        said = words(code, "es", facts)
        tell(f"{said.what} {said.do}".strip())
