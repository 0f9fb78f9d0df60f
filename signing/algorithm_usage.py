"""The dated table of algorithms as pyHanko and certvalidator ask for it, for certificates, signatures, answers and timestamps alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint

from .algorithms import Limit, Strength, strength_of

if TYPE_CHECKING:
    from asn1crypto import algos, keys

_EDWARDS = {"ed25519": 256, "ed448": 456}  # RFC 8032: their size is in their name


class DatedUsage(CMSAlgorithmUsagePolicy):
    """Allowed when the table trusts algorithm, key size and digest at the moment in question (None: now)."""

    def __init__(self, limits: Sequence[Limit] = ()) -> None:
        self._limits = tuple(limits)

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        name = algo["algorithm"].native
        return _constraint(strength_of(name, 0, self._limits), moment, name)

    def signature_algorithm_allowed(
        self, algo: algos.SignedDigestAlgorithm, moment: datetime | None, public_key: keys.PublicKeyInfo | None
    ) -> AlgorithmUsageConstraint:
        name, digest = names_of(algo)
        bits = key_bits(name, public_key)
        found = _constraint(strength_of(name, bits, self._limits), moment, f"{name} {bits}")
        if not found.allowed or not digest:
            return found
        also = _constraint(strength_of(digest, 0, self._limits), moment, digest)
        return also if not also.allowed else found


def usage_policy(limits: Sequence[Limit] = ()) -> DatedUsage:
    """The policy object for a validation specification; ``limits`` come from the entity's policy. Cheap: made once per set of limits."""
    return _made(tuple(limits))


def names_of(algo: algos.SignedDigestAlgorithm) -> tuple[str, str]:
    """Signature algorithm and its digest by asn1crypto's names; the digest is empty where the mechanism names none by itself."""
    try:
        name = str(algo.signature_algo)
    except ValueError:
        name = str(algo["algorithm"].native)
    try:
        return name, str(algo.hash_algo)
    except ValueError:
        return name, ""


def key_bits(name: str, public_key: keys.PublicKeyInfo | None) -> int:
    """The size of a key in bits. Without one the size is not what is asked: as large as any."""
    if name in _EDWARDS:
        return _EDWARDS[name]
    if public_key is None:
        return 1 << 16
    try:
        return int(public_key.bit_size)
    except (ValueError, TypeError, KeyError, AttributeError, NotImplementedError):
        return 0


@lru_cache(maxsize=8)
def _made(limits: tuple[Limit, ...]) -> DatedUsage:
    return DatedUsage(limits)


def _constraint(strength: Strength, moment: datetime | None, what: str) -> AlgorithmUsageConstraint:
    allowed = strength.trusted_at(moment or datetime.now(UTC))
    if allowed:
        return AlgorithmUsageConstraint(allowed=True, not_allowed_after=strength.end())
    reason = (
        f"{what}: trusted until {strength.until}" if strength.known else f"{what}: in no table of trusted algorithms"
    )
    return AlgorithmUsageConstraint(allowed=False, not_allowed_after=strength.end(), failure_reason=reason)
