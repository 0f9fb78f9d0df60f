"""The reader: header, one primary act, tabs, and what a document is rendered with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.slips import HopMode, HopState
from desktop.routing.trays import Tray
from desktop.ui.reader.acts import acts_of
from desktop.ui.slip.office import SlipProof
from desktop.ui.slip.pane import proof_words, stops
from desktop.ui.widgets.basics import ActionButton
from desktop.ui.widgets.page_sources import ChildPages, QtPdfPages
from signing.report import Outcome
from tests.desktop.ui.fakes import FakeOffice, _hops, verdict

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.bench import Bench
    from desktop.ui.window import Window

Rest = Callable[[], None]


def words(widget: QWidget) -> str:
    return " | ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def primaries(window: Window) -> list[str]:
    found = [b for b in window.stack.findChildren(ActionButton) if b.isVisible() and b.property("kind") == "primary"]
    return [button.text() for button in found]


def test_the_header_says_cite_date_and_subject(window: Window) -> None:
    reader = window.desk.reader
    assert reader.header.meta.text() == "GADOR-ATI/NI/00045/2026 · Oruro, 19 de noviembre de 2026"
    assert reader.header.subject.text() == "Enlace de fibra a la Unidad Educativa Sajama"
    assert reader.tabs[3].text() == "Adjuntos 1"
    assert reader.pages.view.pages == 2
    assert "Página 1 de 2" in reader.pages.view.accessibleDescription()
    assert "Saturnino Ñuñez Condori" in " ".join(
        reader.pages.view.accessibleDescription().split()
    )  # wherever the line breaks


@pytest.mark.parametrize("tray", [Tray.PENDING, Tray.INCOMING, Tray.TO_SIGN, Tray.SENT, Tray.ARCHIVE])
def test_each_pane_has_one_primary_button(window: Window, rest: Rest, tray: Tray) -> None:
    window.open_tray(tray)
    rest()
    assert len(primaries(window)) == 1
    reader = window.desk.reader
    for act in acts_of(reader.card.acts if reader.card else ()):
        if act.kind not in {EventKind.RECEIVED, EventKind.ANSWERED}:
            reader.begin(act)
            rest()
            assert len(primaries(window)) == 1, act.name
            reader.close_act()


def test_receiving_is_one_press(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    window.open_tray(Tray.INCOMING)
    rest()
    qtbot.keyClick(window.desk.rows.list, Qt.Key.Key_R)
    rest()
    assert ("receive", "slip-d560", "hop-d560") in office.calls
    assert window.notice.message is not None
    assert window.notice.message.what == "Recibido. Está en Pendientes."
    assert window.desk.rows.chosen is not None
    assert window.desk.rows.chosen.document == "d561"  # the next one, ready
    assert window.rail.buttons[Tray.PENDING].count == 6


def test_rejecting_needs_a_reason(window: Window, office: FakeOffice, rest: Rest) -> None:
    window.open_tray(Tray.INCOMING)
    rest()
    reader = window.desk.reader
    reader.begin(next(act for act in acts_of((EventKind.REJECTED,))))
    assert not reader.ask.go.isEnabled()
    reader.ask.reason.setPlainText("   ")
    assert not reader.ask.go.isEnabled()
    reader.ask.reason.setPlainText("No llegó el papel")
    reader.ask.go.click()
    rest()
    assert ("reject", "slip-d560", "hop-d560", "No llegó el papel") in office.calls


def test_filing_asks_first_and_esc_goes_back(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    qtbot.keyClick(window.desk.rows.list, Qt.Key.Key_A)
    reader = window.desk.reader
    assert reader.acting
    assert "Queda concluido" in reader.slip_act.question.text()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not reader.acting
    assert not [call for call in office.calls if call[0] == "conclude"]
    qtbot.keyClick(window.desk.rows.list, Qt.Key.Key_A)
    qtbot.keyClick(reader.slip_act.go, Qt.Key.Key_Return)
    rest()
    assert ("conclude", "d546") in office.calls


def test_what_passed_is_rendered_here_and_the_rest_in_the_child(window: Window, office: FakeOffice, rest: Rest) -> None:
    view = window.desk.reader.pages.view
    assert isinstance(view._source, QtPdfPages)
    assert not [call for call in office.calls if call[0] == "render_page"]
    for outcome in (Outcome.INDETERMINATE, Outcome.INVALID):
        office.calls.clear()
        office.verdict = verdict(outcome)
        window.open_tray(Tray.PENDING)
        rest()
        assert isinstance(view._source, ChildPages)
        assert ("render_page", office.pdf, 0) in office.calls
        assert view._source.image(0, 800) is not None


def test_a_page_the_child_cannot_render_says_so(window: Window, office: FakeOffice, rest: Rest) -> None:
    office.verdict = verdict(Outcome.INVALID)
    office.broken["render_page"] = RuntimeError("child died")
    window.open_tray(Tray.PENDING)
    rest()
    assert window.desk.reader.pages.view._waiting() == "Esta página no se puede mostrar."


def test_the_page_view_is_driven_by_keys(window: Window, qtbot: QtBot) -> None:
    view = window.desk.reader.pages.view
    view.setFocus()
    start = view.verticalScrollBar().value()
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.verticalScrollBar().value() > start
    assert view.page == 1
    assert window.desk.reader.pages.place.text() == "Página 2 de 2"
    before = view._scale()
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view._scale() > before
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.zoom is None


def test_the_signatures_tab_says_the_sentence_first(window: Window, office: FakeOffice, rest: Rest) -> None:
    office.verdict = verdict(Outcome.INDETERMINATE)
    window.open_tray(Tray.PENDING)
    rest()
    reader = window.desk.reader
    reader.show_tab(2)
    rest()
    said = words(reader.signatures)
    assert said.startswith("Con lo que hay aquí no se puede afirmar que la firma valga")
    assert "íntegra y vigente" not in said
    assert "No consultada" in said
    assert "según el reloj del equipo que firmó" in said
    assert "INDETERMINATE · TRY_LATER" in said
    reader.signatures.verify_chosen.emit()
    rest()
    assert ("verify_document", "d546") in office.calls


def test_the_slip_tells_every_stop(bench: Bench) -> None:
    points = stops(_hops(), bench.calendar, brief=False)
    assert [point.title for point in points] == [
        "María Huanca Ayma, SEDES",
        "Pedro Choque Flores, ATI",
        "Saturnino Ñuñez Condori, SDC",
        "Juana Mamani Quispe, SDPD",
    ]
    assert points[2].hollow
    assert any("copia" in words.text for words in points[2].lines)
    assert points[3].quote.startswith("Sin observaciones")
    assert any("Plazo: 24\u00a0nov" in words.text for words in points[3].lines)
    assert len(stops(_hops(), bench.calendar, brief=True)) == 3  # copies only in the full one
    assert stops((), bench.calendar, brief=True) == []


def test_a_rejected_hop_tells_its_reason(bench: Bench) -> None:
    hop = replace(_hops()[0], state=HopState.REJECTED, reason="No llegó el papel", mode=HopMode.OFFICIAL)
    point = stops((hop,), bench.calendar, brief=False)[1]
    assert point.role == "bad"
    assert any(words.text == "Motivo: No llegó el papel" for words in point.lines)


@pytest.mark.parametrize(
    ("proof", "tone", "sentence"),
    [
        (SlipProof(3), "good", "La cadena está completa"),
        (SlipProof(3, missing=1), "care", "Falta un paso de esta hoja de ruta"),
        (SlipProof(3, missing=2), "care", "Faltan 2 pasos de esta hoja de ruta"),
        (SlipProof(3, missing=2, altered=1), "bad", "Un paso de esta hoja de ruta fue alterado"),
    ],
)
def test_the_slips_proof_is_a_sentence(app: object, proof: SlipProof, tone: str, sentence: str) -> None:
    assert proof_words(proof)[:2] == (tone, sentence)
    assert proof.whole is (tone == "good")


def test_a_signature_never_seen_is_verified_once_when_looked_at(
    window: Window, office: FakeOffice, rest: Rest, qtbot: QtBot
) -> None:
    office.unseen = True
    office.calls.clear()
    window.desk.rows.choose_document("d551")
    rest()
    reader = window.desk.reader
    assert [call for call in office.calls if call[0] == "verify_document"] == [("verify_document", "d551")]
    assert "Firma íntegra y vigente" in words(reader.summary)
    window.desk.rows.choose_document("d546")
    window.desk.rows.choose_document("d551")
    rest()
    window.desk.reload()
    rest()
    assert len([call for call in office.calls if call == ("verify_document", "d551")]) == 1


def test_a_verdict_that_comes_while_an_act_is_begun_leaves_it_open(
    window: Window, office: FakeOffice, rest: Rest
) -> None:
    reader = window.desk.reader
    reader.begin(acts_of((EventKind.DISPATCHED,))[0])
    rest()
    reader.dispatch.remark.setPlainText("a medias")
    reader.verify_now()
    rest()
    assert reader.acting
    assert reader.dispatch.remark.toPlainText() == "a medias"


def test_a_failed_verification_is_told_and_not_repeated(window: Window, office: FakeOffice, rest: Rest) -> None:
    office.unseen = True
    office.broken["verify_document"] = OfficeError("store.full")
    window.desk.rows.choose_document("d551")
    rest()
    assert window.notice.message is not None
    assert "Sin verificar en este equipo" in words(window.desk.reader.summary)
    window.desk.reload()
    rest()
    assert len([call for call in office.calls if call[0] == "verify_document"]) == 1


def test_a_draft_says_why_it_has_no_page(window: Window, office: FakeOffice, rest: Rest) -> None:
    office.pageless = True
    window.desk.rows.choose_document("d551")
    rest()
    view = window.desk.reader.pages.view
    assert view.pages == 0
    assert view.accessibleDescription() == "El documento aún no llegó. Vendrá solo al sincronizar."
