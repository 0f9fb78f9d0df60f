"""One verdict per signature and per file: the EN 319 102-1 indication, untouched, and ours, never better than the weakest of indication,
integrity, coverage and later changes (docs/formats/verdict.md). Reads only; without ``online`` it never touches the network.

This is the core that runs inside the limited child process; callers with foreign files use ``signing.sandbox.Verifier``.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import stat
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from .changes import Later, read_coverage, read_later_changes
from .facts import Facts, unjudged
from .indications import (
    TOLERANCE,
    Judge,
    Result,
    Stamp,
    carried_certificates,
    past_can_help,
    signature_timestamps,
    token_time,
)
from .opening import OpenedFile, Unreadable, open_file
from .outcomes import Finding, decide, file_verdict
from .pages import compare_pages_of, count_pages
from .report import FileVerdict, LaterChanges, Level, Outcome, Revocation, SignatureVerdict
from .revocation import Evidence, evidence_in_file, evidence_in_signature, fetch, read_cache, revocation_of
from .subject import name_of, read_person
from .trust import TrustStore

if TYPE_CHECKING:
    from asn1crypto import x509

_log = logging.getLogger(__name__)
MAX_FILE = 512 * 1024 * 1024  # bytes: above this a file is not read into memory
PAGE_SECONDS = 8.0  # wall time for comparing pages of one file


def verify_file(
    path: Path,
    *,
    trust: TrustStore,
    at: datetime | None = None,
    online: bool = False,
    compare_pages: bool = True,
    password: str = "",
) -> FileVerdict:
    """Judge one PDF. ``at`` is the aware moment of judgement (None: now). Never raises for what a file contains.

    ``password``: user's or owner's, tried where the file is encrypted (ISO 32000-1 §7.6).

    Not from inside a running event loop.
    """
    try:
        data = _read(path)
    except Unreadable as error:
        return FileVerdict(str(path), "", Outcome.UNREADABLE, error.code)
    return verify_bytes(
        data, name=str(path), trust=trust, at=at, online=online, compare_pages=compare_pages, password=password
    )


def verify_bytes(
    data: bytes,
    *,
    name: str,
    trust: TrustStore,
    at: datetime | None = None,
    online: bool = False,
    compare_pages: bool = True,
    password: str = "",
) -> FileVerdict:
    """The same for bytes already read; ``name`` is only repeated in the verdict."""
    digest = hashlib.sha256(data).hexdigest()
    try:
        opened = open_file(data, password)
        return asyncio.run(_Inspection(name, digest, data, opened, trust, at, online, compare_pages).run())
    except Unreadable as error:
        return FileVerdict(name, digest, Outcome.UNREADABLE, error.code)
    except Exception:  # noqa: BLE001 - every exception becomes a verdict, never a traceback
        _log.info("not judged", exc_info=True)
        return FileVerdict(name, digest, Outcome.UNREADABLE, "file.not_judged")


def _read(path: Path) -> bytes:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise Unreadable("file.not_found")
        if facts.st_size > MAX_FILE:
            raise Unreadable("file.too_large")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable("file.not_found") from error


@dataclass(slots=True)
class _Inspection:
    """One file on the table."""

    name: str
    digest: str
    data: bytes
    opened: OpenedFile
    trust: TrustStore
    at: datetime | None
    online: bool
    compare: bool
    stamps: list[Stamp] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    async def run(self) -> FileVerdict:
        facts = [
            Facts(found, found.signature, read_coverage(self.data, found.signature))
            for found in self.opened.fields
            if found.signature is not None
        ]
        # pyHanko's LTA procedure reads this list; it may only hold what can be read
        ordered = sorted((fact.signature for fact in facts), key=lambda item: item.signed_revision)
        self.opened.reader._embedded_signatures = ordered  # type: ignore[assignment]  # noqa: SLF001
        evidence = await self._gather(facts)
        judge = Judge(self.trust, self.at or datetime.now(UTC))
        self._read_changes(facts)
        findings: dict[int, SignatureVerdict] = {}
        for fact in sorted((fact for fact in facts if fact.is_timestamp), key=lambda fact: -fact.coverage.end):
            findings[id(fact.found)] = await self._judge_timestamp(fact, judge, evidence)
        for fact in (fact for fact in facts if not fact.is_timestamp):
            findings[id(fact.found)] = await self._judge_signature(fact, judge, evidence)
        verdicts = [
            findings.get(id(found)) or unjudged(found) for found in self.opened.fields if found.filled or found.problem
        ]
        verdicts.sort(key=lambda verdict: verdict.signed_revision)
        return file_verdict(
            FileVerdict(
                file=self.name,
                sha256=self.digest,
                outcome=Outcome.UNSIGNED,
                reason="",
                signatures=tuple(verdicts),
                unsigned_fields=tuple(found.name for found in self.opened.fields if not found.filled),
                warnings=tuple(self._all_warnings()),
                pages=count_pages(self.data),
            )
        )

    def _all_warnings(self) -> list[str]:
        extra = ["file.tolerant"] if self.opened.tolerant else []
        return list(dict.fromkeys([*extra, *self.warnings]))

    async def _gather(self, facts: list[Facts]) -> Evidence:
        """Everything known now: the file's own evidence, the cache, and, when online, fresh answers about chains that end in an anchor."""
        known = evidence_in_file(self.opened.reader)
        judge = Judge(self.trust, self.at or datetime.now(UTC))
        for fact in facts:
            known = (
                known
                + evidence_in_signature(fact.signature.signer_info)
                + Evidence(tuple(carried_certificates(fact.signature)))
            )
        kept = Evidence()
        for certificate, purpose in [leaf for fact in facts for leaf in fact.leaves()]:
            chain = await judge.chain_of(certificate, known, purpose=purpose)
            kept = kept + read_cache(self.trust.cache, chain)
            if self.online and self.at is None and chain:
                kept = kept + fetch(chain, self.trust.cache)
        return known + kept

    def _read_changes(self, facts: list[Facts]) -> None:
        deadline = monotonic() + PAGE_SECONDS
        for fact in facts:
            fact.later = read_later_changes(self.data, fact.signature, fact.coverage)
            if not self.compare or fact.coverage.problem or fact.coverage.covers_whole_file:
                continue
            fact.pages = compare_pages_of(self.data, fact.coverage.end, deadline=deadline)
            if fact.pages.cut_short:
                self.warnings.append("pages.cut_short")
            if fact.pages.unreadable:
                self.warnings.append("pages.not_compared")
            if fact.pages.suspicious and fact.later.changes is not LaterChanges.SUSPICIOUS:
                fact.later = Later(LaterChanges.SUSPICIOUS, "signature.pages_changed")

    async def _judge_timestamp(self, fact: Facts, judge: Judge, evidence: Evidence) -> SignatureVerdict:
        result = await judge.document_timestamp(fact.signature, evidence)
        for stamp in self._covering(fact) if past_can_help(result) else ():
            earlier = await judge.document_timestamp(fact.signature, self._known_at(stamp), moment=stamp.time)
            if earlier.passed:
                result = earlier
                break
        finding = Finding(result, fact.later, timestamp=True)
        time = token_time(fact.signature.signed_data)
        outcome, reason = decide(finding)
        if result.passed and not fact.coverage.problem and fact.later.reason != "signature.bad_coverage":
            self.stamps.append(Stamp(time, fact.coverage.end, fact.signature.signed_revision))
        verdict = await self._describe(fact, result, judge, evidence)
        proven = time if result.passed else None
        return replace(
            verdict,
            outcome=outcome,
            reason=reason,
            claimed_time=time,
            proven_time=proven,
            proven_by="itself" if proven else "",
        )

    async def _judge_signature(self, fact: Facts, judge: Judge, evidence: Evidence) -> SignatureVerdict:
        result, proven, by = await self._indicate(fact, judge, evidence)
        verdict = await self._describe(fact, result, judge, evidence)
        finding = Finding(
            result,
            fact.later,
            proven=proven,
            claimed=verdict.claimed_time,
            besides_revocation=result if result.passed else await judge.without_revocation(fact.signature, evidence),
            answers_known=verdict.revocation.status != "not_checked",
        )
        outcome, reason = decide(finding)
        return replace(
            verdict,
            outcome=outcome,
            reason=reason,
            proven_time=proven,
            proven_by=by,
            level=self._level(fact, proven),
        )

    async def _indicate(self, fact: Facts, judge: Judge, evidence: Evidence) -> tuple[Result, datetime | None, str]:
        """The procedure by level found; then what is proven about its time, and by what."""
        covering = self._covering(fact)
        own = await self._own_stamp(fact, judge, evidence)
        if signature_timestamps(fact.signature):
            if covering:
                result = await judge.long_term(fact.signature, evidence)
            else:
                result = await judge.with_time(fact.signature, evidence)
                if own is not None and past_can_help(result) and result.revoked is None:
                    result = await self._at_later_answer(fact, judge, evidence, result, own)
        else:
            result = await judge.basic(fact.signature, evidence)
        result = await self._with_known_revocation(fact, judge, evidence, result)
        if past_can_help(result):
            result = await self._at_covering_stamps(fact, judge, result)
        proofs = [(stamp.time, "document_timestamp") for stamp in covering]
        if own is not None:
            proofs.append((own, "signature_timestamp"))
        time, by = min(proofs, default=(None, ""))
        return result, time, by

    async def _with_known_revocation(self, fact: Facts, judge: Judge, evidence: Evidence, result: Result) -> Result:
        """An answer that says revoked does not lose its force when it grows old, nor to an older answer of the other kind."""
        answer = revocation_of(fact.signature.signer_cert, None, evidence)
        if result.revoked is not None or answer.status != "revoked" or answer.date is None:
            return result
        only = evidence if answer.source == "ocsp" else replace(evidence, ocsps=())
        then = await judge.basic(fact.signature, only, moment=answer.date)
        return then if then.revoked is not None else result

    async def _at_later_answer(
        self, fact: Facts, judge: Judge, evidence: Evidence, result: Result, stamped: datetime
    ) -> Result:
        """Timestamped, and the newest answer is stale by now: it still tells that nothing was
        revoked when the signature already existed.

        EN 319 102-1 §5.2.5.4: an answer issued after the best signature time is fresh for it. Only while the chain itself is in force.
        """
        answer = revocation_of(fact.signature.signer_cert, None, evidence)
        if answer.status != "good" or answer.date is None or answer.date + TOLERANCE < stamped:
            return result
        if not (await judge.without_revocation(fact.signature, evidence)).passed:
            return result
        later = await judge.with_time(fact.signature, evidence, moment=answer.date)
        return later if later.passed else result

    async def _at_covering_stamps(self, fact: Facts, judge: Judge, result: Result) -> Result:
        """Decision 0007: basic validation at the time of a document timestamp, on the evidence that this timestamp covers."""
        for stamp in self._covering(fact):
            if result.revoked is not None and result.revoked.revocation_date <= stamp.time:
                continue
            earlier = await judge.basic(fact.signature, self._known_at(stamp), moment=stamp.time)
            if earlier.passed:
                return earlier
        return result

    async def _own_stamp(self, fact: Facts, judge: Judge, evidence: Evidence) -> datetime | None:
        now = await judge.signature_timestamp(fact.signature, evidence, judge.at)
        if now is not None:
            return now
        for stamp in self._covering(fact):
            time = await judge.signature_timestamp(fact.signature, self._known_at(stamp), stamp.time)
            if time is not None:
                return time
        return None

    def _covering(self, fact: Facts) -> list[Stamp]:
        """Document timestamps that passed and cover this signature whole, oldest first."""
        return sorted(
            (stamp for stamp in self.stamps if stamp.end > fact.coverage.end and not fact.coverage.problem),
            key=lambda stamp: stamp.time,
        )

    def _known_at(self, stamp: Stamp) -> Evidence:
        """Only what this timestamp covers: answers that provably existed then."""
        known = evidence_in_file(self.opened.reader, stamp.revision)
        for found in self.opened.fields:
            if found.signature is not None and found.signature.signed_revision <= stamp.revision:
                known = known + Evidence(tuple(carried_certificates(found.signature)))
                known = known + evidence_in_signature(found.signature.signer_info)
        return known

    def _level(self, fact: Facts, proven: datetime | None) -> Level:
        """Recognised, not believed (EN 319 142-1 §6): timestamps count when they passed, validation data when they answer."""
        if proven is None:
            return Level.B_B
        signer = fact.signature.signer_cert
        answers = revocation_of(signer, None, evidence_in_file(self.opened.reader))
        if answers.status == "not_checked":
            return Level.B_T
        for stamp in self._covering(fact):
            if (
                revocation_of(signer, None, evidence_in_file(self.opened.reader, stamp.revision)).status
                != "not_checked"
            ):
                return Level.B_LTA
        return Level.B_LT

    async def _describe(self, fact: Facts, result: Result, judge: Judge, evidence: Evidence) -> SignatureVerdict:
        signature = fact.signature
        certificate: x509.Certificate = signature.signer_cert
        purpose = "timestamping" if fact.is_timestamp else "signing"
        chain = result.chain or await judge.chain_of(certificate, evidence, purpose=purpose)
        revocation = revocation_of(certificate, chain[1] if len(chain) > 1 else None, evidence)
        if result.revoked is not None and not result.revoked.ca_revoked:
            revocation = replace(revocation, status="revoked")
        elif not chain and revocation.status != "not_checked":
            revocation = Revocation("unknown", revocation.source, revocation.date)
        return SignatureVerdict(
            field=fact.found.name,
            kind="timestamp" if fact.is_timestamp else "signature",
            outcome=Outcome.INDETERMINATE,
            indication=result.indication,
            subindication=result.subindication,
            reason="",
            level=None,
            person=read_person(certificate),
            issuer=name_of(certificate.issuer),
            serial=certificate.serial_number,
            certificate_sha256=hashlib.sha256(certificate.dump()).hexdigest(),
            claimed_time=fact.claimed_time(),
            proven_time=None,
            proven_by="",
            covers_whole_file=fact.coverage.covers_whole_file,
            later_changes=fact.later.changes,
            revocation=revocation,
            signed_revision=fact.coverage.end,
            changed_pages=fact.pages.changed,
        )
