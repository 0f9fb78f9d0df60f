"""The evidence beside a verified file: per signature what the verdict rests on, then attachments, warnings and the file's digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton

from desktop.ui.verify.details import attachment_lines, can_compare
from desktop.ui.verify.verdict import evidence, signature_words, text_tone
from desktop.ui.widgets.basics import fill, label, press
from desktop.ui.widgets.evidence import Points
from desktop.ui.wording import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QVBoxLayout

    from desktop.ui.bench import Bench
    from signing.report import FileVerdict, SignatureVerdict


def fill_evidence(
    box: QVBoxLayout, bench: Bench, verdict: FileVerdict, compare: Callable[[SignatureVerdict], object]
) -> None:
    """``compare``: where something came after a signature, both revisions may be seen."""
    for signature in verdict.signatures:
        name = signature.person.name if signature.person else signature.issuer or signature.field
        evidence_of = translate("Verify", "Evidencia: {name}").format(name=name)
        title = translate("Verify", "Sello de tiempo") if signature.kind == "timestamp" else evidence_of
        fill(box, label(title, bold=True))
        if len(verdict.signatures) > 1:
            own = signature_words(verdict, signature, bench.say)
            fill(box, label(own.what, tone=text_tone(signature.outcome), size="body-small"))
        points = Points(bench.look)
        points.show_points(evidence(signature, bench.calendar, bench.say))
        fill(box, points)
        if can_compare(verdict, signature):
            button = press(QPushButton(translate("Verify", "Comparar con lo que se firmó")), "link")
            button.clicked.connect(lambda _on=False, one=signature: compare(one))
            fill(box, button)
        fill(box, 8)
    if attached := attachment_lines(verdict):
        fill(box, label(translate("Verify", "Adjuntos de la lista"), bold=True))
        fill(box, *(label(item.text, tone=item.role, size="body-small") for item in attached), 8)
    for code in verdict.warnings:
        words = bench.say(code, {"file": verdict.file})
        if words is not None:
            fill(box, label(words.what, tone="care", size="body-small"))
    digest = translate("Verify", "Huella SHA-256 del archivo: {digest}").format(digest=verdict.sha256)
    fill(box, label(_breakable(digest), size="small", tone="dim", selectable=True), -1)


def _breakable(text: str) -> str:
    head, _, digest = text.rpartition(" ")
    return f"{head} " + "\u200b".join(digest[i : i + 8] for i in range(0, len(digest), 8))
