"""pyHanko's signer over an open token session: the CMS is made here, only the raw signature in the token's worker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from .chains import load_certificates
from .errors import SigningError

if TYPE_CHECKING:
    from asn1crypto.cms import CMSAttributes, ContentInfo

    from .session import TokenSession

_CMS_ROOM = 2048  # bytes of DER beside certificates, signature and timestamp
_BY_CURVE = {"EC secp384r1": "sha384", "EC secp521r1": "sha512"}


class RoomTooSmall(Exception):  # noqa: N818 - asks for another round with more room
    """The CMS does not fit the reserved room: the TSA's token was larger than foreseen."""


def digest_for(session: TokenSession) -> str:
    """The digest that suits the certificate's key."""
    return _BY_CURVE.get(session.certificate.algorithm, "sha256")


class SessionSigner(Signer):
    """Signs through ``session``. ``tolerate``: keep a signature without timestamp when the TSA fails; ``failure`` then tells why."""

    def __init__(self, session: TokenSession, issuers: Iterable[bytes], *, timestamp_room: int, tolerate: bool) -> None:
        certificate, *rest = load_certificates([session.certificate.der, *issuers])
        registry = SimpleCertificateStore.from_certs(rest)  # type: ignore[no-untyped-call]
        super().__init__(signing_cert=certificate, cert_registry=registry, embed_roots=False)
        self.failure: SigningError | None = None
        self._session = session
        self._tolerate = tolerate
        known = len(session.certificate.der) + sum(len(item.dump()) for item in rest)
        self.room = _CMS_ROOM + known + timestamp_room

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """The token's signature. The event loop waits: nothing else runs in it."""
        return bytes(512) if dry_run else self._session.sign_raw(data, digest=digest_algorithm)

    async def async_sign(self, *arguments: Any, **options: Any) -> ContentInfo:
        """Raises RoomTooSmall when the result would not fit."""
        signed = await super().async_sign(*arguments, **options)
        if len(signed.dump()) > self.room:
            raise RoomTooSmall
        return signed

    async def unsigned_attrs(self, *arguments: Any, **options: Any) -> CMSAttributes | None:
        """The signature timestamp, or nothing when the TSA fails and that is tolerated: the token has signed already."""
        try:
            return await super().unsigned_attrs(*arguments, **options)
        except SigningError as error:
            if not self._tolerate or not error.code.startswith("tsa."):
                raise
            self.failure = error
            return None
