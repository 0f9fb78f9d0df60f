"""The signature of the same certificate, CRL or OCSP answer by the same key is computed once in a process (RFC 5280 §6.1.3 (a)(1)).

An office's files carry the same few of them. Only what held is remembered, by every byte that it depends on; whether the key may sign
is judged anew each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
    SignatureValidationContext,
)

if TYPE_CHECKING:
    from asn1crypto.algos import SignedDigestAlgorithm
    from asn1crypto.keys import PublicKeyInfo

_MOST = 1024  # signatures that are remembered
_LONGEST = 65_536  # bytes; a long revocation list would fill the memory


class VerifiedOnce(DefaultSignatureValidator):
    """pyHanko's own validation, remembered."""

    def __init__(self) -> None:
        self._held: set[tuple[bytes, bytes, bytes, bytes]] = set()

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: PublicKeyInfo,
        signature_algorithm: SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Raises as pyHanko's does: InvalidSignature and others."""
        if context is not DEFAULT_VALIDATION_CONTEXT or len(signed_data) > _LONGEST:
            super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)
            return
        all_of_it = (signature, signed_data, public_key_info.dump(), signature_algorithm.dump())
        if all_of_it in self._held:
            return
        super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)
        if len(self._held) >= _MOST:
            self._held.clear()
        self._held.add(all_of_it)
