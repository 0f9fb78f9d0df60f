"""tokens, doctor: on real soft tokens, modules that fail, and a virtual card reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.practice.tokens import SoftTokens
from tests.fixtures import modules
from tests.fixtures.card_reader import FEITIAN, CardReader
from tests.fixtures.headers import elf

from .conftest import Qillqa

pytestmark = pytest.mark.xdist_group("office")


@pytest.fixture(autouse=True)
def no_service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No card reader of this machine takes part."""
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(tmp_path / "no-service"))


@pytest.fixture
def nothing(soft: SoftTokens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftTokens:
    """SoftHSM without a token."""
    conf, store = tmp_path / "softhsm2.conf", tmp_path / "store"
    store.mkdir()
    conf.write_text(f"directories.tokendir = {store}\nobjectstore.backend = file\n", "utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    return soft


def test_tokens_are_shown_without_a_pin(qillqa: Qillqa, soft: SoftTokens) -> None:
    answer = qillqa("tokens", "--module", soft.module, "--json")
    assert (answer.status, answer.err) == (0, "")
    found = answer.json["tokens"]
    assert {token["label"] for token in found} == set(soft.labels)
    first = next(token for token in found if token["label"] == "saturnino")["certificates"][0]
    assert (first["person"]["name"], first["person"]["ci"]) == ("Saturnino Ñuñez Condori", "2837465")
    assert (first["unusable"], first["algorithm"]) == ("", "RSA 2048")
    assert "der" not in first
    assert (answer.json["problems"], answer.json["reader_service"], answer.json["readers"]) == ([], "absent", [])
    told = qillqa("tokens", "--module", soft.module)
    assert "PIN: en orden" in told.out
    assert "CI 2837465" in told.out
    assert "Vence el " in told.out
    assert "usos: digital_signature" in told.out
    assert "Es de una autoridad certificadora, no de una persona." in told.out
    assert "Controlador: SoftHSM\n" in told.out


def test_no_token_is_two_and_a_sentence(qillqa: Qillqa, nothing: SoftTokens, tmp_path: Path) -> None:
    answer = qillqa("tokens", "--module", nothing.module)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == "No hay ningún token conectado.\n"
    signed = qillqa("sign", tmp_path / "x.pdf", "--module", nothing.module, "--pin-stdin", stdin="1234\n")
    assert signed.status == 65
    assert "No hay ningún token conectado." in signed.err


@pytest.mark.parametrize(
    ("content", "code"), [(b"nada", "driver.not_a_library"), (elf(3, wide=False), "driver.wrong_bits")]
)
def test_a_module_that_is_none(qillqa: Qillqa, tmp_path: Path, content: bytes, code: str) -> None:
    bad = tmp_path / "nada.so"
    bad.write_bytes(content)
    answer = qillqa("tokens", "--module", bad, "--json")
    assert answer.status == 65
    assert (answer.json["error"]["code"], answer.json["tokens"]) == (code, [])
    assert answer.json["error"]["do"].startswith(("Elija", "Instale"))
    told = qillqa("tokens", "--module", bad)
    assert (told.status, told.out) == (65, "")
    assert str(bad) in told.err


def test_a_module_that_is_not_there(qillqa: Qillqa, tmp_path: Path) -> None:
    answer = qillqa("tokens", "--module", tmp_path / "falta.so", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (65, "driver.not_found")


def test_a_module_that_crashes_is_65_with_words(qillqa: Qillqa, tmp_path: Path) -> None:
    answer = qillqa("tokens", "--module", modules.crashing(tmp_path / "libcae.so"))
    assert answer.status == 65
    assert "libcae.so se cerró por un error propio" in answer.err


def test_a_card_without_its_driver_is_told_by_its_brand(
    qillqa: Qillqa, nothing: SoftTokens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with CardReader(tmp_path / "reader") as reader:
        for name, value in reader.environment.items():
            monkeypatch.setenv(name, value)
        reader.start()
        reader.insert(FEITIAN)
        answer = qillqa("tokens", "--module", nothing.module, "--json")
        assert (answer.status, answer.json["error"]["code"]) == (65, "driver.missing")
        assert answer.json["readers"][0] == {"name": "Lector virtual 00 00", "card": True, "atr": FEITIAN}
        told = qillqa("doctor")
        assert (
            "Está conectado un token Feitian ePass2003 (lector Lector virtual 00 00), pero falta su controlador."
            in told.out
        )
        assert "lectores: 2, con tarjeta o token: 1" in told.out


def test_doctor_says_what_is_there(qillqa: Qillqa, soft: SoftTokens) -> None:
    answer = qillqa("doctor", "--json")
    assert answer.status == 0
    codes = {row["code"] for row in answer.json["findings"]}
    assert {"doctor.fonts", "doctor.templates", "doctor.search", "doctor.driver", "doctor.no_reader_service"} <= codes
    told = qillqa("doctor")
    assert all(line.startswith(("bien ", "falta ")) for line in told.out.splitlines())
    assert "no tiene palabras" not in told.out
    assert f"Controlador SoftHSM: {soft.module}" in told.out or "Controlador SoftHSM: " in told.out
