"""RFC 3161 timestamps over HTTP, checked on arrival. A TSA has quotas: nothing here asks for a token only to measure it twice."""

from __future__ import annotations

import base64
import contextlib
import ssl
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from .errors import SigningError

if TYPE_CHECKING:
    from asn1crypto.cms import ContentInfo
    from pyhanko.sign.timestamps import TimeStamper

    from .trust import TrustStore

_FIRST_GUESS = 8192  # bytes of DER; TSAs that send long chains need more (research: 16,752 hex characters seen)


class TimestampClient:
    """A TSA: its address and how to be let in. Holds no connection between operations; may be used from any thread.

    ``timeout`` is seconds per request. ``token_size`` learns from the tokens that arrive (bytes of DER).
    """

    def __init__(
        self,
        url: str,
        *,
        username: str | None = None,
        password: str | None = None,
        bearer: str | None = None,
        timeout: float = 10.0,
    ) -> None:
        self.url = url
        self.timeout = timeout
        self.token_size = _FIRST_GUESS
        self._authorization = _authorization(username, password, bearer)
        self._sample: bytes | None = None
        self._tls: ssl.SSLContext | None = None

    def __repr__(self) -> str:
        return f"TimestampClient({self.url!r})"

    @contextlib.asynccontextmanager
    async def stamper(self, trust: TrustStore) -> AsyncIterator[Any]:
        """A pyHanko timestamper over one shared session, for one operation. Its tokens come checked, down to an anchor of ``trust``.

        It raises SigningError ``tsa.untrusted`` and those of ``request_error``.
        """
        import aiohttp

        connector = aiohttp.TCPConnector(ssl=self._tls_context()) if self.url.startswith("https:") else None
        async with aiohttp.ClientSession(connector=connector) as session:
            yield self._stamper(session, trust)

    def remaining(self, _now: object) -> int | None:
        return None

    def learn(self, token: ContentInfo) -> None:
        """Remember the size of a token, and the token itself as a sample of the TSA's certificates."""
        self._sample = token.dump()
        self.token_size = max(self.token_size, len(self._sample) + 512)

    def _stamper(self, session: Any, trust: TrustStore) -> TimeStamper:
        from asn1crypto import cms
        from pyhanko.sign.timestamps import HTTPTimeStamper

        client = self

        class Stamper(HTTPTimeStamper):
            async def async_request_tsa_response(self, req: Any) -> Any:
                response = await super().async_request_tsa_response(req)
                _require_granted(response.dump(), client.url)
                return response

            async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> ContentInfo:
                token = await _answered(super().async_timestamp(message_digest, md_algorithm), client.url)
                await _require_good(token, message_digest, client.url, trust)
                client.learn(token)
                return token

            async def async_token(self, message_digest: bytes, md_algorithm: str) -> bytes:
                return bytes((await self.async_timestamp(message_digest, md_algorithm)).dump())

            async def async_dummy_response(self, md_algorithm: str) -> ContentInfo:
                if client._sample is None:
                    return await super().async_dummy_response(md_algorithm)
                sample = cms.ContentInfo.load(client._sample)
                self._register_dummy(md_algorithm, sample)  # type: ignore[no-untyped-call]
                return sample

        headers = {"Authorization": self._authorization} if self._authorization else None
        return Stamper(self.url, timeout=self.timeout, headers=headers, session=session)

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls


def _authorization(username: str | None, password: str | None, bearer: str | None) -> str:
    """The header's value (RFC 6750, RFC 7617). aiohttp's own BasicAuth is deprecated."""
    if bearer:
        return f"Bearer {bearer}"
    if username is None:
        return ""
    return "Basic " + base64.b64encode(f"{username}:{password or ''}".encode()).decode("ascii")


async def _answered(request: Any, url: str) -> ContentInfo:
    from pyhanko.sign.timestamps.common_utils import TimestampRequestError

    try:
        return await request
    except TimestampRequestError as error:
        raise request_error(error, url) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # asn1crypto on what is no TSP response
        raise SigningError("tsa.bad_answer", url=url, reason=type(error).__name__) from error
    except OSError as error:
        raise SigningError("tsa.unreachable", url=url, reason=type(error).__name__) from error


def request_error(error: Exception, url: str) -> SigningError:
    """The one error of pyHanko told apart: ``tsa.unreachable`` (no answer, 5xx), ``tsa.refused`` (4xx, not granted), ``tsa.bad_answer``."""
    import aiohttp

    cause = error.__cause__
    if isinstance(cause, aiohttp.ContentTypeError):
        return SigningError("tsa.bad_answer", url=url, reason="content_type")
    if isinstance(cause, aiohttp.ClientResponseError):
        code = "tsa.unreachable" if cause.status >= 500 else "tsa.refused"
        return SigningError(code, url=url, reason=f"HTTP {cause.status}")
    if isinstance(cause, aiohttp.InvalidURL):
        return SigningError("tsa.unreachable", url=url, reason="InvalidURL")
    if cause is not None:
        return SigningError("tsa.unreachable", url=url, reason=type(cause).__name__)
    if "nonce" in str(error):
        return SigningError("tsa.bad_answer", url=url, reason="nonce")
    return SigningError("tsa.refused", url=url, reason="not_granted")


def _require_granted(response: bytes, url: str) -> None:
    """The status alone (RFC 3161 §2.4.2): asn1crypto takes a refusal, which has no token, for damage."""
    from asn1crypto import parser, tsp

    outer = parser.parse(response)[4]
    status = tsp.PKIStatusInfo.load(outer)["status"].native
    if status not in ("granted", "granted_with_mods"):
        raise SigningError("tsa.refused", url=url, reason=str(status))


async def _require_good(token: ContentInfo, digest: bytes, url: str, trust: TrustStore) -> None:
    from pyhanko.sign.general import extract_certificate_info

    from .chains import require_chain
    from .checks import token_intact

    if not token_intact(token["content"], digest):
        raise SigningError("tsa.bad_answer", url=url, reason="token")
    info = extract_certificate_info(token["content"])
    try:
        await require_chain(info.signer_cert, info.other_certs, trust, purpose="timestamping")
    except SigningError as error:
        raise SigningError("tsa.untrusted", url=url, reason=error.code) from error
