"""The signing panel: whose token, the facts that can be known without a PIN, then one button."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop.routing.trays import Urgency
from desktop.ui.jobs import Job, Lane
from desktop.ui.messages import Message, message_of
from desktop.ui.widgets.basics import ActionButton, IconMark, announce, clear, fill, label, name_of_field, narrow, press
from desktop.ui.wording import Tinted, count, pin_state
from signing.errors import PinError
from signing.report import Certificate, Level, PinState, Token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from desktop.records.errors import Fact
    from desktop.ui.bench import Bench
    from desktop.ui.office import CheckLine, DeskStatus, DocumentCard, SignResult, TokensSeen

_ICON = {"good": "check", "care": "info", "bad": "circle-alert"}
_NO_PERSONS = frozenset({"is_ca", "no_digital_signature", "wrong_purpose"})  # nobody expects these to sign
_BLOCKED = {PinState.LOCKED, PinState.UNINITIALISED}


def _facts_of(certificate: Certificate) -> dict[str, Fact]:
    return {
        "name": certificate.person.name,
        "label": certificate.label,
        "until": f"{certificate.not_after:%d/%m/%Y}",
    }


def _place(chosen: tuple[Token, Certificate] | None, pairs: Sequence[tuple[Token, Certificate]]) -> int:
    """Where the same certificate of the same token is now, else the first; -1 where there is none."""
    if chosen is not None:
        wanted = (chosen[0].serial, chosen[1].id)
        for index, (token, certificate) in enumerate(pairs):
            if (token.serial, certificate.id) == wanted:
                return index
    return 0 if pairs else -1


class SigningPane(QWidget):
    """Signs the documents it was opened for. ``signed`` carries the results; ``closed`` means back to reading."""

    signed = Signal(object)
    closed = Signal()
    told = Signal(object)  # Message

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._documents: tuple[str, ...] = ()
        self._pairs: list[tuple[Token, Certificate]] = []
        self._checks: tuple[CheckLine, ...] = ()
        self._status: DeskStatus | None = None
        self._asked_tokens = False
        self._heard: TokensSeen | None = None
        self._refused: list[Certificate] = []
        self._problems: tuple[tuple[str, Mapping[str, Fact]], ...] = ()
        self._asked_checks = False
        self._job: Job[Sequence[SignResult]] | None = None
        self._build()

    def _build(self) -> None:
        look, px = self._bench.look, self._bench.look.px
        box = QVBoxLayout(self)
        box.setContentsMargins(px(16), px(16), px(16), px(16))
        box.setSpacing(px(10))
        self.title = label(self.tr("Firmar"), size="title")
        self.what = label("", tone="dim", size="body-small")
        self.choice = narrow(QComboBox())
        self.choice.setAccessibleName(self.tr("Certificado con el que firma"))
        name = name_of_field(self.tr("Firma con"), self.choice)
        self.choice.currentIndexChanged.connect(lambda _index: self._show_facts())
        self.again = press(QPushButton(self.tr("Buscar otra vez")), "link")
        self.again.setAccessibleDescription(self.tr("Vuelve a buscar los tokens conectados"))
        self.again.clicked.connect(self._find_tokens)
        self.browse = press(QPushButton(self.tr("Examinar…")), "link")
        self.browse.setAccessibleDescription(self.tr("Indica el archivo del controlador de su token"))
        self.browse.clicked.connect(self._browse)
        self._facts = QVBoxLayout()
        self._facts.setSpacing(px(6))
        self.facts: tuple[Tinted, ...] = ()
        self.sign = ActionButton(
            look, self.tr("Firmar con mi PIN"), kind="primary", key="Ctrl+Return", icon="key-round"
        )
        self.sign.clicked.connect(self._start)
        self.cancel = ActionButton(look, self.tr("Volver"), key="Esc")
        self.cancel.clicked.connect(self._stop)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Avance de la firma"))
        self.bar.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.doing = label("", tone="dim", size="body-small")
        row = QHBoxLayout()
        fill(row, self.again, self.browse, -1)
        fill(box, self.title, self.what, px(2), name, self.choice, row)
        fill(box, label(self.tr("Antes del PIN"), bold=True), self._facts, px(4))
        fill(box, self.bar, self.doing, self.sign, self.cancel, -1)
        self._show_busy(busy=False)

    def open_for(self, cards: Sequence[DocumentCard], status: DeskStatus) -> None:
        """Prepare: find tokens, check documents; both without a PIN."""
        self._documents = tuple(card.view.id for card in cards)
        self._status = status
        names = [card.view.cite or card.view.subject for card in cards]
        self.what.setText(
            names[0] if len(names) == 1 else count(len(names), "", self.tr("{n} documentos, un solo PIN"))
        )
        self._checks, self._asked_checks = (), False
        if self._heard is None:
            self._find_tokens()
        else:  # what is plugged in is known already: nothing is looked for on the way to a signature
            self.show_tokens(self._heard)
        job = self._bench.jobs.job(lambda: self._bench.office.check_before_signing(self._documents))
        job.owned_by(self).replacing("signing.checks").success(self._keep_checks).start()

    def _find_tokens(self) -> None:
        self._asked_tokens = False
        self._pairs = []
        self.choice.clear()
        self._show_facts()
        job = self._bench.jobs.job(self._bench.office.tokens, Lane.TOKEN)
        job.owned_by(self).replacing("signing.tokens").success(self._keep_tokens).failure(self._no_tokens).start()

    def show_tokens(self, seen: TokensSeen) -> None:
        """What is plugged in now; the certificate that is chosen stays chosen while it is there. Kept for later while signing."""
        self._heard = seen
        if self._job is not None:
            return
        self._problems = seen.problems
        self._keep_tokens(seen.tokens)
        if seen.searching and self.chosen is None:
            self._asked_tokens = False
            self._show_facts()

    def _browse(self) -> None:
        """The person knows where the driver of the token lies."""
        title = self.tr("Controlador de su token")
        kinds = self.tr("Controladores (*.so *.so.* *.dll *.dylib);;Todos los archivos (*)")
        chosen, _kind = QFileDialog.getOpenFileName(self, title, "", kinds)
        if not chosen:
            return
        job = self._bench.jobs.job(lambda: self._bench.office.remember_module(Path(chosen)), Lane.TOKEN)
        job.owned_by(self).success(self._remembered).start()

    def _remembered(self, name: str) -> None:
        self.told.emit(Message("good", self.tr("Se guardó el controlador: {name}.").format(name=name)))

    def _no_tokens(self, error: BaseException) -> None:
        self._keep_tokens(())
        if (message := message_of(error, self._bench.say)) is not None:
            self.told.emit(message)

    def _keep_tokens(self, tokens: Sequence[Token]) -> None:
        chosen = self.chosen
        self._asked_tokens = True
        self._refused = [
            item
            for token in tokens
            for item in token.certificates
            if item.unusable and item.unusable not in _NO_PERSONS
        ]
        pairs = [(token, item) for token in tokens for item in token.certificates if not item.unusable]
        if pairs == self._pairs:  # a choice that is open on the screen is left alone
            self._show_facts()
            return
        self._pairs = pairs
        names = Counter(certificate.person.name for _token, certificate in pairs)
        self.choice.blockSignals(True)
        self.choice.clear()
        for token, certificate in self._pairs:
            name = certificate.person.name
            more = f" · {token.label} · {certificate.not_after:%d/%m/%Y}" if names[name] > 1 else ""
            self.choice.addItem(name + more)
            self.choice.setItemData(self.choice.count() - 1, token.label, Qt.ItemDataRole.ToolTipRole)
        self.choice.setCurrentIndex(_place(chosen, self._pairs))
        self.choice.blockSignals(False)
        self.choice.setEnabled(len(self._pairs) > 0)
        self._show_facts()

    def _keep_checks(self, checks: Sequence[CheckLine]) -> None:
        self._asked_checks = True
        self._checks = tuple(checks)
        self._show_facts()

    @property
    def chosen(self) -> tuple[Token, Certificate] | None:
        """The token and certificate to sign with."""
        index = self.choice.currentIndex()
        return self._pairs[index] if 0 <= index < len(self._pairs) else None

    def _gather(self) -> list[Tinted]:
        found: list[Tinted] = []
        chosen = self.chosen
        if not self._asked_tokens:
            found.append(Tinted(self.tr("Buscando el token…"), "dim"))
        elif chosen is None:
            found += self._why_none()
        else:
            token, certificate = chosen
            state = pin_state(token.pin_state)
            found.append(
                Tinted(self.tr("Token «{label}» presente. {pin}").format(label=token.label, pin=state.text), state.role)
            )
            until = self._bench.calendar.until(certificate.not_after)
            found.append(Tinted(self.tr("Certificado vigente, {until}").format(until=until), "good"))
        if self._status is not None and not self._status.connected:
            found.append(
                Tinted(
                    self.tr("Sin conexión: la hora será la de este equipo; el sello de tiempo se pondrá solo después"),
                    "care",
                )
            )
        if not self._asked_checks:
            found.append(Tinted(self.tr("Revisando el documento…"), "dim"))
        found += [self._line(check) for check in self._checks]
        return found

    def _why_none(self) -> list[Tinted]:
        """Why nothing here can sign: certificates that cannot, drivers that are missing or fail, or simply no token."""
        why = [
            Tinted(f"{one.person.name}: {self._sentence(f'certificate.{one.unusable}', _facts_of(one))}", "bad")
            for one in self._refused
        ]
        why += [Tinted(self._sentence(code, facts), "bad") for code, facts in self._problems]
        if self._refused or any(code == "driver.missing" for code, _facts in self._problems):
            return why
        none = self.tr("No se encontró un token con un certificado que pueda firmar. Conéctelo: aparecerá aquí solo.")
        return [Tinted(none, "bad"), *why]

    def _sentence(self, code: str, facts: Mapping[str, Fact]) -> str:
        words = self._bench.say(code, facts)
        return " ".join(part for part in (words.what, words.do) if part) if words else code

    def _line(self, check: CheckLine) -> Tinted:
        words = self._bench.say(check.code, check.facts)
        role = {Urgency.BAD: "bad", Urgency.CARE: "care"}.get(check.urgency, "good")
        return Tinted(words.what if words else check.code, role)

    def _show_facts(self) -> None:
        clear(self._facts)
        self.facts = tuple(self._gather())
        for fact in self.facts:
            row = QHBoxLayout()
            row.setSpacing(self._bench.look.px(8))
            mark = IconMark(self._bench.look, _ICON.get(fact.role, "clock-3"), fact.role, 16)
            column = QVBoxLayout()
            fill(column, 2, mark, -1)
            row.addLayout(column)
            row.addWidget(label(fact.text, tone=fact.role, size="body-small"), 1)
            self._facts.addLayout(row)
        self._judge()

    @property
    def ready(self) -> bool:
        """Everything that can be known without a PIN is known, and nothing forbids it."""
        chosen = self.chosen
        if chosen is None or not self._asked_checks or self._job is not None:
            return False
        blocked = any(check.urgency is Urgency.BAD for check in self._checks)
        return not blocked and chosen[0].pin_state not in _BLOCKED

    def _judge(self) -> None:
        was = self.sign.isEnabled()
        self.sign.setEnabled(self.ready)
        if self.ready and not was and self.isVisible():
            self.sign.setFocus(Qt.FocusReason.OtherFocusReason)

    def _start(self) -> None:
        chosen = self.chosen
        if chosen is None or not self.ready:
            return
        token, certificate = chosen
        documents, bench = self._documents, self._bench
        job = bench.jobs.tracked(
            lambda progress: bench.office.sign(documents, token, certificate, bench.prompts.ask_pin, progress),
            Lane.TOKEN,
        )
        job.owned_by(self).progress(self._note).success(self._done).failure(self._failed)
        job.cancelled(self._cancelled).always(self._end)
        self._job = job
        self._show_busy(busy=True)
        self.bar.setFocus(
            Qt.FocusReason.OtherFocusReason
        )  # not to the button that stops: keys pressed once too often do nothing
        job.start()

    def _note(self, done: int, total: int, name: str) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.doing.setText(self.tr("Firmando {name}…").format(name=name))

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.doing.setText(self.tr("Deteniendo después de este documento…"))
        else:
            self.closed.emit()

    def _end(self) -> None:
        self._job = None
        self._show_busy(busy=False)
        if self._heard is not None and self._asked_tokens:
            self.show_tokens(self._heard)
        self._judge()

    def _show_busy(self, *, busy: bool) -> None:
        self.bar.setVisible(busy)
        self.doing.setVisible(busy)
        self.bar.setRange(0, 0)
        self.doing.setText(self.tr("Esperando el token…"))
        self.sign.setEnabled(not busy and self.ready)
        self.choice.setEnabled(not busy and bool(self._pairs))
        self.again.setEnabled(not busy)
        self.browse.setEnabled(not busy)
        self.cancel.setText(self.tr("Detener") if busy else self.tr("Volver"))

    def _stopped(self, made: int, total: int) -> Message:
        """What the person stopped: what is signed stays signed."""
        if not made:
            return Message(
                "care", self.tr("No se firmó nada."), self.tr("Usted canceló antes de que el token firmara.")
            )
        return Message(
            "care",
            self.tr("Se firmaron {made} de {all} documentos.").format(made=made, all=total),
            self.tr("Usted detuvo la firma; los demás quedan como estaban y siguen en Por firmar."),
        )

    def _cancelled(self) -> None:
        self.told.emit(
            Message("care", self.tr("No se firmó nada."), self.tr("Usted canceló antes de que el token firmara."))
        )

    def _failed(self, error: BaseException) -> None:
        message = message_of(error, self._bench.say)
        if message is not None:
            self.told.emit(message)
        if isinstance(error, PinError):
            self._job = None
            self._find_tokens()  # its PIN state has changed; the person decides whether to try again

    def _done(self, results: Sequence[SignResult]) -> None:
        self.told.emit(self._told_of(results))
        announce(self, self.tr("Firma terminada"))
        self.signed.emit(tuple(results))

    def _told_of(self, results: Sequence[SignResult]) -> Message:
        made = [result.receipt for result in results if result.receipt is not None]
        wrong = [result for result in results if result.error is not None]
        if wrong and wrong[0].error is not None:
            first = message_of(wrong[0].error, self._bench.say)
            what = self.tr("Se firmaron {made} de {all} documentos.").format(made=len(made), all=len(results))
            return Message(
                "care" if made else "bad",
                what if len(results) > 1 else (first.what if first else what),
                *(first[2:4] if first else ()),
            )
        if len(made) < len(results):
            return self._stopped(len(made), len(results))
        what = count(len(made), self.tr("Documento firmado."), self.tr("{n} documentos firmados."))
        if any(receipt.level is Level.B_B for receipt in made):
            return Message(
                "good", what, self.tr("Todavía sin sello de tiempo (nivel B-B): se pondrá solo cuando haya conexión.")
            )
        return Message("good", what)
