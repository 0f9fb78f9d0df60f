"""The real program on a real X display, light and dark: signed by keys that come from the X server, closed as a window is."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from desktop.practice.office import PracticeOffice
from desktop.practice.people import AUTHOR
from desktop.store.packing import unpack
from tests.journeys.display import SIZE, Display, alive, begin_signing, descendants, program, until

pytestmark = pytest.mark.timeout(300)
# The colours of a dark desktop, as KDE keeps them: Qt reads this file itself.
KDE_DARK = """[General]
ColorScheme=BreezeDark
[Colors:Window]
BackgroundNormal=32,35,38
ForegroundNormal=252,252,252
[Colors:View]
BackgroundNormal=20,22,24
ForegroundNormal=252,252,252
[Colors:Button]
BackgroundNormal=41,44,48
ForegroundNormal=252,252,252
"""
# What Qt says of a KDE session without a D-Bus: a setting changed meanwhile would not be noticed.
KNOWN = {
    "qt.qpa.theme.dbus: Session DBus not running.",
    "qt.qpa.theme.dbus: Application will not react to setting changes.",
    " Check your DBus installation.",
    "",
}


def desktop_settings(folder: Path, theme: str) -> dict[str, str]:
    """The environment of a desktop session with that theme."""
    config = folder / "ajustes"
    config.mkdir()
    if theme == "light":
        return {"XDG_CONFIG_HOME": str(config)}
    (config / "kdeglobals").write_text(KDE_DARK)
    desktop = {"XDG_CURRENT_DESKTOP": "KDE", "KDE_FULL_SESSION": "true", "KDE_SESSION_VERSION": "5"}
    return {"XDG_CONFIG_HOME": str(config), **desktop}


def rows(office: PracticeOffice, statement: str) -> list[Any]:
    """One column of the desk's own file, read beside the running program."""
    path = office.desk_home("planificacion") / "desk.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
        return [row[0] for row in connection.execute(statement)]


def signatures(office: PracticeOffice) -> set[tuple[str, str]]:
    """Which document was signed by which official, by the signed events."""
    found = [unpack(one)[0] for one in rows(office, "SELECT packed FROM events WHERE kind = 'document.signed'")]
    return {(one["document"], one["actor"]["official"]) for one in found}


def views(office: PracticeOffice) -> list[dict[str, Any]]:
    """Every document, as folded."""
    return [json.loads(one) for one in rows(office, "SELECT view FROM documents")]


def colours(path: Path) -> tuple[QImage, int, float]:
    """The picture, how many colours it has, and its mean lightness from 0 to 1."""
    image = QImage(str(path))
    seen = [image.pixelColor(x, y) for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)]
    return image, len({one.rgb() for one in seen}), sum(one.lightnessF() for one in seen) / len(seen)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_signed_by_keyboard_on_a_real_display(
    theme: str, office: PracticeOffice, services_turn: None, tmp_path: Path
) -> None:
    """Por firmar, F, Ctrl+Enter, PIN, Enter: the store holds the signature; Alt+F4 ends everything."""
    errors, pin = tmp_path / "stderr", office.tokens.pin(AUTHOR)
    before = signatures(office)
    with Display(tmp_path, environment=desktop_settings(tmp_path, theme)) as display:
        with program(display, office.home, errors) as running:

            def why() -> str:
                return f"exit {running.poll()}; {errors.read_text(errors='replace')[-2000:]}"

            until(lambda: display.windows("Qillqa · Juana"), why=why)
            display.key("ctrl+3")  # Por firmar: its only row is chosen
            assert begin_signing(display), why()
            display.type(pin)
            display.key("Return")
            until(lambda: signatures(office) != before, why=why)
            image, many, lightness = colours(display.grab(tmp_path / f"{theme}.png"))
            children = descendants(running.pid)
            assert children  # services, token worker
            display.key("alt+F4")
            until(lambda: running.poll() is not None, why=why)
            assert running.returncode == 0
            until(lambda: not [pid for pid in children if alive(pid)])
    ((document, signer),) = signatures(office) - before
    assert signer == office.ids[AUTHOR]
    assert next(view for view in views(office) if view["id"] == document)["appended"][0]["official"] == signer
    assert (image.width(), image.height()) == SIZE
    assert many > 100
    assert (lightness < 0.4) if theme == "dark" else (lightness > 0.7)
    assert set(errors.read_text().split("\n")) <= (KNOWN if theme == "dark" else {""})
