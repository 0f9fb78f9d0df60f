"""archive list, show, find, rebuild, restrict, audit, ndsa: what the archive holds, and what was done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import archive_log, catalogue
from desktop.operations import ndsa as assessing
from desktop.operations import restrict as restricting
from desktop.operations.ndsa import LEVELS, Area
from desktop.words import words

from .answers import Exit, put_json, put_line, said, tell
from .counting import counting
from .desks import Home, Json, Official, at_desk

if TYPE_CHECKING:
    from desktop.operations.catalogue import Dossier, Listed, Shown
    from desktop.operations.desk import Desk
    from desktop.operations.ndsa import Assessment

Name = Annotated[str, typer.Argument(help="Expediente: CITE, hoja de ruta, id o carpeta.")]


def add_to(archive: typer.Typer) -> None:
    """Add this module's commands."""
    archive.command("list")(list_)
    archive.command("show")(show)
    archive.command("find")(find)
    archive.command("rebuild")(rebuild)
    archive.command("restrict")(restrict)
    archive.command("audit")(audit)
    archive.command("ndsa")(ndsa)


def list_(
    series: Annotated[str, typer.Option("--series", help="Solo los de esta serie (código o id).")] = "",
    unit: Annotated[str, typer.Option("--unit", help="Solo los de esta unidad (id o parte del nombre).")] = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Muestra los expedientes del archivo, por unidad y fecha."""
    return at_desk(home, lambda desk: _told(catalogue.list_dossiers(desk, series=series, unit=unit), as_json=as_json))


def find(
    words_: Annotated[
        list[str], typer.Argument(metavar="PALABRAS…", help="Palabras, CITE, personas (de:), días (desde:, hasta:).")
    ],
    limit: Annotated[int, typer.Option("--limit", min=1, help="Cuántos a lo más.")] = 50,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Busca expedientes del archivo, sin distinguir tildes ni mayúsculas; los más nuevos primero."""
    typed = " ".join(words_)

    def act(desk: Desk) -> Exit:
        found = catalogue.find_dossiers(desk, typed, limit=limit)
        _told(found, as_json=as_json)
        return Exit.DONE if found.dossiers else Exit.NO

    return at_desk(home, act, as_json=as_json)


def show(name: Name, home: Home = None, as_json: Json = False) -> int:
    """Muestra un expediente: qué es, dónde está, sus versiones y sus archivos."""

    def act(desk: Desk) -> Exit:
        shown = catalogue.show_dossier(desk, name)
        if as_json:
            put_json(shown)
        else:
            _show(shown)
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def rebuild(home: Home = None, as_json: Json = False) -> int:
    """Vuelve a hacer el catálogo leyendo el archivo entero; el custodio, también indice.csv."""

    def act(desk: Desk) -> Exit:
        done = catalogue.rebuild(desk, progress=counting(quiet=as_json))
        if as_json:
            put_json(done)
        else:
            put_line(f"{done.dossiers} expedientes en el catálogo.")
            for folder, code in done.unreadable:
                tell(
                    f"{folder}: {words(code, 'es', {'object': folder, 'path': folder, 'reason': '', 'version': ''}).what}"
                )
            if done.noted:
                tell(f"{done.noted} versiones no estaban anotadas en la bitácora; se anotaron ahora.")
        return Exit.NO if done.unreadable else Exit.DONE

    return at_desk(home, act, as_json=as_json)


def restrict(
    name: Name,
    reason: Annotated[str, typer.Option("--reason", help="Por qué. Queda escrito con el expediente.")],
    norm: Annotated[str, typer.Option("--norm", help="Norma o resolución en que se apoya.")] = "",
    *,
    lift: Annotated[bool, typer.Option("--lift", help="Levanta la restricción.")] = False,
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Como custodio: oculta un expediente a quienes consultan, o lo vuelve a mostrar. No borra nada."""

    def act(desk: Desk) -> Exit:
        done = restricting.restrict(desk, name, reason, norm=norm, lift=lift)
        if as_json:
            put_json(done)
        else:
            put_line(f"{done.cite or done.object}: {'restringido' if done.restricted else 'restricción levantada'}.")
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def audit(
    expect: Annotated[
        list[str] | None,
        typer.Option("--expect", metavar="N:SUMA", help="Número y suma anotados en papel: se comprueba."),
    ] = None,
    reviewed: Annotated[str, typer.Option("--reviewed", help="Deja constancia de haber revisado la bitácora.")] = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Comprueba la bitácora del archivo: que nadie la cambió ni la cortó, y que cuenta todo lo que hay."""
    written_down = dict(_expected(text) for text in expect or ())

    def act(desk: Desk) -> Exit:
        report = archive_log.check_log(desk, written_down=written_down, progress=counting(quiet=as_json))
        if reviewed:
            archive_log.review(desk, reviewed)
        if as_json:
            put_json({"whole": report.whole, **_plain(report)})
        else:
            put_line(f"{report.entries} renglones, {report.versions} versiones en el archivo.")
            for problem in report.problems:
                tell(" ".join(said(problem.code, {"place": problem.place, "number": problem.number})))
            if report.number:
                put_line(f"Último renglón: {report.number}:{report.digest}")
        return Exit.DONE if report.whole else Exit.NO

    return at_desk(home, act, official=official, as_json=as_json)


def ndsa(
    declare: Annotated[
        str, typer.Option("--declare", metavar="REQUISITO", help="Responder por algo que el programa no puede medir.")
    ] = "",
    text: Annotated[str, typer.Option("--text", help="Qué se declara; vacío retira lo declarado.")] = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Evalúa el archivo según los niveles NDSA 2.0, con la razón de cada casilla."""

    def act(desk: Desk) -> Exit:
        if declare:
            assessing.declare(desk, declare, text)
        found = assessing.assess_archive(desk)
        if as_json:
            put_json({"levels": {area.value: found.reached(area) for area in Area}, "requirements": found.requirements})
        else:
            _matrix(found)
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def _matrix(found: Assessment) -> None:
    for area in Area:
        put_line(f"{words(f'ndsa_area.{area.value}').what}: nivel {found.reached(area)} de {LEVELS[-1]}")
        for level in LEVELS:
            for one in found.cell(area, level):
                mark = "sí" if one.counts else "no"
                what = words(one.code, "es", {}).what
                put_line(
                    f"  {level}  {mark}  {what}  {words(one.reason.code, 'es', one.reason.facts).what}  [{one.code.partition('.')[2]}]"
                )


def _expected(text: str) -> tuple[int, str]:
    number, _, digest = text.strip().partition(":")
    if not number.isdigit() or len(digest) != 64 or not set(digest.lower()) <= set("0123456789abcdef"):
        raise typer.BadParameter("--expect: escriba el número y la suma del renglón, N:SUMA")
    return int(number), digest.lower()


def _plain(report: archive_log.LogReport) -> dict[str, object]:
    from .answers import plain

    return dict(plain(report))


def _told(listed: Listed, *, as_json: bool) -> Exit:
    if as_json:
        put_json({"dossiers": listed.dossiers, "as_of": listed.as_of, "away": listed.away})
        return Exit.DONE
    for row in listed.dossiers:
        put_line(
            f"{row.cite or row.object}  {row.title}  ({row.unit_name}, {_days(row)}, {row.folios} fojas){_marks(row)}  root/{row.folder}"
        )
    if listed.away:
        tell(" ".join(said("archive.away", {"as_of": listed.as_of})))
    return Exit.DONE


def _days(row: Dossier) -> str:
    return row.since if row.since == row.until else f"{row.since} a {row.until}"


def _marks(row: Dossier) -> str:
    marks = [text for text, is_so in (("RESTRINGIDA", row.restricted), ("SIN VALOR", row.practice)) if is_so]
    return f"  [{', '.join(marks)}]" if marks else ""


def _show(shown: Shown) -> None:
    row = shown.dossier
    for label, value in (
        ("Título", row.title),
        ("CITE", row.cite),
        ("Hoja de ruta", row.slip),
        ("Unidad", row.unit_name),
        ("Serie", f"{row.series_code} {row.series_title}".strip()),
        ("Fechas", _days(row)),
        ("Fojas", str(row.folios)),
        ("Depósito", row.deposit),
        ("Identificador", row.object),
        ("Carpeta", shown.where),
    ):
        if value:
            put_line(f"{label}: {value}")
    if shown.restriction is not None:
        state = "restringido" if shown.restriction.restricted else "restricción levantada"
        put_line(f"Acceso: {state} por {shown.restriction.by}, {shown.restriction.at}: {shown.restriction.reason}")
    for version in shown.versions:
        put_line(f"v{version.number}  {version.created}  {version.by}: {version.message}")
    for path, digest in shown.files:
        put_line(f"  {digest[:16]}…  {path}")
    if shown.away:
        tell(" ".join(said("archive.away", {"as_of": row.changed})))
