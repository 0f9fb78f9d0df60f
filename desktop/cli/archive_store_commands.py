"""archive doctor, backup, repair, seal: the store in which the archive lies, and its second copy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations.archive_log import Act, run_of
from desktop.words import words

from .answers import Exit, answered, put_json, put_line, tell
from .archive_noting import note_run
from .desks import Home, Json
from .homes import default_home
from .restore_commands import S3File, s3_access

if TYPE_CHECKING:
    from desktop.archive.copies import CopyProblem, MendReport
    from desktop.operations.archive_doctor import Checkup

MEGABYTE = 1_000_000  # bytes
_SOURCES = {"own": "de una versión anterior", "copy": "de la segunda copia", "derived": "del inventario"}
Store = Annotated[
    str, typer.Option("--store", help="folder:CARPETA o s3://BALDE/PREFIJO; sin ella, el archivo del escritorio.")
]


def add_to(archive: typer.Typer) -> None:
    """Add this module's commands."""
    archive.command("doctor")(doctor)
    archive.command("backup")(backup)
    archive.command("repair")(repair)
    archive.command("seal")(seal)


Limit = Annotated[float, typer.Option("--limit", min=0.0, help="Lee a lo más tantos MB por segundo; 0, sin límite.")]


def doctor(
    store: Store = "",
    s3: S3File = None,
    foreign: Annotated[
        str, typer.Option("--foreign", help="Prefijo del balde que estas credenciales no deben tocar.")
    ] = "",
    port: Annotated[
        list[str] | None, typer.Option("--port", help="NOMBRE=PUERTO interno que nadie debe alcanzar (se repite).")
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Prueba de verdad el almacén del archivo: escribe, daña, pisa, bloquea e intenta borrar."""

    def act() -> Exit:
        from desktop.operations.archive_doctor import check_store

        checkup = check_store(home or default_home(), store, s3_access(s3), foreign=foreign, ports=_ports(port))
        failed = sum(probe.needed and not probe.good for probe in checkup.probes)
        if not store:
            note_run(home, run_of(Act.EXAMINED, objects=0, problems=failed, finished=True))
        if as_json:
            put_json(checkup)
        else:
            _put(checkup)
        return Exit.DONE if checkup.fit else Exit.NO

    return answered(act, as_json=as_json)


def backup(
    to: Annotated[str, typer.Option("--to", help="La segunda copia: folder:CARPETA o s3://BALDE/PREFIJO.")],
    s3: S3File = None,
    new: Annotated[bool, typer.Option("--new", help="Crea la copia: solo la primera vez.")] = False,
    limit: Limit = 0.0,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Lleva a una segunda copia lo que le falta, expediente por expediente; lo dañado no se copia."""

    def act() -> Exit:
        from desktop.operations.archive_backup import back_up_archive

        made = back_up_archive(home or default_home(), to, s3_access(s3), new=new, limit=limit * MEGABYTE)
        report = made.report
        run = run_of(
            Act.BACKED_UP,
            objects=report.objects,
            problems=len(report.problems),
            finished=report.finished,
            where=to,
        )
        note_run(home, run)
        if as_json:
            put_json(made)
        else:
            put_line(f"{report.objects} expedientes, {report.copied} copiados ahora, {report.bytes} bytes leídos.")
            for doubt in made.doubts:
                tell(words(doubt, "es", {}).what)
            _tell_problems(report.problems)
        return Exit.DONE if report.complete else Exit.NO

    return answered(act, as_json=as_json)


def repair(
    copy: Annotated[str, typer.Option("--from", help="La segunda copia: folder:CARPETA o s3://BALDE/PREFIJO.")] = "",
    s3: S3File = None,
    limit: Limit = 0.0,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Lee todo el archivo y repone lo dañado o perdido: de sus propias versiones y de la segunda copia."""

    def act() -> Exit:
        from desktop.operations.archive_backup import repair_archive

        report, rescued = repair_archive(home or default_home(), copy, s3_access(s3), limit=limit * MEGABYTE)
        repaired = len(report.mended) + len(report.adopted) + len(rescued)
        run = run_of(
            Act.REPAIRED,
            objects=report.objects,
            problems=len(report.left),
            finished=report.finished,
            mended=repaired,
        )
        note_run(home, run)
        if as_json:
            put_json({"report": report, "rescued": rescued})
        else:
            _put_repair(report, rescued)
        return Exit.DONE if report.finished and not report.left else Exit.NO

    return answered(act, as_json=as_json)


def seal(
    quarantine: Annotated[int, typer.Option("--quarantine", min=0, help="Días que se espera antes de bloquear.")] = 7,
    term: Annotated[int, typer.Option("--term", min=1, help="Días que dura el bloqueo.")] = 365,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Bloquea contra borrado lo que el archivo guarda (solo S3), o alarga el bloqueo que se acorta."""

    def act() -> Exit:
        from desktop.operations.archive_seal import news_of, seal_archive

        now, lasting = datetime.now(UTC), timedelta(days=term)
        sealed = seal_archive(home or default_home(), now=now, quarantine=timedelta(days=quarantine), term=lasting)
        note_run(home, news_of(sealed, now + lasting))
        if as_json:
            put_json(sealed)
        else:
            put_line(words("archive.sealed", "es", {"objects": sealed.objects, "locked": sealed.locked}).what)
            for path in sealed.refused:
                tell(words("archive.not_sealed", "es", {"path": path}).what)
        return Exit.NO if sealed.refused else Exit.DONE

    return answered(act, as_json=as_json)


def _put_repair(report: MendReport, rescued: tuple[str, ...]) -> None:
    put_line(f"{report.objects} expedientes leídos.")
    for name in rescued:
        put_line(f"repuesto   {name}")
    for one in report.mended:
        put_line(f"repuesto   {one.object}  {one.path}  ({_SOURCES[one.source]})")
    for dossier in report.adopted:
        put_line(f"recuperado {dossier}")
    for path, place in report.aside:
        put_line(f"apartado   {path}  →  {place}")
    _tell_problems(report.left)


def _tell_problems(problems: Sequence[CopyProblem]) -> None:
    for one in problems:
        facts = {"object": one.object, "path": one.path, "reason": one.reason}
        said = words(one.code, "es", facts)
        tell(said.what)
        if said.do:
            tell(f"  {said.do}")


def _ports(given: list[str] | None) -> dict[str, int] | None:
    if not given:
        return None
    ports = {}
    for one in given:
        name, _, number = one.rpartition("=")
        if not number.isdecimal() or not 0 < int(number) < 55_536:  # gRPC lies 10 000 higher
            raise typer.BadParameter(one)
        ports[name or number] = int(number)
    return ports


def _put(checkup: Checkup) -> None:
    for probe in checkup.probes:
        said = words(probe.code, "es", probe.facts)
        mark = "bien " if probe.good else "FALLA" if probe.needed else "aviso"
        put_line(f"{mark}  {said.what}")
        for line in () if probe.good else (said.means, said.do):
            if line:
                put_line(f"       {line}")
    put_line(f"{checkup.store}: {'sirve' if checkup.fit else 'no sirve'} como archivo.")
