"""Digitalizar: files of a scanner made into one archival file; a PDF that somebody signed is kept byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from desktop.drafting.content import PDF, PICTURES, content_of
from desktop.drafting.ocr import ReadText, read_pages
from desktop.drafting.photographs import LARGEST
from desktop.drafting.scans import MOST_PAGES, SIDE, ScanPage, ScanReader, set_scan, with_size
from desktop.records.errors import OfficeError
from signing.errors import SigningError
from signing.report import FileVerdict, Outcome

from .desk import Desk, Progress, no_progress
from .file_names import safe_name
from .verify import verify_path

SIDECAR = "texto-reconocido.txt"
_DOTS = 200  # per inch, of a PDF's pages
_POINTS = 72.0
_MILLIMETRES = 25.4 / _POINTS
_LOCKED = frozenset({"file.encrypted", "file.wrong_password"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that stays beside the document."""

    name: str
    data: bytes = field(repr=False)
    media_type: str
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Digitised:
    """``pdf`` is the document itself, ``signed`` that it is somebody's PDF, untouched. ``verdicts`` are on the signed PDFs that came."""

    pdf: bytes = field(repr=False)
    pages: int
    signed: bool = False
    beside: tuple[Kept, ...] = ()
    verdicts: tuple[FileVerdict, ...] = ()
    text: ReadText = field(default_factory=ReadText)


@dataclass(slots=True)
class _Gathered:
    pages: list[ScanPage] = field(default_factory=list)
    signed: list[tuple[Kept, FileVerdict]] = field(default_factory=list)
    beside: list[Kept] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [kept.name for kept in (*self.beside, *(one for one, _ in self.signed))]


def digitise(
    desk: Desk, files: Sequence[Path], title: str, *, read: bool = True, progress: Progress = no_progress
) -> Digitised:
    """One file of all pages, in the order given. The files are only read.

    PNG, JPEG and TIFF pages and the pages of unsigned PDFs become pages of one PDF/A; an unsigned PDF is kept beside it, too.
    Signed PDFs are never touched: the first one is the document where nothing else came, else they stay beside it. ``read``:
    their text is read, where tesseract is there. Raises ``scan.…``, ``drafting.no_room``, ``drafting.page_failed``.
    """
    found = _Gathered()
    try:
        with ScanReader() as reader:
            for number, path in enumerate(files):
                progress(number, len(files))
                _gather(desk, reader, path, found)
                if len(found.pages) > MOST_PAGES:
                    raise OfficeError("scan.too_many_pages", file=path.name, pages=len(found.pages), most=MOST_PAGES)
    except OSError as error:
        raise OfficeError("drafting.no_room", reason=error.strerror or str(error)) from error
    progress(len(files), len(files))
    verdicts = tuple(verdict for _, verdict in found.signed)
    if not found.pages and found.signed:
        first, verdict = found.signed[0]
        rest = tuple(kept for kept, _ in found.signed[1:])
        return Digitised(first.data, verdict.pages, signed=True, beside=rest, verdicts=verdicts)
    pdf = set_scan(found.pages, title, resources=desk.resources, created=desk.clock().replace(microsecond=0))
    text = read_pages(found.pages) if read else ReadText()
    sidecar = (Kept(SIDECAR, text.text.encode("utf-8"), "text/plain; charset=utf-8"),) if text.text else ()
    beside = (*sidecar, *found.beside, *(kept for kept, _ in found.signed))
    return Digitised(pdf, len(found.pages), beside=beside, verdicts=verdicts, text=text)


def _gather(desk: Desk, reader: ScanReader, path: Path, found: _Gathered) -> None:
    data = _bytes_of(path)
    kind = content_of(data, path.name).media_type
    if kind in PICTURES:
        found.pages += reader.pages(data, path.name)
        return
    if kind != PDF:
        raise OfficeError("scan.unknown_kind", file=path.name, kind=kind)
    verdict = verify_path(desk, path)
    if verdict.outcome is Outcome.UNREADABLE:
        raise OfficeError("scan.encrypted" if verdict.reason in _LOCKED else "scan.bad_pdf", file=path.name)
    if verdict.sha256 != sha256(data).hexdigest():
        raise OfficeError("scan.changing", file=path.name)
    kept = Kept(safe_name(path.name, desk.resources / "fonts", [SIDECAR, *found.names]), data, PDF)
    if verdict.reason != "file.unsigned":  # signatures, or timestamps alone
        found.signed.append((kept, verdict))
        return
    found.pages += drawn_pages(desk, reader, path)
    found.beside.append(kept)


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise OfficeError("scan.too_heavy", file=path.name, megabytes=LARGEST // 1_000_000)
        data = path.read_bytes()
    except OSError as error:
        raise OfficeError("scan.unreadable", file=path.name, reason=error.strerror or str(error)) from error
    if not data:
        raise OfficeError("scan.empty", file=path.name)
    return data


def drawn_pages(desk: Desk, reader: ScanReader, path: Path) -> list[ScanPage]:
    """The pages of a PDF as pictures, drawn in the verifier's child. Raises ``scan.bad_pdf``, ``scan.too_many_pages``."""
    try:
        _, total = desk.verifier.layout(path, 0)
        if total > MOST_PAGES:
            raise OfficeError("scan.too_many_pages", file=path.name, pages=total, most=MOST_PAGES)
        return [_one_page(desk, reader, path, number) for number in range(total)]
    except SigningError as error:
        if not error.code.startswith("file."):
            raise
        raise OfficeError("scan.bad_pdf", file=path.name) from error


def _one_page(desk: Desk, reader: ScanReader, path: Path, number: int) -> ScanPage:
    place, _ = desk.verifier.layout(path, number)
    width = round(place.width / _POINTS * _DOTS)
    picture = desk.verifier.render(path, number + 1, width=max(min(width, SIDE), 200))
    (page,) = reader.pages(picture, path.name)
    return with_size(page, place.width * _MILLIMETRES, place.height * _MILLIMETRES)
