"""The PDF side of a signature: one incremental update with a placeholder, its digest, and the placeholder filled (ISO 32000-1 §12.8.1).

Sequenced as pyHanko's embedder protocol wants it; the CMS comes from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from .errors import SigningError
from .fields import list_fields, next_name
from .revisions import open_writer

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import SigFieldSpec

    from .pen import Pen

_TIMESTAMP_LABEL = "Sello de tiempo del documento"  # /TU of its field: what a screen reader says (PDF/UA-1 §7.18.1)


class RoomTooSmall(Exception):  # noqa: N818 - asks for another round with more room
    """The CMS does not fit the reserved room."""


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
    new_field: SigFieldSpec | None,
    style: Any,
    claimed_time: datetime,
    room: int,
) -> Placeholder:
    """Append the revision that fills field ``name``, with ``room`` bytes of DER for the CMS.

    ``new_field``: how to make the field first; None when it is there. ``style``: pyHanko's stamp style.
    Raises SigningError ``sign.forbidden`` where the document's own rules do not allow it.
    """
    from pyhanko.sign.general import SigningError as PyhankoError
    from pyhanko.sign.signers import PdfSigner

    signer = PdfSigner(pen.metadata(name), pen.identity, stamp_style=style, new_field_spec=new_field)
    writer = open_writer(stream, reader)
    if new_field is None:
        _lock_field(writer, name, pen.field_lock())
    try:
        signing = signer.init_signing_session(writer, existing_fields_only=new_field is None)
        signing.system_time = claimed_time
        prepared = signing.prepare_tbs_document(validation_info=None, bytes_reserved=2 * room)
        digest, _ = prepared.digest_tbs_document(in_place=True)
    except PyhankoError as error:  # a certification, lock or seed value of the document forbids it
        raise SigningError("sign.forbidden", field=name, reason=str(error)) from error
    return Placeholder(name, digest.document_digest, stream, digest)


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
