"""PDFs as pyHanko's readers and writers, opened so that what is there stays as it is."""

from __future__ import annotations

import contextlib
from typing import IO, TYPE_CHECKING, Any

from .errors import SigningError
from .quick_reading import read_quickly

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader


def open_again(stream: IO[bytes], *, strict: bool) -> PdfFileReader:
    """A reader over what was appended to a file that ``open_reader`` had opened, as strictly. Raises SigningError ``pdf.unreadable``."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    read_quickly()
    try:
        stream.seek(0)
        return PdfFileReader(stream, strict=strict)
    except Exception as error:
        raise SigningError("pdf.unreadable", reason=type(error).__name__) from error


def open_reader(stream: IO[bytes]) -> PdfFileReader:
    """A reader over ``stream``: strict, and tolerant only where the strict one refuses (``reader.strict`` tells).

    A quarter of the signed files of other producers need the tolerant one (research, signing-stack §2). Hybrid cross-references are
    refused: two readers may see two documents in one file. Raises SigningError ``pdf.unreadable``, ``pdf.encrypted``, ``pdf.hybrid``.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    read_quickly()
    failure: Exception | None = None
    for strict in (True, False):
        try:
            stream.seek(0)
            reader = PdfFileReader(stream, strict=strict)
            if reader.encrypted:
                raise SigningError("pdf.encrypted")
            _read_bones(reader)
        except SigningError:
            raise
        except Exception as error:  # noqa: BLE001 - pyHanko raises many types on damaged files (research, signing-stack §2)
            failure = failure or error
            continue
        if reader.xrefs.hybrid_xrefs_present:
            raise SigningError("pdf.hybrid")
        return reader
    raise SigningError("pdf.unreadable", reason=type(failure).__name__) from failure


def _read_bones(reader: PdfFileReader) -> None:
    """Raise what pyHanko raises where a catalog of any revision, or the way to the first page, cannot be read.

    Of every revision: one that is appended replaces a catalog that only tolerant readers take (TCPDF's), and the file would seem strict.
    """
    _ = reader.root
    for revision in range(reader.total_revisions - 1):
        with contextlib.suppress(KeyError):  # the first part of a linearised file has none yet
            reader.get_historical_root(revision)
    reader.find_page_for_modification(0)  # type: ignore[no-untyped-call]  # a tree that is none, or a circle


def open_writer(stream: IO[bytes], reader: PdfFileReader | None = None) -> IncrementalPdfFileWriter:
    """A writer of one incremental update that leaves XMP and Info as they are: rewriting them endangers PDF/A.

    ``reader``: one that is already open over ``stream``.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Appender(IncrementalPdfFileWriter):
        def __init__(self, prev: PdfFileReader) -> None:
            super().__init__(stream, prev=prev, strict=prev.strict)
            if not prev.strict:  # a /Size that is too small (pdfunite's) would give new objects the numbers of old ones
                self._lastobj_id = max(self._lastobj_id, _highest(prev))

        def _update_meta(self) -> None:
            return

    return Appender(reader or open_reader(stream))


def _highest(reader: PdfFileReader) -> int:
    revisions = range(reader.total_revisions)
    return max((ref.idnum for number in revisions for ref in reader.xrefs.explicit_refs_in_revision(number)), default=0)


def embedded(reader: PdfFileReader) -> list[Any]:
    """Every embedded signature and document timestamp. Raises SigningError ``pdf.broken_signature``."""
    try:
        return list(reader.embedded_signatures)
    except Exception as error:  # one broken signature makes pyHanko raise for the whole file, with many types
        raise SigningError("pdf.broken_signature", reason=type(error).__name__) from error
