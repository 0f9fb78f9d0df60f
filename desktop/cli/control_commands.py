"""find, monitor, report: looking things up, and how much lies where."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import find as finding
from desktop.operations import monitor as monitoring
from desktop.operations import reports as reporting
from desktop.operations.files import write_whole
from desktop.operations.reports import ReportKind
from desktop.verdicts.control_csv import monitor_csv, to_csv
from desktop.verdicts.days import days_in_words
from desktop.words import words

from .answers import Exit, put_json, put_line
from .desks import Home, Json, Official, at_desk
from .typed import day_of

if TYPE_CHECKING:
    from desktop.operations.desk import Desk

Csv = Annotated[Path | None, typer.Option("--csv", help="Archivo CSV de salida, para planillas.")]
From = Annotated[str, typer.Option("--from", help="Primer día, AAAA-MM-DD.")]
To = Annotated[str, typer.Option("--to", help="Último día, AAAA-MM-DD; sin él, hoy.")]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("find")(find)
    app.command("monitor")(monitor)
    app.command("report")(report)


def find(
    text: Annotated[
        list[str],
        typer.Argument(
            help="Palabras, CITE, número de hoja de ruta o persona; también de:NOMBRE, desde:AAAA-MM-DD, hasta:AAAA-MM-DD."
        ),
    ],
    since: From = "",
    until: To = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Busca en los documentos del escritorio: los más nuevos primero; si son pocos, los que mejor responden."""
    days = [f"desde:{day_of(since, '--from')}"] if since else []
    days += [f"hasta:{day_of(until, '--to')}"] if until else []

    def act(desk: Desk) -> Exit:
        found = finding.find(desk, " ".join([*text, *days]))
        if as_json:
            put_json({"documents": [item.document for item in found]})
        for item in () if as_json else found:
            view = item.document
            begun = f"{view.created_at.astimezone(desk.zone):%d/%m/%Y}" if view.created_at else ""
            put_line("  ".join(part for part in (view.id, begun, item.number, view.cite, view.subject) if part))
        return Exit.DONE if found else Exit.NO

    return at_desk(home, act, as_json=as_json)


def monitor(
    unit: Annotated[str, typer.Option("--unit", help="Una unidad dependiente; sin ella, la de este escritorio.")] = "",
    csv: Csv = None,
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Muestra a la jefatura qué tiene cada quien en su unidad, desde cuándo y con qué plazo."""

    def act(desk: Desk) -> Exit:
        rows = monitoring.monitor(desk, unit=unit)
        if csv is not None:
            write_whole(csv, monitor_csv(rows))
        if as_json:
            put_json({"rows": rows, **({"file": csv} if csv else {})})
        elif csv is not None:
            put_line(str(csv))
        elif not rows:
            put_line(_say("monitor.none"))
        for row in () if as_json or csv is not None else rows:
            put_line(_monitor_line(row))
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def report(
    kind: Annotated[ReportKind, typer.Argument(help="Qué se cuenta.")],
    since: From = "",
    until: To = "",
    csv: Csv = None,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Cuenta lo recibido, enviado, pendiente, vencido o el tiempo de la unidad y sus dependientes."""
    first, last = day_of(since, "--from"), day_of(until, "--to")

    def act(desk: Desk) -> Exit:
        table = reporting.report(desk, kind, first, last)
        if csv is not None:
            write_whole(csv, to_csv(table))
        if as_json:
            put_json({"report": table, **({"file": csv} if csv else {})})
        elif csv is not None:
            put_line(str(csv))
        for line in () if as_json or csv is not None else _report_lines(table):
            put_line(line)
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def _say(code: str) -> str:
    return words(code, "es", {}).what


def _monitor_line(row: monitoring.MonitorRow) -> str:
    days = days_in_words(row.days, arrived=row.state is monitoring.MonitorState.ARRIVING)
    told = (row.number, row.holder or row.unit, _say(f"monitor_state.{row.state.value}"), days, row.subject, row.remark)
    return "  ".join(part for part in told if part)


def _report_lines(table: reporting.Table) -> Iterator[str]:
    yield _say(f"report_title.{table.kind.value}")
    if not table.rows:
        yield _say("report.none")
        return
    heading = [_say(code) for code in table.columns]
    totals = [_say("report_column.total"), *map(_cell, table.totals[1:])]
    lines = [heading, *([_cell(value) for value in row] for row in table.rows), totals]
    widths = [max(len(line[place]) for line in lines) for place in range(len(heading))]
    for line in lines:
        yield "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
    for note in table.notes:
        yield _say(note)


def _cell(value: reporting.Cell) -> str:
    if value is None:
        return ""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
