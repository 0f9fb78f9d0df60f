"""What the practice services answer: OCSP (RFC 6960), CRLs (RFC 5280 §5), RFC 3161 timestamps. Bytes in, bytes out."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509 import ocsp

from .pki import ISSUING, OCSP, ROOT, TSA, PracticePki, Revoked

OCSP_VALIDITY = timedelta(hours=1)
CRL_VALIDITY = {ROOT: timedelta(days=90), ISSUING: timedelta(days=7)}
POLICY = "2.999.1.1"  # the arc that ITU-T X.660 keeps for examples: no authority answers for these timestamps
_REASONS = {reason.name: reason for reason in x509.ReasonFlags}
_IMPRINTS = frozenset({"sha256", "sha384", "sha512"})


class _Refusal(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """A TimeStampResp without a token, which asn1crypto's own class cannot write."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo)]


class Answers:
    """Holds the keys of the services; reads what is revoked anew for every answer."""

    def __init__(self, pki: PracticePki) -> None:
        self._pki = pki
        self._certificates = {label: pki.certificate(label) for label in pki.labels}
        self._keys = {label: pki.key_of(label) for label in (ROOT, ISSUING, OCSP, TSA)}
        self._tsa = asn1_x509.Certificate.load(pki.certificate_of(TSA))
        self._tsa_chain = [asn1_x509.Certificate.load(der) for der in pki.chain_of(TSA)]

    def certificate(self, label: str) -> bytes:
        """An authority's certificate, DER."""
        return self._certificates[label].public_bytes(serialization.Encoding.DER)

    def crl(self, label: str, now: datetime) -> bytes:
        """The CRL of ``root`` or ``issuing`` as of ``now``."""
        now, issuer = now.replace(microsecond=0), self._certificates[label]
        builder = x509.CertificateRevocationListBuilder(issuer.subject, now, now + CRL_VALIDITY[label])
        builder = builder.add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._keys[label].public_key())
        builder = builder.add_extension(authority, critical=False)
        for name, row in self._pki.revoked().items():
            certificate = self._certificates[name]
            if certificate.issuer == issuer.subject and name != ROOT:
                builder = builder.add_revoked_certificate(_revoked_entry(certificate, row))
        return builder.sign(self._keys[label], hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def ocsp(self, request_der: bytes, now: datetime) -> bytes:
        """The answer to one OCSP request about a certificate of the issuing CA."""
        try:
            request = ocsp.load_der_ocsp_request(request_der)
            algorithm, serial = request.hash_algorithm, request.serial_number
        except (ValueError, NotImplementedError):
            return _ocsp_error(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        label = next((one for one in self._pki.labels if self._issued(one, serial)), None)
        if label is None:
            return _ocsp_error(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        now = now.replace(microsecond=0)
        revoked = self._pki.revoked().get(label)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=self._certificates[label],
            issuer=self._certificates[ISSUING],
            algorithm=algorithm,
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=now,
            next_update=now + OCSP_VALIDITY,
            revocation_time=revoked.at if revoked else None,
            revocation_reason=_REASONS[revoked.reason] if revoked else None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self._certificates[OCSP])
        builder = builder.certificates([self._certificates[OCSP]])
        for extension in request.extensions:
            if isinstance(extension.value, x509.OCSPNonce):
                builder = builder.add_extension(extension.value, critical=False)
        answer = builder.sign(self._keys[OCSP], hashes.SHA256())
        if not _same_issuer(request, answer):
            return _ocsp_error(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        return answer.public_bytes(serialization.Encoding.DER)

    def timestamp(self, request_der: bytes, now: datetime) -> bytes:
        """A TimeStampResp (RFC 3161 §2.4.2), whole seconds; refuses weak imprints with badAlg."""
        try:
            request = tsp.TimeStampReq.load(request_der, strict=True)
            imprint = request["message_imprint"]
            algorithm = imprint["hash_algorithm"]["algorithm"].native
            digest, nonce = imprint["hashed_message"].native, request["nonce"].native
            with_certificates = bool(request["cert_req"].native)
        except (ValueError, TypeError):
            return _tsa_error("bad_data_format")
        if algorithm not in _IMPRINTS or len(digest) != hashlib.new(algorithm).digest_size:
            return _tsa_error("bad_alg")
        info = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": imprint,
            "serial_number": secrets.randbits(63) | 1 << 63,
            "gen_time": now.replace(microsecond=0),
            "accuracy": {"seconds": 1},
        }
        if nonce is not None:
            info["nonce"] = nonce
        token = self._sign_token(tsp.TSTInfo(info).dump(), with_certificates=with_certificates)
        return bytes(tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump())

    def _sign_token(self, content: bytes, *, with_certificates: bool) -> cms.ContentInfo:
        certificate = self._tsa
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        identity = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate.dump()).digest()})
        attributes = cms.CMSAttributes(
            [
                _attribute("content_type", "tst_info"),
                _attribute("message_digest", hashlib.sha256(content).digest()),
                _attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [identity]})),
            ]
        )
        signature = self._keys[TSA].sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA256())
        signer = {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}}
            ),
            "digest_algorithm": sha256,
            "signature_algorithm": {"algorithm": "sha256_rsa"},
            "signed_attrs": attributes,
            "signature": signature,
        }
        data = {
            "version": "v3",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
            "signer_infos": [signer],
        }
        if with_certificates:
            data["certificates"] = [certificate, *self._tsa_chain]
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(data)})

    def _issued(self, label: str, serial: int) -> bool:
        certificate = self._certificates[label]
        return certificate.serial_number == serial and certificate.issuer == self._certificates[ISSUING].subject


def _revoked_entry(certificate: x509.Certificate, row: Revoked) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder(certificate.serial_number, row.at)
    return builder.add_extension(x509.CRLReason(_REASONS[row.reason]), critical=False).build()


def _same_issuer(request: ocsp.OCSPRequest, answer: ocsp.OCSPResponse) -> bool:
    return (request.issuer_name_hash, request.issuer_key_hash) == (answer.issuer_name_hash, answer.issuer_key_hash)


def _ocsp_error(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(serialization.Encoding.DER)


def _tsa_error(failure: str) -> bytes:
    status = tsp.PKIStatusInfo({"status": "rejection", "fail_info": {failure}})
    return bytes(_Refusal({"status": status}).dump())


def _attribute(kind: str, value: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": [value]})
