"""What all signatures of a pile have in common: the open token, the certificate and its issuers, the wishes, the CMS template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .cms_template import CmsTemplate
from .errors import SigningError
from .options import SignOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyhanko.sign.signers import PdfSignatureMetadata

    from .session import TokenSession
    from .trust import TrustStore

DIGESTS = ("sha256", "sha384", "sha512")
_BY_CURVE = {"EC secp384r1": "sha384", "EC secp521r1": "sha512"}


class Pen:
    """Made once for a pile. ``identity`` is the signer as pyHanko wants to see it; it signs nothing.

    Raises SigningError ``sign.bad_digest`` for a digest that is none of sha256, sha384, sha512.
    """

    def __init__(self, session: TokenSession, options: SignOptions, trust: TrustStore) -> None:
        from pyhanko.sign.signers import ExternalSigner
        from pyhanko_certvalidator.registry import SimpleCertificateStore

        from .chains import load_certificates

        self.session = session
        self.options = options
        self._trust = trust
        self.certificate = session.certificate
        self.digest = options.digest or _BY_CURVE.get(session.certificate.algorithm, "sha256")
        if self.digest not in DIGESTS:
            raise SigningError("sign.bad_digest", digest=self.digest)
        self.issuers = issuers_of_signer(session.certificate.der, session.chain, trust)
        self.template = CmsTemplate(
            session.certificate.der,
            self.issuers,
            digest=self.digest,
            padding=options.padding,
            policy=options.policy,
            commitment=options.commitment,
        )
        self.identity = ExternalSigner(
            signing_cert=load_certificates([session.certificate.der])[0],
            cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
            signature_value=512,
            embed_roots=False,
        )

    def with_options(self, options: SignOptions) -> Pen:
        """The same token with other wishes."""
        return Pen(self.session, options, self._trust)

    def field_lock(self) -> Any:
        """The lock that is wished, as pyHanko's FieldMDPSpec; None for none."""
        from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec

        lock = self.options.lock
        if lock is None:
            return None
        action = FieldMDPAction["ALL" if lock.action == "all" else lock.action.upper()]
        return FieldMDPSpec(action, None if lock.action == "all" else list(lock.fields))

    def metadata(self, field: str) -> PdfSignatureMetadata:
        """The wishes as pyHanko takes them, for the signature dictionary of ``field``."""
        from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
        from pyhanko.sign.signers import PdfSignatureMetadata

        more: dict[str, Any] = {}
        if self.options.certify is not None:
            more = {"certify": True, "docmdp_permissions": MDPPerm(self.options.certify)}
        return PdfSignatureMetadata(
            field_name=field,
            md_algorithm=self.digest,
            subfilter=SigSeedSubFilter.PADES,
            reason=self.options.reason or None,
            location=self.options.location or None,
            name=self.certificate.person.name or None,
            **more,
        )

    def sign(self, document_digest: bytes) -> bytes:
        """The token's signature over the signed attributes. Blocks. Raises TokenError."""
        covered = self.template.to_sign(document_digest)
        return self.session.sign_raw(covered, digest=self.digest, padding=self.options.padding)


def issuers_of_signer(certificate: bytes, chain: Sequence[bytes], trust: TrustStore) -> tuple[bytes, ...]:
    """The issuing certificates to embed: from the token (``chain``) and the trust store, following issuer names; roots are left out."""
    from .chains import load_certificates

    pool = load_certificates(dict.fromkeys([*chain, *trust.intermediates]))
    current = load_certificates([certificate])[0]
    found: list[bytes] = []
    while (issuer := next((one for one in pool if one.subject == current.issuer), None)) is not None:
        if issuer.self_issued or issuer.dump() in found:
            break
        found.append(issuer.dump())
        current = issuer
    return tuple(found)
