"""archive fixity calendar renew: whether the archive is still what it was, and how long its proofs hold."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import evidence as evidencing
from desktop.operations import fixity as checking
from desktop.operations import renew_archive as renewing
from desktop.resources import find_resources
from desktop.verdicts.fixity_paper import FixityPaper, check_fixity_targets, sentence, series_table, write_fixity
from desktop.verdicts.phrases import Phrases

from .answers import Exit, put_json, put_line, said, tell
from .counting import counting
from .desks import Home, Json, Official, at_desk

if TYPE_CHECKING:
    from desktop.operations.desk import Desk

_MEGA = 1_000_000
_SHOWN = 200  # problems on a screen; a report has all

OlderThan = Annotated[
    int | None,
    typer.Option("--older-than", min=1, help="Sólo lo que nunca se leyó, o no en tantos días: para cada noche."),
]
Within = Annotated[int, typer.Option("--within", min=0, help="Lo que termina dentro de tantos días.")]
FixityReports = Annotated[
    list[Path] | None, typer.Option("--report", help="Escribe un reporte: .pdf, .html o .csv. Se puede repetir.")
]


def add_to(archive: typer.Typer) -> None:
    """Add this module's commands."""
    archive.command("fixity")(fixity)
    archive.command("calendar")(calendar)
    archive.command("renew")(renew)
    archive.command("evidence")(evidence)


def fixity(
    older_than: OlderThan = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Empieza de nuevo, aunque haya una lectura sin terminar.")
    ] = False,
    minutes: Annotated[
        float, typer.Option("--minutes", min=0, help="Se detiene después de tantos minutos; la próxima sigue.")
    ] = 0,
    rate: Annotated[float, typer.Option("--rate", min=0, help="Lee a lo más tantos MB por segundo.")] = 0,
    jobs: Annotated[int, typer.Option("--jobs", min=0, help="Cuántos procesos leen; 0: según los procesadores.")] = 0,
    status: Annotated[
        bool, typer.Option("--status", help="No lee: dice por serie qué nunca se leyó, la última y la más antigua.")
    ] = False,
    report: FixityReports = None,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Lee de nuevo cada byte del archivo y lo compara con sus inventarios, los acuses y lo leído antes.

    Si se detiene, la próxima sigue donde quedó.
    """
    reading = checking.Reading(
        timedelta(days=older_than) if older_than else None,
        anew=anew,
        jobs=jobs,
        bytes_per_second=rate * _MEGA,
        seconds=minutes * 60,
    )

    def act(desk: Desk) -> Exit:
        check_fixity_targets(report or ())
        read = None if status else checking.check_archive(desk, reading, progress=counting(quiet=as_json))
        state = (
            checking.fixity_state(desk, older_than=reading.older_than or checking.YEARLY) if status or report else None
        )
        if as_json:
            put_json(state if read is None else read)
        else:
            if read is not None:
                _tell_reading(read)
            if state is not None and status:
                _tell_state(state, Phrases(zone=desk.directory.entity.zone))
        if state is not None and report:
            _write(desk, state, report, read)
        problems = state.problems if read is None and state is not None else read.problems if read is not None else ()
        return Exit.NO if problems or _locks_fail(read) else Exit.DONE

    return at_desk(home, act, as_json=as_json)


def calendar(
    within: Within = 365,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Qué expedientes envejecen y cuándo: hasta qué día vale su último sello de tiempo, por certificado o por algoritmo."""

    def act(desk: Desk) -> Exit:
        found = renewing.renewal_calendar(desk)
        near = list(renewing.due(found.rows, now=desk.clock(), within=timedelta(days=within)))
        if as_json:
            put_json({"rows": found.rows, "due": [row.object for row in near], "unreadable": found.unreadable})
            return Exit.DONE
        for year, count in sorted(found.years().items(), key=lambda item: item[0] or 0):
            code = "renewal.year" if year else "renewal.no_year"
            put_line(said(code, {"year": year or 0, "count": count})[0])
        put_line(said("renewal.due", {"count": len(near), "days": within})[0])
        for row in near[:_SHOWN]:
            facts = {"object": row.object, "date": row.end.date().isoformat() if row.end else "—"}
            tell(said(f"renewal.{row.why.value}", facts)[0])
        for folder in found.unreadable:
            tell(said("renewal.unreadable", {"folder": folder})[0])
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def renew(
    within: Within = 365,
    most: Annotated[int, typer.Option("--most", min=0, help="A lo más tantos expedientes; 0: todos.")] = 0,
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Agrega un sello de tiempo nuevo a los expedientes cuyo resguardo termina pronto, como versión siguiente de cada uno.

    Si se detiene, la próxima sigue con los que faltan; ninguno se renueva dos veces.
    """

    def act(desk: Desk) -> Exit:
        done = renewing.renew_archive(
            desk,
            within=timedelta(days=within),
            most=most,
            official=official,
            progress=counting(quiet=as_json),
        )
        if as_json:
            put_json(done)
        else:
            put_line(said("renewal.done", {"count": len(done.versions)})[0])
            for code, count in (("renewal.waiting", done.waiting), ("renewal.conflicts", len(done.conflicts))):
                if count:
                    tell(said(code, {"count": count})[0])
            for one in done.owed[:_SHOWN]:
                tell(said("renewal.owed", {"object": one.object, "reason": said(one.code, {})[0]})[0])
            if not done.finished:
                tell(" ".join(said("renewal.unfinished", {})))
        return Exit.NO if done.owed or done.conflicts else Exit.DONE

    return at_desk(home, act, as_json=as_json)


def evidence(
    within: Within = 365,
    state: Annotated[bool, typer.Option("--status", help="No hace nada: dice cómo está cada evidencia.")] = False,
    tree: Annotated[
        bool, typer.Option("--new-tree", help="Un árbol nuevo con SHA-512 para la evidencia que usa otro algoritmo.")
    ] = False,
    record: Annotated[
        str, typer.Option("--object", help="El registro (RFC 4998) de este expediente, para darlo.")
    ] = "",
    to: Annotated[Path, typer.Option("--to", help="Carpeta nueva en la que se entrega el registro.")] = Path(
        "evidencia"
    ),
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Prueba con un solo sello de tiempo que miles de expedientes existían así: cubre los que faltan y renueva lo que envejece."""

    def act(desk: Desk) -> Exit:
        if record:
            return _give_record(evidencing.record_for(desk, record), to, as_json=as_json)
        if state:
            standing = evidencing.evidence_state(desk)
            if as_json:
                put_json(standing)
            for one in [] if as_json else standing:
                until = one.until.date().isoformat() if one.until else "—"
                facts = {"object": one.object, "label": one.label, "count": one.inventories, "date": until}
                put_line(said("evidence.standing", facts)[0])
            return Exit.NO if any(one.problem for one in standing) else Exit.DONE
        done = evidencing.make_evidence(desk, within=timedelta(days=within), renew_tree=tree, official=official)
        if as_json:
            put_json(done)
        else:
            put_line(said("evidence.made", {"count": done.covered, "versions": len(done.written)})[0])
            if done.owed:
                tell(" ".join(said("evidence.owed", {"reason": said(done.owed, {})[0]})))
            if done.waiting:
                tell(said("evidence.waiting", {"count": done.waiting})[0])
            for folder in done.unreadable:
                tell(said("renewal.unreadable", {"folder": folder})[0])
        return Exit.NO if done.owed or done.unreadable else Exit.DONE

    return at_desk(home, act, as_json=as_json)


def _give_record(given: evidencing.Record, folder: Path, *, as_json: bool) -> Exit:
    evidencing.write_record(given, folder)
    if as_json:
        put_json({"object": given.object, "version": given.version, "folder": folder, "proven": given.proven})
    else:
        facts = {"date": given.proven.first.isoformat(timespec="seconds"), "count": given.proven.timestamps}
        put_line(said("evidence.given", facts)[0])
        put_line(str(folder))
    return Exit.DONE


def _tell_reading(read: checking.ReadingReport) -> None:
    facts = {"objects": read.objects, "files": read.files, "bytes": read.bytes}
    put_line(said("fixity.read_resumed" if read.resumed else "fixity.read", facts)[0])
    if not read.finished:
        tell(" ".join(said("fixity.unfinished", {})))
    elif not read.noted:
        tell(" ".join(said("fixity.not_noted", {})))
    if read.sealed is not None:
        put_line(said("archive.sealed", {"objects": read.sealed.objects, "locked": read.sealed.locked})[0])
        for path in read.sealed.refused[:_SHOWN]:
            tell(said("archive.not_sealed", {"path": path})[0])
    elif read.not_sealed:
        tell(" ".join(said("fixity.not_sealed", {"reason": said(read.not_sealed, {})[0]})))
    for problem in read.problems[:_SHOWN]:
        tell(sentence(problem))
    if len(read.problems) > _SHOWN:
        tell(said("fixity.more_problems", {"count": len(read.problems) - _SHOWN})[0])


def _locks_fail(read: checking.ReadingReport | None) -> bool:
    """Whether something that should be locked against deletion is not."""
    return read is not None and bool(read.not_sealed or (read.sealed and read.sealed.refused))


def _tell_state(state: checking.FixityState, phrases: Phrases) -> None:
    table = series_table(state, phrases)
    rows = (table.head, *table.rows)
    widths = [max(len(row[at]) for row in rows) for at in range(len(table.head))]
    for row in rows:
        put_line("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    for problem in state.problems[:_SHOWN]:
        tell(sentence(problem))


def _write(desk: Desk, state: checking.FixityState, targets: list[Path], read: checking.ReadingReport | None) -> None:
    phrases = Phrases(zone=desk.directory.entity.zone)
    paper = FixityPaper(state, lambda: checking.objects_read(desk), version("qillqa"), find_resources(), phrases, read)
    write_fixity(targets, paper)
    for path in targets:
        tell(said("fixity.report_written", {"file": str(path)})[0])
