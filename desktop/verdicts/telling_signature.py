"""One signature in words: who, when, revocation, what changed afterwards, algorithms, evidence, and last the standard's terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from signing.report import ChangeKind, FileVerdict, Indication, Integrity, LaterChanges, Outcome, SignatureVerdict
from signing.verdict import full_ci

from .inert import inert
from .phrases import TONE, Phrases
from .told import Fact, Part, Said, ToldSignature

_LATER_TONE = {LaterChanges.NONE: "plain", LaterChanges.PERMITTED: "plain", LaterChanges.SUSPICIOUS: "bad"}
_INTEGRITY_TONE = {Integrity.INTACT: "good", Integrity.BROKEN: "bad", Integrity.UNKNOWN: "care"}
_REVOCATION_TONE = {"good": "good", "revoked": "bad"}
_INDICATION_TONE = {Indication.TOTAL_PASSED: "good", Indication.TOTAL_FAILED: "bad", Indication.INDETERMINATE: "care"}


def tell_signature(
    verdict: FileVerdict, item: SignatureVerdict, signatures: Sequence[SignatureVerdict], phrases: Phrases
) -> ToldSignature:
    """One of the file's ``signatures``, or a document timestamp."""
    name = phrases.signer(item)
    number = next((place for place, known in enumerate(signatures, 1) if known is item), 0)
    title = (
        phrases.label("signature", number=number, total=len(signatures), name=name)
        if number
        else phrases.label("timestamp", name=name)
    )
    told = (_who, _when, _revocation, _changes, _algorithms, _stamps, _counters, _chain, _evidence, _terms)
    parts = tuple(part for tell in told for part in tell(item, phrases))
    also = tuple(phrases.said(code, "care") for code in item.also)
    if also:
        parts = (Part(phrases.label("warnings"), said=also), *parts)
    return ToldSignature(
        title=title,
        said=phrases.verdict(verdict, item),
        parts=parts,
    )


def _who(item: SignatureVerdict, phrases: Phrases) -> Iterable[Part]:
    person = item.person
    texts = {
        "name": person.name if person else "",
        "ci": full_ci(person) if person else "",
        "post": person.post if person else "",
        "organisation": person.organisation if person else "",
        "unit": person.unit if person else "",
        "issuer": item.issuer,
        "serial": str(item.serial) if item.certificate_sha256 else "",
        "field": item.field,
        "stated_reason": item.stated_reason,
        "stated_place": item.stated_place,
    }
    facts = [Fact(phrases.label(name), inert(text)) for name, text in texts.items() if text]
    if item.certificate_sha256:
        facts.append(Fact(phrases.label("certificate_sha256"), item.certificate_sha256, code=True))
    yield Part(phrases.label("who"), facts=tuple(facts) or (Fact(phrases.label("name"), phrases.label("nobody")),))


def _when(item: SignatureVerdict, phrases: Phrases) -> Iterable[Part]:
    label = phrases.label
    if item.kind == "timestamp":
        claimed = phrases.optional(item.claimed_time)
    elif item.claimed_time is None:
        claimed = label("no_time")
    else:
        claimed = label("by_their_clock", time=phrases.moment(item.claimed_time))
    if item.proven_time is None:
        proven = Fact(label("proven"), label("not_proven"), "care")
    else:
        by = phrases.value("proven_by", item.proven_by) if item.proven_by else ""
        proven = Fact(label("proven"), f"{phrases.moment(item.proven_time)}; {by}", "good")
    facts = [Fact(label("claimed"), claimed), proven]
    if item.kind == "signature":
        facts.append(Fact(label("level"), phrases.value("level", item.level.value if item.level else "none")))
    yield Part(label("when"), facts=tuple(facts))


def _revocation(item: SignatureVerdict, phrases: Phrases) -> Iterable[Part]:
    label, answer = phrases.label, item.revocation
    row = phrases.row("revocation", answer.status)
    tone = _REVOCATION_TONE.get(answer.status, "care")
    facts = [Fact(label("status"), phrases.value("revocation", answer.status), tone)]
    if answer.source:
        origin = [phrases.value("revocation_source", answer.source)]
        if answer.kept:
            origin.append(phrases.value("revocation_kept", answer.kept))
        facts.append(Fact(label("answer"), ", ".join(origin)))
    dates = ((label("answer_date"), answer.date), (label("next_update"), answer.next_update))
    facts += [Fact(name, phrases.moment(time)) for name, time in dates if time is not None]
    if answer.revoked_at is not None:
        facts.append(Fact(label("revoked_at"), phrases.moment(answer.revoked_at), "bad"))
    if answer.cause:
        facts.append(Fact(label("cause"), phrases.value("revocation_cause", answer.cause)))
    needed = answer.status != "good" and row is not None and row.means
    said = (Said(row.what, row.means, row.do, tone),) if needed and row is not None else ()
    yield Part(label("revocation"), said=said, facts=tuple(facts))


def _changes(item: SignatureVerdict, phrases: Phrases) -> Iterable[Part]:
    label = phrases.label
    row = phrases.row("later_changes", item.later_changes.value)
    if item.covers_whole_file:
        covers = label("covers_all")
    else:
        covers = label("covers_until", count=item.signed_revision) if item.signed_revision else label("covers_none")
    facts = [
        Fact(label("integrity"), phrases.value("integrity", item.integrity.value), _INTEGRITY_TONE[item.integrity]),
        Fact(label("coverage"), covers),
        Fact(label("admits"), phrases.value("certifies", str(item.certifies))),
    ]
    if item.changed_pages:
        facts.append(Fact(label("changed_pages"), ", ".join(map(str, item.changed_pages)), "bad"))
    said = (Said(row.what, row.means, row.do, _LATER_TONE[item.later_changes]),) if row is not None else ()
    head = (label("change"), label("permitted"), label("page"), label("field"), label("detail"))
    rows = tuple(
        (
            _change_words(change.kind, phrases),
            label("yes") if change.permitted else label("no"),
            str(change.page or "–"),
            inert(change.name) or "–",
            inert(change.detail) or "–",
        )
        for change in item.changes
    )
    tones = tuple("plain" if change.permitted else "bad" for change in item.changes)
    tables = (phrases.table(label("changed_after"), head, rows, (5, 2, 2, 3, 4), tones),) if rows else ()
    yield Part(label("changed_after"), said=said, facts=tuple(facts), tables=tables)


def _change_words(kind: ChangeKind, phrases: Phrases) -> str:
    return phrases.value("change", kind.value)


def _algorithms(item: SignatureVerdict, phrases: Phrases) -> Iterable[Part]:
    if not item.algorithms:
        return
    label = phrases.label
    rows = tuple(
        (
            phrases.value("algorithm_use", use.use),
            inert(use.name),
            str(use.bits or "–"),
            phrases.day(use.trusted_until) if use.trusted_until else label("no_end"),
            phrases.value("algorithm", "weak" if use.weak else "strong"),
        )
        for use in item.algorithms
    )
    tones = tuple("bad" if use.weak else "plain" for use in item.algorithms)
    head = (label("use"), label("algorithm"), label("bits"), label("trusted_until"), label("judgement"))
    yield Part(label("algorithms"), tables=(phrases.table(label("algorithms"), head, rows, (4, 3, 2, 3, 4), tones),))


def _stamps(item: SignatureVerdict, phrases: Phrases) -> Iterable[Part]:
    if not item.timestamps:
        return
    label = phrases.label
    rows = tuple(
        (phrases.optional(stamp.time), inert(stamp.authority) or "–", phrases.said(stamp.reason, "plain").what)
        for stamp in item.timestamps
    )
    tones = tuple("plain" if stamp.outcome is Outcome.VALID else TONE[stamp.outcome] for stamp in item.timestamps)
    head = (label("time"), label("authority"), label("verdict"))
    yield Part(label("timestamps"), tables=(phrases.table(label("timestamps"), head, rows, (3, 4, 4), tones),))


def _counters(item: SignatureVerdict, phrases: Phrases) -> Iterable[Part]:
    if not item.countersignatures:
        return
    label = phrases.label
    rows = tuple(
        (
            inert(counter.name) or label("nobody"),
            inert(counter.issuer) or "–",
            phrases.optional(counter.claimed_time),
            phrases.value("integrity", counter.integrity.value),
        )
        for counter in item.countersignatures
    )
    tones = tuple(
        "plain" if counter.integrity is Integrity.INTACT else _INTEGRITY_TONE[counter.integrity]
        for counter in item.countersignatures
    )
    head = (label("name"), label("issuer"), label("claimed"), label("integrity"))
    yield Part(
        label("countersignatures"), tables=(phrases.table(label("countersignatures"), head, rows, (3, 4, 3, 3), tones),)
    )


def _chain(item: SignatureVerdict, phrases: Phrases) -> Iterable[Part]:
    if not item.chain:
        return
    label = phrases.label
    rows = tuple(
        (
            inert(link.subject),
            label("from_to", first=phrases.day(link.not_before), last=phrases.day(link.not_after)),
            inert(link.anchor) or "–",
            link.sha256,
        )
        for link in item.chain
    )
    head = (label("subject"), label("in_force"), label("anchor"), label("sha256"))
    yield Part(label("chain"), tables=(phrases.table(label("chain"), head, rows, (4, 3, 3, 4)),))


def _evidence(item: SignatureVerdict, phrases: Phrases) -> Iterable[Part]:
    if not item.evidence:
        return
    label = phrases.label
    rows = tuple(
        (
            phrases.value("evidence", piece.kind),
            inert(piece.about) or "–",
            phrases.optional(piece.date),
            phrases.value("evidence_source", piece.source),
            piece.sha256,
        )
        for piece in item.evidence
    )
    head = (label("kind"), label("about_whom"), label("date"), label("source"), label("sha256"))
    yield Part(label("evidence"), tables=(phrases.table(label("evidence"), head, rows, (3, 4, 3, 3, 4)),))


def _terms(item: SignatureVerdict, phrases: Phrases) -> Iterable[Part]:
    """The indication is of the signed revision alone: what came later is told above."""
    label = phrases.label
    tone = _INDICATION_TONE[item.indication]
    codes = [("indication", item.indication.value)]
    if item.subindication:
        codes.append(("subindication", item.subindication))
    rows = [(name, phrases.row(name, value), value) for name, value in codes]
    said = tuple(Said(row.what, row.means, row.do, tone) for _, row, _ in rows if row is not None)
    facts = [Fact(label(name), value, code=True) for name, _, value in rows]
    facts.append(Fact(label("reason"), item.reason, code=True))
    if item.subfilter:
        facts.append(Fact(label("subfilter"), inert(item.subfilter), code=True))
    yield Part(label("terms"), said=said, facts=tuple(facts))
