"""The PDF side of a signature: one incremental update with a placeholder, its digest, and the placeholder filled (ISO 32000-1 §12.8.1).

Sequenced as pyHanko's embedder protocol wants it; the CMS comes from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from .appearance import stamp_style
from .errors import SigningError
from .fields import list_fields, next_name
from .revisions import open_writer
from .visible_field import add_visible_field

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import SigFieldSpec

    from .appearance import Stamp
    from .pen import Pen
    from .placement import Placed

_TIMESTAMP_LABEL = "Sello de tiempo del documento"  # /TU of its field: what a screen reader says (PDF/UA-1 §7.18.1)


class RoomTooSmall(Exception):  # noqa: N818 - asks for another round with more room
    """The CMS does not fit the reserved room."""


@dataclass(frozen=True, slots=True)
class NewField:
    """A field that is to be made. ``placed`` None: invisible, outside the crop box. ``label``: what a screen reader says of it."""

    placed: Placed | None = None
    label: str = ""
    tag: bool = False


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A written revision that waits for its CMS. ``digest`` covers all of the file but the placeholder."""

    field: str
    digest: bytes
    stream: IO[bytes]
    prepared: Any

    def fill(self, cms: bytes) -> None:
        """Put ``cms`` (DER) into /Contents. Raises RoomTooSmall with the placeholder untouched."""
        room = (self.prepared.reserved_region_end - self.prepared.reserved_region_start - 2) // 2
        if len(cms) > room:
            raise RoomTooSmall
        self.prepared.fill_with_cms(self.stream, cms)


def write_signature(
    stream: IO[bytes],
    reader: PdfFileReader,
    pen: Pen,
    *,
    name: str,
    new_field: NewField | None,
    stamp: Stamp | None,
    claimed_time: datetime,
    room: int,
) -> Placeholder:
    """Append the revision that fills field ``name``, with ``room`` bytes of DER for the CMS.

    ``new_field``: how to make the field first; None when it is there. ``stamp`` None: the field keeps the look that it has.
    Raises SigningError ``sign.forbidden`` where the document's own rules do not allow it, ``pdf.unreadable`` where the file turns out
    to be damaged only now.
    """
    from pyhanko.sign.general import SigningError as PyhankoError
    from pyhanko.sign.signers import PdfSigner

    try:
        writer = open_writer(stream, reader)
        if new_field is None:
            _lock_field(writer, name, pen.field_lock())
        elif new_field.placed is not None:
            label = new_field.label or name
            add_visible_field(writer, name, new_field.placed, label=label, tag=new_field.tag, lock=pen.field_lock())
        spec = _invisible(name, pen) if new_field is not None and new_field.placed is None else None
        style = stamp_style(stamp, _rotation(writer, name) if stamp is not None else 0)
        signer = PdfSigner(pen.metadata(name), pen.identity, stamp_style=style, new_field_spec=spec)
        signing = signer.init_signing_session(writer, existing_fields_only=spec is None)
        signing.system_time = claimed_time
        prepared = signing.prepare_tbs_document(validation_info=None, bytes_reserved=2 * room)
        digest, _ = prepared.digest_tbs_document(in_place=True)
    except PyhankoError as error:  # a certification, lock or seed value of the document forbids it
        raise SigningError("sign.forbidden", field=name, reason=str(error)) from error
    except SigningError:
        raise
    except Exception as error:  # pyHanko raises many types on damaged files; one such file must not end the pile
        raise SigningError("pdf.unreadable", reason=type(error).__name__) from error
    return Placeholder(name, digest.document_digest, stream, digest)


def _invisible(name: str, pen: Pen) -> SigFieldSpec:
    from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec

    return SigFieldSpec(
        name,
        invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
        readable_field_name=name,
        field_mdp_spec=pen.field_lock(),
    )


def _rotation(writer: IncrementalPdfFileWriter, name: str) -> int:
    """How the page of a field is turned, 0 where the field does not tell its page."""
    from pyhanko.sign.fields import enumerate_sig_fields

    reference = next((found for full, _, found in enumerate_sig_fields(writer) if full == name), None)
    page = reference.get_object().get("/P") if reference is not None else None
    node = page.get_object() if page is not None else None
    while node is not None:
        if "/Rotate" in node:
            return int(node["/Rotate"]) % 360
        node = node["/Parent"] if "/Parent" in node else None  # noqa: SIM401 - get() does not follow references
    return 0


def _lock_field(writer: IncrementalPdfFileWriter, name: str, lock: Any) -> None:
    """Put the wished lock into a field that is there already: only where nobody has signed before (``permissions.require_allowed``)."""
    from pyhanko.pdf_utils.generic import pdf_name
    from pyhanko.sign.fields import enumerate_sig_fields

    if lock is None:
        return
    reference = next(found for full, _, found in enumerate_sig_fields(writer) if full == name)
    field = reference.get_object()
    field[pdf_name("/Lock")] = writer.add_object(lock.as_sig_field_lock())
    writer.update_container(field)


def write_timestamp(writer: IncrementalPdfFileWriter, stream: IO[bytes], room: int) -> Placeholder:
    """Append what ``writer`` holds and a document timestamp that waits for its token (EN 319 142-1 §5.4.3); SHA-256."""
    from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
    from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp

    name = next_name(list_fields(writer), "sello")
    spec = SigFieldSpec(
        name,
        invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),  # PDF/UA-1 §7.18.1 without breaking PDF/A-2 §6.3.2
        readable_field_name=_TIMESTAMP_LABEL,
    )
    _declare_pades(writer)
    embedding = PdfCMSEmbedder(new_field_spec=spec).write_cms(field_name=name, writer=writer)
    next(embedding)
    timestamp = DocumentTimestamp(bytes_reserved=2 * room)  # type: ignore[no-untyped-call]
    embedding.send(SigObjSetup(sig_placeholder=timestamp))
    digest, _ = embedding.send(SigIOSetup(md_algorithm="sha256", in_place=True))
    return Placeholder(name, digest.document_digest, stream, digest)


def _declare_pades(writer: IncrementalPdfFileWriter) -> None:
    """PDF 1.7 with the developer extension ESIC (EN 319 142-1 §5.6), as pyHanko declares it for signatures."""
    from pyhanko.sign.signers.constants import ESIC_EXTENSION_1

    writer.ensure_output_version(version=(1, 7))  # type: ignore[no-untyped-call]
    if writer.output_version < (2, 0):
        writer.register_extension(ESIC_EXTENSION_1)
