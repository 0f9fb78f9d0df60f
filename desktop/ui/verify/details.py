"""What a verdict rests on beside the signer: timestamps, what came afterwards, other marks, sources, attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.ui.widgets.evidence import Point
from desktop.ui.wording import Tinted, count, translate
from signing.report import Change, ChangeKind, Integrity, LaterChanges, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop.ui.messages import Say
    from desktop.ui.wording import Calendar
    from signing.report import FileVerdict, SignatureVerdict

_ROLE = {Outcome.VALID: "accent", Outcome.INDETERMINATE: "care"}
_MOST = 6  # lines of one kind; the report holds them all


def changes_point(signature: SignatureVerdict, say: Say) -> Point:
    """What came after the signature, each kind once, the suspicious first."""
    title = translate("Verify", "Cambios posteriores")
    if signature.integrity is Integrity.BROKEN:
        words = translate("Verify", "No se pueden juzgar: lo firmado mismo está alterado")
        return Point(title, (Tinted(words, "bad"),), role="bad")
    if signature.later_changes is LaterChanges.NONE:
        return Point(title, (Tinted(translate("Verify", "Ninguno: cubre todo el archivo"), "dim"),))
    suspicious = signature.later_changes is LaterChanges.SUSPICIOUS
    lines = list(_change_lines(signature.changes, say))
    if signature.changed_pages:
        pages = ", ".join(str(page) for page in signature.changed_pages[:20])
        words = translate("Verify", "Páginas que cambiaron a la vista: {pages}").format(pages=pages)
        lines.append(Tinted(words, "bad" if suspicious else "dim"))
    if not lines:
        words = (
            translate("Verify", "Lo que se ve ya no es lo que se firmó")
            if suspicious
            else translate("Verify", "Solo firmas, sellos o datos de validación")
        )
        lines = [Tinted(words, "bad" if suspicious else "dim")]
    return Point(title, tuple(lines), role="bad" if suspicious else "accent")


def can_compare(verdict: FileVerdict, signature: SignatureVerdict) -> bool:
    """Whether something came after what the signature covers, and what it covers can still be drawn."""
    later = 0 < signature.signed_revision < verdict.size
    return later and signature.integrity is not Integrity.BROKEN and signature.later_changes is not LaterChanges.NONE


def _change_lines(changes: Iterable[Change], say: Say) -> Iterable[Tinted]:
    told: dict[tuple[str, bool], list[Change]] = {}
    for change in sorted(changes, key=lambda item: item.permitted):
        told.setdefault((change.kind.value, change.permitted), []).append(change)
    for number, ((kind, permitted), items) in enumerate(told.items()):
        if number == _MOST:
            yield Tinted(translate("Verify", "y otros; el informe los nombra todos"), "dim")
            return
        words = say(f"change.{kind}", {})
        text = words.what if words is not None else kind
        where = dict.fromkeys(item.name for item in items if item.name and item.kind is not ChangeKind.TIMESTAMP)
        pages = sorted({item.page for item in items if item.page})
        extra = [", ".join(list(where)[:3])] if where else []
        if pages:
            numbers = ", ".join(str(page) for page in pages[:10])
            extra.append(translate("Verify", "pág. {pages}").format(pages=numbers))
        yield Tinted(f"{text} ({'; '.join(extra)})" if extra else text, "dim" if permitted else "bad")


def timestamp_points(signature: SignatureVerdict, calendar: Calendar) -> Iterable[Point]:
    """The signature's own timestamps, one point each."""
    for stamp in signature.timestamps:
        when = calendar.full(stamp.time) if stamp.time else translate("Verify", "sin fecha legible")
        states = {
            Outcome.VALID: translate("Verify", "comprobado"),
            Outcome.INVALID: translate("Verify", "no vale"),
        }
        state = states.get(stamp.outcome, translate("Verify", "no se puede comprobar con lo que hay aquí"))
        role = _ROLE.get(stamp.outcome, "bad")
        lines = [Tinted(f"{when}: {state}", "dim" if role == "accent" else role)]
        if stamp.authority:
            lines.append(Tinted(stamp.authority, "dim"))
        yield Point(translate("Verify", "Sello de tiempo de la firma"), tuple(lines), role=role)


def countersignature_points(signature: SignatureVerdict) -> Iterable[Point]:
    """Countersignatures on the signature value, one point each."""
    for counter in signature.countersignatures:
        states = {
            Integrity.INTACT: (translate("Verify", "íntegra"), "accent"),
            Integrity.BROKEN: (translate("Verify", "alterada"), "bad"),
            Integrity.UNKNOWN: (translate("Verify", "no se puede comprobar"), "care"),
        }
        state, role = states[counter.integrity]
        name = counter.name or translate("Verify", "No identificado")
        yield Point(
            translate("Verify", "Refrendo de la firma"),
            (Tinted(f"{name}: {state}", "dim" if role == "accent" else role),),
            role=role,
        )


def algorithm_points(signature: SignatureVerdict, calendar: Calendar) -> Iterable[Point]:
    """Only those that are no longer trusted: the others are nobody's worry."""
    weak = [item for item in signature.algorithms if item.weak]
    if weak:
        lines = []
        for item in weak:
            name = f"{item.name} {item.bits}".strip() if item.bits else item.name
            until = calendar.day(item.trusted_until) if item.trusted_until else ""
            words = translate("Verify", "{name}, seguro solo hasta el {day}").format(name=name, day=until)
            lines.append(Tinted(words if until else name, "care"))
        yield Point(translate("Verify", "Método de firma débil"), tuple(lines), role="care")


def source_point(signature: SignatureVerdict, calendar: Calendar) -> Iterable[Point]:
    """Answers that were used, with where they came from and of what date."""
    places = {
        "file": translate("Verify", "guardada en el documento"),
        "signature": translate("Verify", "guardada en la firma"),
        "cache": translate("Verify", "guardada en este equipo"),
        "online": translate("Verify", "consultada ahora"),
    }
    answers = [item for item in signature.evidence if item.kind in {"ocsp", "crl"}]
    lines = []
    for item in answers[-_MOST:]:
        when = calendar.full(item.date) if item.date else ""
        place = places.get(item.source, "")
        parts = (item.kind.upper(), item.about, when, place)
        lines.append(Tinted(", ".join(part for part in parts if part), "dim"))
    if len(answers) > _MOST:
        lines.append(Tinted(translate("Verify", "y otras; el informe las nombra todas"), "dim"))
    if lines:
        yield Point(translate("Verify", "Respuestas usadas"), tuple(lines))


def attachment_lines(verdict: FileVerdict) -> list[Tinted]:
    """The files of the list on the last page against those beside the document; empty where nothing is listed."""
    if not verdict.attachments:
        return []
    states = {
        "same": (translate("Verify", "es el que se firmó"), "good"),
        "changed": (translate("Verify", "NO es el que se firmó"), "bad"),
        "missing": (translate("Verify", "no está junto al documento"), "care"),
    }
    lines = []
    for item in sorted(verdict.attachments, key=lambda one: one.state)[: 4 * _MOST]:
        state, role = states.get(item.state, (item.state, "care"))
        lines.append(Tinted(f"{item.name}: {state}", role))
    rest = len(verdict.attachments) - len(lines)
    if rest > 0:
        more = count(rest, translate("Verify", "y otro más"), translate("Verify", "y otros {n} más"))
        lines.append(Tinted(more, "dim"))
    return lines
