"""Reports written as verdicts come: one spool on disk for all of them, memory flat, each report whole or absent.

Equal verdicts, moment and version give equal bytes, in whatever order the verdicts came: files are told worst first, then by name.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from desktop.records.errors import OfficeError
from desktop.words import words
from signing.report import FileVerdict, Outcome
from signing.verdict import FORMAT, json_text, verdict_json
from signing.wire import verdict_from_json, verdict_to_json

from .csv_rows import CsvRows
from .html_page import HtmlPage
from .pdf_page import DETAILS, LINES, ROWS, set_pdf
from .phrases import WORST_FIRST, Phrases
from .telling import tell_file, tell_heading, tell_row
from .told import ToldFile

KINDS = frozenset({".pdf", ".html", ".htm", ".xml", ".csv", ".json"})
XML_FILES = 300  # one XML document is built in memory


@dataclass(frozen=True, slots=True)
class Written:
    """A report on disk. ``told`` of ``count`` files are in it: a PDF and an XML hold only so many."""

    path: Path
    told: int
    count: int


@dataclass(frozen=True, slots=True)
class Setting:
    """How reports are written. ``made``: the aware moment that they bear, None: when they are written; ``version`` of the program."""

    made: datetime | None
    version: str
    resources: Path
    phrases: Phrases = field(default_factory=Phrases)


def check_targets(paths: Sequence[Path], inputs: Sequence[Path] = ()) -> None:
    """Before hours of work: raises ``report.unknown_kind``, ``report.exists_as_input`` or ``report.not_written`` (no such folder).

    ``inputs``: files and folders to be verified; a PDF that stands in one of those folders is one of them.
    """
    taken = {path.resolve() for path in inputs}
    for path in paths:
        if path.suffix.lower() not in KINDS:
            raise OfficeError("report.unknown_kind", suffix=path.suffix or path.name)
        target = path.resolve()
        if target in taken or (
            path.suffix.lower() == ".pdf" and path.exists() and not taken.isdisjoint(target.parents)
        ):
            raise OfficeError("report.exists_as_input", file=path.name)
        if not path.absolute().parent.is_dir():
            raise OfficeError("report.not_written", file=path.name, reason=os.strerror(2))


class Reports:
    """A context manager: ``add`` each verdict as it comes; ``close``, or leaving without an exception, writes every report.

    ``written`` then lists them. After an exception nothing is written, and what stood at those paths stays. Without paths it does nothing.
    """

    def __init__(self, paths: Sequence[Path], setting: Setting) -> None:
        check_targets(paths)
        self._paths = tuple(paths)
        self._setting = setting
        self._spool: IO[bytes] | None = None
        self._index: list[tuple[int, str, int]] = []  # rank, file, offset
        self._counts: Counter[Outcome] = Counter()
        self._moments: tuple[datetime, ...] = ()
        self._made = setting.made or datetime.now(UTC)
        self._failure: OfficeError | None = None
        self.written: tuple[Written, ...] = ()

    def __enter__(self) -> Self:
        if self._paths:
            self._spool = tempfile.TemporaryFile(prefix="qillqa-")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.abandon()
        self.close()

    def close(self) -> None:
        """Write the reports; again, nothing. Raises ``report.not_written``, also for what ``add`` had no room for."""
        spool, self._spool = self._spool, None
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        if spool is not None:
            with spool:
                self._index.sort()
                self._made = self._setting.made or datetime.now(UTC)
                self.written = tuple(self._write(path, spool) for path in self._paths)

    def abandon(self) -> None:
        """Write nothing: the work was stopped, and a report of a part would pass for the whole."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def add(self, verdict: FileVerdict) -> None:
        """Keep one verdict for the reports. Never raises: where there is no room, judging goes on and ``close`` tells it."""
        if self._spool is None:
            return
        line = json.dumps(verdict_to_json(verdict)).encode("ascii")  # ascii: names may hold lone surrogates
        try:
            self._index.append((WORST_FIRST.index(verdict.outcome), verdict.file, self._spool.seek(0, os.SEEK_END)))
            self._spool.write(line + b"\n")
        except OSError as error:
            self._failure = _not_written(self._paths[0], error)
            self.abandon()
            return
        self._counts[verdict.outcome] += 1
        if verdict.at is not None:
            known = (*self._moments, verdict.at)
            self._moments = (min(known), max(known))

    def _write(self, path: Path, spool: IO[bytes]) -> Written:
        writers: dict[str, Callable[[Path, IO[bytes]], int]] = {
            ".pdf": self._pdf,
            ".html": self._html,
            ".htm": self._html,
            ".xml": self._xml,
            ".csv": self._csv,
            ".json": self._json,
        }
        beside = path.with_name(f".{path.name}.{os.getpid()}.new")
        try:
            told = writers[path.suffix.lower()](beside, spool)
            _sync(beside)
            beside.replace(path)
        except OSError as error:
            raise _not_written(path, error) from error
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
        return Written(path, told, len(self._index))

    def _verdicts(self, spool: IO[bytes], only: int | None = None, *, details: bool = False) -> Iterator[FileVerdict]:
        """In order. ``details``: only those told in detail, that is, the one file, or those that are not valid."""
        best = len(WORST_FIRST) - 1
        for rank, _, offset in self._index[:only]:
            if details and rank == best and len(self._index) > 1:
                continue
            spool.seek(offset)
            yield verdict_from_json(json.loads(spool.readline()))

    def _html(self, beside: Path, spool: IO[bytes]) -> int:
        phrases, best = self._setting.phrases, len(WORST_FIRST) - 1
        style = (self._setting.resources / "reports" / "verdict.css").read_text("utf-8")
        with beside.open("w", encoding="utf-8", newline="\n") as out:
            page = HtmlPage(out, self._heading(), style)
            page.begin()
            if len(self._index) != 1:
                page.begin_rows()
                for verdict in self._verdicts(spool):
                    page.row(tell_row(verdict, phrases), detailed=verdict.outcome is not WORST_FIRST[best])
                page.end_rows(details=any(rank < best for rank, _, _ in self._index))
            for verdict in self._verdicts(spool, details=True):
                page.file(tell_file(verdict, phrases))
            page.end()
        return len(self._index)

    def _csv(self, beside: Path, spool: IO[bytes]) -> int:
        with beside.open("w", encoding="utf-8-sig", newline="") as out:
            rows = CsvRows(out, self._setting.phrases)
            for verdict in self._verdicts(spool):
                rows.file(verdict)
        return len(self._index)

    def _json(self, beside: Path, spool: IO[bytes]) -> int:
        """The JSON of docs/formats/verdict.md, one file of the list at a time."""
        with beside.open("w", encoding="utf-8", newline="\n") as out:
            made = json_text({"made": self._made.isoformat(), "program": f"Qillqa {self._setting.version}"})
            counts = json_text({outcome.value: self._counts[outcome] for outcome in WORST_FIRST})
            out.write(f'{{"format": {FORMAT}, "report": {made}, "counts": {counts}, "files": [')
            for number, verdict in enumerate(self._verdicts(spool)):
                out.write(("," if number else "") + "\n" + json_text(verdict_json(verdict, self._two_words)))
            out.write("\n]}\n")
        return len(self._index)

    def _pdf(self, beside: Path, spool: IO[bytes]) -> int:
        phrases, count = self._setting.phrases, len(self._index)
        rows = [tell_row(verdict, phrases) for verdict in self._verdicts(spool, ROWS)] if count != 1 else []
        files: list[ToldFile] = []
        lines = 0
        for verdict in self._verdicts(spool, DETAILS, details=True):
            told = tell_file(verdict, phrases)
            lines += told.lines
            if files and lines > LINES:
                break
            files.append(told)
        best = len(WORST_FIRST) - 1
        wanted = count if count == 1 else sum(rank < best for rank, _, _ in self._index)
        notes = (
            phrases.label("shown_of", shown=len(rows), count=count) if count != 1 and len(rows) < count else "",
            phrases.label("details_of", shown=len(files), count=wanted) if len(files) < wanted else "",
        )
        pdf = set_pdf(self._heading(), rows, files, notes, resources=self._setting.resources, made=self._made)
        beside.write_bytes(pdf)
        return max(len(rows), len(files))

    def _xml(self, beside: Path, spool: IO[bytes]) -> int:
        from signing.etsi_report import report_xml  # pyHanko and its bindings: only where they are wanted

        setting = self._setting
        verdicts = list(self._verdicts(spool, XML_FILES))
        note = ""
        if len(verdicts) < len(self._index):
            note = self._setting.phrases.label("shown_of", shown=len(verdicts), count=len(self._index))
        beside.write_bytes(report_xml(verdicts, made=self._made, program=f"Qillqa {setting.version}", note=note))
        return len(verdicts)

    def _heading(self) -> Any:
        setting = self._setting
        return tell_heading(self._counts, self._moments, self._made, setting.version, setting.phrases)

    def _two_words(self, code: str) -> tuple[str, str]:
        said = words(code, self._setting.phrases.language)
        return " ".join(part for part in (said.what, said.means) if part), said.do


def write_reports(paths: Sequence[Path], verdicts: Sequence[FileVerdict], setting: Setting) -> tuple[Written, ...]:
    """All reports of verdicts already at hand."""
    reports = Reports(paths, setting)
    with reports:
        for verdict in verdicts:
            reports.add(verdict)
    return reports.written


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _not_written(path: Path, error: OSError) -> OfficeError:
    return OfficeError("report.not_written", file=path.name, reason=error.strerror or type(error).__name__)
