"""What the page setter is given and what it gives back: frozen data."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from desktop.records.documents import Attachment
from desktop.records.errors import OfficeError

from .body import Body
from .letterhead import Letterhead
from .sheets import Sheet as Sheet
from .templates import Template
from .values import FieldValue as FieldValue

SPARE_FIELDS = 2


@dataclass(frozen=True, slots=True)
class SignerSlot:
    """One expected signature, in the order of signing. ``acting``: the suplencia, in the words that are printed."""

    name: str
    post: str
    acting: str = ""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that goes with the document: always listed; ``embed`` puts its bytes into the PDF (PDF/A-3)."""

    name: str
    size: int
    sha256: str
    media_type: str = "application/octet-stream"
    embed: bool = False
    data: bytes | None = None
    description: str = ""

    @classmethod
    def of(cls, name: str, data: bytes, *, media_type: str, embed: bool = False, description: str = "") -> AttachedFile:
        """The listing of those bytes, which are kept only to be embedded."""
        kept = data if embed else None
        return cls(name, len(data), sha256(data).hexdigest(), media_type, embed, kept, description)

    def listed(self) -> Attachment:
        """The record of the attachment, as the frozen event carries it."""
        return Attachment(self.name, self.size, self.sha256, self.media_type)


@dataclass(frozen=True, slots=True)
class PageJob:
    """Everything that a page shows. Equal jobs give equal bytes.

    ``place_date`` is printed as given ("Oruro, 5 de marzo de 2026"); ``created`` is aware and becomes the file's
    dates. ``qr`` is what the QR says; see ``verification_text``. ``images`` are the bytes of the body's pictures by
    SHA-256 hex. ``resources`` is the program's resource folder (``fonts/`` and ``templates/kit/``).
    """

    template: Template
    fields: Mapping[str, FieldValue]
    body: Body
    cite: str | None
    place_date: str
    signers: tuple[SignerSlot, ...]
    created: datetime
    document_id: str
    resources: Path
    sheet: Sheet = Sheet.CARTA
    practice: bool = False
    qr: str = ""
    attachments: tuple[AttachedFile | Attachment, ...] = ()
    images: Mapping[str, bytes] = field(default_factory=dict)
    spares: int = SPARE_FIELDS
    letterhead: Letterhead = field(default_factory=Letterhead)


@dataclass(frozen=True, slots=True)
class SetPage:
    """A set document. ``fields`` are the empty signature fields in order, spares last; ``pages`` counts hojas.

    ``problems`` of a preview: what freezing would refuse. ``warnings``: the same as text, and what the engine said.
    """

    pdf: bytes
    pages: int
    fields: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[OfficeError, ...] = ()

    @property
    def sha256(self) -> str:
        """The digest of the bytes, in hex."""
        return sha256(self.pdf).hexdigest()


def verification_code(random: bytes) -> str:
    """Ten random bytes (80 bits) as the code that people read: ``XXXX-XXXX-XXXX-XXXX`` (RFC 4648 base 32)."""
    if len(random) != 10:
        raise ValueError("a verification code is made of ten bytes")
    text = base64.b32encode(random).decode("ascii")
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def verification_text(entity: str, cite: str, code: str) -> str:
    """What the QR says: entity, cite and code, one to a line."""
    return f"{entity}\n{cite}\n{code}"


def signature_names(job: PageJob) -> tuple[str, ...]:
    """``firma-1`` … for the expected signers, then the spares; none for a type that nobody signs."""
    if not job.template.signed:
        return ()
    return tuple(f"firma-{number}" for number in range(1, len(job.signers) + job.spares + 1))
