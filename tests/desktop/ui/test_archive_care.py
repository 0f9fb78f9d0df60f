"""Integrity, renewal and store on an archive in memory: what is told, what is paused, what is labelled as no proof of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from desktop.operations.evidence import EvidenceMade
from desktop.records.errors import OfficeError
from desktop.ui.archive.fixity import FixitySection
from desktop.ui.archive.pane import ArchivePane
from desktop.ui.archive.renewal import RenewalSection
from desktop.ui.archive.store import StoreSection
from desktop.ui.messages import Sentences
from tests.desktop.ui.archive_places import Rest, choose, column, said
from tests.desktop.ui.conftest import WORDS
from tests.desktop.ui.fakes import FakeOffice

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)  # offscreen has no window manager to tell


@pytest.fixture
def pane(open_pane: Callable[[bool], ArchivePane]) -> ArchivePane:
    return open_pane(True)


@pytest.fixture
def fixity(pane: ArchivePane, rest: Rest) -> FixitySection:
    found = pane.open("fixity")
    rest()
    assert isinstance(found, FixitySection)
    return found


@pytest.fixture
def renewal(pane: ArchivePane, rest: Rest) -> RenewalSection:
    found = pane.open("renewal")
    rest()
    assert isinstance(found, RenewalSection)
    return found


@pytest.fixture
def store(pane: ArchivePane, rest: Rest) -> StoreSection:
    found = pane.open("store")
    rest()
    assert isinstance(found, StoreSection)
    return found


def test_each_series_tells_never_last_and_oldest(fixity: FixitySection) -> None:
    assert fixity.sentence.text() == "852 expedientes · 6 nunca leídos"
    assert column(fixity, 0) == ["Equipamiento de salud", "Sin serie"]
    assert column(fixity, 2) == ["0", "6"]
    assert column(fixity, 4)[1].startswith("16")


def test_what_is_damaged_is_told_in_words_with_what_to_do(
    fixity: FixitySection, monkeypatch: pytest.MonkeyPatch, rest: Rest
) -> None:
    monkeypatch.setitem(WORDS, "fixity.changed", Sentences("Cambió.", "No es el mismo.", "Repóngalo."))
    fixity.read()
    rest()
    lines = set(said(fixity.side))
    assert {"1 cosa no está como estaba", "documentos/1.pdf", "Cambió.", "Repóngalo."} <= lines
    assert "Se puede reponer desde el mismo archivo." in lines


def test_reading_is_paused_and_taken_up_again(
    fixity: FixitySection, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    office.archive.gate = Event()
    fixity.verify.click()
    qtbot.waitUntil(lambda: fixity.done.text() == "1 de 4")
    assert fixity.stop.text() == "Pausar"
    qtbot.keyClick(fixity.window(), Qt.Key.Key_Escape)
    office.archive.gate.set()
    rest()
    assert said(fixity.result)[0] == "En pausa."
    assert fixity.verify.text() == "Seguir verificando"
    assert "hay una lectura en pausa" in fixity.sentence.text()
    fixity.verify.click()
    rest()
    assert said(fixity.result)[0] == "Hay expedientes que no están como se guardaron."
    assert fixity.verify.text() == "Verificar ahora"


def test_a_whole_archive_is_said_to_be_one(fixity: FixitySection, office: FakeOffice, rest: Rest) -> None:
    office.archive.state = replace(office.archive.state, problems=())
    fixity.verify.click()
    rest()
    assert said(fixity.result)[0] == "El archivo está íntegro."
    assert "Todo lo leído está como se guardó." in said(fixity.side)


def test_a_report_is_written_and_opened(
    fixity: FixitySection, office: FakeOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: Rest
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(tmp_path / "r.pdf"), ""))
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    fixity.report.click()
    rest()
    assert ("archive.save_fixity", tmp_path / "r.pdf") in office.calls
    assert opened == [str(tmp_path / "r.pdf")]


def test_what_is_past_its_end_or_not_known_comes_first(renewal: RenewalSection) -> None:
    assert renewal.sentence.text() == "4 expedientes · 2 vencidos o sin fecha"
    assert column(renewal, 0)[0] == "no se sabe"
    assert column(renewal, 0)[1].startswith("venció el ")


def test_those_chosen_are_renewed_and_no_others(renewal: RenewalSection, office: FakeOffice, rest: Rest) -> None:
    choose(renewal, 1)
    renewal.renew.click()
    rest()
    assert [call[1:] for call in office.calls if call[0] == "archive.renew"] == [(office.archive.kept[1].object,)]
    assert said(renewal.result)[0] == "Renovado: 1 expediente."


def test_without_a_service_nothing_is_renewed_and_a_tree_is_labelled(
    renewal: RenewalSection, office: FakeOffice, rest: Rest
) -> None:
    office.archive.ages = replace(office.archive.ages, stamps=False)
    office.archive.covered = EvidenceMade(covered=4, owed="raise.no_timestamps")
    renewal.read()
    rest()
    assert not renewal.renew.isEnabled()
    assert "sin sello de tiempo de tercero" in said(renewal.side)
    renewal.cover.click()
    rest()
    lines = said(renewal.result)
    assert lines[:2] == [
        "Cubierto ahora: 4 expedientes.",
        "El árbol quedó sin sello de tiempo de tercero: prueba el orden, no la fecha.",
    ]


def test_the_store_is_tried_only_when_asked_and_each_probe_is_told(
    store: StoreSection, office: FakeOffice, rest: Rest
) -> None:
    assert ("archive.examine",) not in office.calls
    assert "El almacén no se probó en esta sesión" in said(store)
    store.examine.click()
    rest()
    assert column(store, 0) == ["bien", "bien", "aviso"]
    assert "El almacén sirve para el archivo." in said(store.side)


def test_a_store_that_only_pretends_is_said_not_to_serve(store: StoreSection, office: FakeOffice, rest: Rest) -> None:
    probes = tuple(replace(one, good=False) for one in office.archive.checkup.probes)
    office.archive.checkup = replace(office.archive.checkup, fit=False, probes=probes)
    store.examine.click()
    rest()
    assert column(store, 0) == ["falla", "falla", "aviso"]
    assert "El almacén no sirve para el archivo." in said(store.side)


def test_the_second_copy_goes_where_one_says_and_is_told_from_then_on(
    store: StoreSection, office: FakeOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: Rest
) -> None:
    assert store.sentence.text().startswith("Todavía no hay una segunda copia")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path))
    store.copy.click()
    rest()
    assert ("archive.back_up", tmp_path) in office.calls
    assert store.sentence.text().startswith("Última copia: hoy\u00a010:12, 852 expedientes")


@pytest.mark.parametrize(("name", "verb"), [("fixity", "fixity"), ("renewal", "renewal"), ("store", "last_backup")])
def test_an_archive_out_of_reach_is_told_with_what_to_do(
    pane: ArchivePane, office: FakeOffice, monkeypatch: pytest.MonkeyPatch, rest: Rest, name: str, verb: str
) -> None:
    monkeypatch.setitem(WORDS, "storage.unreachable", Sentences("No contesta.", "Nada se perdió.", "Conéctelo."))
    office.broken[f"archive.{verb}"] = OfficeError("storage.unreachable", url="folder:x")
    section = pane.open(name)
    rest()
    assert {"No contesta.", "Nada se perdió.", "Conéctelo."} <= set(said(section))
