"""Parts of the reader: the header, the tabs' contents, the summary at the side."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.records.documents import DocumentState
from desktop.ui.messages import Message
from desktop.ui.slip.pane import stops
from desktop.ui.verify.verdict import TONE, evidence, signature_words, text_tone, verdict_words
from desktop.ui.widgets.basics import IconMark, clear, fill, label, line, press
from desktop.ui.widgets.basics import card as card_frame
from desktop.ui.widgets.evidence import Points
from desktop.ui.widgets.page_sources import ChildPages, QtPdfPages
from desktop.ui.wording import count, level_state, why_waiting
from signing.report import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.ui.bench import Bench
    from desktop.ui.office import DocumentCard
    from desktop.ui.rail.office import WaitingRow

translate = QCoreApplication.translate


def page_source(bench: Bench, card: DocumentCard) -> QObject | None:
    """Own bytes and those that passed in the window; all others as pictures from the killable child."""
    if card.pdf is None:
        return None
    passed = card.verdict is not None and card.verdict.outcome is Outcome.VALID
    if card.made_here or passed:
        source = QtPdfPages(card.pdf)
        if source.readable:
            return source
    pages = card.verdict.pages if card.verdict and card.verdict.pages else card.view.pages or 1
    return ChildPages(bench.office, bench.jobs, card.pdf, pages)


def level_card(bench: Bench, owed: WaitingRow) -> tuple[QLabel, QWidget]:
    """How far a signed document has come, and whether it goes on by itself: the sentence, and the ground it lies on."""
    if owed.aside:
        more = translate("Reader", "No se elevará solo: necesita atención.")
    else:
        more = translate("Reader", "Se elevará solo cuando responda el servicio.")
    sentence = label(f"{level_state(owed.level)} {more}", size="body-small", tone="care" if owed.aside else "")
    lines = [sentence]
    if why := why_waiting(owed, bench.say):
        lines.append(label(why, size="small", tone="dim"))
    return sentence, card_frame("care" if owed.aside else "plain", *lines)


class SignaturesTab(QWidget):
    """Each signature: its sentence, what it means, what to do, the evidence."""

    verify_chosen = Signal()

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._box = QVBoxLayout(self)
        px = bench.look.px
        self._box.setContentsMargins(px(24), px(18), px(24), px(24))
        self._box.setSpacing(px(10))

    def show_card(self, card: DocumentCard) -> None:
        """The signatures of that document."""
        clear(self._box)
        if card.owed is not None:
            self._box.addWidget(level_card(self._bench, card.owed)[1])
        again = QPushButton(self.tr("Verificar ahora"))
        again.clicked.connect(self.verify_chosen)
        row = QHBoxLayout()
        fill(row, again, -1)
        verdict = card.verdict
        if verdict is None:
            not_yet = self.tr("Todavía no se verificó en este equipo.")
            fill(self._box, label(not_yet if card.pdf else self.tr("Sus bytes aún no llegaron."), tone="dim"))
            if card.pdf is not None:
                fill(self._box, row)
            fill(self._box, -1)
            return
        words = verdict_words(verdict, self._bench.say)
        tone = text_tone(verdict.outcome)
        head = [label(words.what, tone=tone, bold=True, selectable=True), label(words.means), label(words.do)]
        fill(self._box, card_frame(TONE[verdict.outcome], *head))
        for signature in verdict.signatures:
            own = signature_words(verdict, signature, self._bench.say)
            name = signature.person.name if signature.person else signature.issuer or signature.field
            fill(self._box, label(name, size="title"), label(own.what, tone=text_tone(signature.outcome)))
            points = Points(self._bench.look)
            points.show_points(evidence(signature, self._bench.calendar, self._bench.say))
            fill(self._box, points)
        fill(self._box, row, -1)


class AttachmentsTab(QWidget):
    """The attachments: name, size, digest, and a copy to keep."""

    told = Signal(object)

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._box = QVBoxLayout(self)
        px = bench.look.px
        self._box.setContentsMargins(px(24), px(18), px(24), px(24))
        self._box.setSpacing(px(10))

    def show_card(self, card: DocumentCard) -> None:
        """The attachments of that document."""
        clear(self._box)
        if not card.attachments:
            fill(self._box, label(self.tr("No tiene adjuntos"), tone="dim"), -1)
            return
        for item in card.attachments:
            row = QHBoxLayout()
            row.setSpacing(self._bench.look.px(10))
            words = QVBoxLayout()
            size = f"{item.attachment.size / 1024:.0f} KB"
            digest = self.tr("huella {digest}…").format(digest=item.attachment.sha256[:16])
            fill(words, label(item.attachment.name, bold=True), label(f"{size} · {digest}", size="small", tone="dim"))
            row.addWidget(IconMark(self._bench.look, "paperclip", "dim"))
            row.addLayout(words, 1)
            if item.path is None:
                row.addWidget(label(self.tr("aún no llegó"), tone="care", wrap=False))
            else:
                save = QPushButton(self.tr("Guardar una copia"))
                save.setAccessibleName(self.tr("Guardar una copia de {name}").format(name=item.attachment.name))
                save.clicked.connect(lambda _checked=False, p=item.path, n=item.attachment.name: self._save(p, n))
                row.addWidget(save)
            fill(self._box, row, line())
        fill(self._box, -1)

    def _save(self, path: Path, name: str) -> None:
        chosen, _kind = QFileDialog.getSaveFileName(self, self.tr("Guardar una copia"), name)
        if chosen:
            done = Message("good", self.tr("Copia guardada."), chosen)
            job = self._bench.jobs.job(lambda: shutil.copyfile(path, chosen))
            job.owned_by(self).success(lambda _path: self.told.emit(done)).start()


class Summary(QWidget):
    """At the side: the verdict in a sentence and the short hoja de ruta."""

    detail_chosen = Signal()
    verify_chosen = Signal()

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._box = QVBoxLayout(self)
        px = bench.look.px
        self._box.setContentsMargins(px(16), px(16), px(16), px(16))
        self._box.setSpacing(px(10))
        self.sentence: QLabel | None = None
        self.level: QLabel | None = None

    def show_card(self, card: DocumentCard) -> None:
        """The answer to the next question."""
        clear(self._box)
        self.level = None
        self._box.addWidget(self._verdict(card))
        if card.view.remarks and card.view.state is DocumentState.OBSERVED:
            _who, remark = card.view.remarks[-1]
            title = label(self.tr("Observado"), tone="care", bold=True)
            fill(self._box, card_frame("care", title, label(f"«{remark}»")))
        if card.waits_for:
            fill(self._box, label(self.tr("Espera la firma de {name}").format(name=card.waits_for), size="body-small"))
        if card.owed is not None:
            self.level, ground = level_card(self._bench, card.owed)
            self._box.addWidget(ground)
        if card.hops and card.slip is not None:
            fill(self._box, label(self.tr("Hoja de ruta"), bold=True, size="body-small"))
            points = Points(self._bench.look)
            points.show_points(stops(card.hops, self._bench.calendar, brief=True))
            fill(self._box, points)
        fill(self._box, -1)

    def show_verifying(self) -> None:
        """The verdict is on its way."""
        if self.sentence is not None and shiboken6.isValid(self.sentence):
            self.sentence.setText(self.tr("Verificando la firma…"))

    def _verdict(self, card: DocumentCard) -> QWidget:
        if card.verdict is None or card.verdict.outcome is Outcome.UNSIGNED:
            return self._unsigned(card)
        words = verdict_words(card.verdict, self._bench.say)
        tone = text_tone(card.verdict.outcome)
        self.sentence = label(words.what, tone=tone, bold=True)
        names = [s.person.name for s in card.verdict.signatures if s.person is not None and s.kind == "signature"]
        who = ", ".join(dict.fromkeys(names))
        more = label(f"{who}. {words.means}" if who else words.means, size="body-small")
        detail = press(QPushButton(self.tr("Ver detalle")), "link")
        detail.setAccessibleName(self.tr("Ver detalle de las firmas"))
        detail.clicked.connect(self.detail_chosen)
        row = QWidget()
        inner = QHBoxLayout(row)
        inner.setContentsMargins(0, 0, 0, 0)
        fill(inner, detail, -1)
        return card_frame(TONE[card.verdict.outcome], self.sentence, more, row)

    def _unsigned(self, card: DocumentCard) -> QWidget:
        if card.view.state in {DocumentState.DRAFT, DocumentState.OBSERVED}:
            self.sentence = label(self.tr("Borrador"), bold=True)
            return card_frame(
                "plain", self.sentence, label(self.tr("El CITE se asigna al enviarlo a firma."), size="body-small")
            )
        signed = len(card.view.signed_by)
        if signed == 0:
            self.sentence = label(self.tr("Sin firma todavía"), bold=True)
            return card_frame(
                "plain", self.sentence, label(self.tr("La página ya es fija; falta firmarla."), size="body-small")
            )
        self.sentence = label(self.tr("Sin verificar en este equipo"), bold=True, tone="care")
        many = count(signed, self.tr("Dice tener una firma."), self.tr("Dice tener {n} firmas."))
        check = press(QPushButton(self.tr("Verificar ahora")), "link")
        check.clicked.connect(self.verify_chosen)
        row = QWidget()
        inner = QHBoxLayout(row)
        inner.setContentsMargins(0, 0, 0, 0)
        fill(inner, check, -1)
        return card_frame("care", self.sentence, label(many, size="body-small"), row)
