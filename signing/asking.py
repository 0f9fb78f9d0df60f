"""Revocation answers and missing issuers asked for now, over the network.

pyHanko never touches the network here: what may be fetched is fetched first, into plain evidence, and judged offline. Only addresses of
certificates whose chain ends in an anchor are asked for answers, so that an attacker's own certificate cannot make this computer call
anywhere; issuers are another matter (they are asked for because there is no chain yet), and fetched only where the policy says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

from asn1crypto import algos, cms, core, ocsp, pem, x509
from pyhanko_certvalidator.util import get_ocsp_urls

from . import parsed
from .fetching import NotFetched, Request, fetch_bytes
from .kept_answers import crl_urls, keep_answers, keep_issuer, kept_issuers, web_only
from .policy import STRICT, VerificationPolicy
from .revocation import Evidence, answers_about
from .trust import TrustStore

_DEPTH = 6  # issuers above each other
_MOST = 8  # requests for issuers of one certificate


def fetch(path: Sequence[x509.Certificate], cache: Path | None, policy: VerificationPolicy = STRICT) -> Evidence:
    """Ask for answers about a chain whose signatures were already checked: leaf first, anchor last.

    OCSP is asked first, the CRL where there is none or it fails. Never raises: no answer is no evidence, and a policy that forbids
    asking is none either.
    """
    if not policy.online:
        return Evidence()
    found, end = Evidence(), monotonic() + policy.total_seconds
    for certificate, issuer in pairwise(path):
        found = found + (_fetch_ocsp(certificate, issuer, policy, end) or _fetch_crl(certificate, policy, end))
    keep_answers(cache, path, found, most=policy.cache_bytes)
    return found


def _fetch_ocsp(
    certificate: x509.Certificate, issuer: x509.Certificate, policy: VerificationPolicy, end: float
) -> Evidence | None:
    request = _ocsp_request(certificate, issuer)
    for url in _ocsp_urls(certificate):
        body = _get(Request(url, policy.largest_ocsp, request, "application/ocsp-request"), policy, end)
        if body is None:
            continue
        try:
            found = Evidence(ocsps=(parsed.answer(body),))
        except Exception:  # noqa: BLE001, S112 - asn1crypto raises many types on what is no answer
            continue
        if any(answers_about(certificate, issuer, found)):
            return found
    return None


def _ocsp_request(certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    identity = ocsp.CertId(
        {
            "hash_algorithm": algos.DigestAlgorithm(
                {"algorithm": "sha1"}
            ),  # RFC 6960: an identifier here, no signature rests on it
            "issuer_name_hash": core.OctetString(certificate.issuer.sha1),
            "issuer_key_hash": core.OctetString(issuer.public_key.sha1),
            "serial_number": certificate.serial_number,
        }
    )
    return bytes(ocsp.OCSPRequest({"tbs_request": {"request_list": [{"req_cert": identity}]}}).dump())


def _fetch_crl(certificate: x509.Certificate, policy: VerificationPolicy, end: float) -> Evidence:
    for url in crl_urls(certificate):
        body = _get(Request(url, policy.largest_crl), policy, end)
        if body is None:
            continue
        try:
            return Evidence(crls=(parsed.revocation_list(body),))
        except Exception:  # noqa: BLE001, S112 - as above
            continue
    return Evidence()


def _ocsp_urls(certificate: x509.Certificate) -> list[str]:
    try:
        return web_only(get_ocsp_urls(certificate))
    except Exception:  # noqa: BLE001 - a damaged extension names no place
        return []


def _get(request: Request, policy: VerificationPolicy, end: float) -> bytes | None:
    try:
        return fetch_bytes(request, policy, deadline=end)
    except NotFetched:
        return None


# --- issuers -----------------------------------------------------------------------------------------------------------------------


def missing_issuers(
    certificate: x509.Certificate, known: Sequence[x509.Certificate], trust: TrustStore, *, online: bool
) -> tuple[x509.Certificate, ...]:
    """Issuers above ``certificate`` that are neither among ``known`` nor in ``trust``, by the addresses that it names (RFC 5280
    §4.2.2.1), nearest first.

    Only where the policy says ``aia``. Kept ones serve offline. What comes is no more than a helper for building chains: each has
    signed the one below, and none is trusted by being fetched. Never raises.
    """
    policy = trust.policy
    if not policy.aia:
        return ()
    here = [*known, *(parsed.certificate(der) for der in (*trust.intermediates, *(one.der for one in trust.anchors)))]
    asking = _Asking(trust.cache, policy, monotonic() + policy.total_seconds, online=online and policy.online)
    found: list[x509.Certificate] = []
    below = certificate
    for _ in range(_DEPTH):
        if below.self_issued:
            break
        issuer = _first_issuer(below, here)
        if issuer is None:
            issuer = asking.issuer_of(below)
            if issuer is None:
                break
            found.append(issuer)
        below = issuer
    return tuple(found)


@dataclass(slots=True)
class _Asking:
    """The requests for issuers about one certificate: kept ones first, then at most a few over the network."""

    cache: Path | None
    policy: VerificationPolicy
    end: float
    online: bool
    left: int = _MOST

    def issuer_of(self, below: x509.Certificate) -> x509.Certificate | None:
        for url in _issuer_urls(below):
            issuer = _first_issuer(below, kept_issuers(self.cache, url))
            if issuer is None and self.online and self.left:
                self.left -= 1
                issuer = _first_issuer(below, _fetch_certificates(url, self.policy, self.end))
                if issuer is not None:
                    keep_issuer(self.cache, url, issuer)
            if issuer is not None:
                return issuer
        return None


def _issuer_urls(certificate: x509.Certificate) -> list[str]:
    try:
        described = certificate.authority_information_access_value or ()
        return web_only(
            entry["access_location"].native
            for entry in described
            if entry["access_method"].native == "ca_issuers"
            and entry["access_location"].name == "uniform_resource_identifier"
        )[:4]
    except Exception:  # noqa: BLE001 - a damaged extension names no place
        return []


def _fetch_certificates(url: str, policy: VerificationPolicy, end: float) -> tuple[x509.Certificate, ...]:
    body = _get(Request(url, policy.largest_certificate), policy, end)
    if body is None:
        return ()
    try:
        return tuple(parsed.certificate(der) for der in _certificates_in(body))
    except Exception:  # noqa: BLE001 - asn1crypto raises many types on what is no certificate
        return ()


def _certificates_in(body: bytes) -> list[bytes]:
    """One certificate in DER, or a degenerate CMS that holds some (RFC 5280 §4.2.2.1); PEM is common too."""
    if pem.detect(body):
        return [der for name, _, der in pem.unarmor(body, multiple=True) if name == "CERTIFICATE"]
    try:
        _ = x509.Certificate.load(body, strict=True).native
    except (ValueError, TypeError):
        content: Any = cms.ContentInfo.load(body, strict=True)["content"]
        return [item.chosen.dump() for item in content["certificates"] if item.name == "certificate"][:16]
    return [body]


def _first_issuer(below: x509.Certificate, candidates: Sequence[x509.Certificate]) -> x509.Certificate | None:
    return next((one for one in candidates if _issued(one, below)), None)


def _issued(issuer: x509.Certificate, below: x509.Certificate) -> bool:
    """Whether it bears the name, is an authority, and its key made the signature."""
    from cryptography import x509 as pyca
    from cryptography.exceptions import InvalidSignature

    if issuer.subject != below.issuer or not issuer.ca:
        return False
    try:
        upper, lower = (pyca.load_der_x509_certificate(one.dump()) for one in (issuer, below))
        lower.verify_directly_issued_by(upper)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
