"""The stick's pane on an office in memory: what is chosen, what is told, how it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel

from desktop.records.errors import OfficeError
from desktop.ui.messages import Sentences
from desktop.ui.pouch.drives import Drive, plugged_drives, removable_block
from desktop.ui.pouch.office import Errand, PouchReading, StickOutcome
from desktop.ui.pouch.pane import PouchPane
from tests.desktop.ui.conftest import WORDS
from tests.desktop.ui.fakes import FakeOffice

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.window import Window

Rest = Callable[[], None]
SAFE = "Ya puede retirar la memoria"


@pytest.fixture
def pane(window: Window, stick: Path, qtbot: QtBot, rest: Rest) -> PouchPane:
    """Opened by its key, with one stick plugged in."""
    qtbot.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    made = window.places["pouch"]
    assert isinstance(made, PouchPane)
    rest()
    made.look_for_drives = lambda: (Drive(stick, "KINGSTON", 3_800_000_000),)
    made.read()
    rest()
    return made


def told(pane: PouchPane) -> list[str]:
    return [label.text() for label in pane.result.findChildren(QLabel) if label.isVisible()]


def test_how_it_stands_and_which_sticks_were_prepared(pane: PouchPane) -> None:
    assert pane.state.text() == (
        "5 envíos esperan entrega o acuse. En memorias van 4 cartas. "
        "Cartas sin acuse por unidad: Municipio de Curahuara de Carangas (4)."
    )
    rows = [
        [str(pane.table.sorted.index(row, column).data()) for column in (0, 2, 3, 4)]
        for row in range(pane.table.sorted.rowCount())
    ]
    assert rows == [
        ["12", "sin acuse todavía", "4", "Municipio de Curahuara de Carangas, Área de Tecnologías"],
        ["11", "faltan 2 de 6", "6", "Municipio de Curahuara de Carangas"],
        ["10", "con acuse", "3", "Municipio de Curahuara de Carangas"],
        ["9", "no lleva cartas", "0", "solo acuses"],
    ]
    assert not pane.first.isVisible()


def test_the_first_time_it_is_explained(pane: PouchPane, office: FakeOffice, rest: Rest) -> None:
    office.pouch.reading = PouchReading(0, 0)
    pane.read()
    rest()
    assert pane.first.isVisible()
    assert pane.empty.isVisible()
    assert not pane.table.isVisible()
    assert pane.state.text().startswith("Nada espera: ")


def test_without_a_stick_nothing_can_be_done(pane: PouchPane, rest: Rest) -> None:
    pane.look_for_drives = lambda: ()
    pane.find_drives()
    rest()
    assert pane.missing.isVisible()
    assert not any(button.isEnabled() for button in (pane.write, pane.take, pane.relay))


def test_a_stick_is_written_by_keys_alone_and_it_is_said_when_it_may_be_pulled_out(
    window: Window, pane: PouchPane, office: FakeOffice, stick: Path, qtbot: QtBot, rest: Rest
) -> None:
    assert "KINGSTON" in pane.stick.currentText()
    assert "libres" in pane.stick.currentText()
    pane.units.setCurrentIndex(2)
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    rest()
    assert ("pouch.write", stick, ("muni",)) in office.calls
    lines = told(pane)
    assert lines[0] == "La memoria está lista: lleva 4 cartas."
    assert "Siguen aquí hasta que llegue el acuse." in lines[1]
    assert lines[-1].startswith(SAFE)
    assert window.focusWidget() is pane.write


@pytest.mark.parametrize(
    ("key", "verb", "said"),
    [
        (Qt.Key.Key_L, "pouch.read", "Llegó por la memoria: 3 novedades, 2 archivos, 1 acuse."),
        (Qt.Key.Key_T, "pouch.relay", "Entregado sin abrir: 7. Puesto en la memoria: 4."),
    ],
)
def test_reading_and_carrying_on(
    window: Window, pane: PouchPane, office: FakeOffice, stick: Path, qtbot: QtBot, rest: Rest,
    key: Qt.Key, verb: str, said: str,
) -> None:  # fmt: skip
    qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
    rest()
    assert (verb, stick) in office.calls
    assert told(pane)[0] == said
    assert told(pane)[-1].startswith(SAFE)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (StickOutcome(Errand.WRITE), "La memoria está lista; no lleva cartas."),
        (StickOutcome(Errand.READ, pouches=1), "La memoria no trae nada nuevo para esta unidad."),
        (StickOutcome(Errand.READ), "No se pudo tomar nada de la memoria."),
        (StickOutcome(Errand.RELAY), "No había nada nuevo que llevar, en ninguno de los dos sentidos."),
    ],
)
def test_where_there_was_nothing_it_says_so(
    pane: PouchPane, office: FakeOffice, rest: Rest, found: StickOutcome, said: str
) -> None:
    office.pouch.outcomes[found.errand] = found
    {Errand.WRITE: pane.write, Errand.READ: pane.take, Errand.RELAY: pane.relay}[found.errand].click()
    rest()
    assert told(pane)[0] == said


def test_what_was_not_believed_is_told_by_its_sentences_each_once(
    pane: PouchPane, office: FakeOffice, monkeypatch: pytest.MonkeyPatch, rest: Rest
) -> None:
    monkeypatch.setitem(WORDS, "mail.damaged", Sentences("Una carta llegó dañada.", "", "Pida otra."))
    many = tuple((f"sobre.{n}", {}) for n in range(6))
    for code, _facts in many:
        monkeypatch.setitem(WORDS, code, Sentences(f"El {code}.", "", ""))
    problems = (("mail.damaged", {}), ("mail.damaged", {}), *many)
    office.pouch.outcomes[Errand.READ] = StickOutcome(Errand.READ, pouches=1, events=1, problems=problems)
    pane.take.click()
    rest()
    lines = told(pane)
    assert lines[0] == "Llegó por la memoria: 1 novedad."
    assert lines.count("Una carta llegó dañada. Pida otra.") == 1
    assert "Y 2 más." in lines
    assert lines[-1].startswith(SAFE)


@pytest.mark.parametrize("code", ["pouch.stick_full", "pouch.stick_protected", "pouch.stick_pulled"])
def test_what_stops_it_is_told_with_what_to_do(
    pane: PouchPane, office: FakeOffice, monkeypatch: pytest.MonkeyPatch, rest: Rest, code: str
) -> None:
    monkeypatch.setitem(WORDS, code, Sentences("Qué pasó.", "Qué significa.", "Qué hacer."))
    office.broken["pouch.write"] = OfficeError(code, path="/x")
    pane.write.click()
    rest()
    assert told(pane)[:3] == ["Qué pasó.", "Qué significa.", "Qué hacer."]
    assert any(line.startswith(SAFE) for line in told(pane)) is (code != "pouch.stick_pulled")


@pytest.mark.noisy("bug")
def test_a_bug_is_reported_as_one(window: Window, pane: PouchPane, office: FakeOffice, rest: Rest) -> None:
    office.broken["pouch.write"] = ValueError("x")
    pane.write.click()
    rest()
    assert window.notice.message is not None
    assert window.notice.message.bug
    assert told(pane) == []


def test_it_shows_its_progress_and_is_stopped_by_esc(
    window: Window, pane: PouchPane, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    office.pouch.gate = Event()
    pane.write.click()
    qtbot.waitUntil(lambda: pane.done.text() == "1 de 4. No retire la memoria.")
    assert pane.progress.isVisible()
    assert window.focusWidget() is pane.stop
    assert not any(button.isEnabled() for button in (pane.write, pane.take, pane.relay, pane.browse, pane.stick))
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert pane.done.text() == "Terminando lo que se está copiando…"
    office.pouch.gate.set()
    rest()
    assert told(pane)[0] == "Se detuvo."
    assert told(pane)[-1].startswith(SAFE)
    assert not pane.stop.isVisible()
    assert pane.write.isEnabled()


def test_a_folder_can_be_chosen_and_stays(
    pane: PouchPane, office: FakeOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: Rest
) -> None:
    other = tmp_path / "otra"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(other))
    pane.browse.click()
    assert pane.stick.currentData() == other
    pane.find_drives()
    rest()
    assert pane.stick.currentData() == other
    pane.write.click()
    rest()
    assert ("pouch.write", other, ()) in office.calls


def test_a_stick_that_comes_is_found_while_the_pane_is_seen(
    pane: PouchPane, window: Window, tmp_path: Path, rest: Rest
) -> None:
    assert pane._beat.isActive()
    second = Drive(tmp_path / "b", "B", 0, protected=True)
    first = pane.look_for_drives()
    pane.look_for_drives = lambda: (*first, second)
    pane._beat.timeout.emit()
    rest()
    assert pane.stick.itemText(1).startswith("B, protegida")
    assert pane.stick.currentIndex() == 0
    window.open_verify()
    assert not pane._beat.isActive()


def test_the_unit_chosen_stays_when_it_is_read_again(pane: PouchPane, office: FakeOffice, rest: Rest) -> None:
    pane.units.setCurrentIndex(1)
    office.pouch.reading = replace(office.pouch.reading, waiting=0)
    pane.read()
    rest()
    assert pane.units.currentData() == "ati"


def test_which_drives_are_removable(tmp_path: Path) -> None:
    """The tree of the kernel as it looks with a disk, a card reader and a stick."""
    for disk, bus, flag in (("sda", "pci/ata1", "0"), ("mmcblk0", "pci/mmc", "1"), ("sdb", "pci/usb2/2-1", "0")):
        device = tmp_path / "devices" / bus / disk
        part = device / f"{disk}1"
        part.mkdir(parents=True)
        (device / "removable").write_text(f"{flag}\n")
        blocks = tmp_path / "block"
        blocks.mkdir(exist_ok=True)
        (blocks / disk).symlink_to(device)
        (blocks / part.name).symlink_to(part)
    found = {
        name: removable_block(f"/dev/{name}", tmp_path / "block") for name in ("sda1", "mmcblk01", "sdb", "sdb1", "x")
    }
    assert found == {"sda1": False, "mmcblk01": True, "sdb": True, "sdb1": True, "x": False}
    assert not removable_block("tmpfs", tmp_path / "block")
    assert all(isinstance(drive, Drive) for drive in plugged_drives())
