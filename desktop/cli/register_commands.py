"""register …: the book of numbers, numbers given twice, and the entity's rules of numbering."""

from __future__ import annotations

import io
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import numbering, register
from desktop.operations.files import write_whole
from desktop.verdicts.inert import cell, spreadsheet
from desktop.words import words

from .answers import Exit, put_json, put_line, tell
from .desks import Home, Json, Official, at_desk

if TYPE_CHECKING:
    from desktop.operations.desk import Desk
    from desktop.operations.register import Entry

COLUMNS = (
    "series", "year", "number", "last", "cite", "date", "kind", "subject", "author", "state", "reason", "document",
)  # fmt: skip
Year = Annotated[int | None, typer.Option("--year", help="Solo esa gestión.")]
Series = Annotated[str, typer.Option("--series", help="Solo esa serie.")]


class Format(StrEnum):
    """How the book leaves the program."""

    CSV = "csv"
    JSON = "json"


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    book = typer.Typer(help="Libro de correlativos: números, anulados y observados.", no_args_is_help=True)
    for name, command in (
        ("show", show),
        ("export", export),
        ("conflicts", conflicts),
        ("settle", settle),
        ("rules", rules),
    ):
        book.command(name)(command)
    app.add_typer(book, name="register")


def show(year: Year = None, series: Series = "", home: Home = None, as_json: Json = False) -> int:
    """Muestra el libro de correlativos de la unidad."""

    def act(desk: Desk) -> Exit:
        entries = register.register(desk, year=year, series=series)
        if as_json:
            put_json({"register": entries})
            return Exit.DONE
        before = None
        for one in entries:
            if (one.series, one.year) != before:
                before = (one.series, one.year)
                put_line(f"{one.series}, gestión {one.year}")
            put_line("  " + _line(one))
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def export(
    form: Annotated[Format, typer.Option("--format", help="csv o json.")] = Format.CSV,
    out: Annotated[Path | None, typer.Option("--out", help="Archivo; sin él, a la salida.")] = None,
    year: Year = None,
    series: Series = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Exporta el libro de correlativos."""

    def act(desk: Desk) -> Exit:
        entries = register.register(desk, year=year, series=series)
        if form is Format.JSON and out is None:
            put_json({"register": entries})
            return Exit.DONE
        text = as_csv(entries) if form is Format.CSV else register.as_json(entries)
        if out is None:
            put_line(text)
            return Exit.DONE
        write_whole(out, text.encode("utf-8-sig" if form is Format.CSV else "utf-8"))
        if as_json:
            put_json({"file": out, "lines": len(entries)})
        else:
            put_line(str(out))
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def conflicts(official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Muestra los números que llevan varios documentos: quedan observados hasta que la jefatura los resuelva."""

    def act(desk: Desk) -> Exit:
        found = register.observed(desk)
        if as_json:
            put_json({"conflicts": found})
        for one in () if as_json else found:
            tell(words("cite.doubled", "es", {"cite": one.cite, "count": len(one.documents)}).what)
            for view in one.documents:
                put_line(f"  {view.id}  {_state(view.state.value)}  {view.subject}")
        return Exit.NO if found else Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def settle(
    cite: Annotated[str, typer.Argument(help="El CITE, o el número de la hoja de ruta.")],
    keep: Annotated[list[str], typer.Option("--keep", help="Id del documento que lo conserva; se repite.")],
    reason: Annotated[str, typer.Option("--reason", help="Por qué.")],
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Resuelve un número observado: los documentos nombrados lo conservan y los demás quedan anulados."""
    return at_desk(home, lambda desk: register.settle(desk, cite, keep, reason), official=official, as_json=as_json)


def rules(
    file: Annotated[Path, typer.Argument(help="Reglas de numeración (TOML, docs/formats/cite.md).")],
    publish: Annotated[
        Path | None, typer.Option("--publish", help="Carpeta de la entidad: publica las reglas para todos los equipos.")
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Revisa las reglas de numeración y muestra un ejemplo por unidad y tipo; con --publish las hace valer."""

    def act(desk: Desk) -> Exit:
        examples = numbering.check(desk, file)
        number = numbering.publish_rules(desk, publish, file) if publish is not None else None
        if as_json:
            put_json({"examples": examples, "directory": number})
            return Exit.DONE
        for one in examples:
            put_line(f"{one.unit}  {one.kind}  {one.cite}  ({words(f'numbering.{one.assigned.value}', 'es').what})")
        if number is not None:
            put_line(words("numbering.published", "es", {"number": number}).what)
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def as_csv(entries: Sequence[Entry], language: str = "es") -> str:
    """The book for spreadsheets: one row per number, or per run of numbers that nobody bears."""
    out = io.StringIO(newline="")
    writer = spreadsheet(out)
    writer.writerow([words(f"register.{name}", language).what for name in COLUMNS])
    for one in entries:
        date = one.at.isoformat(timespec="seconds") if one.at else ""
        values = (
            one.series, str(one.year), str(one.number), str(one.last), one.cite, date, one.kind, one.subject, one.author,
            _state(one.state, language), one.reason, one.document,
        )  # fmt: skip
        writer.writerow([cell(value) for value in values])
    return out.getvalue()


def _line(one: Entry) -> str:
    if one.last > one.number or not one.document:
        run = f"{one.number}" if one.last == one.number else f"{one.number} a {one.last}"
        return f"{run}: {_state(one.state)}"
    date = f"{one.at:%d/%m/%Y}" if one.at else ""
    told = [one.cite or str(one.number), date, one.kind, one.subject, one.author, _state(one.state), one.reason]
    return "  ".join(part for part in told if part)


def _state(state: str, language: str = "es") -> str:
    return words(f"state.{state}", language, {}).what
