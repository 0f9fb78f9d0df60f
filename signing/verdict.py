"""The shape of ``qillqa verify --json`` (docs/formats/verdict.md). Words are handed in: this room has none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from .report import (
    Algorithm,
    AttachmentVerdict,
    ChainLink,
    Change,
    Countersignature,
    EvidenceItem,
    FileVerdict,
    Outcome,
    Person,
    Revocation,
    SignatureIdentity,
    SignatureTimestamp,
    SignatureVerdict,
)

Words = Callable[[str], tuple[str, str]]  # reason code -> (explanation, advice)
Json = dict[str, Any]
FORMAT = 1
_SURROGATE = re.compile("[\ud800-\udfff]")


def verdict_json(verdict: FileVerdict, words: Words) -> Json:
    """One entry of ``files``."""
    explanation, advice = words(verdict.reason)
    return {
        "file": verdict.file,
        "sha256": verdict.sha256,
        "size": verdict.size,
        "at": _iso(verdict.at),
        "verdict": verdict.outcome.value,
        "reason": verdict.reason,
        "explanation": explanation,
        "advice": advice,
        "pages": verdict.pages,
        "revisions": verdict.revisions,
        "signatures": [_signature(item, words) for item in verdict.signatures],
        "unsigned_fields": list(verdict.unsigned_fields),
        "attachments": [_attachment(item) for item in verdict.attachments],
        "warnings": [{"code": code, "explanation": words(code)[0]} for code in verdict.warnings],
    }


def report_json(verdicts: Iterable[FileVerdict], words: Words) -> Json:
    """The one document on stdout."""
    return {"format": FORMAT, "files": [verdict_json(verdict, words) for verdict in verdicts]}


def json_text(value: Any) -> str:
    """JSON that always encodes: file names may hold lone surrogates (bytes that were no UTF-8), which stay JSON escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def exit_code(verdicts: Iterable[FileVerdict]) -> int:
    """0 all valid; 1 some invalid or unreadable; 2 some undecided or unsigned. The worst counts, 1 before 2 (formats.md 4)."""
    outcomes = {verdict.outcome for verdict in verdicts}
    if outcomes & {Outcome.INVALID, Outcome.UNREADABLE}:
        return 1
    return 2 if outcomes - {Outcome.VALID} else 0


def full_ci(person: Person) -> str:
    """The identity number with its complement."""
    return f"{person.ci}-{person.complement}" if person.complement else person.ci


def _signature(item: SignatureVerdict, words: Words) -> Json:
    explanation, advice = words(item.reason)
    return {
        "field": item.field,
        "kind": item.kind,
        "subfilter": item.subfilter,
        "indication": item.indication.value,
        "subindication": item.subindication,
        "verdict": item.outcome.value,
        "reason": item.reason,
        "also": [{"code": code, "explanation": words(code)[0]} for code in item.also],
        "level": None if item.level is None else item.level.value,
        "integrity": item.integrity.value,
        "signer": _signer(item, item.person),
        "stated_reason": item.stated_reason,
        "stated_place": item.stated_place,
        "claimed_time": _iso(item.claimed_time),
        "proven_time": _iso(item.proven_time),
        "proven_by": item.proven_by,
        "covers_whole_file": item.covers_whole_file,
        "signed_revision": item.signed_revision,
        "certifies": item.certifies,
        "later_changes": item.later_changes.value,
        "changes": [_change(change, words) for change in item.changes],
        "changed_pages": list(item.changed_pages),
        "revocation": _revocation(item.revocation),
        "algorithms": [_algorithm(use) for use in item.algorithms],
        "timestamps": [_timestamp(stamp, words) for stamp in item.timestamps],
        "countersignatures": [_countersignature(counter) for counter in item.countersignatures],
        "chain": [_link(link) for link in item.chain],
        "evidence": [_evidence(piece) for piece in item.evidence],
        "identity": _identity(item.identity),
        "explanation": explanation,
        "advice": advice,
    }


def _signer(item: SignatureVerdict, person: Person | None) -> dict[str, str] | None:
    if person is None:
        return None
    return {
        "name": person.name,
        "ci": full_ci(person),
        "post": person.post,
        "organisation": person.organisation,
        "unit": person.unit,
        "issuer": item.issuer,
        "serial": str(item.serial),
        "certificate_sha256": item.certificate_sha256,
    }


def _revocation(answer: Revocation) -> Json:
    return {
        "status": answer.status,
        "source": answer.source,
        "date": _iso(answer.date),
        "kept": answer.kept,
        "next_update": _iso(answer.next_update),
        "revoked_at": _iso(answer.revoked_at),
        "cause": answer.cause,
    }


def _change(change: Change, words: Words) -> Json:
    return {
        "kind": change.kind.value,
        "permitted": change.permitted,
        "page": change.page,
        "name": change.name,
        "detail": change.detail,
        "explanation": words(f"change.{change.kind}")[0],
    }


def _algorithm(use: Algorithm) -> Json:
    return {
        "use": use.use,
        "name": use.name,
        "bits": use.bits,
        "trusted_until": _iso(use.trusted_until),
        "weak": use.weak,
    }


def _timestamp(stamp: SignatureTimestamp, words: Words) -> Json:
    explanation, advice = words(stamp.reason)
    return {
        "time": _iso(stamp.time),
        "authority": stamp.authority,
        "verdict": stamp.outcome.value,
        "indication": stamp.indication.value,
        "subindication": stamp.subindication,
        "reason": stamp.reason,
        "explanation": explanation,
        "advice": advice,
    }


def _countersignature(counter: Countersignature) -> Json:
    return {
        "name": counter.name,
        "issuer": counter.issuer,
        "claimed_time": _iso(counter.claimed_time),
        "integrity": counter.integrity.value,
    }


def _link(link: ChainLink) -> Json:
    return {
        "subject": link.subject,
        "issuer": link.issuer,
        "serial": str(link.serial),
        "sha256": link.sha256,
        "not_before": _iso(link.not_before),
        "not_after": _iso(link.not_after),
        "anchor": link.anchor,
    }


def _evidence(piece: EvidenceItem) -> Json:
    return {
        "kind": piece.kind,
        "source": piece.source,
        "about": piece.about,
        "date": _iso(piece.date),
        "sha256": piece.sha256,
    }


def _identity(identity: SignatureIdentity | None) -> Json | None:
    if identity is None:
        return None
    return {
        "digest_algorithm": identity.digest_algorithm,
        "document_digest": identity.document_digest,
        "attributes_digest": identity.attributes_digest,
        "value": identity.value,
        "byte_range": list(identity.byte_range),
    }


def _attachment(item: AttachmentVerdict) -> Json:
    return {"name": item.name, "size": item.size, "sha256": item.sha256, "state": item.state}


def _iso(time: datetime | date | None) -> str | None:
    return None if time is None else time.isoformat()
