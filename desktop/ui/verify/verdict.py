"""A verdict in words. The table of codes speaks first; where it is silent, the outcome does, never better than it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.ui.messages import Say, Sentences
from desktop.ui.verify.details import (
    algorithm_points,
    changes_point,
    countersignature_points,
    source_point,
    timestamp_points,
)
from desktop.ui.widgets.evidence import Point
from desktop.ui.wording import Calendar, Tinted, level_words, masked_ci, translate
from signing.report import FileVerdict, Indication, Outcome, SignatureVerdict

if TYPE_CHECKING:
    from desktop.records.errors import Fact

TONE = {
    Outcome.VALID: "good",
    Outcome.INDETERMINATE: "care",
    Outcome.INVALID: "bad",
    Outcome.UNSIGNED: "plain",
    Outcome.UNREADABLE: "bad",
}


def text_tone(outcome: Outcome) -> str:
    """The role of a verdict's sentence; plain text where it is no verdict on a signature."""
    tone = TONE[outcome]
    return "" if tone == "plain" else tone


def facts_of(verdict: FileVerdict, signature: SignatureVerdict | None) -> dict[str, Fact]:
    """Facts that the words may use."""
    facts: dict[str, Fact] = {"file": verdict.file, "pages": verdict.pages, "signatures": len(verdict.signatures)}
    if signature is not None:
        facts["name"] = signature.person.name if signature.person else translate("Verify", "persona no identificada")
        facts["field"] = signature.field
        facts["changed_pages"] = ", ".join(str(page) for page in signature.changed_pages)
    return facts


def verdict_words(verdict: FileVerdict, say: Say) -> Sentences:
    """Words for the whole file."""
    worst = next((s for s in verdict.signatures if s.reason == verdict.reason), None)
    worst = worst or next(iter(verdict.signatures), None)
    return say(verdict.reason, facts_of(verdict, worst)) or outcome_words(verdict.outcome)


def signature_words(verdict: FileVerdict, signature: SignatureVerdict, say: Say) -> Sentences:
    """Words for one signature."""
    return say(signature.reason, facts_of(verdict, signature)) or outcome_words(signature.outcome)


def outcome_words(outcome: Outcome) -> Sentences:
    """Words for an outcome alone."""
    match outcome:
        case Outcome.VALID:
            return Sentences(
                translate("Verify", "Firma íntegra y vigente"),
                translate(
                    "Verify", "El documento no cambió desde que se firmó, y el certificado valía en ese momento."
                ),
                translate("Verify", "Puede confiar en este documento."),
            )
        case Outcome.INDETERMINATE:
            return Sentences(
                translate("Verify", "Con lo que hay aquí no se puede afirmar que la firma valga"),
                translate("Verify", "Falta una prueba: por ejemplo, la respuesta de revocación o un sello de tiempo."),
                translate("Verify", "Verifique otra vez con conexión antes de decidir sobre él."),
            )
        case Outcome.INVALID:
            return Sentences(
                translate("Verify", "La firma no es válida"),
                translate("Verify", "El documento cambió después de firmarse, o el certificado no valía."),
                translate("Verify", "No lo acepte. Pida el original a quien lo envió."),
            )
        case Outcome.UNSIGNED:
            return Sentences(
                translate("Verify", "Este documento no tiene firmas"),
                translate("Verify", "No se puede saber quién lo hizo ni si cambió."),
                translate("Verify", "Si debía estar firmado, pida el original."),
            )
        case Outcome.UNREADABLE:
            return Sentences(
                translate("Verify", "Este archivo no se puede leer"),
                translate("Verify", "Está dañado, protegido o no es un PDF."),
                translate("Verify", "Pida otra copia a quien lo envió."),
            )


def evidence(signature: SignatureVerdict, calendar: Calendar, say: Say) -> list[Point]:
    """What the verdict rests on, last the standard's own terms."""
    return [
        _signer(signature),
        _moment(signature, calendar),
        *timestamp_points(signature, calendar),
        _revocation(signature, calendar),
        changes_point(signature, say),
        *countersignature_points(signature),
        *algorithm_points(signature, calendar),
        Point(translate("Verify", "Nivel"), (Tinted(level_words(signature.level), "dim"),)),
        *source_point(signature, calendar),
        _standard(signature),
    ]


def _signer(signature: SignatureVerdict) -> Point:
    title = translate("Verify", "Sello de tiempo") if signature.kind == "timestamp" else translate("Verify", "Firmante")
    person = signature.person
    if person is None:
        return Point(title, (Tinted(signature.issuer or translate("Verify", "No identificado"), "dim"),))
    parts = [person.name]
    if person.ci:
        parts.append(translate("Verify", "CI {ci}").format(ci=masked_ci(person.ci)).replace(" ", "\u00a0"))
    lines = [Tinted(", ".join(parts), "dim")]
    if person.post:
        lines.append(Tinted(person.post, "dim"))
    if signature.issuer:
        lines.append(Tinted(translate("Verify", "Certificado de {issuer}").format(issuer=signature.issuer), "dim"))
    return Point(title, tuple(lines))


def _moment(signature: SignatureVerdict, calendar: Calendar) -> Point:
    if signature.proven_time is not None:
        by = {
            "signature_timestamp": translate("Verify", "sello de tiempo de la firma"),
            "document_timestamp": translate("Verify", "sello de tiempo del documento"),
        }.get(signature.proven_by, translate("Verify", "sello de tiempo"))
        words = f"{calendar.full(signature.proven_time)}, {by}"
        return Point(translate("Verify", "Momento probado"), (Tinted(words, "dim"),))
    title = translate("Verify", "Momento no probado")
    if signature.claimed_time is None:
        return Point(title, (Tinted(translate("Verify", "La firma no dice cuándo se hizo"), "care"),), role="care")
    words = translate("Verify", "{when}, según el reloj del equipo que firmó")
    return Point(title, (Tinted(words.format(when=calendar.full(signature.claimed_time)), "care"),), role="care")


def _revocation(signature: SignatureVerdict, calendar: Calendar) -> Point:
    title = translate("Verify", "Revocación")
    answer = signature.revocation
    source = {"ocsp": "OCSP", "crl": "CRL"}.get(answer.source, "")
    when = calendar.full(answer.date) if answer.date else ""
    origin = translate("Verify", "{source} del {when}").format(source=source, when=when) if source and when else source
    match answer.status:
        case "good":
            good = translate("Verify", "vigente")
            words = f"{origin}: {good}" if origin else good
            return Point(title, (Tinted(words, "dim"),))
        case "revoked":
            revoked = translate("Verify", "revocado")
            words = f"{origin}: {revoked}" if origin else revoked
            return Point(title, (Tinted(words, "bad"),), role="bad")
        case "not_checked":
            return Point(title, (Tinted(translate("Verify", "No consultada"), "care"),), role="care")
    return Point(title, (Tinted(translate("Verify", "Sin respuesta que sirva"), "care"),), role="care")


def _standard(signature: SignatureVerdict) -> Point:
    terms = signature.indication.value
    if signature.subindication:
        terms += f" · {signature.subindication}"
    role = {Indication.TOTAL_PASSED: "accent", Indication.TOTAL_FAILED: "bad"}.get(signature.indication, "care")
    return Point("EN 319 102-1", (Tinted(terms, "dim"),), role=role)
