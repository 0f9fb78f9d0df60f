"""The shape of ``qillqa verify --json`` (docs/formats/verdict.md). Words are handed in: this room has none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from .report import FileVerdict, Outcome, Person, SignatureVerdict

Words = Callable[[str], tuple[str, str]]  # reason code -> (explanation, advice)
FORMAT = 1


def verdict_json(verdict: FileVerdict, words: Words) -> dict[str, Any]:
    """One entry of ``files``."""
    explanation, advice = words(verdict.reason)
    return {
        "file": verdict.file,
        "sha256": verdict.sha256,
        "verdict": verdict.outcome.value,
        "reason": verdict.reason,
        "explanation": explanation,
        "advice": advice,
        "pages": verdict.pages,
        "signatures": [_signature(item, words) for item in verdict.signatures],
        "unsigned_fields": list(verdict.unsigned_fields),
        "warnings": [{"code": code, "explanation": words(code)[0]} for code in verdict.warnings],
    }


def report_json(verdicts: Iterable[FileVerdict], words: Words) -> dict[str, Any]:
    """The one document on stdout."""
    return {"format": FORMAT, "files": [verdict_json(verdict, words) for verdict in verdicts]}


def exit_code(verdicts: Iterable[FileVerdict]) -> int:
    """0 all valid; 1 some invalid or unreadable; 2 some undecided or unsigned. The worst counts, 1 before 2 (formats.md 4)."""
    outcomes = {verdict.outcome for verdict in verdicts}
    if outcomes & {Outcome.INVALID, Outcome.UNREADABLE}:
        return 1
    return 2 if outcomes - {Outcome.VALID} else 0


def _signature(item: SignatureVerdict, words: Words) -> dict[str, Any]:
    explanation, advice = words(item.reason)
    return {
        "field": item.field,
        "kind": item.kind,
        "indication": item.indication.value,
        "subindication": item.subindication,
        "verdict": item.outcome.value,
        "reason": item.reason,
        "level": None if item.level is None else item.level.value,
        "signer": _signer(item, item.person),
        "claimed_time": _iso(item.claimed_time),
        "proven_time": _iso(item.proven_time),
        "proven_by": item.proven_by,
        "covers_whole_file": item.covers_whole_file,
        "signed_revision": item.signed_revision,
        "later_changes": item.later_changes.value,
        "changed_pages": list(item.changed_pages),
        "revocation": {
            "status": item.revocation.status,
            "source": item.revocation.source,
            "date": _iso(item.revocation.date),
        },
        "explanation": explanation,
        "advice": advice,
    }


def _signer(item: SignatureVerdict, person: Person | None) -> dict[str, str] | None:
    if person is None:
        return None
    ci = f"{person.ci}-{person.complement}" if person.complement else person.ci
    return {
        "name": person.name,
        "ci": ci,
        "post": person.post,
        "organisation": person.organisation,
        "unit": person.unit,
        "issuer": item.issuer,
        "serial": str(item.serial),
        "certificate_sha256": item.certificate_sha256,
    }


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
