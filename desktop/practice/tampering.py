"""What a forger would try, for showing that the evidence bites. Only ever on copies."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.sync.events import peek_event


def flip_byte(pdf: bytes) -> bytes:
    """Change one letter inside the signed bytes: the first of the title in the metadata."""
    mark = b"<rdf:li xml:lang="
    at = pdf.find(mark)
    if at < 0:
        raise OfficeError("practice.nothing_to_tamper")
    at = pdf.index(b">", at) + 1
    return pdf[:at] + bytes([pdf[at] ^ 0x20]) + pdf[at + 1 :]


def append_page(pdf: bytes) -> bytes:
    """Add a page by an incremental update, as any editor could: the signed bytes stay as they are."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.writer import PageObject

    writer: Any = IncrementalPdfFileWriter(io.BytesIO(pdf))
    make: Any = generic  # pyHanko's constructors carry no types
    box = make.ArrayObject([make.NumberObject(edge) for edge in (0, 0, 612, 792)])
    content = make.StreamObject(stream_data=b"0.8 0.2 0.2 rg 72 600 400 80 re f")
    page: Any = PageObject
    writer.insert_page(page(contents=writer.add_object(content), media_box=box))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def drop_hop(events: Sequence[str]) -> list[str]:
    """The events without the first derivation."""
    victim = next(jws for jws in events if peek_event(jws).event.kind is EventKind.DISPATCHED)
    return [jws for jws in events if jws != victim]
