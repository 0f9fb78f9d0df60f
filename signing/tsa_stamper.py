"""pyHanko's TimeStamper over a line to one or several TSAs. Imported with the first timestamp: pyHanko is heavy."""

from __future__ import annotations

from typing import Protocol

from asn1crypto import cms
from pyhanko.sign.timestamps import TimeStamper


class Line(Protocol):
    """Where tokens come from, for one operation."""

    async def token(self, digest: bytes, algorithm: str) -> bytes:
        """A checked TimeStampToken over ``digest``, DER."""
        ...

    def sample(self) -> bytes | None:
        """A token that came before, for its size and its certificates."""
        ...


class Stamper(TimeStamper):
    """Many tokens may be in flight at once, in one event loop. Every token that comes out was judged (``tsa_check``)."""

    def __init__(self, line: Line) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._line = line

    async def async_token(self, digest: bytes, algorithm: str) -> bytes:
        """DER of a ContentInfo over ``digest`` (sha256, sha384, sha512). Raises SigningError ``tsa.*``."""
        return await self._line.token(digest, algorithm)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """The same, as pyHanko wants it; parsed when it is looked at."""
        return cms.ContentInfo.load(await self._line.token(message_digest, md_algorithm))

    async def async_dummy_response(self, md_algorithm: str) -> cms.ContentInfo:
        """A token that came before, whatever its digest; only where none ever came is one asked for."""
        known = self._line.sample()
        if known is None:
            return await super().async_dummy_response(md_algorithm)
        token = cms.ContentInfo.load(known)
        self._register_dummy(md_algorithm, token)  # type: ignore[no-untyped-call]
        return token
