"""temporary stand-in"""

from __future__ import annotations

import hashlib

from asn1crypto import cms, tsp, x509

from .report import Padding


class CmsTemplate:
    def __init__(self, certificate, issuers, *, digest="sha256", padding=Padding.PKCS1, policy=None, commitment=None):
        self.cert = x509.Certificate.load(certificate)
        self.issuers = [x509.Certificate.load(i) for i in issuers]
        self.digest = digest
        self.padding = padding
        self.room = 2048 + len(certificate) + sum(map(len, issuers))
        self.der = certificate

    def _attrs(self, d):
        sc = tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(self.der).digest()})]})
        return cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [d]}),
                cms.CMSAttribute({"type": "signing_certificate_v2", "values": [sc]}),
            ]
        )

    def to_sign(self, d):
        return self._attrs(d).dump()

    def finish(self, d, signature, *, timestamp=None):
        ec = self.cert.public_key.algorithm == "ec"
        alg = {"algorithm": f"{self.digest}_ecdsa" if ec else f"{self.digest}_rsa"}
        si = {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": self.cert.issuer, "serial_number": self.cert.serial_number}
                    )
                }
            ),
            "digest_algorithm": {"algorithm": self.digest},
            "signature_algorithm": alg,
            "signed_attrs": self._attrs(d),
            "signature": signature,
        }
        if timestamp:
            si["unsigned_attrs"] = cms.CMSAttributes(
                [cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [cms.ContentInfo.load(timestamp)]})]
            )
        sd = {
            "version": "v1",
            "digest_algorithms": [{"algorithm": self.digest}],
            "encap_content_info": {"content_type": "data"},
            "certificates": [self.cert, *self.issuers],
            "signer_infos": [si],
        }
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(sd)}).dump()
