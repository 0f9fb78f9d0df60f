"""Pictures of every pane, without a display."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from desktop.resources import find_resources
from desktop.ui.gallery import render_screens
from desktop.ui.look import Look
from desktop.ui.roles import DARK, LIGHT
from tests.desktop.ui.fakes import FakeOffice

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def test_every_pane_is_pictured(app: QApplication, office: FakeOffice, tmp_path: Path) -> None:
    made = render_screens(office, tmp_path / "screens", dark=True)
    names = [path.name.split("-", 1)[1].removesuffix("-dark-1366x768.png") for path in made]
    assert names == [
        "pendientes", "hoja-de-ruta", "firmas", "adjuntos", "derivar", "entrante", "por_firmar", "enviados", "archivo",
        "borradores", "firmar", "pin", "verificar", "verificar-documento", "nuevo-documento", "reportes", "entrega",
        "memoria", "archivo-central",
    ]  # fmt: skip
    for path in made:
        picture = QImage(str(path))
        assert (picture.width(), picture.height()) == (1366, 768)
    rail = QImage(str(made[0])).pixelColor(3, 500).name()
    assert rail == DARK.rail
    assert not [call for call in office.calls if call[0] in {"dispatch", "sign", "receive"}]  # looking changes nothing


def test_an_office_not_begun_is_pictured_too(app: QApplication, office: FakeOffice, tmp_path: Path) -> None:
    office.state = replace(office.state, first_run=True, token=None)
    made = render_screens(office, tmp_path, dark=False, sizes=((800, 600),), scale=1.5)
    assert [path.name for path in made] == ["01-primer-uso-light-800x600-150.png", "02-verificar-light-800x600-150.png"]


def test_the_style_sheet_is_filled_in(app: QApplication) -> None:
    for dark, roles in ((False, LIGHT), (True, DARK)):
        look = Look(find_resources(), dark=dark, scale=2.0)
        sheet = look.style_sheet()
        assert "@" not in sheet
        assert roles.rail in sheet
        assert "font-size: 28px" in sheet
        assert "border: 2px solid" in sheet  # hairlines do not grow


def test_every_shipped_icon_is_used_and_every_used_one_is_shipped() -> None:
    room = Path(__file__).parents[3] / "desktop" / "ui"
    code = "\n".join(path.read_text("utf-8") for path in room.rglob("*.py"))
    shipped = {path.stem for path in (find_resources() / "icons").glob("*.svg")}
    themed = {"tick-light", "tick-dark", "down-light", "down-dark"}
    assert {name for name in shipped - themed if f'"{name}"' not in code and f"{name}.svg" not in code} == set()


def test_importing_the_window_loads_no_other_room() -> None:
    """Start-up: the window alone brings neither the store, nor boto3, nor pyHanko, nor PKCS#11."""
    code = (
        "import sys; import desktop.ui.application; "
        "print(sorted(m for m in sys.modules if m.split('.')[0] in "
        "{'sqlalchemy','boto3','botocore','pyhanko','pkcs11','typst','pikepdf','lxml','pypdfium2'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
