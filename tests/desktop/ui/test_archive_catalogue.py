"""The catalogue on an archive in memory: finding, one dossier, copies, papers to be signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLabel

from desktop.operations.renew_archive import Ages
from desktop.records.errors import OfficeError
from desktop.ui.archive.catalogue import CatalogueSection
from desktop.ui.archive.pane import ArchivePane
from desktop.ui.archive.section import UNBROKEN, broken
from desktop.ui.archive.words import ages_words, file_name
from desktop.ui.bench import Bench
from desktop.ui.messages import Sentences
from tests.desktop.ui.archive_places import Rest, choose, column, said
from tests.desktop.ui.conftest import WORDS
from tests.desktop.ui.fake_archive import NOW, dossiers, page
from tests.desktop.ui.fakes import FakeOffice

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)  # offscreen has no window manager to tell


@pytest.fixture
def section(open_pane: Callable[[bool], ArchivePane], rest: Rest) -> CatalogueSection:
    found = open_pane(True).open("catalogue")
    rest()
    assert isinstance(found, CatalogueSection)
    return found


def test_what_is_kept_is_listed_with_its_access_and_folios(section: CatalogueSection) -> None:
    assert section.sentence.text() == "4 expedientes · 54 fojas"
    assert column(section, 2) == ["pública", "interna", "reservada", "confidencial"]
    assert column(section, 4)[:2] == ["2026-03-05 – 2026-11-19", "2026-03-05"]


def test_words_are_looked_for_and_a_series_is_chosen_by_keys_alone(
    section: CatalogueSection, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    qtbot.keyClick(section.window(), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert section.window().focusWidget() is section.search
    qtbot.keyClicks(section.search, "convenio")
    qtbot.keyClick(section.search, Qt.Key.Key_Return)
    rest()
    assert ("archive.dossiers", "convenio") in office.calls
    assert column(section, 1) == ["Convenio con los ayllus"]
    section.search.clear()
    section.read()
    rest()
    section.series.setCurrentIndex(section.series.findData("SDPD-03"))
    assert len(column(section, 1)) == 3


def test_one_dossier_tells_documents_versions_evidence_events_and_folder(section: CatalogueSection, rest: Rest) -> None:
    choose(section, 1)
    rest()
    lines = said(section.side)
    for part in (
        "Solicitud de equipos", "Informe de entrega", "Datos de validación y sello de tiempo",
        "archivo/root/019/1f3/a21", "Aceptado en custodia: aceptado",
    ):  # fmt: skip
        assert part in lines, part
    assert any(line.startswith("Su sello de tiempo vale hasta el ") for line in lines)
    assert any(line.endswith("comprobación de sumas") for line in lines)


def test_a_dossier_that_cannot_be_read_is_told_with_what_to_do(
    section: CatalogueSection, office: FakeOffice, monkeypatch: pytest.MonkeyPatch, rest: Rest
) -> None:
    monkeypatch.setitem(WORDS, "archive.damaged", Sentences("Está dañado.", "No es el mismo.", "Repare."))
    office.broken["archive.dossier"] = OfficeError("archive.damaged", object="x", path="y")
    choose(section, 2)
    rest()
    assert {"Está dañado.", "No es el mismo.", "Repare."} <= set(said(section.result))


@pytest.mark.parametrize("bag", [False, True])
def test_a_copy_goes_into_a_folder_of_its_own_where_one_says(
    section: CatalogueSection,
    office: FakeOffice,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rest: Rest,
    bag: bool,
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path))
    (section.bag if bag else section.reader).click()
    rest()
    call = next(call for call in office.calls if call[0] == "archive.export")
    name = "GADOR-SDPD-NI-00120-2026-2026-11-20" + ("-bagit" if bag else "")
    assert call[1:] == ((office.archive.kept[0].object,), tmp_path / name, bag)
    assert f"La copia está en «{name}»." in said(section.result)


def test_without_a_folder_nothing_is_copied(
    section: CatalogueSection, office: FakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: "")
    section.reader.click()
    assert not [call for call in office.calls if call[0] == "archive.export"]


def test_an_inventory_is_of_those_chosen_or_of_all_and_is_opened(
    section: CatalogueSection, office: FakeOffice, rest: Rest
) -> None:
    opened: list[str] = []
    section.opened.connect(lambda document, _hop: opened.append(document))
    section.inventory.click()
    rest()
    names = [one.object for one in office.archive.kept]
    assert ("archive.draft_inventory", *names) in office.calls
    more = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    section.table.selectionModel().select(section.table.sorted.index(1, 0), more)
    section.inventory.click()
    rest()
    assert ("archive.draft_inventory", *names[:2]) in office.calls
    assert opened == ["d1", "d1"]


def test_an_acta_asks_who_hands_over(
    section: CatalogueSection, office: FakeOffice, monkeypatch: pytest.MonkeyPatch, rest: Rest
) -> None:
    monkeypatch.setattr(QInputDialog, "getItem", lambda *_args: ("Pedro Choque Flores", True))
    section.transfer.click()
    rest()
    assert ("archive.givers", "sdpd") in office.calls
    assert ("archive.draft_transfer", "pedro", office.archive.kept[0].object) in office.calls


def test_an_empty_archive_and_a_search_without_hits_say_what_to_do(
    section: CatalogueSection, office: FakeOffice, rest: Rest
) -> None:
    section.search.setText("nada así")
    section.read()
    rest()
    assert "Ningún expediente responde a eso" in said(section)
    assert not section.inventory.isEnabled()
    section.search.clear()
    office.archive.kept = ()
    section.read()
    rest()
    assert "El archivo todavía no guarda expedientes" in said(section)


def test_an_archive_that_is_away_is_told(section: CatalogueSection, office: FakeOffice, rest: Rest) -> None:
    office.archive.away = True
    section.read()
    rest()
    assert "El archivo no está a la mano" in section.sentence.text()


@pytest.mark.parametrize("why", list(Ages))
def test_every_way_of_ageing_has_words_before_and_after_its_end(bench: Bench, why: Ages) -> None:
    told = page(dossiers()[0]).ages
    assert told is not None
    soon = ages_words(replace(told, why=why), bench.calendar)
    late = ages_words(replace(told, why=why, end=NOW.replace(year=2024)), bench.calendar)
    assert (soon[0] == "bad", late[0]) == (False, "bad")
    assert ages_words(replace(told, why=why, end=None), bench.calendar)[0] == "care"
    assert all(words[1] for words in (soon, late))


@pytest.mark.parametrize(
    ("text", "name"), [("GADOR-SDPD/NI/00012/2026", "GADOR-SDPD-NI-00012-2026"), ("..", "expediente"), ("a:b", "a-b")]
)
def test_a_folder_s_name_is_one_on_any_system(text: str, name: str) -> None:
    assert file_name(text) == name


def test_what_has_no_place_to_break_gets_lines_so_that_nothing_is_cut(section: CatalogueSection) -> None:
    assert max(len(part) for part in broken("9f3c" * 32).split("\n")) <= UNBROKEN
    assert broken("9f3c" * 32).replace("\n", "") == "9f3c" * 32
    assert broken("dos palabras") == "dos palabras"
    told = [label.text() for label in section.side.findChildren(QLabel)]
    assert all(len(word) <= UNBROKEN for text in told for word in text.split())
