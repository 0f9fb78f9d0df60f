"""Where a PIN may come from, and that the question warns."""

from __future__ import annotations

import getpass
import io
import os
from datetime import UTC, datetime

import pytest

from desktop.cli.pins import PinSource
from signing.errors import SigningCancelled
from signing.report import Certificate, Person, PinState, Token

NOW = datetime(2026, 3, 5, tzinfo=UTC)
CERTIFICATE = Certificate("a", "a", "01", Person("Juana Mamani Quispe"), "CA", 1, NOW, NOW, (), "rsa", b"")


def _token(state: PinState) -> Token:
    return Token("x.so", 0, "juana", "1", "m", "f", state, pin_pad=False, min_pin=4, max_pin=8)


@pytest.mark.parametrize(
    ("state", "warning"),
    [(PinState.OK, ""), (PinState.LOW, "hubo un PIN equivocado"), (PinState.FINAL_TRY, "ÚLTIMO INTENTO")],
)
def test_a_terminal_is_asked_without_echo_and_warned(
    state: PinState, warning: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return "1234"

    monkeypatch.setattr(getpass, "getpass", ask)
    assert PinSource()(_token(state), CERTIFICATE) == "1234"
    assert asked[0].startswith("PIN del token de Juana Mamani Quispe")
    assert warning in asked[0]
    PinSource()(_token(state), None)
    assert "de juana" in asked[1]


def test_a_line_is_read_without_its_end_and_the_next_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("12 34\r\n5678\n"))
    source = PinSource(from_stdin=True)
    assert [source(_token(PinState.OK), None) for _ in range(2)] == ["12 34", "5678"]
    with pytest.raises(SigningCancelled):
        source(_token(PinState.OK), None)


def test_a_descriptor_gives_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.write(writing, "contraseña\r\notra\n".encode())
    os.close(writing)
    assert PinSource(descriptor=reading)(_token(PinState.OK), None) == "contraseña"
    assert os.read(reading, 4) == b"otra"
    os.close(reading)
