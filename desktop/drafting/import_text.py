"""The text of a DOCX or ODT file as HTML by mammoth and odfdo, and from there a body. Runs in a child (``import_child``).

Nothing is run (macros), fetched (linked pictures) or resolved (entities); what the file claims of its own sizes is checked
before anything is unpacked.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

import mammoth
from mammoth import documents, transforms

from desktop.records.errors import OfficeError

from .html_body import Imported, body_of_html
from .odt_html import html_of_odt

LARGEST_FILE = 60_000_000  # bytes
LARGEST_UNPACKED = 300_000_000
MOST_PARTS = 5000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STYLES = """
u => u
br[type='page'] => hr.page-break
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => h2:fresh
p[style-name='Quote'] => blockquote:fresh > p:fresh
p[style-name='Intense Quote'] => blockquote:fresh > p:fresh
p[style-name='Quotations'] => blockquote:fresh > p:fresh
p[style-name='qillqa-center'] => center:fresh
p[style-name='qillqa-right'] => p.qillqa-right:fresh
"""


def read_document(data: bytes, name: str) -> Imported:
    """The body of a DOCX or ODT file, its pictures, and what was left out.

    Raises ``import.…``: ``too_large``, ``password``, ``old_format``, ``unknown_format``, ``not_accepted``, ``damaged``.
    """
    if len(data) > LARGEST_FILE:
        raise OfficeError("import.too_large", file=name)
    if data.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise OfficeError("import.password", file=name) if locked else OfficeError("import.old_format", file=name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            kind, macros = _checked(archive, name)
        made = _of_docx(data) if kind == "docx" else body_of_html(html_of_odt(data))
    except OfficeError:
        raise
    except MemoryError as error:
        raise OfficeError("import.too_large", file=name) from error
    except Exception as error:  # whatever a foreign file provokes in a library is that file's damage
        raise OfficeError("import.damaged", file=name, reason=type(error).__name__) from error
    notices = (*((OfficeError("import.macros_left", file=name),) if macros else ()), *made.notices)
    return replace(made, notices=notices)


def _checked(archive: zipfile.ZipFile, name: str) -> tuple[str, bool]:
    """Which format it is, and whether macros lie in it."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise OfficeError("import.too_large", file=name)
    names = {part.filename for part in parts}
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as stream:
                head = stream.read(4096).replace(b"\x00", b"")
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise OfficeError("import.not_accepted", file=name, part=part.filename)
    if "[Content_Types].xml" in names and any(each.startswith("word/") for each in names):
        return "docx", any(each.lower().endswith("vbaproject.bin") for each in names)
    if "content.xml" in names and b"opendocument.text" in (archive.read("mimetype") if "mimetype" in names else b""):
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise OfficeError("import.password", file=name)
        return "odt", any(each.startswith(("Basic/", "Scripts/")) for each in names)
    raise OfficeError("import.unknown_format", file=name)


def _of_docx(data: bytes) -> Imported:
    result = mammoth.convert_to_html(
        io.BytesIO(data),
        style_map=_STYLES,
        include_embedded_style_map=False,
        external_file_access=False,
        transform_document=transforms.paragraph(_aligned),
    )
    text = str(result.value).replace('class="qillqa-right"', 'align="right"')
    return body_of_html(text)


def _aligned(paragraph: Any) -> Any:
    """Mammoth drops alignment: it travels as the name of a style, where the paragraph has no other that matters."""
    side = {"center": "qillqa-center", "right": "qillqa-right", "end": "qillqa-right"}.get(paragraph.alignment or "")
    style = (paragraph.style_name or "normal").lower()
    if (
        side is None
        or paragraph.numbering is not None
        or style.startswith(("heading", "title", "subtitle", "quot", "footnote"))
    ):
        return paragraph
    assert isinstance(paragraph, documents.Paragraph)
    return paragraph.copy(style_id=None, style_name=side)
