"""desk backup, restore, anew: what saves a desk, and what a copy of one may do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import backup as backups
from desktop.operations import copies, second_place
from desktop.operations.settings import S3Access
from desktop.records.errors import OfficeError
from desktop.words import words

from .answers import Exit, answered, error_words, put_json, put_line, tell
from .desks import Home, Json, at_desk
from .homes import default_home

if TYPE_CHECKING:
    from desktop.operations.desk import Desk

S3File = Annotated[
    Path | None,
    typer.Option(
        "--s3", help="Archivo JSON con endpoint, access_key, secret_key y, si hace falta, region, ca_file y proxy."
    ),
]
PinStdin = Annotated[bool, typer.Option("--pin-stdin", help="Lee un PIN por línea, en el orden de los funcionarios.")]


def add_to(app: typer.Typer) -> None:
    """Nothing at the top: these are commands of ``desk``."""


def add_to_desk(desk: typer.Typer) -> None:
    """Add this module's commands."""
    desk.command("backup")(backup)
    desk.command("restore")(restore)
    desk.command("anew")(anew)


def tell_copy(desk: Desk) -> None:
    """What whoever looks at a copy has to know: that it may not act, and what never left it."""
    notice = copies.notice(desk)
    if notice is None:
        return
    for line in error_words(notice):
        tell(line)
    for one in copies.held_back(desk):
        tell(f"  {one.subject or one.document}")


def backup(
    to: Annotated[
        str,
        typer.Option("--to", help="Desde ahora, aquí: folder:RUTA o s3://DEPÓSITO/PREFIJO. Luego se hace cada día."),
    ] = "",
    s3: S3File = None,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Hace ahora la copia cifrada de este escritorio en su segundo lugar."""

    def act(desk: Desk) -> Exit:
        if to:
            second_place.keep_at(desk, to, s3_access(s3))
        done = backups.backup(desk, second_place.open_place(desk))
        if as_json:
            put_json(done)
        else:
            put_line(f"Copia hecha: {done.files} archivos; {done.bytes} bytes nuevos.")
            for code, facts in done.problems:
                tell(words(code, "es", facts).what)
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def restore(
    place: Annotated[str, typer.Option("--from", help="Dónde están las copias: folder:RUTA o s3://DEPÓSITO/PREFIJO.")],
    recovery: Annotated[
        Path | None, typer.Option("--recovery", help="Archivo con la llave de recuperación de la entidad.")
    ] = None,
    invitation: Annotated[
        Path | None, typer.Option("--invitation", help="Invitación de la entidad, para saber que la copia es suya.")
    ] = None,
    device: Annotated[str, typer.Option("--device", help="De qué escritorio, si hay varios.")] = "",
    at: Annotated[str, typer.Option("--at", help="La de ese momento: AAAAMMDD o más preciso. Sin él, la última.")] = "",
    s3: S3File = None,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Repone un escritorio entero desde su copia, en una carpeta vacía. Luego hay que sincronizar antes de firmar."""

    def act() -> Exit:
        from desktop.operations.join import s3_settings
        from desktop.operations.restore import restore as put_back
        from desktop.storage.opening import open_storage
        from desktop.sync.invitation import Invitation

        pinned = Invitation.from_text(invitation.read_text("utf-8")).admin_key if invitation else ""
        found = put_back(
            home or default_home(),
            open_storage(place, s3=s3_settings(s3_access(s3))),
            identity=(lambda: recovery.read_text("utf-8", "replace")) if recovery is not None else None,
            device=device,
            at=at,
            admin_key=pinned,
        )
        if as_json:
            put_json(found)
            return Exit.DONE
        put_line(f"Repuesto el escritorio {found.device}: {found.files} archivos.")
        said = words("restore.key_in_use", "es", {"at": f"{found.at.astimezone():%d/%m/%Y %H:%M}"})
        for line in (said.what, said.means, said.do):
            tell(line)
        return Exit.DONE

    return answered(act, as_json=as_json)


def anew(
    stick: Annotated[
        Path | None, typer.Option("--stick", help="Sin conexión: carpeta de la memoria USB que lleva la solicitud.")
    ] = None,
    pin_stdin: PinStdin = False,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Pide una admisión nueva para un escritorio que es copia: otra llave, los mismos borradores."""

    def act() -> Exit:
        from desktop.operations import pouch_join, rejoin

        from .pins import PinSource

        place, pin = home or default_home(), PinSource(from_stdin=pin_stdin)
        device = rejoin.ask_anew(place, pin=pin) if stick is None else pouch_join.ask_anew(place, stick, pin=pin)
        left = rejoin.left(place)
        if as_json:
            put_json({"device": device, "unsent": left.unsent, "waiting": left.waiting})
            return Exit.DONE
        if stick is None:
            put_line("Se pidió la admisión nueva. Cuando la entidad la acepte, escriba: qillqa desk enter")
        else:
            put_line("La solicitud está en la memoria. Cuando vuelva con el directorio, escriba: qillqa pouch enter")
        if left.waiting:
            put_line(f"Actos firmados con la llave anterior que todavía esperan salir: {left.waiting}. No los repita.")
        if left.unsent:
            put_line("Actos que no salieron; hágalos otra vez con la admisión nueva:")
        for one in left.unsent:
            put_line(f"  {one.subject or one.document}  ({one.kind})")
        return Exit.DONE

    return answered(act, as_json=as_json)


def s3_access(file: Path | None) -> S3Access | None:
    """What the file says. Raises ``backup.bad_s3``."""
    if file is None:
        return None
    try:
        return S3Access(**json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError):
        raise OfficeError("backup.bad_s3", file=file.name) from None
