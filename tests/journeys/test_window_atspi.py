"""The window as a screen reader finds it: names, roles and states read back from the accessibility bus of a real display."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from desktop.practice.office import PracticeOffice
from tests.journeys.display import AccessibilityBus, Display, begin_signing, program, until

pytestmark = pytest.mark.timeout(300)
READER = Path(__file__).with_name("read_tree.py")
# Qt's adaptor says so on every bus; it is not about the window.
KNOWN = 'qt.accessibility.atspi: AtSpiAdaptor::applicationInterface does not implement "GetApplicationBusAddress"'
Node = dict[str, Any]


def walk(node: Node) -> Iterator[Node]:
    """The node and all below that a person could meet: what is not shown is not told."""
    yield node
    for child in node["children"]:
        if "showing" in child["states"]:
            yield from walk(child)


def read(display: Display) -> list[Node]:
    """Every shown node of the program."""
    command = ["/usr/bin/python3", str(READER), "Qillqa"]
    done = subprocess.run(command, env=display.environment, capture_output=True, text=True, timeout=60, check=False)
    trees: list[Node] = json.loads(done.stdout) if done.returncode == 0 else []
    return [node for tree in trees for window in tree["children"] for node in walk(window)]


def found(nodes: list[Node], role: str, name: str) -> Node | None:
    """The one node of that role whose name begins so."""
    fitting = [node for node in nodes if node["role"] == role and node["name"].startswith(name)]
    return fitting[0] if len(fitting) == 1 else None


def test_a_screen_reader_finds_its_way(office: PracticeOffice, services_turn: None, tmp_path: Path) -> None:
    """Rail, list, acts and the PIN field have a role, a name and their key; the PIN itself is never told."""
    errors = tmp_path / "stderr"
    with ExitStack() as parts:
        bus = parts.enter_context(AccessibilityBus())
        display = parts.enter_context(Display(tmp_path, environment=bus.environment))
        parts.enter_context(program(display, office.home, errors))
        until(lambda: display.windows("Qillqa · Juana"))
        display.key("ctrl+3")
        nodes: list[Node] = until(lambda: nodes if found(nodes := read(display), "push button", "Firmar") else [])

        rail = ["Entrante, 1", "Pendientes, 2", "Por firmar, 1", "Enviados", "Archivo", "Borradores, 1", "Verificar"]
        for number, name in enumerate(rail, start=1):
            button = found(nodes, "check box", name)
            assert button is not None, name
            assert button["description"] == f"Ctrl+{number}"
            assert ("checked" in button["states"]) is (name == "Por firmar, 1")
        for name, key in (("Reportes", "Ctrl+9"), ("Entrega", "Ctrl+0")):
            button = found(nodes, "check box", name)
            assert button is not None, name
            assert button["description"] == key
        assert found(nodes, "check box", "Monitor") is None  # nobody's chief sits here
        new = found(nodes, "push button", "Nuevo documento")
        assert new is not None
        assert "Ctrl+N" in new["description"]
        assert found(nodes, "push button", "Sincronizar")
        assert found(nodes, "text", "Buscar en la bandeja")

        rows = found(nodes, "list", "Por firmar")
        assert rows is not None
        (row,) = rows["children"]
        assert row["role"] == "list item"
        assert {"selected", "showing"} <= set(row["states"])
        for part in ("Conformidad de servicio", "PRÁCTICA-SDP/NI/", "Nota interna", "le toca a usted", "Juana Mamani"):
            assert part in row["name"]

        for name, key in (("Firmar", "F"), ("Observar", "O")):
            button = found(nodes, "push button", name)
            assert button is not None
            assert button["description"] == key
            assert "enabled" in button["states"]
        page = next(
            node for node in nodes if node["name"] == "Documento" and node["description"].startswith("Página 1")
        )
        assert "SIN VALOR" in page["description"]  # the page's own text is told
        told = [node for node in nodes if node["role"] in {"push button", "check box", "text", "combo box", "list"}]
        assert not [node for node in told if not node["name"]]

        display.key("ctrl+9")
        nodes = until(lambda: nodes if found(nodes := read(display), "table", "Hojas de ruta recibidas") else [])
        cells = [node["name"] for node in nodes if node["role"] == "table cell"]
        assert any(name.startswith("Total") or name.endswith(": Total") for name in cells), cells
        assert any("Hojas de ruta recibidas" in node["name"] and "Secretaría" in node["description"] for node in nodes)
        assert found(nodes, "push button", "Guardar CSV")
        display.key("ctrl+0")
        nodes = until(lambda: nodes if found(nodes := read(display), "table", "Documentos enviados") else [])
        assert any(node["name"] == "Entrega: recibido" for node in nodes if node["role"] == "table cell")
        display.key("ctrl+3")
        until(lambda: found(read(display), "push button", "Firmar"))

        assert begin_signing(display)
        display.type("4711")
        field: Node = until(lambda: found(read(display), "password text", "PIN") or {})
        assert {"focused", "enabled"} <= set(field["states"])
        assert "PIN sin intentos fallidos" in field["description"]
        until(lambda: (found(read(display), "password text", "PIN") or field)["text"] == "●●●●")
        assert "4711" not in json.dumps(read(display))
    lines = [line for line in errors.read_text().split("\n") if line and not line.startswith(KNOWN)]
    assert lines == []
