"""Chains to the anchors and the revocation answers that prove them, as they go into a document's DSS."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import SigningError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from asn1crypto import x509

    from .trust import Purpose, TrustStore


@dataclass(slots=True)
class Evidence:
    """What a DSS needs: validation paths, OCSP responses, CRLs (asn1crypto objects)."""

    paths: list[Any] = field(default_factory=list)
    ocsps: list[Any] = field(default_factory=list)
    crls: list[Any] = field(default_factory=list)


class Collector:
    """Validates chains with the network and keeps what it used, also in the trust store's cache. Made by ``collector``."""

    def __init__(self, contexts: dict[Purpose, Any], cache: Path | None) -> None:
        self._contexts = contexts
        self._cache = cache
        self._paths: list[Any] = []

    async def signer(self, certificate: x509.Certificate, others: Iterable[x509.Certificate]) -> None:
        """A signer's chain with revocation. Raises SigningError: see ``chain_error``."""
        await self._validate("signing", certificate, others, set())

    async def authority(self, certificate: x509.Certificate, others: Iterable[x509.Certificate]) -> None:
        """The chain of a timestamp authority, with revocation."""
        await self._validate("timestamping", certificate, others, {"time_stamping"})

    def evidence(self) -> Evidence:
        """What was gathered so far."""
        contexts = self._contexts.values()
        return Evidence(
            paths=list(self._paths),
            ocsps=[item for context in contexts for item in context.ocsps],
            crls=[item for context in contexts for item in context.crls],
        )

    async def _validate(
        self, purpose: Purpose, certificate: x509.Certificate, others: Iterable[x509.Certificate], extended: set[str]
    ) -> None:
        from pyhanko_certvalidator import CertificateValidator

        validator = CertificateValidator(
            certificate, intermediate_certs=list(others), validation_context=self._contexts[purpose]
        )
        try:
            path = await validator.async_validate_usage(set(), extended_key_usage=extended or None)  # type: ignore[no-untyped-call]
        except Exception as error:
            self._keep(purpose, getattr(error, "original_path", None))  # above all what says revoked
            raise chain_error(error, certificate, other="revocation.unreachable") from error
        self._keep(purpose, path)
        self._paths.append(path)

    def _keep(self, purpose: Purpose, path: Any) -> None:
        from .kept_answers import keep_answers
        from .revocation import Evidence

        if path is not None:
            context = self._contexts[purpose]
            keep_answers(self._cache, _leaf_first(path), Evidence((), tuple(context.ocsps), tuple(context.crls)))


@contextlib.asynccontextmanager
async def collector(trust: TrustStore, chain: Iterable[bytes] = ()) -> AsyncIterator[Collector]:
    """A collector that fetches OCSP and CRLs; every certificate of a chain must have an answer."""
    from pyhanko_certvalidator.fetchers import OwnedFetcherBackend

    from .answers_online import Backend, guarded_session
    from .indications import TOLERANCE

    contexts: dict[Purpose, Any] = {}
    purposes: tuple[Purpose, ...] = ("signing", "timestamping")
    session = guarded_session(trust.policy)
    try:
        for purpose in purposes:
            backend = OwnedFetcherBackend(Backend(session))
            contexts[purpose] = _context(
                trust,
                purpose,
                chain,
                allow_fetching=trust.policy.online,
                revocation_mode="require",
                fetcher_backend=backend,
                time_tolerance=TOLERANCE,
            )
        yield Collector(contexts, trust.cache)
    finally:
        for context in contexts.values():
            await context.aclose()
        await session.close()


async def require_chain(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    trust: TrustStore,
    *,
    purpose: Purpose,
    at: datetime | None = None,
) -> tuple[x509.Certificate, ...]:
    """A chain to an anchor (leaf first), offline, without revocation. Raises SigningError: see ``chain_error``."""
    from pyhanko_certvalidator import CertificateValidator

    extended = {"time_stamping"} if purpose == "timestamping" else None
    context = _context(trust, purpose, (), moment=at, revocation_mode="soft-fail")
    validator = CertificateValidator(certificate, intermediate_certs=list(others), validation_context=context)
    try:
        path = await validator.async_validate_usage(set(), extended_key_usage=extended)  # type: ignore[no-untyped-call]
    except Exception as error:
        raise chain_error(error, certificate) from error
    return _leaf_first(path)


async def require_not_revoked(
    chain: Sequence[x509.Certificate], trust: TrustStore, *, at: datetime, online: bool
) -> None:
    """Refuse a signer's chain (leaf first) of which it is known that it was revoked at ``at``: SigningError ``certificate.revoked``.

    Known is what the cache holds and, ``online``, what is asked now. An answer counts when its own signature holds on the day it was
    given: it does not lose its force when it grows old. No answer is no objection.
    """
    from pyhanko_certvalidator import CertificateValidator
    from pyhanko_certvalidator.errors import RevokedError

    from .asking import fetch
    from .kept_answers import read_cache
    from .revocation import revoking_answers

    known = read_cache(trust.cache, chain)
    if online:
        known = known + fetch(chain, trust.cache, trust.policy)
    for date, answer in revoking_answers(chain, known):  # one by one: another answer may not outweigh it
        options = {"moment": date, "revocation_mode": "soft-fail", "ocsps": answer.ocsps, "crls": answer.crls}
        context = _context(trust, "signing", (), **options)
        validator = CertificateValidator(chain[0], intermediate_certs=list(chain[1:]), validation_context=context)
        try:
            await validator.async_validate_usage(set())  # type: ignore[no-untyped-call]
        except RevokedError as error:
            if error.revocation_dt <= at:
                raise chain_error(error, chain[0]) from error
        except Exception:  # noqa: BLE001, S112 - an answer that cannot be judged says nothing
            continue


def chain_error(error: Exception, certificate: x509.Certificate, *, other: str = "") -> SigningError:
    """Errors of certvalidator as ours: certificate.revoked, certificate.expired, revocation.unreachable, chain.untrusted.

    ``other``: the code where it stumbles over what a service answered; "" raises such an error as it is.
    """
    from pyhanko_certvalidator import errors

    from .subject import read_person

    name = read_person(certificate).name or "?"
    if isinstance(error, errors.RevokedError):
        return SigningError("certificate.revoked", name=name, date=error.revocation_dt.isoformat())
    if isinstance(error, errors.ExpiredError | errors.NotYetValidError):
        return SigningError("certificate.expired", name=name, until=certificate.not_valid_after.isoformat())
    if isinstance(error, errors.InsufficientRevinfoError | errors.OCSPFetchError | errors.CRLFetchError):
        return SigningError("revocation.unreachable", name=name)
    if isinstance(error, errors.PathError | errors.ValidationError):
        return SigningError("chain.untrusted", name=name, reason=type(error).__name__)
    if other:
        return SigningError(other, name=name)
    raise error


def load_certificates(chain: Iterable[bytes]) -> list[x509.Certificate]:
    """DER to asn1crypto."""
    from asn1crypto.x509 import Certificate as Loaded

    return [Loaded.load(der) for der in chain]


def _leaf_first(path: Any) -> tuple[x509.Certificate, ...]:
    return tuple(path.iter_certs(include_root=True))[::-1]


def _context(trust: TrustStore, purpose: Purpose, chain: Iterable[bytes], **options: Any) -> Any:
    from pyhanko_certvalidator import ValidationContext
    from pyhanko_certvalidator.registry import CertificateRegistry

    # A registry of our own, without a fetcher: revocation answers are fetched, issuers named by a foreign certificate never are.
    return ValidationContext(
        trust_roots=load_certificates(anchor.der for anchor in trust.anchors_for(purpose)),
        certificate_registry=CertificateRegistry.build(load_certificates([*trust.intermediates, *chain])),
        **options,
    )
