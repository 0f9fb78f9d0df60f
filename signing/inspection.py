"""One file on the table: every signature and timestamp in it judged, each by itself, and what came after it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING

from . import described
from .changes import Later, read_coverage, read_later_changes
from .facts import Facts, TokenFound, unjudged
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
from .opening import OpenedFile
from .outcomes import Finding, decide, file_verdict
from .pages import compare_pages_of, count_pages
from .report import FileVerdict, Indication, LaterChanges, Level, Outcome, Revocation, SignatureVerdict
from .revocation import Evidence, evidence_in_file, evidence_in_signature, fetch, read_cache, revocation_of
from .subject import name_of, read_person
from .trust import TrustStore

if TYPE_CHECKING:
    from asn1crypto import cms, x509

_log = logging.getLogger(__name__)
PAGE_SECONDS = 8.0  # wall time for comparing pages of one file


@dataclass(slots=True)
class Inspection:
    """Use once. ``at``: the moment of judgement; ``online``: whether revocation services may be asked."""

    data: bytes
    opened: OpenedFile
    trust: TrustStore
    at: datetime
    online: bool
    compare: bool
    password: str = ""
    judge: Judge = field(init=False)
    known: Evidence = field(init=False, default_factory=Evidence)
    places: dict[bytes, str] = field(init=False, default_factory=dict)
    stamps: list[Stamp] = field(init=False, default_factory=list)
    warnings: list[str] = field(init=False, default_factory=list)

    async def run(self, verdict: FileVerdict) -> FileVerdict:
        """``verdict`` with everything found filled in."""
        self.judge = Judge(self.trust, self.at)
        facts = [
            Facts(found, found.signature, read_coverage(self.data, found.signature))
            for found in self.opened.fields
            if found.signature is not None
        ]
        # pyHanko's LTA procedure reads this list; it may only hold what can be read
        ordered = sorted((fact.signature for fact in facts), key=lambda item: item.signed_revision)
        self.opened.reader._embedded_signatures = ordered  # type: ignore[assignment]  # noqa: SLF001
        await self._gather(facts)
        self._read_changes(facts)
        findings: dict[int, SignatureVerdict] = {}
        stamps = sorted((fact for fact in facts if fact.is_timestamp), key=lambda fact: -fact.coverage.end)
        for fact in stamps:  # the last first: it can speak for those before it
            findings[id(fact.found)] = await _each(self._judge_timestamp, fact)
        for fact in (fact for fact in facts if not fact.is_timestamp):
            findings[id(fact.found)] = await _each(self._judge_signature, fact)
        verdicts = [
            findings.get(id(found)) or unjudged(found) for found in self.opened.fields if found.filled or found.problem
        ]
        verdicts.sort(key=lambda item: item.signed_revision)
        return file_verdict(
            replace(
                verdict,
                signatures=tuple(verdicts),
                unsigned_fields=tuple(found.name for found in self.opened.fields if not found.filled),
                warnings=tuple(described.unique(["file.tolerant" if self.opened.tolerant else "", *self.warnings])),
                pages=count_pages(self.data),
                revisions=self.opened.reader.total_revisions,
            )
        )

    # -- what is known --

    async def _gather(self, facts: list[Facts]) -> None:
        """The file's own evidence, the cache, and, when online, fresh answers about chains that end in an anchor."""
        in_file = evidence_in_file(self.opened.reader)
        carried = _sum(
            evidence_in_signature(fact.signature.signer_info) + Evidence(tuple(carried_certificates(fact.signature)))
            for fact in facts
        )
        known, cached, fresh = in_file + carried, Evidence(), Evidence()
        if self.trust.cache is not None or self.online:
            for certificate, purpose in {leaf[0].dump(): leaf for fact in facts for leaf in fact.leaves()}.values():
                chain = await self.judge.chain_of(certificate, known, purpose=purpose)
                cached = cached + read_cache(self.trust.cache, chain)
                if self.online and chain:
                    fresh = fresh + fetch(chain, self.trust.cache)
        self.known = known + cached + fresh
        self.places = described.places_of(
            [("signature", carried), ("file", in_file), ("online", fresh), ("cache", cached)]
        )

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

    def _covering(self, fact: Facts) -> list[Stamp]:
        """Document timestamps that passed and cover this signature whole, oldest first."""
        return sorted(
            (stamp for stamp in self.stamps if stamp.end > fact.coverage.end and not fact.coverage.problem),
            key=lambda stamp: stamp.time,
        )

    def _known_at(self, stamp: Stamp) -> Evidence:
        """Only what this timestamp covers: answers that provably existed then."""
        covered = (
            found.signature
            for found in self.opened.fields
            if found.signature is not None and found.signature.signed_revision <= stamp.revision
        )
        return _sum(
            [
                evidence_in_file(self.opened.reader, stamp.revision),
                *(
                    Evidence(tuple(carried_certificates(one))) + evidence_in_signature(one.signer_info)
                    for one in covered
                ),
            ]
        )

    # -- judging --

    async def _judge_timestamp(self, fact: Facts) -> SignatureVerdict:
        result = await self.judge.document_timestamp(fact.signature, self.known)
        for stamp in self._covering(fact) if past_can_help(result) else ():
            earlier = await self.judge.document_timestamp(fact.signature, self._known_at(stamp), moment=stamp.time)
            if earlier.passed:
                result = earlier
                break
        finding = Finding(result, fact.later, timestamp=True)
        time = token_time(fact.signature.signed_data)
        outcome, reason, also = decide(finding)
        if result.passed and not fact.coverage.problem and fact.later.reason != "signature.bad_coverage":
            self.stamps.append(Stamp(time, fact.coverage.end, fact.signature.signed_revision))
        verdict = await self._describe(fact, result)
        proven = time if result.passed else None
        return replace(
            verdict,
            outcome=outcome,
            reason=reason,
            also=also,
            claimed_time=time,
            proven_time=proven,
            proven_by="itself" if proven else "",
        )

    async def _judge_signature(self, fact: Facts) -> SignatureVerdict:
        tokens = [await self._judge_token(fact, token) for token in signature_timestamps(fact.signature)]
        own = min((token.time for token in tokens if token.result.passed and token.time is not None), default=None)
        result = await self._indicate(fact, own)
        proven, by = min(
            [
                *((stamp.time, "document_timestamp") for stamp in self._covering(fact)),
                *([(own, "signature_timestamp")] if own is not None else []),
            ],
            default=(None, ""),
        )
        verdict = await self._describe(fact, result)
        finding = Finding(
            result,
            fact.later,
            proven=proven,
            claimed=verdict.claimed_time,
            besides_revocation=result
            if result.passed
            else await self.judge.without_revocation(fact.signature, self.known),
            answers_known=verdict.revocation.status != "not_checked",
            stamps_fail=bool(tokens) and proven is None,
            stamps_broken=any(token.broken for token in tokens),
            bound=fact.bound(),
            not_yet_valid=self.at < fact.signature.signer_cert.not_valid_before,
        )
        outcome, reason, also = decide(finding)
        return replace(
            verdict,
            outcome=outcome,
            reason=reason,
            also=also,
            proven_time=proven,
            proven_by=by,
            level=self._level(fact, proven),
            timestamps=tuple(token.verdict() for token in tokens),
        )

    async def _judge_token(self, fact: Facts, token: cms.SignedData) -> TokenFound:
        """One signature timestamp, now or, where now cannot decide, when a covering document timestamp was made."""
        result = await self.judge.token(token, fact.signature, self.known)
        for stamp in self._covering(fact) if past_can_help(result) else ():
            earlier = await self.judge.token(token, fact.signature, self._known_at(stamp), moment=stamp.time)
            if earlier.passed:
                return TokenFound(token, earlier)
        return TokenFound(token, result)

    async def _indicate(self, fact: Facts, own: datetime | None) -> Result:
        """The procedure by level found. ``own``: the time of a signature timestamp that passed."""
        if signature_timestamps(fact.signature):
            result = await self._with_stamps(fact, own)
        else:
            result = await self.judge.basic(fact.signature, self.known)
        result = await self._with_known_revocation(fact, result)
        if past_can_help(result):
            result = await self._at_covering_stamps(fact, result)
        return result

    async def _with_stamps(self, fact: Facts, own: datetime | None) -> Result:
        if self._covering(fact):
            result = await self.judge.long_term(fact.signature, self.known)
        else:
            result = await self.judge.with_time(fact.signature, self.known)
            if own is not None and past_can_help(result) and result.revoked is None:
                result = await self._at_later_answer(fact, result, own)
        if own is None and result.indication is Indication.TOTAL_FAILED:
            # EN 319 102-1 §5.5.4: a timestamp that fails is left out, it does not break what it stands beside; pyHanko lets it
            return await self.judge.basic(fact.signature, self.known)
        return result

    async def _with_known_revocation(self, fact: Facts, result: Result) -> Result:
        """An answer that says revoked does not lose its force when it grows old, nor to an older answer of the other kind."""
        answer = revocation_of(fact.signature.signer_cert, None, self.known)
        if result.revoked is not None or answer.status != "revoked" or answer.date is None:
            return result
        only = self.known if answer.source == "ocsp" else replace(self.known, ocsps=())
        then = await self.judge.basic(fact.signature, only, moment=answer.date)
        return then if then.revoked is not None else result

    async def _at_later_answer(self, fact: Facts, result: Result, stamped: datetime) -> Result:
        """Timestamped, and the newest answer is stale by now: it still tells that nothing was
        revoked when the signature already existed.

        EN 319 102-1 §5.2.5.4: an answer issued after the best signature time is fresh for it. Only while the chain itself is in force.
        """
        answer = revocation_of(fact.signature.signer_cert, None, self.known)
        if answer.status != "good" or answer.date is None or answer.date + TOLERANCE < stamped:
            return result
        if not (await self.judge.without_revocation(fact.signature, self.known)).passed:
            return result
        later = await self.judge.with_time(fact.signature, self.known, moment=answer.date)
        return later if later.passed else result

    async def _at_covering_stamps(self, fact: Facts, result: Result) -> Result:
        """Decision 0007: basic validation at the time of a document timestamp, on the evidence that this timestamp covers."""
        for stamp in self._covering(fact):
            if result.revoked is not None and result.revoked.revocation_date <= stamp.time:
                continue
            earlier = await self.judge.basic(fact.signature, self._known_at(stamp), moment=stamp.time)
            if earlier.passed:
                return earlier
        return result

    def _level(self, fact: Facts, proven: datetime | None) -> Level:
        """Recognised, not believed (EN 319 142-1 §6): timestamps count when they passed, validation data when they answer."""
        if proven is None:
            return Level.B_B
        if not self._answered(fact, None):
            return Level.B_T
        if any(self._answered(fact, stamp.revision) for stamp in self._covering(fact)):
            return Level.B_LTA
        return Level.B_LT

    def _answered(self, fact: Facts, revision: int | None) -> bool:
        """Whether the file's own validation data, as they stood in ``revision`` (None: now), answer for the signer."""
        answer = revocation_of(fact.signature.signer_cert, None, evidence_in_file(self.opened.reader, revision))
        return answer.status != "not_checked"

    # -- telling --

    async def _describe(self, fact: Facts, result: Result) -> SignatureVerdict:
        signature = fact.signature
        certificate: x509.Certificate = signature.signer_cert
        purpose = "timestamping" if fact.is_timestamp else "signing"
        chain = result.chain or await self.judge.chain_of(certificate, self.known, purpose=purpose)
        revocation = revocation_of(certificate, chain[1] if len(chain) > 1 else None, self.known, self.places)
        if result.revoked is not None and not result.revoked.ca_revoked:
            revocation = replace(revocation, status="revoked", revoked_at=result.revoked.revocation_date)
        elif not chain and revocation.status != "not_checked":
            revocation = Revocation("unknown", revocation.source, revocation.date, revocation.kept)
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
            integrity=result.integrity,
            certifies=described.certification_of(signature),
            subfilter=fact.found.subfilter.removeprefix("/"),
            stated_reason=described.stated(signature, "/Reason"),
            stated_place=described.stated(signature, "/Location"),
            countersignatures=described.countersignatures_of(signature),
            chain=described.links_of(chain, self.trust),
            evidence=described.evidence_of(chain or (certificate,), self.known, self.places, self.trust),
        )


async def _each(judging: Callable[[Facts], Awaitable[SignatureVerdict]], fact: Facts) -> SignatureVerdict:
    """One broken signature never hides the others: whatever its judgement raises becomes its own verdict."""
    try:
        return await judging(fact)
    except Exception:  # noqa: BLE001 - foreign CMS raises many types, some of them late (asn1crypto decodes lazily)
        _log.info("signature not judged", exc_info=True)
        return unjudged(replace(fact.found, problem="signature.malformed"))


def _sum(parts: Iterable[Evidence]) -> Evidence:
    found = Evidence()
    for part in parts:
        found = found + part
    return found
