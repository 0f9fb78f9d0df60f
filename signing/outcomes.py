"""Our verdict: pure rules over what was found. Never better than the weakest of indication, coverage and later changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from .changes import Later
from .indications import Result
from .report import FileVerdict, Indication, Integrity, LaterChanges, Outcome

_WORST_FIRST = (Outcome.UNREADABLE, Outcome.INVALID, Outcome.INDETERMINATE, Outcome.VALID, Outcome.UNSIGNED)

_FAILURES = {
    "HASH_FAILURE": "signature.altered",
    "SIG_CRYPTO_FAILURE": "signature.forged",
    "FORMAT_FAILURE": "signature.malformed",
    "REVOKED": "signature.revoked",
    "NOT_YET_VALID": "signature.not_yet_valid",
}
_UNDECIDED = {
    "NO_CERTIFICATE_CHAIN_FOUND": "signature.untrusted_root",
    "NO_SIGNING_CERTIFICATE_FOUND": "signature.no_certificate",
    "OUT_OF_BOUNDS_NO_POE": "signature.expired_unproven",
    "OUT_OF_BOUNDS_NOT_REVOKED": "signature.expired_unproven",
    "EXPIRED": "signature.expired_unproven",
    "NOT_YET_VALID": "signature.not_yet_valid",
    "CHAIN_CONSTRAINTS_FAILURE": "signature.wrong_purpose",
    "SIG_CONSTRAINTS_FAILURE": "signature.wrong_purpose",
    "CRYPTO_CONSTRAINTS_FAILURE": "signature.weak_algorithm",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": "signature.weak_algorithm",
    "REVOKED_NO_POE": "signature.revoked_unproven",
    "REVOKED_CA_NO_POE": "signature.authority_revoked",
    "TIMESTAMP_ORDER_FAILURE": "signature.undecided",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one signature when it is decided."""

    result: Result
    later: Later
    timestamp: bool = False
    proven: datetime | None = None
    claimed: datetime | None = None
    besides_revocation: Result | None = None  # the same procedure without asking for revocation
    answers_known: bool = False
    stamps_fail: bool = False  # it carries timestamps of its own, and none of them passed
    stamps_broken: bool = False  # one of them is of something else, or altered
    bound: bool = True  # its signed attributes name the certificate, where its kind demands that
    not_yet_valid: bool = False  # the certificate's time begins after the moment of judgement


def decide(finding: Finding) -> tuple[Outcome, str, tuple[str, ...]]:
    """Outcome, reason code, and whatever else holds. The gravest comes first."""
    bad = list(_bad(finding))
    if bad:
        return Outcome.INVALID, bad[0], tuple(dict.fromkeys(bad[1:]))
    if finding.result.passed:
        if finding.timestamp:
            return Outcome.VALID, "timestamp.valid", ()
        if not finding.bound:
            return Outcome.INDETERMINATE, "signature.not_bound", ()
        if finding.stamps_fail:
            return Outcome.INDETERMINATE, _stamps(finding), ()
        return Outcome.VALID, "signature.valid_time_proven" if finding.proven else "signature.valid_time_claimed", ()
    if finding.timestamp:
        return Outcome.INDETERMINATE, "timestamp.undecided", ()
    return Outcome.INDETERMINATE, _undecided(finding), ()


def _bad(finding: Finding) -> Iterator[str]:
    """Everything that makes it invalid, the gravest first."""
    result = finding.result
    if result.indication is Indication.TOTAL_FAILED:
        yield _timestamped(finding, _FAILURES.get(result.subindication, "signature.malformed"))
    elif result.integrity is Integrity.BROKEN:
        yield _timestamped(finding, "signature.forged")
    if finding.later.changes is LaterChanges.SUSPICIOUS:
        yield finding.later.reason or "signature.changed_after"
    if _revoked_before(finding):
        yield _timestamped(finding, "signature.revoked")


def _timestamped(finding: Finding, code: str) -> str:
    if not finding.timestamp:
        return code
    return "timestamp.revoked" if code == "signature.revoked" else "timestamp.broken"


def _revoked_before(finding: Finding) -> bool:
    """Revoked before the earliest proven time; where nothing is proven, before the time that the signature itself claims."""
    revoked = finding.result.revoked
    if revoked is None:
        return False
    when = finding.proven or finding.claimed
    return when is not None and bool(revoked.revocation_date <= when)


def _stamps(finding: Finding) -> str:
    return "signature.timestamp_broken" if finding.stamps_broken else "signature.timestamp_undecided"


def _undecided(finding: Finding) -> str:
    if finding.not_yet_valid:
        return "signature.not_yet_valid"
    if finding.result.trust_ok:
        return _stamps(finding)
    besides = finding.besides_revocation
    if finding.result.revoked is None and besides is not None:
        if besides.passed:
            return (
                "signature.intact_revocation_stale" if finding.answers_known else "signature.intact_revocation_unknown"
            )
        return _UNDECIDED.get(besides.subindication, "signature.undecided")
    return _UNDECIDED.get(finding.result.subindication, "signature.undecided")


def file_verdict(verdict: FileVerdict) -> FileVerdict:
    """The whole file: as good as its worst signature or timestamp."""
    if not verdict.signatures:
        return replace(verdict, outcome=Outcome.UNSIGNED, reason="file.unsigned")
    worst = min(verdict.signatures, key=lambda item: _WORST_FIRST.index(item.outcome))
    if worst.outcome is not Outcome.VALID:
        return replace(verdict, outcome=worst.outcome, reason=worst.reason)
    if all(item.kind == "timestamp" for item in verdict.signatures):
        return replace(verdict, outcome=Outcome.UNSIGNED, reason="file.only_timestamped")
    return replace(verdict, outcome=Outcome.VALID, reason="file.valid")
