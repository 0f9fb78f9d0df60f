"""Verificar: the verdict first, never better than it is, and nothing leaves the machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QLabel

from desktop.records.errors import OfficeError
from desktop.ui.messages import Sentences
from desktop.ui.verify.verdict import evidence, outcome_words, text_tone, verdict_words
from desktop.ui.widgets.page_sources import ChildPages, QtPdfPages
from signing.report import (
    Algorithm,
    AttachmentVerdict,
    Change,
    ChangeKind,
    Countersignature,
    EvidenceItem,
    Indication,
    Integrity,
    Outcome,
    SignatureTimestamp,
    SignatureVerdict,
)
from tests.desktop.ui.fakes import FakeOffice, verdict

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.ui.bench import Bench
    from desktop.ui.widgets.evidence import Point
    from desktop.ui.window import Window

Rest = Callable[[], None]


def words(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def test_it_invites_first(window: Window) -> None:
    window.open_verify()
    assert "Suelte aquí un PDF, o una carpeta" in words(window.verify)
    assert window.rail.verify.isChecked()
    assert window.verify.choose.hasFocus()


def test_a_dropped_file_is_told_sentence_meaning_deed_evidence(window: Window, office: FakeOffice, rest: Rest) -> None:
    window.open_verify()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(office.pdf)), QUrl("https://example.org/x.pdf")])
    point = QPointF(5, 5)
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.verify.dropEvent(QDropEvent(point, Qt.DropAction.CopyAction, mime, buttons, keys))
    rest()
    assert [call for call in office.calls if call[0] == "verify"] == [("verify", office.pdf)]
    assert words(window.verify.sentence) == ["Firma íntegra y vigente"]
    said = words(window.verify.side)
    order = [
        "Qué significa",
        "Qué hacer",
        "Evidencia: María Huanca Ayma",
        "Firmante",
        "Momento probado",
        "EN 319 102-1",
    ]
    assert [line for line in said if line in order] == order
    assert "María Huanca Ayma, CI\u00a0···4417" in said
    assert not any("5514417" in line for line in said)  # the whole CI is shown nowhere
    assert isinstance(window.verify.pages.view._source, QtPdfPages)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.VALID])
def test_no_other_outcome_sounds_valid(window: Window, office: FakeOffice, rest: Rest, outcome: Outcome) -> None:
    office.verdict = verdict(outcome)
    window.open_verify()
    window.verify.check([office.pdf])
    rest()
    said = " ".join([*words(window.verify.sentence), *words(window.verify.side)]).lower()
    assert "vigente" not in said.replace("vigente\n", "") or outcome is Outcome.INVALID
    assert "puede confiar" not in said
    assert text_tone(outcome) != "good"
    item = window.verify.list.item(0)
    assert "íntegra y vigente" not in item.text()
    if outcome is not Outcome.UNREADABLE:
        assert isinstance(window.verify.pages.view._source, ChildPages)


def test_the_table_of_words_speaks_before_the_outcome(app: object) -> None:
    found = verdict(Outcome.INVALID, reason="verdict.altered")
    told = Sentences("El documento que se ve no es el que se firmó", "Cambió.", "No lo acepte.")
    assert verdict_words(found, lambda code, _f: told if code == "verdict.altered" else None) == told
    assert verdict_words(found, lambda _c, _f: None) == outcome_words(Outcome.INVALID)


def test_an_unproven_time_is_said_to_be_the_computers(bench: Bench) -> None:
    late = verdict(Outcome.INDETERMINATE).signatures[0]
    points = {point.title: point for point in evidence(late, bench.calendar, bench.say)}
    assert "según el reloj del equipo" in points["Momento no probado"].lines[0].text
    assert points["Momento no probado"].role == "care"
    assert points["Revocación"].lines[0].text == "No consultada"
    altered = verdict(Outcome.INVALID).signatures[0]
    points = {point.title: point for point in evidence(altered, bench.calendar, bench.say)}
    assert points["Cambios posteriores"].role == "bad"
    assert "Páginas que cambiaron a la vista: 1" in points["Cambios posteriores"].lines[0].text


def test_several_files_are_listed_each_with_a_word(
    window: Window, office: FakeOffice, rest: Rest, tmp_path: Path
) -> None:
    other = tmp_path / "otro ñ.pdf"
    other.write_bytes(office.pdf.read_bytes())
    window.open_verify()
    window.verify.check([office.pdf, other])
    rest()
    assert [window.verify.list.item(i).text() for i in range(2)] == [
        "nota.pdf, íntegra y vigente",
        "otro ñ.pdf, íntegra y vigente",
    ]


def test_a_file_that_cannot_be_verified_says_so(window: Window, office: FakeOffice, rest: Rest) -> None:
    office.broken["verify"] = OfficeError("store.full")
    window.open_verify()
    window.verify.check([office.pdf])
    rest()
    assert "no se pudo verificar" in window.verify.list.item(0).text()
    assert window.notice.message is not None


def points_of(signature: SignatureVerdict, bench: Bench) -> dict[str, Point]:
    said = Sentences("Se añadió otra firma.", "", "")
    return {
        point.title: point
        for point in evidence(signature, bench.calendar, lambda code, _f: said if code == "change.signature" else None)
    }


def test_what_came_afterwards_is_listed_the_suspicious_first(bench: Bench) -> None:
    changes = (
        Change(ChangeKind.SIGNATURE, True, name="firma-2", page=2),
        Change(ChangeKind.SIGNATURE, True, name="firma-3", page=2),
        Change(ChangeKind.CONTENT, False, page=1),
    )
    bad = replace(verdict(Outcome.INVALID).signatures[0], changes=changes, changed_pages=())
    lines = points_of(bad, bench)["Cambios posteriores"].lines
    assert [line.text for line in lines] == ["content (pág. 1)", "Se añadió otra firma. (firma-2, firma-3; pág. 2)"]
    assert [line.role for line in lines] == ["bad", "dim"]


def test_timestamps_countersignatures_and_weak_methods_are_told(bench: Bench) -> None:
    when = datetime(2026, 11, 19, 14, 42, tzinfo=UTC)
    stamp = SignatureTimestamp(
        when, "TSA", Outcome.INVALID, Indication.TOTAL_FAILED, "HASH_FAILURE", "timestamp.broken"
    )
    signature = replace(
        verdict(Outcome.INDETERMINATE).signatures[0],
        timestamps=(stamp,),
        countersignatures=(Countersignature("Bob", "CA", None, Integrity.BROKEN),),
        algorithms=(
            Algorithm("digest", "sha1", 0, date(2012, 12, 31), weak=True),
            Algorithm("signature", "rsa", 2048),
        ),
        evidence=(EvidenceItem("ocsp", "cache", "Juana", "ab" * 32, when),),
    )
    points = points_of(signature, bench)
    assert points["Sello de tiempo de la firma"].role == "bad"
    assert "no vale" in points["Sello de tiempo de la firma"].lines[0].text
    assert points["Refrendo de la firma"].lines[0].text == "Bob: alterada"
    assert [line.text for line in points["Método de firma débil"].lines] == [
        "sha1, seguro solo hasta el 31\xa0dic\xa02012"
    ]
    assert "guardada en este equipo" in points["Respuestas usadas"].lines[0].text


def test_a_broken_signature_is_not_told_by_what_came_afterwards(bench: Bench) -> None:
    broken = replace(verdict(Outcome.INVALID).signatures[0], integrity=Integrity.BROKEN)
    assert "alterado" in points_of(broken, bench)["Cambios posteriores"].lines[0].text


def test_attachments_are_told_those_that_changed_first(window: Window, office: FakeOffice, rest: Rest) -> None:
    listed = (
        AttachmentVerdict("plano.pdf", 10, "ab" * 32, "same"),
        AttachmentVerdict("lista.xlsx", 10, "ab" * 32, "changed"),
        AttachmentVerdict("foto.jpg", 10, "ab" * 32, "missing"),
    )
    office.verdict = replace(verdict(), attachments=listed)
    window.open_verify()
    window.verify.check([office.pdf])
    rest()
    said = [line for line in words(window.verify.side) if line.split(":")[0] in {item.name for item in listed}]
    assert said == [
        "lista.xlsx: NO es el que se firmó",
        "foto.jpg: no está junto al documento",
        "plano.pdf: es el que se firmó",
    ]


def test_a_locked_file_asks_once_and_the_password_serves_the_others(
    window: Window, office: FakeOffice, rest: Rest, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    for path in (first, second):
        path.write_bytes(office.pdf.read_bytes())
        office.passwords[path] = "clave ñ"
    window.open_verify()
    window.verify.check([first, second])
    rest()
    line = window.verify.password
    assert line.field.echoMode() is line.field.EchoMode.Password
    assert not line.open.isEnabled()
    line.field.setText("otra")
    line.open.click()
    rest()
    assert window.verify.files[0].verdict is not None
    assert window.verify.files[0].verdict.reason == "file.wrong_password"
    window.verify.password.field.setText("clave ñ")
    window.verify.password.field.returnPressed.emit()
    rest()
    assert [one.verdict and one.verdict.outcome for one in window.verify.files] == [Outcome.VALID, Outcome.VALID]
    assert window.verify.password.field.text() == ""  # not even in the widget


def test_a_folder_is_verified_whole(window: Window, office: FakeOffice, rest: Rest, tmp_path: Path) -> None:
    folder = tmp_path / "carpeta"
    folder.mkdir()
    for name in ("uno.pdf", "dos.pdf"):
        (folder / name).write_bytes(office.pdf.read_bytes())
    window.open_verify()
    window.verify.check([folder])
    rest()
    assert [one.path.name for one in window.verify.files] == ["dos.pdf", "uno.pdf"]
    empty = tmp_path / "nada"
    empty.mkdir()
    told: list[object] = []
    window.verify.told.connect(told.append)
    window.verify.check([empty])
    rest()
    assert len(told) == 1
    assert len(window.verify.files) == 2


def test_a_report_is_saved_of_all_that_was_judged(
    window: Window, office: FakeOffice, rest: Rest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.open_verify()
    assert not window.verify.save.isEnabled()
    window.verify.check([office.pdf])
    rest()
    target = tmp_path / "informe"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), "Página web (*.html)"))
    window.verify.save.click()
    rest()
    assert ("save_report", target.with_suffix(".html"), 1) in office.calls
