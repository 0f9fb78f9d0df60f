"""What a custodian read of his archive, as a paper: HTML and PDF/A for people, CSV with every dossier for spreadsheets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.storage.durable import sync_folder
from desktop.words import words

from .html_page import HtmlPage
from .inert import cell, inert, spreadsheet
from .pdf_page import ROWS, set_pdf
from .phrases import Phrases
from .told import Fact, Heading, Row, Table

if TYPE_CHECKING:
    from desktop.operations.fixity import FixityState, ReadingReport
    from desktop.store.fixity_book import KeptProblem, ReadObject, SeriesState

KINDS = frozenset({".pdf", ".html", ".htm", ".csv"})
COLUMNS = ("series", "cite", "title", "object", "folder", "version", "read", "files", "bytes", "problems")


@dataclass(frozen=True, slots=True)
class FixityPaper:
    """What it is made of. ``objects`` gives every dossier remembered; ``version`` of the program.

    ``read``: the reading that was made just now, if any.
    """

    state: FixityState
    objects: Callable[[], Iterator[ReadObject]]
    version: str
    resources: Path
    phrases: Phrases
    read: ReadingReport | None = None


def check_fixity_targets(paths: Sequence[Path]) -> None:
    """Before hours of reading. Raises ``report.unknown_kind``, ``report.not_written``."""
    for path in paths:
        if path.suffix.lower() not in KINDS:
            raise OfficeError("report.unknown_kind", suffix=path.suffix or path.name)
        if not path.absolute().parent.is_dir():
            raise OfficeError("report.not_written", file=path.name, reason=os.strerror(2))


def write_fixity(paths: Sequence[Path], paper: FixityPaper) -> None:
    """Each whole or absent, in the form that the end of its name says. Raises as ``check_fixity_targets`` and for a full disk."""
    check_fixity_targets(paths)
    writers = {".pdf": _pdf, ".csv": _csv}
    for path in paths:
        beside = path.with_name(f".{path.name}.{os.getpid()}.new")
        try:
            writers.get(path.suffix.lower(), _html)(beside, paper)
            with beside.open("rb+") as file:
                os.fsync(file.fileno())
            beside.replace(path)
            sync_folder(path.absolute().parent)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise OfficeError("report.not_written", file=path.name, reason=reason) from error
        finally:
            beside.unlink(missing_ok=True)


def series_table(state: FixityState, phrases: Phrases) -> Table:
    """Never, last and oldest, series by series, and all together."""
    label = phrases.label
    rows, tones = [], []
    for one in (*state.series, *([_together(state.series)] if len(state.series) > 1 else [])):
        rows.append(
            (
                _name(one, label),
                str(one.objects),
                str(one.never),
                _moment(one.last, phrases),
                _moment(one.oldest, phrases),
                str(one.due),
                str(one.damaged),
            )
        )
        tones.append("bad" if one.damaged else "care" if one.due else "good")
    head = ("series", "dossiers", "never", "last", "oldest", "due", "damaged")
    return Table(
        caption=label("fixity_by_series"),
        head=tuple(label(f"fixity_{name}") for name in head),
        rows=tuple(rows),
        shares=(8, 3, 3, 6, 6, 3, 3),
        tones=tuple(tones),
    )


def _together(series: Iterable[SeriesState]) -> SeriesState:
    """The last row: its name is the label of all."""
    all_of = list(series)
    read = [one for one in all_of if one.last is not None and one.oldest is not None]
    return type(all_of[0])(
        "*",
        "",
        sum(one.objects for one in all_of),
        sum(one.never for one in all_of),
        sum(one.due for one in all_of),
        sum(one.damaged for one in all_of),
        max((one.last for one in read if one.last), default=None),
        min((one.oldest for one in read if one.oldest), default=None),
    )


def _name(one: SeriesState, label: Callable[[str], str]) -> str:
    if one.series == "*":
        return label("fixity_all")
    return inert(f"{one.series} {one.title}".strip()) or label("fixity_no_series")


def _moment(moment: datetime | None, phrases: Phrases) -> str:
    return phrases.moment(moment) if moment else phrases.label("fixity_never")


def _heading(paper: FixityPaper) -> Heading:
    state, label = paper.state, paper.phrases.label
    facts = [
        Fact(label("fixity_archive"), inert(state.root)),
        Fact(label("fixity_due_before"), paper.phrases.moment(state.due_before)),
    ]
    if state.running is not None:
        facts.append(Fact(label("fixity_running"), paper.phrases.moment(state.running), tone="care"))
    facts += _locks(paper)
    facts += [Fact(label("made"), paper.phrases.moment(state.at)), Fact(label("program"), f"Qillqa {paper.version}")]
    return Heading(
        title=label("fixity_title"),
        language=paper.phrases.language,
        facts=tuple(facts),
        about=label("fixity_about"),
        means=label("means"),
        do=label("do"),
        warnings=label("warnings"),
        summary=series_table(state, paper.phrases),
        rows_title=label("fixity_problems", count=len(state.problems)),
        rows_head=(label("file"), label("fixity_what"), label("sentence"), label("fixity_since")),
    )


def _locks(paper: FixityPaper) -> list[Fact]:
    """What the finished reading locked against deletion; nothing where it was not asked or the store knows no locks."""
    read, label = paper.read, paper.phrases.label
    if read is None or not (read.sealed or read.not_sealed):
        return []
    if read.sealed is None:
        why = words(read.not_sealed, paper.phrases.language, {}).what
        return [Fact(label("fixity_locks"), label("fixity_locks_failed", reason=why), tone="bad")]
    told = [Fact(label("fixity_locks"), label("fixity_locked", objects=read.sealed.objects, locked=read.sealed.locked))]
    return told + [Fact(label("fixity_not_locked"), inert(path), tone="bad") for path in read.sealed.refused]


def _rows(paper: FixityPaper) -> Iterator[Row]:
    for item in paper.state.problems:
        place = item.logical or item.path
        yield Row(
            inert(f"{item.object}: {place}" if item.object else place),
            paper.phrases.label("fixity_recoverable" if item.recoverable else "fixity_bad"),
            "care" if item.recoverable else "bad",
            sentence(item, paper.phrases.language),
            paper.phrases.moment(item.since),
        )


def sentence(item: KeptProblem, language: str = "es") -> str:
    """What is wrong, in words."""
    facts = {"path": inert(item.logical or item.path), "object": inert(item.object), "logical": inert(item.logical)}
    return words(item.code, language, facts).what


def _html(beside: Path, paper: FixityPaper) -> None:
    style = (paper.resources / "reports" / "verdict.css").read_text("utf-8")
    with beside.open("w", encoding="utf-8", newline="\n") as out:
        page = HtmlPage(out, _heading(paper), style)
        page.begin()
        if paper.state.problems:
            page.begin_rows()
            for row in _rows(paper):
                page.row(row, detailed=False)
            page.end_rows(details=False)
        page.end()


def _pdf(beside: Path, paper: FixityPaper) -> None:
    rows = list(_rows(paper))
    count = len(rows)
    note = paper.phrases.label("shown_of", shown=ROWS, count=count) if count > ROWS else ""
    made = paper.state.at
    pdf = set_pdf(_heading(paper), rows[:ROWS], [], (note, ""), resources=paper.resources, made=made)
    beside.write_bytes(pdf)


def _csv(beside: Path, paper: FixityPaper) -> None:
    language = paper.phrases.language
    wrong: dict[str, list[str]] = {}
    for item in paper.state.problems:
        wrong.setdefault(item.folder, []).append(sentence(item, language))
    with beside.open("w", encoding="utf-8-sig", newline="") as out:
        rows = spreadsheet(out)
        rows.writerow([paper.phrases.label(f"fixity_column_{name}") for name in COLUMNS])
        for one in paper.objects():
            read = one.read_at.isoformat(timespec="seconds") if one.read_at else ""
            told = (
                one.series, one.cite, one.title, one.object, one.folder, one.version, read, str(one.files), str(one.bytes),
                " ".join(wrong.get(one.folder, ())),
            )  # fmt: skip
            rows.writerow([cell(text) for text in told])
        for text in wrong.get("", ()):
            rows.writerow([*[""] * (len(COLUMNS) - 1), cell(text)])
