"""The CMS of a PAdES signature (EN 319 142-1 §5.3, EN 319 122-1) from a DER template: encoded once, two values changed per document.

Building and dumping an object tree per document is where four fifths of a signature's time went (docs/decisions/0020).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .der import NULL, integer, octets, oid, sequence, set_of, tlv
from .report import Padding

if TYPE_CHECKING:
    from asn1crypto import x509

    from .options import Commitment, SignaturePolicy

_DATA = oid("1.2.840.113549.1.7.1")
_SIGNED_DATA = oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE = oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = oid("1.2.840.113549.1.9.16.2.47")
_SIGNATURE_TIME_STAMP = oid("1.2.840.113549.1.9.16.2.14")
_COMMITMENT_TYPE = oid("1.2.840.113549.1.9.16.2.16")
_SIGNATURE_POLICY = oid("1.2.840.113549.1.9.16.2.15")
_POLICY_URI = oid("1.2.840.113549.1.9.16.5.1")
_COMMITMENTS = "1.2.840.113549.1.9.16.6."
_COMMITMENT_ARCS = (
    "proof_of_origin", "proof_of_receipt", "proof_of_delivery", "proof_of_sender", "proof_of_approval",
    "proof_of_creation",
)  # fmt: skip
_DIGESTS = {
    "sha256": (oid("2.16.840.1.101.3.4.2.1"), 32),
    "sha384": (oid("2.16.840.1.101.3.4.2.2"), 48),
    "sha512": (oid("2.16.840.1.101.3.4.2.3"), 64),
}
_RSA = {
    "sha256": oid("1.2.840.113549.1.1.11"),
    "sha384": oid("1.2.840.113549.1.1.12"),
    "sha512": oid("1.2.840.113549.1.1.13"),
}
_ECDSA = {
    "sha256": oid("1.2.840.10045.4.3.2"),
    "sha384": oid("1.2.840.10045.4.3.3"),
    "sha512": oid("1.2.840.10045.4.3.4"),
}
_PSS = oid("1.2.840.113549.1.1.10")
_MGF1 = oid("1.2.840.113549.1.1.8")
_OVERHEAD = 160  # bytes for the lengths and tags around what is counted
_LONGEST_SIGNATURE = 1024  # bytes: RSA with 8192 bits


class CmsTemplate:
    """SignedData (RFC 5652 §5) by one certificate, for any number of documents. Immutable, safe in any thread.

    ``certificate`` and ``issuers`` are DER; the signer's certificate is bound by signing-certificate-v2 (RFC 5035 §3). ``digest``: sha256,
    sha384 or sha512, for document, attributes and signature alike. No signing-time attribute: in PDF the dictionary's /M carries the
    claimed time (EN 319 142-1 §6.3). Raises ValueError for another digest or an unreadable certificate, KeyError for an unknown commitment.
    """

    def __init__(
        self,
        certificate: bytes,
        issuers: Sequence[bytes],
        *,
        digest: str = "sha256",
        padding: Padding = Padding.PKCS1,
        policy: SignaturePolicy | None = None,
        commitment: Commitment | None = None,
    ) -> None:
        if digest not in _DIGESTS:
            raise ValueError(digest)
        from asn1crypto import x509

        signer = x509.Certificate.load(certificate, strict=True)
        self._size = _DIGESTS[digest][1]
        self._fixed = _fixed_attributes(certificate, signer, policy, commitment)
        algorithm = _digest_algorithm(digest)
        certificates = tlv(0xA0, b"".join(sorted({certificate, *issuers})))  # RFC 5652 §10.2.3, as SET OF (DER)
        self._head = integer(1) + set_of([algorithm]) + sequence(_DATA) + certificates  # RFC 5652 §5.1: version 1
        # RFC 5652 §5.3: version 1, since the signer is named by issuer and serial number
        self._signer = integer(1) + _issuer_and_serial(signer) + algorithm
        self._mechanism = _mechanism(signer, digest, padding)
        self.room = (
            _OVERHEAD
            + len(self._head) + len(self._signer) + len(self._mechanism)
            + sum(map(len, self._fixed)) + self._size + _LONGEST_SIGNATURE
        )  # fmt: skip

    def to_sign(self, document_digest: bytes) -> bytes:
        """The signed attributes as a SET OF: exactly what the key signs (RFC 5652 §5.4). Raises ValueError for a wrong length."""
        if len(document_digest) != self._size:
            raise ValueError(len(document_digest))
        return set_of([*self._fixed, _attribute(_MESSAGE_DIGEST, octets(document_digest))])

    def finish(self, document_digest: bytes, signature: bytes, *, timestamp: bytes | None = None) -> bytes:
        """The whole ContentInfo in DER. ``timestamp``: a token (RFC 3161) over ``signature``, as unsigned attribute (EN 319 122-1 §5.3)."""
        if not signature or (timestamp is not None and not timestamp):
            raise ValueError("empty")
        attributes = b"\xa0" + self.to_sign(document_digest)[1:]  # the same bytes, tagged [0] IMPLICIT
        unsigned = b"" if timestamp is None else tlv(0xA1, _attribute(_SIGNATURE_TIME_STAMP, timestamp))
        signer = sequence(self._signer, attributes, self._mechanism, octets(signature), unsigned)
        return sequence(_SIGNED_DATA, tlv(0xA0, sequence(self._head, set_of([signer]))))


def _fixed_attributes(
    certificate: bytes, signer: x509.Certificate, policy: SignaturePolicy | None, commitment: Commitment | None
) -> tuple[bytes, ...]:
    """Every signed attribute but the message digest."""
    found = [_attribute(_CONTENT_TYPE, _DATA), _attribute(_SIGNING_CERTIFICATE_V2, _ess(certificate, signer))]
    if policy is not None:
        found.append(_attribute(_SIGNATURE_POLICY, _policy(policy)))
    if commitment is not None:
        arc = {name: str(number) for number, name in enumerate(_COMMITMENT_ARCS, 1)}[commitment.value]
        found.append(_attribute(_COMMITMENT_TYPE, sequence(oid(_COMMITMENTS + arc))))  # EN 319 122-1 §5.2.3
    return tuple(found)


def _attribute(kind: bytes, value: bytes) -> bytes:
    """Attribute with one value (RFC 5652 §5.3)."""
    return sequence(kind, tlv(0x31, value))


def _ess(certificate: bytes, signer: x509.Certificate) -> bytes:
    """SigningCertificateV2 (RFC 5035 §3, §4): SHA-256, which as the DEFAULT is not written; issuer and serial number."""
    names = sequence(tlv(0xA4, signer.issuer.dump()))
    serial = sequence(names, integer(signer.serial_number))
    return sequence(sequence(sequence(octets(hashlib.sha256(certificate).digest()), serial)))


def _policy(policy: SignaturePolicy) -> bytes:
    """SignaturePolicyId (EN 319 122-1 §5.2.9.1), with the document's URI as qualifier where one is known."""
    digest = sequence(_digest_algorithm(policy.digest_algorithm), octets(policy.digest))
    uri = sequence(sequence(_POLICY_URI, tlv(0x16, policy.uri.encode("ascii")))) if policy.uri else b""
    return sequence(oid(policy.oid), digest, uri)


def _issuer_and_serial(signer: x509.Certificate) -> bytes:
    """RFC 5652 §10.2.4."""
    return sequence(signer.issuer.dump(), integer(signer.serial_number))


def _digest_algorithm(digest: str) -> bytes:
    """AlgorithmIdentifier with NULL, as most writers have it (RFC 5754 §2 allows both)."""
    return sequence(_DIGESTS[digest][0], NULL)


def _mechanism(signer: x509.Certificate, digest: str, padding: Padding) -> bytes:
    """SignatureAlgorithmIdentifier: RFC 5754 §3.2 and §3.3, RFC 4056 §3 for PSS."""
    if signer.public_key.algorithm == "ec":
        return sequence(_ECDSA[digest])
    if padding is Padding.PKCS1:
        return sequence(_RSA[digest], NULL)
    hashed = _digest_algorithm(digest)
    parameters = sequence(
        tlv(0xA0, hashed), tlv(0xA1, sequence(_MGF1, hashed)), tlv(0xA2, integer(_DIGESTS[digest][1]))
    )
    return sequence(_PSS, parameters)
