"""What ``--report`` asks for: where reports go, in which form by the end of the name, and what is said of them afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.records.errors import OfficeError
from desktop.resources import find_resources
from desktop.words import words

from .answers import Exit, error_words, exit_of, tell

if TYPE_CHECKING:
    from desktop.verdicts.writing import Reports
    from signing.report import FileVerdict

Report = Annotated[
    list[Path] | None,
    typer.Option("--report", help="Escribe un reporte: .pdf, .html, .csv, .json o .xml (ETSI). Se puede repetir."),
]


class NoReports(contextlib.AbstractContextManager["NoReports"]):
    """Where none was asked for: nothing of the reports' code is loaded."""

    written = ()

    def __exit__(self, *raised: object) -> None:
        """Whatever was raised goes on."""

    def add(self, verdict: FileVerdict) -> None:
        """Keep nothing."""

    def abandon(self) -> None:
        """There is nothing to leave."""

    def close(self) -> None:
        """There is nothing to write."""


def reports_of(targets: Sequence[Path] | None, inputs: Sequence[Path]) -> Reports | NoReports:
    """The writer of all reports asked for. Raises ``report.…`` where one cannot be, before anything is judged."""
    if not targets:
        return NoReports()
    from desktop.verdicts.writing import Reports, Setting, check_targets

    check_targets(targets, inputs)
    from importlib.metadata import version

    return Reports(targets, Setting(None, version("qillqa"), find_resources()))


def finish(reports: Reports | NoReports) -> Exit | None:
    """Write them and say so on stderr, where a failure is told too: the answer on stdout has been given by then."""
    try:
        reports.close()
    except OfficeError as error:
        for line in error_words(error):
            tell(line)
        return exit_of(error)
    for item in reports.written:
        code = "report.written" if item.told == item.count else "report.written_in_part"
        said = words(code, "es", {"file": str(item.path), "count": item.count, "told": item.told})
        tell(" ".join(part for part in (said.what, said.means, said.do) if part))
    return None
