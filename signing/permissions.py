"""What an existing document allows (ISO 32000-1 §12.8.2): read before anything is asked of the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import SigningError

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

    from .options import SignOptions


@dataclass(frozen=True, slots=True)
class DocumentRules:
    """``certified``: DocMDP permission in force, 0 for none. ``warnings``: codes of what a signer should know."""

    certified: int = 0
    signatures: int = 0
    timestamps: int = 0
    warnings: tuple[str, ...] = ()
    signers: tuple[bytes, ...] = ()

    def signed_by(self, certificate: bytes) -> bool:
        """Whether that certificate (DER) has signed already."""
        return certificate in self.signers


def read_rules(reader: PdfFileReader) -> DocumentRules:
    """Raises SigningError ``pdf.broken_signature``."""
    from pyhanko.sign.fields import enumerate_sig_fields

    from .revisions import embedded

    if not any(value is not None for _, value, _ in enumerate_sig_fields(reader)):
        return DocumentRules()
    found = embedded(reader)
    signed = [one for one in found if one.sig_object_type != "/DocTimeStamp"]
    certified = next((int(one.docmdp_level.value) for one in signed if one.docmdp_level is not None), 0)
    return DocumentRules(
        certified, len(signed), len(found) - len(signed), (), tuple(one.signer_cert.dump() for one in signed)
    )


def require_allowed(rules: DocumentRules, *, field: str, create: bool, visible: bool, options: SignOptions) -> None:
    """Raises SigningError with the reason why the signature would break what is there."""
    if rules.certified == 1:
        raise SigningError("sign.certified_no_changes", field=field)
    if options.certify is not None and rules.signatures:
        raise SigningError("sign.certify_not_first", field=field)
