"""What tells a signature from every other is what a third party computes from the file."""

from __future__ import annotations

import hashlib
import io

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.identity import identity_of
from tests.fixtures.lab import plain_pdf, shared_lab

HASHES: dict[str, HashAlgorithm] = {"sha256": SHA256(), "sha384": SHA384(), "sha512": SHA512()}


def test_digests_and_value_are_those_of_the_signed_bytes() -> None:
    data = shared_lab().sign(plain_pdf())
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    identity = identity_of(signature)
    assert identity is not None
    start, first, second, rest = identity.byte_range
    signed = data[start : start + first] + data[second : second + rest]
    assert identity.document_digest == hashlib.new(identity.digest_algorithm, signed).hexdigest()
    key = load_der_x509_certificate(signature.signer_cert.dump()).public_key()
    assert isinstance(key, RSAPublicKey)
    # raises InvalidSignature unless this digest is what was signed
    key.verify(
        bytes.fromhex(identity.value),
        bytes.fromhex(identity.attributes_digest),
        padding.PKCS1v15(),
        Prehashed(HASHES[identity.digest_algorithm]),
    )


def test_a_damaged_signature_has_no_identity() -> None:
    data = shared_lab().sign(plain_pdf())
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    signature.byte_range = [0, "x"]  # type: ignore[list-item]
    signature.external_digests.clear()
    assert identity_of(signature) is None
