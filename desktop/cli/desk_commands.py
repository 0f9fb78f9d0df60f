"""desk …: the desk itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import copies, delivery, deposits_made, raising, trays
from desktop.operations.backup import status as backup_status
from desktop.operations.template import own_faults
from desktop.routing.trays import Tray
from desktop.verdicts.days import days_in_words
from desktop.words import words

from . import restore_commands, tsa_commands
from .answers import Exit, answered, put_json, put_line, tell
from .archive_custody_commands import DEPOSIT_WORDS
from .desks import Home, Json, Official, at_desk
from .homes import default_home
from .raising_commands import raise_documents
from .restore_commands import S3File, s3_access, tell_copy
from .sync_commands import DELIVERY_WORDS

if TYPE_CHECKING:
    from desktop.operations.desk import Desk


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    desk = typer.Typer(help="El escritorio: admisión, estado y bandejas.", no_args_is_help=True)
    desk.command("join")(join)
    desk.command("enter")(enter)
    desk.command("status")(status)
    desk.command("trays")(show_trays)
    desk.command("raise")(raise_documents)
    restore_commands.add_to_desk(desk)
    tsa_commands.add_to(desk)
    app.add_typer(desk, name="desk")


def join(
    invitation: Annotated[Path, typer.Argument(help="Archivo de invitación de la entidad.")],
    unit: Annotated[str, typer.Option("--unit", help="Unidad de este escritorio.")],
    official: Annotated[list[str], typer.Option("--official", help="Funcionario que actúa aquí; se repite.")],
    module: Annotated[Path | None, typer.Option("--module", help="Biblioteca PKCS#11 del token.")] = None,
    tsa: Annotated[str, typer.Option("--tsa", help="Autoridad de sello de tiempo.")] = "",
    archive: Annotated[
        str, typer.Option("--archive", help="Dirección del archivo, en la unidad que lo custodia.")
    ] = "",
    s3: S3File = None,
    pin_stdin: Annotated[bool, typer.Option("--pin-stdin", help="Lee un PIN por línea, en el orden dado.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Pide la admisión de este escritorio: cada funcionario la firma con su token."""

    def act() -> Exit:
        from desktop.operations.join import ask_admission

        from .pins import PinSource

        device = ask_admission(
            home or default_home(),
            invitation,
            unit=unit,
            people=[(who, None) for who in official],
            modules=(str(module),) if module else (),
            timestamp_url=tsa,
            archive=archive,
            s3=s3_access(s3),
            pin=PinSource(from_stdin=pin_stdin),
        )
        if as_json:
            put_json({"device": device})
        else:
            put_line("Se pidió la admisión. Cuando la entidad la acepte, escriba: qillqa desk enter")
        return Exit.DONE

    return answered(act, as_json=as_json)


def enter(home: Home = None, as_json: Json = False) -> int:
    """Trae el directorio de la entidad por primera vez."""

    def act() -> Exit:
        from desktop.operations.join import enter as fetch

        return put_admitted(fetch(home or default_home()), as_json=as_json)

    return answered(act, as_json=as_json)


def put_admitted(number: int, *, as_json: bool) -> Exit:
    """That the desk has its first directory, and which."""
    if as_json:
        put_json({"directory": number})
    else:
        put_line(f"El escritorio está admitido (directorio n.º {number}).")
    return Exit.DONE


def status(home: Home = None, as_json: Json = False) -> int:
    """Dice de quién es el escritorio y qué espera."""

    def act(desk: Desk) -> Exit:
        waiting = desk.store.outbox_counts().waiting
        faults = own_faults(desk.templates, desk.home / "templates")
        facts = {
            "entity": desk.directory.entity.name,
            "unit": desk.unit.name,
            "officials": [
                {"id": who, "name": desk.directory.official(who).name}
                for who, _ in desk.directory.device(desk.key.id).enrolments
            ],
            "directory": desk.directory.number,
            "waiting": waiting,
            "to_raise": len(raising.owed(desk)),
            "copy": copies.state(desk),
            "held_back": copies.held_back(desk),
            "backup": backup_status(desk),
            "practice": desk.directory.entity.practice,
            "templates": [{"code": fault.code, "facts": dict(fault.facts)} for fault in faults],
        }
        if as_json:
            put_json(facts)
        else:
            put_line(f"{facts['entity']}. {facts['unit']}.")
            put_line(f"En cola: {waiting}." if waiting else "No hay envíos en cola.")
            if facts["to_raise"]:
                put_line(words("raise.left", "es", {"count": facts["to_raise"]}).what)
            tell_copy(desk)
            for fault in faults:
                tell(words(fault.code, "es", fault.facts).what)
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def show_trays(
    tray: Annotated[Tray | None, typer.Argument(help="Bandeja; sin ella, cuántos hay en cada una.")] = None,
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Muestra las bandejas."""

    def act(desk: Desk) -> Exit:
        if tray is None:
            counts = trays.counts(desk)
            if as_json:
                put_json({"trays": counts})
            for name, count in () if as_json else counts.items():
                put_line(f"{count:4}  {name.value}")
            return Exit.DONE
        rows = trays.rows(desk, tray)
        states = delivery.states(desk, [row.document.id for row in rows]) if tray is Tray.SENT else {}
        handed_in = deposits_made.states(desk, (row.document for row in rows)) if tray is Tray.ARCHIVE else {}
        if as_json:
            delivered = {one: state.value for one, state in states.items()}
            put_json({"tray": tray, "rows": rows, "delivery": delivered, "deposits": handed_in})
        for row in () if as_json else rows:
            number = row.slip.number if row.slip else row.document.cite
            days = days_in_words(row.days, arrived=tray is Tray.INCOMING) if row.days else ""
            state = states.get(row.document.id)
            way = DELIVERY_WORDS[state] if state else ""
            kept = handed_in.get(row.document.id)
            archived = f"depósito {DEPOSIT_WORDS[kept]}" if kept else ""
            from_whom = ", ".join(part for part in (row.person, row.unit, days, way, archived) if part)
            put_line(f"{number or 'sin número'}  {row.document.subject}  ({from_whom})")
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)
