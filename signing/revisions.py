"""Appending to a PDF without touching what is there: pyHanko readers and writers, a staged copy, the check of what was written."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .errors import SigningError

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader


def open_reader(stream: IO[bytes], *, strict: bool = True) -> PdfFileReader:
    """A reader over ``stream``. Raises SigningError ``pdf.unreadable``, ``pdf.encrypted``."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        stream.seek(0)
        reader = PdfFileReader(stream, strict=strict)
        _ = reader.root["/Pages"]
    except Exception as error:  # pyHanko raises many types on damaged files (research, signing-stack §2)
        raise SigningError("pdf.unreadable", reason=type(error).__name__) from error
    if reader.encrypted:
        raise SigningError("pdf.encrypted")
    return reader


def open_writer(stream: IO[bytes]) -> IncrementalPdfFileWriter:
    """A writer of one incremental update that leaves XMP and Info as they are: rewriting them endangers PDF/A."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Appender(IncrementalPdfFileWriter):
        def _update_meta(self) -> None:
            return

    return Appender(stream, prev=open_reader(stream))


def embedded(reader: PdfFileReader) -> list[Any]:
    """Every embedded signature and document timestamp. Raises SigningError ``pdf.broken_signature``."""
    try:
        return list(reader.embedded_signatures)
    except Exception as error:  # one broken signature makes pyHanko raise for the whole file, with many types
        raise SigningError("pdf.broken_signature", reason=type(error).__name__) from error


@contextlib.contextmanager
def staged_copy(source: Path, output: Path) -> Iterator[IO[bytes]]:
    """A copy of ``source`` beside ``output``, open for appending; becomes ``output`` when the block ends well, else vanishes.

    Raises SigningError ``output.is_input``, ``source.unreadable``, ``output.cannot_write``; every SigningError that passes gets
    ``on_disk="nothing"``.
    """
    if output.exists() and source.exists() and source.samefile(output):
        raise SigningError("output.is_input", on_disk="nothing", file=output.name)
    part = output.parent / f".{output.name}.{secrets.token_hex(6)}.part"
    try:
        with _copied(source, part, output) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(output)
        _sync_folder(output.parent)
    except SigningError as error:
        error.on_disk = error.on_disk or "nothing"
        raise
    except OSError as error:
        raise SigningError("output.cannot_write", on_disk="nothing", file=output.name, errno=error.errno) from error
    finally:
        part.unlink(missing_ok=True)


def digest_of(stream: IO[bytes], size: int | None = None) -> str:
    """SHA-256 hex of the first ``size`` bytes of a stream, or of all."""
    stream.seek(0)
    digest = hashlib.sha256()
    left = size
    while block := stream.read(1 << 20 if left is None else min(1 << 20, left)):
        digest.update(block)
        left = None if left is None else left - len(block)
    return digest.hexdigest()


def size_of(stream: IO[bytes]) -> int:
    """Bytes in a seekable stream."""
    return stream.seek(0, os.SEEK_END)


@contextlib.contextmanager
def _copied(source: Path, part: Path, output: Path) -> Iterator[IO[bytes]]:
    try:
        origin = source.open("rb")
    except OSError as error:
        raise SigningError("source.unreadable", file=source.name, errno=error.errno) from error
    with origin:
        output.parent.mkdir(parents=True, exist_ok=True)
        with part.open("x+b") as stream:
            shutil.copyfileobj(origin, stream, 1 << 20)
            yield stream


def _sync_folder(folder: Path) -> None:
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
