"""What tells one signature from every other: digests and value, as a validation report names them (TS 119 102-2 §4.3.3)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from .report import SignatureIdentity

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature


def identity_of(signature: EmbeddedPdfSignature) -> SignatureIdentity | None:
    """The identity of a readable signature or document timestamp; None where its digest cannot be computed here."""
    try:
        signer = signature.signer_info
        algorithm = str(signer["digest_algorithm"]["algorithm"].native)
        attributes = signer["signed_attrs"]
        # a SET OF is digested with its own tag, not the implicit one it travels under (RFC 5652 §5.4)
        signed = attributes.untag().dump() if attributes else b""
        return SignatureIdentity(
            digest_algorithm=algorithm,
            document_digest=signature.compute_digest(algorithm).hex(),
            attributes_digest=hashlib.new(algorithm, signed).hexdigest() if signed else "",
            value=signer["signature"].native.hex(),
            byte_range=tuple(int(number) for number in signature.byte_range),
        )
    except Exception:  # noqa: BLE001 - a damaged signature has no identity to tell
        return None
