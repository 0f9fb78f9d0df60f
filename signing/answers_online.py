"""Revocation answers over the network, for certvalidator: what it would stumble over is no answer, so that it goes on to the next source.

Without this a service that is late, or that answers in a stranger's name, ends the whole validation with an error of no kind, and a
list that is good (RFC 5280 §6.3) is never asked for.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.errors import CRLFetchError, OCSPFetchError
from pyhanko_certvalidator.fetchers import Fetchers
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.fetchers.aiohttp_fetchers.crl_client import AIOHttpCRLFetcher
from pyhanko_certvalidator.fetchers.aiohttp_fetchers.ocsp_client import AIOHttpOCSPFetcher
from pyhanko_certvalidator.fetchers.common_utils import FetchBudget

from .addresses import AddressRule

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from .policy import VerificationPolicy

LIMIT = 10.0  # seconds for one request


def guarded_session(policy: VerificationPolicy) -> ClientSession:
    """Connections to addresses that the policy permits, judged as each is opened: names, literal addresses and redirects alike.

    Through a proxy the entity's own machine decides. Inside a running loop; the caller closes it.
    """
    import aiohttp

    rule = AddressRule(policy.private, policy.forbidden)

    def open_socket(info: Any) -> socket.socket:
        family, kind, protocol, _, address = info
        if not policy.proxy and not rule.permits(str(address[0])):
            raise PermissionError(address[0])
        return socket.socket(family=family, type=kind, proto=protocol)

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=open_socket),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        proxy=policy.proxy if policy.proxy.startswith("http://") else None,
    )


class _Ocsp(AIOHttpOCSPFetcher):
    async def _fetch(self, cert: Any, authority: Any) -> Any:
        try:
            answer = await super()._fetch(cert, authority)
            stranger = _answers_as_a_stranger(answer, getattr(authority, "certificate", None))
        except (OSError, ValueError, TypeError) as error:  # asyncio's time limit is an OSError
            raise OCSPFetchError(type(error).__name__) from error
        if stranger:
            raise OCSPFetchError("signed by a stranger")
        return answer


class _Lists(AIOHttpCRLFetcher):
    async def fetch(self, *args: Any, **options: Any) -> Any:
        try:
            return await super().fetch(*args, **options)
        except (OSError, ValueError, TypeError) as error:
            raise CRLFetchError(type(error).__name__) from error


class Backend(AIOHttpFetcherBackend):
    """Everything else is certvalidator's."""

    def get_fetchers(self) -> Fetchers:
        """Fresh ones with one budget."""
        common: dict[str, Any] = {"per_request_timeout": LIMIT, "budget": FetchBudget(self.limits)}
        return Fetchers(
            ocsp_fetcher=_Ocsp(self.session, **common),
            crl_fetcher=_Lists(self.session, **common),
            cert_fetcher=super().get_fetchers().cert_fetcher,
        )


def _answers_as_a_stranger(answer: Any, issuer: Any) -> bool:
    """Whether an answer brings certificates and none of them is the issuer or a responder that it made (RFC 6960 §4.2.2.2)."""
    if issuer is None or answer["response_status"].native != "successful":
        return False
    brought = answer.basic_ocsp_response["certs"]
    return bool(len(brought)) and not any(_stands_for(one.dump(), issuer.dump()) for one in brought)


def _stands_for(certificate: bytes, issuer: bytes) -> bool:
    if certificate == issuer:
        return True
    try:
        x509.load_der_x509_certificate(certificate).verify_directly_issued_by(x509.load_der_x509_certificate(issuer))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
